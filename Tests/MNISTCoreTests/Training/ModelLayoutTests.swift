import Testing

@testable import MNISTCore

@Suite struct ModelLayoutTests {
  @Test(arguments: [false, true], [[7], [9, 6], [3, 3, 3, 20]])
  func theLayoutIsThatOfTheModel(_ useDropout: Bool, _ hiddenSizes: [Int]) {
    let images = SmallSets.fields(4)
    let settings = SmallSets.settings(images, hiddenSizes: hiddenSizes, useDropout: useDropout)
    let model = settings.makeModel(
      using: RandomGenerator(seed: 0), dropout: CounterGenerator(seed: 0))
    let state = model.stateDictionary
    #expect(settings.layout.slots.map(\.name) == state.names)
    for slot in settings.layout.slots {
      #expect(state[slot.name]?.shape == slot.shape, "\(slot.name)")
      if case .int64? = state[slot.name]?.elements {
        #expect(slot.kind == .counter, "\(slot.name)")
      } else {
        #expect(slot.kind != .counter, "\(slot.name)")
      }
    }
    #expect(settings.layout.parameterNames == model.namedParameters.map(\.name))
    #expect(settings.layout.parameterCount == model.parameters.reduce(0) { $0 + $1.count })
  }

  /// The keys of PyTorch's `state_dict` for the same classifier, in its order.
  @Test func theNamesArePyTorchs() {
    let settings = SmallSets.settings(SmallSets.fields(4), hiddenSizes: [9])
    typealias Slot = ModelLayout.Slot
    #expect(
      settings.layout.slots == [
        Slot(name: "layers.0.block.0.weight", kind: .parameter, shape: [9, 140]),
        Slot(name: "layers.0.block.0.bias", kind: .parameter, shape: [9]),
        Slot(name: "layers.0.block.2.weight", kind: .parameter, shape: [9]),
        Slot(name: "layers.0.block.2.bias", kind: .parameter, shape: [9]),
        Slot(name: "layers.0.block.2.running_mean", kind: .buffer, shape: [9]),
        Slot(name: "layers.0.block.2.running_var", kind: .buffer, shape: [9]),
        Slot(name: "layers.0.block.2.num_batches_tracked", kind: .counter, shape: []),
        Slot(name: "layers.1.weight", kind: .parameter, shape: [4, 9]),
        Slot(name: "layers.1.bias", kind: .parameter, shape: [4]),
      ])
  }

  @Test func theDefaultModelHasPyTorchsNumberOfParameters() {
    var settings = SmallSets.settings(SmallSets.fields(4), hiddenSizes: [630, 476, 322, 168])
    (settings.imageHeight, settings.imageWidth, settings.outputSize) = (28, 28, 10)
    // Weights and biases of five linear layers; weight and bias of four normalisations.
    let linear = 785 * 630 + 631 * 476 + 477 * 322 + 323 * 168 + 169 * 10
    #expect(settings.layout.parameterCount == linear + 2 * (630 + 476 + 322 + 168))
    settings.useDropout = true
    #expect(settings.layout.parameterCount == linear)
  }

  /// Only sizes are looked at: a model of this many parameters would not fit any memory.
  @Test func theLayoutOfAModelTooLargeToBuildIsKnown() {
    let settings = SmallSets.settings(SmallSets.fields(4), hiddenSizes: [1 << 31 - 1, 1 << 31 - 1])
    #expect(settings.layout.slots[7].shape == [1 << 31 - 1, 1 << 31 - 1])
  }
}
