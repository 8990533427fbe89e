import Foundation
import Testing

@testable import MNISTCore

/// Weights that other programs wrote: `Tests/generate_pytorch_models.py` says how the files were made.
@Suite struct ForeignWeightsTests {
  @Test(arguments: [
    ("pytorch_run.pth", []), ("pytorch_parallel.pt", []), ("pytorch_half.pth", ["bfloat16"]),
    ("foreign.safetensors", ["float16", "float64"]),
  ])
  func theModelSaysWhatPyTorchSays(_ name: String, _ convertedTypes: [String]) throws {
    let saved = try SavedModel(readingFrom: Fixture.url(name).path)
    #expect(saved.convertedTypes == convertedTypes)
    #expect(saved.settings == nil)
    let answers = try Fixture("pytorch_answers")
    let output = saved.makeModel()(try answers.value("input").tensor()).value
    expectClose(output, try answers.value("\(name)/log_probabilities"), name)
  }

  @Test(arguments: ["pytorch_run.pth", "foreign.safetensors"])
  func weightsAloneCannotGoOn(_ name: String) throws {
    let path = try Fixture.url(name).path
    #expect(throws: CheckpointError.noRun(path: path)) { try Checkpoint(resuming: path) }
  }

  @Test(arguments: ["pytorch_run.pth", "pytorch_half.pth", "foreign.safetensors"])
  func foreignWeightsAreAModelThatARunMayReplaceAndKeep(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixture.url(name)))
    try SmallSets.withFolder(["m": bytes]) { folder throws in
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      #expect(file.former != nil && file.former?.run == nil)
      let checkpoint = try SmallSets.checkpoint()
      try file.write(checkpoint)
      #expect(try SmallSets.content("\(folder)/m.bak") == bytes)
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
    }
  }

  // MARK: Names

  @Test(arguments: ["", "module.", "_orig_mod.", "model.", "a.b.c."])
  func anyOnePrefixIsTakenOff(_ prefix: String) throws {
    let saved = try read(weights(prefix: prefix))
    #expect(saved.weights == SavedModel(try SmallSets.checkpoint()).weights)
  }

  /// MLX's `Sequential` keeps its members in `layers`.
  @Test(arguments: ["", "model."])
  func namesOfMLXAreUnderstood(_ prefix: String) throws {
    let tensors = try weights()
    let renamed = tensors.map { name, value in
      (
        prefix
          + name.replacingOccurrences(of: "layers.", with: "layers.layers.")
          .replacingOccurrences(of: "block.", with: "block.layers."), value
      )
    }
    let saved = try read(Dictionary(uniqueKeysWithValues: renamed))
    #expect(saved.weights == SavedModel(try SmallSets.checkpoint()).weights)
  }

  @Test func twoNamesForOneTensorAreNotGuessedAbout() throws {
    var tensors = try weights()
    tensors["layers.layers.2.bias"] = tensors["layers.2.bias"]
    var error = StateDictionaryError()
    error.unexpected = ["layers.layers.2.bias"]
    #expect(throws: CheckpointError.state(path: "m", error)) { try read(tensors) }
  }

  @Test func namesBesideThePrefixAreUnexpected() throws {
    var tensors = try weights(prefix: "module.")
    var error = StateDictionaryError()
    error.unexpected = ["a", "epoch", "n_averaged", "seed", "z"]
    for name in error.unexpected { tensors[name] = TensorValue([1] as [Int64], shape: []) }
    #expect(throws: CheckpointError.state(path: "m", error)) { try read(tensors) }
  }

  /// An empty part of a name is a part.
  @Test func namesOfNoLayerAreUnexpected() throws {
    var tensors = try weights()
    var error = StateDictionaryError()
    error.unexpected = ["extra", "layers.0.block.5.weight", "layers.2..bias", "layers.9.bias"]
    for name in error.unexpected { tensors[name] = TensorValue([1] as [Float], shape: [1]) }
    #expect(throws: CheckpointError.state(path: "m", error)) { try read(tensors) }
  }

  @Test func twoModelsAreNone() throws {
    let both = try weights(prefix: "a.").merging(weights(prefix: "b.")) { $1 }
    for tensors in [both, try weights(prefix: "my")] {
      let error = CheckpointError.notAClassifier(
        path: "m", name: "layers.0.block.0.weight", found: tensors.keys.sorted())
      #expect(throws: error) { try read(tensors) }
    }
  }

  @Test(arguments: [1, 2_147_483_647]) func aLayerHasOneNumberOrMore(_ size: Int) throws {
    #expect(try ClassifierWeights(listing(size), path: "m").layout.inputSize == size)
  }

  @Test(arguments: [0, 2_147_483_648]) func aSizeOutOfRangeIsNoLayers(_ size: Int) throws {
    let listing = listing(size)
    let error = CheckpointError.notAClassifier(
      path: "m", name: "layers.0.block.0.weight", found: listing.entries.map(\.name).sorted())
    #expect(throws: error) { try ClassifierWeights(listing, path: "m") }
  }

  // MARK: Numbers

  @Test func countersMayLackOrBeOfAnyType() throws {
    let counter = "layers.0.block.2.num_batches_tracked"
    var tensors = try weights()
    tensors[counter] = nil
    #expect(try read(tensors).weights[counter] == TensorValue([0] as [Int64], shape: []))
    tensors[counter] = TensorValue([7] as [Float], shape: [])
    #expect(try read(tensors).weights[counter] == TensorValue([7] as [Int64], shape: []))
    tensors[counter] = TensorValue([.nan] as [Float], shape: [])
    let error = CheckpointError.invalidValue(
      path: "m", tensor: counter, expected: "a whole number", found: "nan")
    #expect(throws: error) { try read(tensors) }
    tensors[counter] = TensorValue([7, 7] as [Float], shape: [2])
    var state = StateDictionaryError()
    state.mismatched = [.init(name: counter, expected: "int64 []", found: "float32 [2]")]
    #expect(throws: CheckpointError.state(path: "m", state)) { try read(tensors) }
  }

  @Test func integersAreWeightsToo() throws {
    var tensors = try weights()
    tensors["layers.2.bias"] = TensorValue([1, -2, 3] as [Int64], shape: [3])
    let bias = try read(tensors).weights["layers.2.bias"]
    #expect(bias == TensorValue([1, -2, 3] as [Float], shape: [3]))
  }

  /// The largest float64 that becomes no float32, in a file as safetensors writes it.
  @Test func aNumberBeyondFloat32IsRefused() throws {
    let header =
      #"{"layers.0.block.0.weight":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"#
      + #""layers.0.block.0.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"#
      + #""layers.1.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[12,16]},"#
      + #""layers.1.bias":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}"#
    func file(_ weight: Double) throws -> SavedModel {
      var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
      bytes += Array(header.utf8)
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: weight.bitPattern >> (8 * UInt64($0))) }
      bytes += [UInt8](repeating: 0, count: 12)
      return try SavedModel(TensorFile(parsing: bytes, path: "m"), path: "m")
    }
    #expect(throws: CheckpointError.notFinite(path: "m", tensor: "layers.0.block.0.weight")) {
      try file(3.5e38)
    }
    let weight = try file(0.1).weights["layers.0.block.0.weight"]
    #expect(weight == TensorValue([0.1] as [Float], shape: [1, 1]))
  }

  // MARK: -

  private func weights(prefix: String = "") throws -> [String: TensorValue] {
    let best = SavedModel(try SmallSets.checkpoint()).weights
    return Dictionary(uniqueKeysWithValues: best.names.map { (prefix + $0, best[$0]!) })
  }

  /// What stands in the file of a model of so many pixels.
  private func listing(_ inputSize: Int) -> TensorFile.Listing {
    let shapes = [
      ("layers.0.block.0.weight", [1, inputSize]), ("layers.0.block.0.bias", [1]),
      ("layers.1.weight", [1, 1]), ("layers.1.bias", [1]),
    ]
    return TensorFile.Listing(
      entries: shapes.map { .init(name: $0.0, type: .float32, shape: $0.1) })
  }

  @discardableResult private func read(_ tensors: [String: TensorValue]) throws -> SavedModel {
    try SavedModel(TensorFile(tensors: tensors), path: "m")
  }
}
