import Foundation
import Testing

@testable import MNISTCore

@Suite struct TrainerTests {
  // MARK: - The best state

  @Test func theBestStateIsThatWithTheLowestLoss() throws {
    let run = ScriptedRun(biases: [1, 3, 2])
    try run.train()
    #expect(run.marks(of: run.trainer.bestState) == 2)
    #expect(run.trainer.lowestLoss == run.reports[1].validLoss)
    #expect(run.reports.map(\.lowestLoss) == [0, 1, 1].map { run.reports[$0].validLoss })
    #expect(run.reports[2].validLoss > run.reports[1].validLoss)
  }

  @Test func aTieCounts() throws {
    let run = ScriptedRun(biases: [2, 2, 2, 1])
    try run.train()
    #expect(Set(run.reports[..<3].map(\.validLoss)).count == 1)
    #expect(run.marks(of: run.trainer.bestState) == 3)
  }

  @Test func afterTheLastEpochTheModelIsInItsBestState() throws {
    let run = ScriptedRun(biases: [1, 3, 2, 0])
    try run.train()
    #expect(run.model.stateDictionary == run.trainer.bestState)
    #expect(run.marks(of: run.model.stateDictionary) == 2)
    #expect(run.marks(of: run.trainer.lastState) == 4)
  }

  @Test func laterStepsCannotTouchASnapshot() throws {
    let run = ScriptedRun(biases: [3, 2, 1])
    var snapshots: [StateDictionary?] = []
    try run.train { if case .epoch = $0 { snapshots.append(run.trainer.bestState) } }
    #expect(snapshots.map { run.marks(of: $0) } == [1, 1, 1])
    for parameter in run.model.parameters {
      parameter.copy(from: [Float](repeating: 9, count: parameter.count))
    }
    #expect(run.marks(of: run.trainer.bestState) == 1)
    #expect(run.marks(of: run.trainer.lastState) == 3)
  }

  @Test func aSnapshotHoldsTheRunningStatistics() throws {
    let (model, trainer) = try trained(.batchNorm, epochCount: 3)
    let names = try #require(trainer.bestState?.names)
    #expect(names.contains("layers.0.block.2.running_mean"))
    #expect(names.contains("layers.0.block.2.num_batches_tracked"))
    #expect(model.stateDictionary == trainer.bestState)
  }

  // MARK: - What is monitored

