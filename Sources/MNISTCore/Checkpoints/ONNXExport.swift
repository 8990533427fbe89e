// A classifier as an ONNX file has it.

extension ONNXModel {
  /// `image [N, pixels]` to `log_probabilities [N, classes]`, for any N. Dropout does nothing outside of
  /// training and is left out.
  ///
  /// Nodes are called by layer and kind, such as `layers.0.linear`; numbers keep PyTorch's names.
  ///
  /// - Parameters:
  ///   - takesBytes: whether the pixels are bytes, 0 … 255; else each is divided by 255, and float32.
  ///   - producer: the program that writes the file, and its version.
  init(
    _ saved: SavedModel, takesBytes: Bool, producer: (name: String, version: String)
  ) {
    let layout = saved.layout
    let layers = Layers(saved, takesBytes: takesBytes)
    let size = saved.imageSize.map { "\($0.height)x\($0.width)" } ?? "\(layout.inputSize)"
    self.init(
      producer: producer, name: "ImageClassifier", nodes: layers.nodes,
      initializers: layers.initializers,
      input: Value(
        name: Layers.input, type: takesBytes ? .uint8 : .float32,
        shape: [.free("N"), .size(layout.inputSize)],
        documentation: "\(size) pixels, row by row, "
          + (takesBytes ? "from 0 to 255" : "from 0 to 1: bytes divided by 255")),
      output: Value(
        name: Layers.output, type: .float32, shape: [.free("N"), .size(layout.outputSize)],
        documentation: "the natural logarithm of each class's probability"),
      metadata: [("made_by", producer.name), ("version", producer.version)] + saved.facts)
  }
}

extension SavedModel {
  /// What is known of a model beside its layers.
  fileprivate var facts: [(key: String, value: String)] {
    var facts: [(key: String, value: String)] = []
    if let imageSize {
      facts += [
        ("image_height", "\(imageSize.height)"), ("image_width", "\(imageSize.width)"),
      ]
    }
    facts.append(("classes", "\(layout.outputSize)"))
    if let classNames {
      facts.append(
        ("class_names", "[\(classNames.map(JSONText.quoted).joined(separator: ","))]"))
    }
    if let settings { facts.append(("seed", "\(settings.seed)")) }
    if let place {
      facts.append(("epochs", "\(place.epoch)"))
      // Before the first epoch is over there is no loss.
      if place.epoch > 0 { facts.append(("lowest_loss", "\(place.lowestLoss)")) }
      if let accuracy = place.highestAccuracy {
        facts.append(("highest_accuracy", "\(accuracy)"))
      }
    }
    return facts
  }
}

/// The classifier's layers as nodes, each of which takes what the one before it gives.
private struct Layers {
  static let input = "image"
  static let output = "log_probabilities"

  private(set) var nodes: [ONNXModel.Node] = []
  private(set) var initializers: [ONNXModel.Initializer] = []

  init(_ saved: SavedModel, takesBytes: Bool) {
    if takesBytes {
      add("to_float", "Cast", [("to", .integer(ONNXModel.ElementType.float32.rawValue))])
      // PyTorch divides as well: a product with 1/255 would be rounded otherwise.
      initializers.append(.init(name: "largest_pixel", shape: [], numbers: [255]))
      add("scale", "Div", with: ["largest_pixel"])
    }
    // A counter of batches is of no use but in training.
    for slot in saved.layout.slots where slot.kind != .counter {
      guard case .float32(let numbers)? = saved.weights[slot.name]?.elements else {
        stop("a model without \(slot.name)")
      }
      initializers.append(.init(name: slot.name, shape: slot.shape, numbers: numbers))
    }
    // As in the classifier's blocks.
    let slope = ONNXModel.Attribute.number(Float(LeakyReLU().negativeSlope))
    let epsilon = ONNXModel.Attribute.number(Float(BatchNorm1d(1).epsilon))
    for index in saved.layout.hiddenSizes.indices {
      let (layer, block) = ("layers.\(index)", "layers.\(index).block")
      addLinear(layer, "\(block).0")
      add("\(layer).leaky_relu", "LeakyRelu", [("alpha", slope)])
      if saved.layout.usesBatchNorm {
        add(
          "\(layer).batch_norm", "BatchNormalization",
          with: ["weight", "bias", "running_mean", "running_var"].map { "\(block).2.\($0)" },
          [("epsilon", epsilon)])
      }
    }
    let last = "layers.\(saved.layout.hiddenSizes.count)"
    addLinear(last, last)
    add("log_softmax", "LogSoftmax", [("axis", .integer(-1))], to: Self.output)
  }

  /// The weights stand as PyTorch has them, [out, in].
  private mutating func addLinear(_ layer: String, _ prefix: String) {
    add(
      "\(layer).linear", "Gemm", with: ["\(prefix).weight", "\(prefix).bias"],
      [("transB", .integer(1))])
  }

  private mutating func add(
    _ name: String, _ operation: String, with parameters: [String] = [],
    _ attributes: [(name: String, value: ONNXModel.Attribute)] = [], to output: String? = nil
  ) {
    nodes.append(
      .init(
        name: name, operation: operation,
        inputs: [nodes.last?.output ?? Self.input] + parameters,
        output: output ?? "\(name)_output", attributes: attributes))
  }
}
