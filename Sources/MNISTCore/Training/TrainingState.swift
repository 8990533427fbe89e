/// Where a run stands between two batches: the best model so far, and all that the next batch depends
/// on.
public struct TrainingState: Equatable, Sendable {
  /// Epochs behind the run.
  public var epoch: Int
  /// How far it is in the next one.
  public var progress: EpochProgress
  /// Infinite before the first epoch is over.
  public var lowestLoss: Double
  /// How many epochs lie behind the last improvement; only of a run with patience, else 0.
  public var epochsWithoutImprovement = 0
  /// The highest validation accuracy so far; only of a run that monitors it, else nil, as before the first epoch
  /// is over.
  public var highestAccuracy: Double?
  /// The model after the best epoch by what is monitored, nil before the first epoch is over.
  public var best: StateDictionary?
  /// The model as it is now.
  public var last: StateDictionary
  /// One for each of the model's parameters, in order.
  public var optimizer: [Adam.State]
  /// At the start of the current epoch: its permutation is drawn again.
  public var generator: RandomGenerator.State
  /// How many numbers dropout has drawn.
  public var dropoutDraws: UInt64
  /// What the epochs behind the run came to, for a log of it; files of version 1.1 do not tell.
  package var loggedEpochs: [LoggedEpoch] = []
}

/// How far a run is inside its current epoch; nothing at the epoch's start.
public struct EpochProgress: Equatable, Sendable {
  /// One pass over the batches of a dataset.
  public struct Pass: Equatable, Sendable {
    /// Batches behind the run.
    public var batches: Int
    /// The sum of their losses.
    public var loss: Double

    /// At the pass's beginning, unless said otherwise.
    public init(batches: Int = 0, loss: Double = 0) {
      require(batches >= 0, "a pass cannot have \(batches) batches behind it")
      self.batches = batches
      self.loss = loss
    }

    mutating func add(_ loss: Double) {
      batches += 1
      self.loss += loss
    }
  }

  /// The pass over the training data.
  public var train = Pass()
  /// The pass over the validation data.
  public var valid = Pass()
  /// Validation images whose class was found.
  public var correct: Int

  /// At the epoch's beginning, unless said otherwise.
  public init(train: Pass = Pass(), valid: Pass = Pass(), correct: Int = 0) {
    self.train = train
    self.valid = valid
    self.correct = correct
  }
}

/// What a log says of an epoch, but for the times: equal runs have equal ones.
package struct LoggedEpoch: Equatable, Sendable {
  /// From 1.
  package let epoch: Int
  /// The mean over the training batches.
  package let trainLoss: Double
  /// The mean over the validation batches.
  package let validLoss: Double
  /// The share of validation images whose class was found.
  package let validAccuracy: Double
  /// The lowest validation loss so far, this epoch included.
  package let lowestLoss: Double
  /// In the last training batch; nil where the run has but one.
  package let learningRate: Double?
}

extension LoggedEpoch {
  /// What an epoch came to; its targets are labels.
  ///
  /// - Parameter isScheduled: whether the run has more than one learning rate.
  package init(_ report: EpochReport, isScheduled: Bool = false) {
    self.init(
      epoch: report.epoch, trainLoss: report.trainLoss, validLoss: report.validLoss,
      validAccuracy: report.validAccuracy ?? 0, lowestLoss: report.lowestLoss,
      learningRate: isScheduled ? report.learningRate : nil)
  }
}
