/// Trains a classifier and keeps its best state, by the loss on data it is not trained on.
public final class Trainer {
  private let model: any Module
  private let optimizer: any Optimizer
  private let criterion: NLLLoss

  /// The lowest validation loss so far.
  public private(set) var lowestLoss = Double.infinity
  /// The model's state after the epoch with the lowest validation loss; nil before there is one.
  public private(set) var bestState: StateDictionary?
  /// The model's state after the last epoch, from which training could go on.
  public private(set) var lastState: StateDictionary
  /// Epochs behind us.
  public private(set) var epoch = 0

  public init(model: any Module, optimizer: any Optimizer, criterion: NLLLoss = NLLLoss()) {
    self.model = model
    self.optimizer = optimizer
    self.criterion = criterion
    lastState = model.stateDictionary
  }

  /// Until `epochCount` epochs are behind it, trains once over `trainData` in shuffled batches and
  /// validates once over `validData` in order. Then the model is put back to its best state and to
  /// evaluation. Called again with a larger count, it goes on from where the last epoch ended.
  ///
  /// If no epoch had a validation loss that is a number, there is no best state, and the model stays as
  /// it is.
  ///
  /// - Parameters:
  ///   - generator: draws one permutation an epoch.
  ///   - report: is told of every iteration and every epoch.
  public func train(
    _ trainData: any Dataset, validating validData: any Dataset, epochCount: Int, batchSize: Int,
    using generator: RandomGenerator, report: (TrainingEvent) -> Void = { _ in }
  ) {
    let needsPairs = model.modules.contains { $0 is BatchNorm1d }
    let trainLoader = DataLoader(
      trainData, batchSize: batchSize, shuffledBy: generator, smallestBatch: needsPairs ? 2 : 1)
    let validLoader = DataLoader(validData, batchSize: batchSize)
    if epoch > 0 { restore(lastState) }
    while epoch < epochCount {
      let trainLoss = trainOnce(trainLoader, report)
      let validLoss = validateOnce(validLoader, report)
      epoch += 1
      lastState = model.stateDictionary
      if validLoss <= lowestLoss {
        lowestLoss = validLoss
        bestState = lastState
      }
      report(
        .epoch(
          EpochReport(
            epoch: epoch, epochCount: epochCount, trainLoss: trainLoss, validLoss: validLoss,
            lowestLoss: lowestLoss)))
    }
    if let bestState { restore(bestState) }
    model.evaluate()
  }

  private func trainOnce(_ loader: DataLoader, _ report: (TrainingEvent) -> Void) -> Double {
    model.train()
    var total = 0.0
    for (index, batch) in loader.enumerated() {
      let loss = criterion(model(batch.inputs), batch.labels)
      optimizer.zeroGradients()
      loss.backward()
      optimizer.step()
      total += Double(loss.item)
      report(.trainIteration(index + 1, of: loader.batchCount, loss: Double(loss.item)))
    }
    return total / Double(loader.batchCount)
  }

  private func validateOnce(_ loader: DataLoader, _ report: (TrainingEvent) -> Void) -> Double {
    model.evaluate()
    var total = 0.0
    for (index, batch) in loader.enumerated() {
      let loss = withoutGradients { criterion(model(batch.inputs), batch.labels) }
      total += Double(loss.item)
      report(.validIteration(index + 1, of: loader.batchCount, loss: Double(loss.item)))
    }
    return total / Double(loader.batchCount)
  }

  private func restore(_ state: StateDictionary) {
    do {
      try model.load(stateDictionary: state)
    } catch {
      preconditionFailure("the model has changed since its state was taken: \(error)")
    }
  }
}
