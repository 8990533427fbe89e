import Testing

@testable import MNISTCore

/// Any module, loss and optimiser in the trainer.
@Suite struct TrainerGeneralityTests {
  @Test func aLineIsFittedByMSELossAndSGD() throws {
    let x = (0..<40).map { Float($0) / 20 - 1 }
    let data = TensorDataset(
      inputs: Tensor(x, shape: [40, 1]), numbers: Tensor(x.map { 3 * $0 - 2 }, shape: [40, 1]))
    let model = Linear(inputSize: 1, outputSize: 1, using: RandomGenerator(seed: 1))
    let trainer = Trainer(
      model: model, optimizer: SGD(model.parameters, learningRate: 0.1, momentum: 0.9),
      criterion: MSELoss())
    var reports: [EpochReport] = []
    try trainer.train(
      data, validating: data, epochCount: 40, batchSize: 8, using: RandomGenerator(seed: 2)
    ) { event in
      if case .epoch(let report) = event { reports.append(report) }
    }
    expectClose(
      model.weight.numbers + model.bias.numbers, [3, -2],
      within: Tolerance(relative: 0, absolute: 1e-3))
    #expect(reports.count == 40 && reports.allSatisfy { $0.validAccuracy == nil })
  }

  private struct OfAnyTargets: Loss {
    let description = "OfAnyTargets()"

    func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor {
      switch targets {
      case .labels: CrossEntropyLoss()(output, targets)
      case .numbers: MSELoss()(output, targets)
      }
    }
  }

  /// On one example, which is enough.
  @Test func thereIsAnAccuracyWhereTheTargetsAreLabelsAgain() throws {
    let x = Tensor([1, 2], shape: [1, 2])
    let model = Linear(inputSize: 2, outputSize: 2, using: RandomGenerator(seed: 5))
    let trainer = Trainer(
      model: model, optimizer: SGD(model.parameters, learningRate: 0.1), criterion: OfAnyTargets())
    var hasAccuracy: [Bool] = []
    for (epochCount, data) in [
      (1, TensorDataset(inputs: x, numbers: x)), (2, TensorDataset(inputs: x, labels: [1])),
    ] {
      try trainer.train(
        data, validating: data, epochCount: epochCount, batchSize: 1,
        using: RandomGenerator(seed: 6)
      ) {
        if case .epoch(let report) = $0 { hasAccuracy.append(report.validAccuracy != nil) }
      }
    }
    #expect(hasAccuracy == [false, true])
  }

  @Test func aClassifierWithoutLogSoftmaxIsTrainedByCrossEntropyLoss() throws {
    let x = TensorValue.random([60, 2], seed: 4)
    let labels = (0..<60).map { x.floats[2 * $0] + x.floats[2 * $0 + 1] > 0 ? 1 : 0 }
    let data = TensorDataset(inputs: x.tensor(), labels: labels)
    let generator = RandomGenerator(seed: 5)
    let model = Sequential([
      Linear(inputSize: 2, outputSize: 8, using: generator), Tanh(),
      Linear(inputSize: 8, outputSize: 2, using: generator),
    ])
    let trainer = Trainer(
      model: model, optimizer: Adam(model.parameters, learningRate: 0.05),
      criterion: CrossEntropyLoss())
    var accuracy: Double?
    try trainer.train(data, validating: data, epochCount: 30, batchSize: 10, using: generator) {
      if case .epoch(let report) = $0 { accuracy = report.validAccuracy }
    }
    #expect(accuracy ?? 0 > 0.95)
    #expect(model.accuracy(on: data, batchSize: 16) > 0.95)
  }
}
