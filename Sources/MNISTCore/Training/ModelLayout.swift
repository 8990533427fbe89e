/// A classifier's sizes, and from them the names and shapes of its tensors, without building it: a file is
/// compared with them before any memory is asked for.
package struct ModelLayout: Equatable, Sendable {
  let inputSize: Int
  let outputSize: Int
  let hiddenSizes: [Int]
  /// Whether blocks end with batch normalisation; otherwise with dropout, which has no tensors.
  let usesBatchNorm: Bool

  /// One tensor of the model.
  struct Slot: Equatable {
    enum Kind { case parameter, buffer, counter }
    let name: String
    let kind: Kind
    let shape: [Int]

    /// Without its layer's name, such as `weight`.
    var ownName: Substring { name.split(separator: ".").last ?? name[...] }

    /// Element type and shape, as a tensor's own summary.
    var summary: String { "\(kind == .counter ? "int64" : "float32") \(shape)" }
  }

  /// The model's tensors in the order of its state dictionary.
  var slots: [Slot] {
    var slots: [Slot] = []
    var inputs = inputSize
    for (index, outputs) in hiddenSizes.enumerated() {
      let block = "layers.\(index).block"
      slots += Self.linear(block + ".0", inputs, outputs)
      if usesBatchNorm {
        let norm = block + ".2"
        slots += [
          Slot(name: norm + ".weight", kind: .parameter, shape: [outputs]),
          Slot(name: norm + ".bias", kind: .parameter, shape: [outputs]),
          Slot(name: norm + ".running_mean", kind: .buffer, shape: [outputs]),
          Slot(name: norm + ".running_var", kind: .buffer, shape: [outputs]),
          Slot(name: norm + ".num_batches_tracked", kind: .counter, shape: []),
        ]
      }
      inputs = outputs
    }
    return slots + Self.linear("layers.\(hiddenSizes.count)", inputs, outputSize)
  }

  /// The layers that have tensors, in order, with these.
  var layers: [(name: String, type: String, slots: [Slot])] {
    var layers: [(name: String, type: String, slots: [Slot])] = []
    for slot in slots {
      let name = String(
        slot.name.prefix(upTo: slot.name.lastIndex(of: ".") ?? slot.name.startIndex))
      if layers.last?.name != name { layers.append((name, "Linear", [])) }
      layers[layers.count - 1].slots.append(slot)
      // Counts what it has seen, as no other layer does.
      if slot.kind == .counter { layers[layers.count - 1].type = "BatchNorm1d" }
    }
    return layers
  }

  private static func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> [Slot] {
    [
      Slot(name: name + ".weight", kind: .parameter, shape: [outputs, inputs]),
      Slot(name: name + ".bias", kind: .parameter, shape: [outputs]),
    ]
  }

  var parameterNames: [String] { slots.filter { $0.kind == .parameter }.map(\.name) }

  var parameterCount: Int {
    slots.filter { $0.kind == .parameter }.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }
}

extension TrainingSettings {
  package var layout: ModelLayout {
    ModelLayout(
      inputSize: inputSize, outputSize: outputSize, hiddenSizes: hiddenSizes,
      usesBatchNorm: !useDropout)
  }
}
