/// Trains a module by any loss and optimiser and keeps its best state, by the loss or the accuracy on data it is
/// not trained on.
public final class Trainer {
  let model: any Module
  let optimizer: any Optimizer
  private let criterion: any Loss
  private let monitor: MonitoredFigure
  private let gradientNormLimit: Double?
  let device: any Device

  /// The lowest validation loss so far.
  public private(set) var lowestLoss = Double.infinity
  /// The best monitored value so far; nil before there is one.
  public private(set) var bestValue: Double?
  /// The model's state after the last epoch with that value; nil before there is one.
  public private(set) var bestState: StateDictionary?
  /// Epochs behind us.
  public private(set) var epoch = 0
  /// How many epochs lie between us and the last whose monitored value was better than all before it.
  public private(set) var epochsWithoutImprovement = 0
  /// How far we are in the next one.
  public private(set) var progress = EpochProgress()
  /// Batches of training and of validation in an epoch, once training has begun.
  public private(set) var batchCount = 0
  /// The random generator's state at the start of the current epoch; nil before the first.
  public private(set) var generatorState: RandomGenerator.State?

  /// The model's state as training goes on from it, also while the model itself is in its best state.
  public var lastState: StateDictionary { stateBeforeBest ?? model.stateDictionary }
  private var stateBeforeBest: StateDictionary?
  /// Whether validation has met labels only, thus has an accuracy.
  private var hasLabels = true

  /// - Parameters:
  ///   - optimizer: of the model's parameters.
  ///   - criterion: whose targets are those of the data; it measures training and validation.
  ///   - monitor: tells the best epoch.
  ///   - gradientNormLimit: above 0; longer gradients are cut down to it, see `clipGradientNorm(to:)`.
  public init(
    model: any Module, optimizer: any Optimizer, criterion: any Loss = NLLLoss(),
    monitor: MonitoredFigure = .validLoss, gradientNormLimit: Double? = nil
  ) {
    let parameters = model.parameters
    let own = Set(parameters.map { ObjectIdentifier($0.storage) })
    if let other = optimizer.parameters.first(where: {
      !own.contains(ObjectIdentifier($0.storage))
    }) {
      stop("the optimiser changes a parameter of shape \(other.shape) that is not the model's")
    }
    device = parameters.first?.device ?? CurrentDevice.device
    self.model = model
    self.optimizer = optimizer
    self.criterion = criterion
    self.monitor = monitor
    self.gradientNormLimit = gradientNormLimit
  }

  /// Goes to where another run stood; the optimiser and dropout's generator are the caller's to set.
  package func resume(from state: TrainingState) {
    restore(state.last)
    stateBeforeBest = nil
    (epoch, progress) = (state.epoch, state.progress)
    (lowestLoss, bestState) = (state.lowestLoss, state.best)
    let bestLoss = state.best == nil ? nil : state.lowestLoss
    bestValue = monitor == .validLoss ? bestLoss : state.highestAccuracy
    epochsWithoutImprovement = state.epochsWithoutImprovement
    generatorState = state.generator
  }

  /// Until `epochCount` epochs are behind it, trains once over `trainData` in shuffled batches and
  /// validates once over `validData` in order. Then the model is put back to its best state and to
  /// evaluation. With `patience`, that many epochs without improvement end training too; a value as good as
  /// the best of what is monitored is a best state, but no improvement.
  ///
  /// Whatever `report` throws ends training after the batch or epoch it was told of. Called again, also
  /// with a larger count, training goes on from there as if it had not ended. A loss that is not a finite
  /// number ends training for good, with a `TrainingError`; the model is put back to its best state all the
  /// same, if it has had one. A device that has failed ends it with a `DeviceError`; then the model's numbers are worth
  /// nothing.
  ///
  /// - Parameters:
  ///   - prepare: is told of every training batch before it is computed: a schedule sets the optimiser's learning
  ///     rate there.
  ///   - generator: draws one permutation an epoch.
  ///   - report: is told of every iteration and every epoch.
  public func train(
    _ trainData: any Dataset, validating validData: any Dataset, epochCount: Int, batchSize: Int,
    patience: Int? = nil, beforeStep prepare: ((TrainingStep) -> Void)? = nil,
    using generator: RandomGenerator, report: (TrainingEvent) throws -> Void = { _ in }
  ) throws {
    require(
      trainData.count > 0 && validData.count > 0,
      "training needs examples to train on and to validate with, not \(trainData.count) and "
        + "\(validData.count)")
    require(patience ?? 1 >= 1, "a patience is 1 epoch or more, not \(patience ?? 1)")
    let trainLoader = batches(of: trainData, batchSize, shuffledBy: generator)
    let validLoader = DataLoader(validData, batchSize: batchSize)
    batchCount = trainLoader.batchCount + validLoader.batchCount
    if let generatorState { generator.state = generatorState }
    if let stateBeforeBest { restore(stateBeforeBest) }
    stateBeforeBest = nil
    while epoch < epochCount, epochsWithoutImprovement < patience ?? .max {
      generatorState = generator.state
      let trainLoss = try trainOnce(trainLoader, prepare, report)
      let validLoss = try validateOnce(validLoader, report)
      let validAccuracy = hasLabels ? Double(progress.correct) / Double(validData.count) : nil
      epoch += 1
      progress = EpochProgress()
      generatorState = generator.state
      lowestLoss = min(lowestLoss, validLoss)
      let value = monitor.value(loss: validLoss, accuracy: validAccuracy)
      let isImproved = bestValue.map { monitor.isBetter(value, than: $0) } ?? true
      epochsWithoutImprovement = isImproved ? 0 : epochsWithoutImprovement + 1
      if isImproved || value == bestValue {
        bestValue = value
        // The old one first: a large model's state is not held twice.
        bestState = nil
        bestState = model.stateDictionary
      }
      try device.check()
      try report(
        .epoch(
          EpochReport(
            epoch: epoch, epochCount: epochCount, trainLoss: trainLoss, validLoss: validLoss,
            validAccuracy: validAccuracy, lowestLoss: lowestLoss,
            learningRate: optimizer.learningRate)))
    }
    restoreBest()
  }

