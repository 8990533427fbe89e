import MNISTCore
import Testing

/// Class weights and label smoothing against PyTorch's `CrossEntropyLoss`; `Tests/generate_choosing.py` writes its
/// numbers.
@Suite(.onEachDevice) struct LossSettingsTests {
  @Test func lossesAndGradientsArePyTorchs() throws {
    let file = try Fixture("choosing")
    let count = try file.count(of: "loss")
    #expect(count == 32)
    for index in 0..<count {
      let given = try file.group("loss\(index)")
      let weights = given.has("weight") ? try given.numbers("weight") : nil
      let smoothing = Double(try given.numbers("smoothing")[0])
      let labels = try given.labels("target")
      let subject = "loss\(index)"

      let logits = try given.tensor("x", requiresGradient: true)
      let loss = CrossEntropyLoss(classWeights: weights, labelSmoothing: smoothing)(logits, labels)
      loss.backward()
      expectClose(loss.value, try given.value("loss"), subject)
      expectClose(try #require(logits.gradient).value, try given.value("grad_x"), subject)

      let outputs = try given.tensor("log_probabilities")
      let ofOutputs = NLLLoss(classWeights: weights, labelSmoothing: smoothing)(outputs, labels)
      expectClose(ofOutputs.value, try given.value("loss_of_log_probabilities"), subject)
    }
  }

  @Test(arguments: [(true, 0), (false, 0.3), (true, 0.3)] as [(Bool, Double)])
  func gradientsAreCentralDifferences(_ hasWeights: Bool, _ smoothing: Double) {
    let criterion = CrossEntropyLoss(
      classWeights: hasWeights ? [0.5, 2, 1, 0.25] : nil, labelSmoothing: smoothing)
    expectGradients([.random([3, 4], seed: 5)]) { criterion($0[0], [1, 3, 1]) }
    let ofOutputs = NLLLoss(
      classWeights: hasWeights ? [0.5, 2, 1, 0.25] : nil, labelSmoothing: smoothing)
    expectGradients([.random([3, 4], seed: 6)]) { ofOutputs($0[0], [0, 2, 2]) }
  }

  /// Two rows by hand: (2 · 1 + 1 · 6) / 3, and half of each label over all.
  @Test func theMeanIsThatOfTheWeights() {
    let y = Tensor([-1, -3, -4, -6], shape: [2, 2], requiresGradient: true)
    let weighted = NLLLoss(classWeights: [2, 1])(y, [0, 1])
    #expect(weighted.shape == [])
    expectClose(weighted.numbers, [8.0 / 3])
    weighted.backward()
    expectClose(y.gradient?.numbers ?? [], [-2.0 / 3, 0, 0, -1.0 / 3])
    // Rows of (1 + 3) / 2 and (4 + 6) / 2.
    let smooth = NLLLoss(labelSmoothing: 0.5)(y, [0, 1])
    expectClose(smooth.numbers, [(0.5 * 1 + 0.5 * 2 + 0.5 * 6 + 0.5 * 5) / 2])
  }

  @Test func withoutSettingsTheLossIsThePlainOneToTheBit() {
    let x = TensorValue.random([7, 5], seed: 3)
    func parts(_ criterion: NLLLoss) -> [Float] {
      let y = Tensor(x.floats, shape: x.shape, requiresGradient: true)
      let loss = criterion(y.logSoftmax(), [0, 1, 2, 3, 4, 0, 1])
      loss.backward()
      return loss.numbers + (y.gradient?.numbers ?? [])
    }
    #expect(parts(NLLLoss(classWeights: nil, labelSmoothing: 0)) == parts(NLLLoss()))
    expectClose(parts(NLLLoss(classWeights: [1, 1, 1, 1, 1])), parts(NLLLoss()))
  }

  @Test func settingsArePrintedAndUsualOnesAreNot() {
    #expect(NLLLoss(labelSmoothing: 0.1).description == "NLLLoss(label_smoothing=0.1)")
    #expect(
      CrossEntropyLoss(classWeights: [0.5, 2], labelSmoothing: 0.25).description
        == "CrossEntropyLoss(class_weights=[0.5, 2.0], label_smoothing=0.25)")
    #expect(CrossEntropyLoss().description == "CrossEntropyLoss()")
  }
}