  /// With a positive bias three of four are right, with a negative one the fourth alone.
  @Test func theBestStateIsThatWithTheHighestAccuracyWhereThatIsMonitored() throws {
    let run = ScriptedRun(
      biases: [1, 3, -1], labels: [0, 0, 0, 1], batchSize: 4, monitor: .validAccuracy)
    try run.train()
    #expect(run.reports.map(\.validAccuracy) == [0.75, 0.75, 0.25])
    // Of equals the later one, though its loss is higher.
    #expect(run.marks(of: run.trainer.bestState) == 2)
    #expect(run.trainer.bestValue == 0.75)
    #expect(run.trainer.lowestLoss == run.reports[0].validLoss)
    #expect(
      run.reports.map(\.lowestLoss) == [Double](repeating: run.reports[0].validLoss, count: 3))
    let plain = ScriptedRun(biases: [1, 3, -1], labels: [0, 0, 0, 1], batchSize: 4)
    try plain.train()
    #expect(plain.marks(of: plain.trainer.bestState) == 1)
    #expect(plain.trainer.bestValue == plain.trainer.lowestLoss)
  }

  /// An accuracy of 0 is the best there is after one epoch.
  @Test func theFirstEpochAlwaysImproves() throws {
    let run = ScriptedRun(biases: [-1, -2], monitor: .validAccuracy)
    try run.train()
    #expect(run.reports.map(\.validAccuracy) == [0, 0])
    #expect(run.marks(of: run.trainer.bestState) == 2)
    #expect(run.trainer.epochsWithoutImprovement == 1)
  }

  @Test func patienceWaitsForWhatIsMonitored() throws {
    let run = ScriptedRun(
      biases: [-1, 3, 2, 1, 0.5, 4], labels: [0, 0, 0, 1], batchSize: 4, monitor: .validAccuracy)
    try run.train(patience: 2)
    // The losses of epochs 3 and 4 are the lowest so far; the accuracies are those of epoch 2.
    #expect(run.trainer.epoch == 4)
    #expect(run.reports[3].validLoss == run.reports[3].lowestLoss)
  }

  @Test func gradientsAreCutDownBeforeTheStep() throws {
    let run = ScriptedRun(
      biases: [1, 1], labels: [0, 0, 0, 1], batchSize: 4, gradientNormLimit: 1e-3)
    try run.train()
    for gradient in run.optimizer.biasGradients {
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - 1e-3) < 1e-6, "\(gradient)")
    }
  }

  // MARK: - Patience

  /// The larger the bias, the lower the loss.
  @Test(
    arguments: [
      ([3, 2, 1, 0, 4], 3, 4), ([3, 2, 1, 4, 3, 2, 1, 0], 3, 7), ([1, 2, 3, 4], 1, 4),
      ([2, 1, 0], 1, 2), ([2, 1, 0], 2, 3), ([2, 1, 0], 9, 3),
      // A loss as low as the lowest is none that has improved.
      ([2, 2, 2, 2], 2, 3),
    ] as [([Float], Int, Int)])
  func soManyEpochsWithoutImprovementEndTheRun(
    _ biases: [Float], _ patience: Int, _ epochs: Int
  ) throws {
    let run = ScriptedRun(biases: biases)
    try run.train(patience: patience)
    #expect(run.trainer.epoch == epochs && run.reports.count == epochs)
    let best = run.trainer.bestState
    #expect(run.model.stateDictionary == best)
    // It has ended: called again, it stays where it is, unless there is more patience.
    try run.train(patience: patience)
    #expect(run.trainer.epoch == epochs)
    #expect(run.model.stateDictionary == best)
    try run.train()
    #expect(run.trainer.epoch == biases.count)
  }

  @Test func withoutPatienceTheRunGoesOnToItsEnd() throws {
    let run = ScriptedRun(biases: [3, 2, 1, 0, -1, -2])
    try run.train()
    #expect(run.trainer.epoch == 6)
    #expect(run.trainer.epochsWithoutImprovement == 5)
  }

  @Test func patienceGoesOnCountingWhereARunWasStopped() throws {
    struct Stop: Error {}
    let run = ScriptedRun(biases: [3, 2, 1, 0, -1])
    #expect(throws: Stop.self) {
      try run.train(patience: 3) {
        if case .validIteration = $0, run.trainer.epoch == 2 { throw Stop() }
      }
    }
    try run.train(patience: 3)
    #expect(run.trainer.epoch == 4)
  }

  // MARK: - The learning rate

  @Test func eachTrainingBatchIsPreparedAndItsRateReported() throws {
    let run = ScriptedRun(biases: [1, 2, 3], labels: [0, 0, 0, 0], batchSize: 2)
    run.learningRate = { Double($0.epoch) + 0.25 * Double($0.batch) }
    try run.train()
    #expect(run.optimizer.learningRates == [0, 0.25, 1, 1.25, 2, 2.25])
    #expect(run.reports.map(\.learningRate) == [0.25, 1.25, 2.25])
    let plain = ScriptedRun(biases: [1, 2, 3])
    try plain.train()
    #expect(plain.optimizer.learningRates == [])
  }

  // MARK: - Losses that are no numbers

  @Test func aLossThatIsNoNumberEndsTrainingAtThatBatch() {
    let run = ScriptedRun(biases: [1, .nan, 2], labels: [0, 0, 0, 0, 1], batchSize: 2)
    // The second batch of the second epoch is the first to see what the step before it has done.
    let error = TrainingError.lossNotFinite(
      epoch: 2, pass: .training, batch: 2, batchCount: 3, loss: "nan")
    #expect(throws: error) { try run.train() }
    #expect(run.marks(of: run.trainer.bestState) == 3)
    #expect(run.trainer.epoch == 1)
    // The model is what was best, the last state is what went wrong.
    #expect(run.marks(of: run.model.stateDictionary) == 3)
    #expect(run.trainer.lastState != run.trainer.bestState)
    #expect(!run.model.isTraining)
    #expect(throws: TrainingError.self) { try run.train() }
    #expect(
      error.description == "the loss became nan in epoch 2, training batch 2 of 3; "
        + "the best model of the epochs before is kept")
  }

  @Test func withoutAGoodEpochThereIsNoBestState() {
    let run = ScriptedRun(biases: [-.infinity])
    let error = TrainingError.lossNotFinite(
      epoch: 1, pass: .validation, batch: 1, batchCount: 1, loss: "inf")
    #expect(throws: error) { try run.train() }
    #expect(run.trainer.bestState == nil)
    #expect(run.trainer.lowestLoss == .infinity)
    #expect(
      error.description
        == "the loss became inf in epoch 1, validation batch 1 of 1; no model was saved")
  }

  // MARK: - Stopping and going on

  /// Wherever it is stopped: the same numbers are reported, without a gap and without any twice, and the
  /// same states are reached.
  @Test(arguments: [Mode.batchNorm, .dropout])
  func aRunThatIsStoppedAfterEveryBatchIsTheUnbrokenRun(_ mode: Mode) throws {
    var events: [TrainingEvent] = []
    let (whole, expected) = try trained(mode, rows: 9, validRows: 5, epochCount: 3) {
      events.append($0)
    }
    struct Stop: Error {}
    let generator = RandomGenerator(seed: 1)
    let model = classifier(mode, using: generator, dropout: CounterGenerator(seed: 1))
    let trainer = Trainer(model: model, optimizer: Adam(model.parameters))
    let images = ImageDataset(SmallSets.fields(14, height: 2, width: 3, classes: 3))
    var told: [TrainingEvent] = []
    while trainer.epoch < 3 || told.count < events.count {
      #expect(throws: Stop.self) {
        try trainer.train(
          Subset(images, indices: Array(0..<9)),
          validating: Subset(images, indices: Array(9..<14)), epochCount: 3, batchSize: 4,
          using: generator
        ) { event in
          told.append(event)
          throw Stop()
        }
      }
    }
    #expect(told == events)
    #expect(trainer.bestState == expected.bestState)
    #expect(trainer.lastState == expected.lastState)
    #expect(whole.stateDictionary == expected.bestState)
  }

  // MARK: - Losses of an epoch

  @Test func anEpochsLossIsTheUnweightedMeanOfItsBatchLosses() throws {
    // Rows of label 0 and 1 have different losses, so that a weighted mean would be another.
    let run = ScriptedRun(biases: [1], labels: [0, 0, 0, 0, 1], batchSize: 4)
    var losses: (train: [Double], valid: [Double]) = ([], [])
    try run.train { event in
      switch event {
      case .trainIteration(_, _, let loss): losses.train.append(loss)
      case .validIteration(_, _, let loss): losses.valid.append(loss)
      case .epoch: break
      }
    }
    // Bias b gives class 0 the share 1 / (1 + e⁻ᵇ).
    let (right, wrong) = (Foundation.log(1 + exp(-1.0)), Foundation.log(1 + exp(1.0)))
    let report = try #require(run.reports.first)
    #expect(losses.valid.count == 2 && losses.train.count == 2)
    #expect(report.validLoss == (losses.valid[0] + losses.valid[1]) / 2)
    #expect(report.trainLoss == (losses.train[0] + losses.train[1]) / 2)
    #expect(abs(report.validLoss - (right + wrong) / 2) < 1e-6)
    #expect(abs(report.validLoss - (4 * right + wrong) / 5) > 0.1)
  }

  @Test func everyIterationAndEpochIsReportedInOrder() throws {
    let run = ScriptedRun(biases: [1, 1], labels: [0, 0, 0, 0, 1], batchSize: 2)
    var told: [String] = []
    try run.train { event in
      switch event {
      case .trainIteration(let index, let count, _): told.append("train \(index)/\(count)")
      case .validIteration(let index, let count, _): told.append("valid \(index)/\(count)")
      case .epoch(let report): told.append("epoch \(report.epoch)/\(report.epochCount)")
      }
    }
    let pass = ["train 1/3", "train 2/3", "train 3/3", "valid 1/3", "valid 2/3", "valid 3/3"]
    #expect(told == pass + ["epoch 1/2"] + pass + ["epoch 2/2"])
    #expect(run.trainer.epoch == 2)
  }

  // MARK: - Accuracy

  /// Class 0 wins while its bias is positive, so that the four zeros are right or the one is.
  @Test func accuracyIsCountedOverAllValidationImages() throws {
    let run = ScriptedRun(biases: [1, -1], labels: [0, 0, 0, 0, 1], batchSize: 2)
    try run.train()
    #expect(run.reports.map(\.validAccuracy) == [0.8, 0.2])
    // One forward pass for loss and accuracy: three batches of each pass in two epochs.
    #expect(run.model.calls.count == 12)
  }

  /// Stopped between two batches of validation, saved and read again.
  @Test func accuracySurvivesAStopInValidation() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    let settings = SmallSets.settings(images, batchSize: 2, epochCount: 1)
    var expected: EpochReport?
    try TrainingRun(settings, images: images).train {
      if case .epoch(let report) = $0 { expected = report }
    }
    struct Stop: Error {}
    let stopped = TrainingRun(settings, images: images)
    #expect(throws: Stop.self) {
      try stopped.train { if case .validIteration(2, _, _) = $0 { throw Stop() } }
    }
    let file = Checkpoint(settings: settings, state: stopped.state)
    let read = try Checkpoint(TensorFile(parsing: file.encoded(), path: "m"), path: "m")
    #expect(read.state.progress.valid.batches == 2 && read.state.progress == stopped.progress)
    let resumed = TrainingRun(settings, images: images)
    resumed.resume(from: read.state)
    var found: EpochReport?
    try resumed.train { if case .epoch(let report) = $0 { found = report } }
    #expect(found == expected && found?.validAccuracy ?? 0 > 0)
  }

  // MARK: - Modes, gradients, random numbers

  @Test func trainingAndValidationAreTheirOwnModes() throws {
    let run = ScriptedRun(biases: [1, 1])
    run.model.evaluate()
    try run.train()
    #expect(run.model.calls == ["train, recorded", "evaluate", "train, recorded", "evaluate"])
    #expect(run.model.modules.allSatisfy { !$0.isTraining })
  }

  /// A step starts from no gradient: those of different batches are never added up.
  @Test func gradientsOfTwoStepsAreNotAddedUp() throws {
    let run = ScriptedRun(biases: [1, 1, 1, 1])
    try run.train()
    #expect(Set(run.optimizer.biasGradients.dropFirst()).count == 1)
    #expect(run.optimizer.biasGradients.count == 4)
  }

  @Test(arguments: [Mode.batchNorm, .dropout])
  func onlyTrainingDrawsOnePermutationAnEpoch(_ mode: Mode) throws {
    let (generator, expected) = (RandomGenerator(seed: 4), RandomGenerator(seed: 4))
    let stream = CounterGenerator(seed: 4)
    let (_, trainer) = try trained(
      mode, rows: 12, batchSize: 5, epochCount: 3, generator: generator, dropout: stream)
    _ = classifier(mode, using: expected, dropout: CounterGenerator(seed: 4))
    for _ in 0..<3 { _ = expected.permutation(12) }
    #expect(generator.state == expected.state)
    #expect(trainer.epoch == 3)
    // Two hidden layers of 5 and 4 numbers, drawn for in training only.
    #expect(stream.count == (mode == .dropout ? 3 * 12 * (5 + 4) : 0))
  }

  // MARK: - Batches of one row

  @Test func underBatchNormARemainderOfOneJoinsTheBatchBeforeIt() throws {
    var (train, valid) = (0, 0)
    _ = try trained(.batchNorm, rows: 9, validRows: 9, batchSize: 4, epochCount: 1) { event in
      if case .trainIteration(_, let count, _) = event { train = count }
      if case .validIteration(_, let count, _) = event { valid = count }
    }
    #expect(train == 2)
    // Validation uses the running statistics, and takes any number of rows.
    #expect(valid == 3)
    // Two rows are a batch.
    _ = try trained(.batchNorm, rows: 10, batchSize: 4, epochCount: 1) { event in
      if case .trainIteration(_, let count, _) = event { train = count }
    }
    #expect(train == 3)
  }

  @Test(arguments: [1, 4])
  func underDropoutABatchOfOneRowIsABatch(_ batchSize: Int) throws {
    var train = 0
    let (_, trainer) = try trained(.dropout, rows: 9, batchSize: batchSize, epochCount: 1) {
      if case .trainIteration(_, let count, _) = $0 { train = count }
    }
    #expect(train == (9 + batchSize - 1) / batchSize)
    #expect(trainer.lowestLoss.isFinite)
  }

  @Test(arguments: [Mode.batchNorm, .dropout])
  func oneBatchOfAllRowsIsEnough(_ mode: Mode) throws {
    let (_, trainer) = try trained(mode, rows: 9, batchSize: .max, epochCount: 2)
    #expect(trainer.bestState != nil)
  }

  // MARK: -

  enum Mode { case batchNorm, dropout }

  private func classifier(
    _ mode: Mode, using generator: RandomGenerator, dropout: CounterGenerator
  ) -> ImageClassifier {
    ImageClassifier(
      inputSize: 6, outputSize: 3, hiddenSizes: [5, 4],
      regularization: mode == .batchNorm
        ? .batchNorm : .dropout(probability: 0.3, generator: dropout),
      using: generator)
  }

  private func trained(
    _ mode: Mode, rows: Int = 12, validRows: Int = 4, batchSize: Int = 4, epochCount: Int,
    generator: RandomGenerator = RandomGenerator(seed: 1),
    dropout: CounterGenerator = CounterGenerator(seed: 1),
    report: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> (ImageClassifier, Trainer) {
    let model = classifier(mode, using: generator, dropout: dropout)
    let trainer = Trainer(model: model, optimizer: Adam(model.parameters))
    let images = SmallSets.fields(rows + validRows, height: 2, width: 3, classes: 3)
    try trainer.train(
      Subset(ImageDataset(images), indices: Array(0..<rows)),
      validating: Subset(ImageDataset(images), indices: Array(rows..<rows + validRows)),
      epochCount: epochCount, batchSize: batchSize, using: generator, report: report)
    return (model, trainer)
  }
}