  private func restoreBest() {
    if let bestState {
      stateBeforeBest = model.stateDictionary
      restore(bestState)
    }
    model.evaluate()
  }

  /// The batches of a training pass, in a fresh order each time where a generator draws one.
  func batches(
    of data: any Dataset, _ batchSize: Int, shuffledBy generator: RandomGenerator? = nil
  ) -> DataLoader {
    let needsPairs = model.modules.contains { $0 is BatchNorm1d }
    return DataLoader(
      data, batchSize: batchSize, shuffledBy: generator, smallestBatch: needsPairs ? 2 : 1)
  }

  /// One update of a model that trains; the batch's loss before it.
  func step(_ batch: Batch, _ moved: inout MovedState) throws(StopSignal) -> Float {
    let loss = try moved.orGiveUp {
      let loss = criterion(model(batch.inputs), batch.targets)
      optimizer.zeroGradients()
      loss.backward()
      return loss
    }
    if let gradientNormLimit { optimizer.clipGradientNorm(to: gradientNormLimit) }
    optimizer.step()
    // The step's one number: a device is waited for here and nowhere else.
    return loss.item
  }

  // Both passes leave out the batches that an earlier call has behind it. A long batch that a signal to
  // stop meets is given up: it leaves no trace, and is the first of whoever goes on.

  private func trainOnce(
    _ loader: DataLoader, _ prepare: ((TrainingStep) -> Void)?,
    _ report: (TrainingEvent) throws -> Void
  ) throws -> Double {
    model.train()
    var moved = MovedState(of: model)
    for (index, batch) in loader.enumerated().dropFirst(progress.train.batches) {
      prepare?(TrainingStep(epoch: epoch, batch: index))
      let number = try step(batch, &moved)
      try check(number, .training, index + 1, of: loader.batchCount)
      progress.train.add(Double(number))
      try report(.trainIteration(index + 1, of: loader.batchCount, loss: Double(number)))
    }
    return progress.train.loss / Double(loader.batchCount)
  }

  private func validateOnce(
    _ loader: DataLoader, _ report: (TrainingEvent) throws -> Void
  ) throws -> Double {
    model.evaluate()
    if progress.valid.batches == 0 { hasLabels = true }
    var moved = MovedState(of: model)
    for (index, batch) in loader.enumerated().dropFirst(progress.valid.batches) {
      let (output, loss) = try moved.orGiveUp {
        withoutGradients {
          let output = model(batch.inputs)
          return (output, criterion(output, batch.targets))
        }
      }
      let number = loss.item
      try check(number, .validation, index + 1, of: loader.batchCount)
      if case .labels(let labels) = batch.targets {
        progress.correct += zip(output.argmax(), labels).count { $0 == $1 }
      } else {
        hasLabels = false
      }
      progress.valid.add(Double(number))
      try report(.validIteration(index + 1, of: loader.batchCount, loss: Double(number)))
    }
    return progress.valid.loss / Double(loader.batchCount)
  }

  private func check(
    _ loss: Float, _ pass: TrainingError.Pass, _ batch: Int, of batchCount: Int
  ) throws {
    guard !loss.isFinite else { return }
    try device.check()
    restoreBest()
    throw TrainingError.lossNotFinite(
      epoch: epoch + 1, pass: pass, batch: batch, batchCount: batchCount,
      loss: loss.isNaN ? "nan" : "inf")
  }

  private func restore(_ state: StateDictionary) {
    do {
      try model.load(stateDictionary: state)
    } catch {
      stop("the model has changed since its state was taken: \(error)")
    }
  }
}
