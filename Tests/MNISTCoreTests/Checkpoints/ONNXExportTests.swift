import Foundation
import Testing

@testable import MNISTCore

@Suite struct ONNXExportTests {
  /// `Tests/generate_onnx.py` builds the same classifier.
  @Test(arguments: [("classifier.onnx", false), ("classifier_uint8.onnx", true)])
  func aFileHasTheBytesThatONNXItselfWrites(_ name: String, _ takesBytes: Bool) throws {
    let shapes: [(String, [Int])] = [
      ("layers.0.block.0.weight", [2, 3]), ("layers.0.block.0.bias", [2]),
      ("layers.0.block.2.weight", [2]), ("layers.0.block.2.bias", [2]),
      ("layers.0.block.2.running_mean", [2]), ("layers.0.block.2.running_var", [2]),
      ("layers.1.weight", [2, 2]), ("layers.1.bias", [2]),
    ]
    var tensors = [
      "layers.0.block.2.num_batches_tracked": TensorValue([7] as [Int64], shape: [])
    ]
    for (name, shape) in shapes {
      let numbers = (0..<shape.reduce(1, *)).map { Float($0 + name.count) / 8 }
      tensors[name] = TensorValue(numbers, shape: shape)
    }
    let saved = try SavedModel(TensorFile(tensors: tensors), path: "m")
    let model = ONNXModel(
      saved, takesBytes: takesBytes, producer: ("mnist-predict", "1.2.3"))
    let expected = [UInt8](try Data(contentsOf: Fixture.url(name)))
    #expect(try model.encoded() == expected)
  }

  @Test(arguments: [false, true], [false, true])
  func everyLayerIsThereWithItsWeights(_ useDropout: Bool, _ takesBytes: Bool) throws {
    let saved = SavedModel(try SmallSets.checkpoint(useDropout: useDropout))
    let file = try ProtobufReader(
      ONNXModel(saved, takesBytes: takesBytes, producer: ("p", "v")).encoded())
    #expect(file.numbers(1) == [8] && file.texts(2) == ["p"] && file.texts(3) == ["v"])
    let operators = try file.message(8)
    #expect(operators.texts(1) == [""] && operators.numbers(2) == [17])

    let graph = try file.message(7)
    let nodes = try graph.messages(1).map(Node.init)
    let blocks = (0..<2).flatMap { layer in
      [
        ("layers.\(layer).linear", "Gemm"), ("layers.\(layer).leaky_relu", "LeakyRelu"),
        ("layers.\(layer).batch_norm", "BatchNormalization"),
      ].prefix(useDropout ? 2 : 3)
    }
    let all =
      (takesBytes ? [("to_float", "Cast"), ("scale", "Div")] : []) + blocks
      + [("layers.2.linear", "Gemm"), ("log_softmax", "LogSoftmax")]
    #expect(nodes.map(\.name) == all.map(\.0) && nodes.map(\.operation) == all.map(\.1))
    // Each takes what the one before it gives.
    #expect(nodes.map { $0.inputs[0] } == ["image"] + nodes.dropLast().map(\.output))
    #expect(nodes.last?.output == "log_probabilities")
    #expect(Set(nodes.map(\.output)).count == nodes.count)

    var found = StateDictionary()
    for tensor in try graph.messages(5) {
      #expect(tensor.numbers(2) == [1])
      let numbers: [Float] = NumberBytes.numbers(in: tensor.bytes(9)[0][...])
      found[tensor.texts(8)[0]] = TensorValue(numbers, shape: tensor.numbers(1).map(Int.init))
    }
    #expect(found["largest_pixel"] == (takesBytes ? TensorValue([255] as [Float], shape: []) : nil))
    found["largest_pixel"] = nil
    var expected = saved.weights
    for name in expected.names where name.hasSuffix("num_batches_tracked") { expected[name] = nil }
    #expect(found == expected)
    // What the nodes take is there.
    let names = Set(found.names + ["largest_pixel"])
    #expect(nodes.allSatisfy { names.isSuperset(of: $0.inputs.dropFirst()) })
  }

  @Test func theBatchIsFreeAndTheSizesAreTheModels() throws {
    let saved = SavedModel(try SmallSets.checkpoint())
    for (takesBytes, type) in [(false, UInt64(1)), (true, 2)] {
      let graph = try ProtobufReader(
        ONNXModel(saved, takesBytes: takesBytes, producer: ("p", "v")).encoded()
      ).message(7)
      for (field, name, type, size) in [
        (11, "image", type, UInt64(6)), (12, "log_probabilities", 1, 3),
      ] {
        let value = try graph.message(field)
        let tensor = try value.message(2).message(1)
        let axes = try tensor.message(2).messages(1)
        #expect(value.texts(1) == [name] && tensor.numbers(1) == [type])
        #expect(axes.map { $0.texts(2) } == [["N"], []])
        #expect(axes.map { $0.numbers(1) } == [[], [size]])
      }
      #expect(
        try graph.message(11).texts(3) == [
          "2x3 pixels, row by row, from 0 to "
            + (takesBytes ? "255" : "1: bytes divided by 255")
        ])
    }
  }

  @Test func whatIsKnownOfTheRunIsToldBesides() throws {
    func facts(_ saved: SavedModel) throws -> [[String]] {
      let model = ONNXModel(saved, takesBytes: false, producer: ("p", "v"))
      return try ProtobufReader(model.encoded()).messages(14)
        .map { $0.texts(1) + $0.texts(2) }
    }
    let checkpoint = try SmallSets.checkpoint()
    #expect(
      try facts(SavedModel(checkpoint)) == [
        ["made_by", "p"], ["version", "v"], ["image_height", "2"], ["image_width", "3"],
        ["classes", "3"], ["seed", "3"], ["epochs", "2"],
        ["lowest_loss", "\(checkpoint.state.lowestLoss)"],
      ])
    var named = checkpoint
    named.settings.classNames = ["T-shirt/top", "\"\u{E9}\"", "c"]
    #expect(
      try facts(SavedModel(named))[5] == [
        "class_names", "[\"T-shirt/top\",\"\\\"\u{E9}\\\"\",\"c\"]",
      ])
    var unfinished = checkpoint
    (unfinished.state.epoch, unfinished.state.lowestLoss) = (0, .infinity)
    #expect(
      try facts(SavedModel(unfinished)).suffix(3) == [
        ["classes", "3"], ["seed", "3"], ["epochs", "0"],
      ])
    (unfinished.state.epoch, unfinished.state.lowestLoss) = (1, 0.5)
    #expect(
      try facts(SavedModel(unfinished)).suffix(2) == [["epochs", "1"], ["lowest_loss", "0.5"]])
    unfinished.state.highestAccuracy = 0.75
    #expect(
      try facts(SavedModel(unfinished)).suffix(2) == [
        ["lowest_loss", "0.5"], ["highest_accuracy", "0.75"],
      ])
    let best = try #require(checkpoint.state.best)
    #expect(
      try facts(SavedModel(best.safeTensors, path: "m"))
        == [["made_by", "p"], ["version", "v"], ["classes", "3"]])
  }

  /// One operation as the file has it.
  private struct Node {
    let name: String
    let operation: String
    let inputs: [String]
    let output: String

    init(_ message: ProtobufReader) throws {
      (name, operation) = (message.texts(3)[0], message.texts(4)[0])
      (inputs, output) = (message.texts(1), message.texts(2)[0])
    }
  }
}