// MARK: - A model whose losses are chosen

/// Trains a model on inputs of 0, so that its weight is only a mark and its bias alone decides.
private final class ScriptedRun {
  let model = MarkedModel()
  let optimizer: ScriptedOptimizer
  let trainer: Trainer
  private let dataset: Zeros
  private let batchSize: Int
  private let epochCount: Int
  var learningRate: ((TrainingStep) -> Double)?
  private(set) var reports: [EpochReport] = []

  /// - Parameter biases: of class 0 after each epoch's steps; class 1 has 0. The larger it is, the
  ///   lower the loss of label 0.
  init(
    biases: [Float], labels: [Int] = [0, 0], batchSize: Int = 2,
    monitor: MonitoredFigure = .validLoss, gradientNormLimit: Double? = nil
  ) {
    let stepsAnEpoch = (labels.count + batchSize - 1) / batchSize
    optimizer = ScriptedOptimizer(
      model, biases: biases.flatMap { [Float](repeating: $0, count: stepsAnEpoch) })
    trainer = Trainer(
      model: model, optimizer: optimizer, monitor: monitor, gradientNormLimit: gradientNormLimit)
    dataset = Zeros(labels: labels)
    self.batchSize = batchSize
    epochCount = biases.count
  }

  func train(
    patience: Int? = nil, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws {
    try trainer.train(
      dataset, validating: dataset, epochCount: epochCount, batchSize: batchSize,
      patience: patience,
      beforeStep: learningRate.map { rate in { [optimizer] in optimizer.learningRate = rate($0) } },
      using: RandomGenerator(seed: 0)
    ) { event in
      if case .epoch(let epoch) = event { reports.append(epoch) }
      try report(event)
    }
  }

  /// After which step a state was taken.
  func marks(of state: StateDictionary?) -> Float? {
    guard case .float32(let numbers)? = state?["linear.weight"]?.elements else { return nil }
    return Set(numbers).count == 1 ? numbers[0] : nil
  }
}

private final class MarkedModel: Module {
  var isTraining = true
  let linear = Linear(inputSize: 1, outputSize: 2, using: RandomGenerator(seed: 0))
  let norm = LogSoftmax()
  private(set) var calls: [String] = []

  func callAsFunction(_ input: Tensor) -> Tensor {
    let output = norm(linear(input))
    let mode = linear.isTraining ? "train" : "evaluate"
    calls.append(mode + (output.requiresGradient ? ", recorded" : ""))
    return output
  }
}

private final class ScriptedOptimizer: Optimizer {
  let parameters: [Parameter]
  var learningRate = 0.5 { didSet { learningRates.append(learningRate) } }
  private(set) var learningRates: [Double] = []
  private let linear: Linear
  private let biases: [Float]
  private(set) var biasGradients: [[Float]] = []

  init(_ model: MarkedModel, biases: [Float]) {
    parameters = model.parameters
    linear = model.linear
    self.biases = biases
  }

  func step() {
    biasGradients.append(linear.bias.gradient?.numbers ?? [])
    let step = biasGradients.count
    linear.weight.copy(from: [Float(step), Float(step)])
    linear.bias.copy(from: [biases[step - 1], 0])
  }
}

private struct Zeros: Dataset {
  let labels: [Int]

  var count: Int { labels.count }

  func batch(_ indices: ArraySlice<Int>) -> Batch {
    Batch(
      inputs: Tensor(repeating: 0, shape: [indices.count, 1]), labels: indices.map { labels[$0] })
  }
}
