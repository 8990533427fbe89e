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
  /// The model after the epoch with the lowest validation loss, nil before the first epoch is over.
  public var best: StateDictionary?
  /// The model as it is now.
  public var last: StateDictionary
  /// One for each of the model's parameters, in order.
  public var optimizer: [Adam.State]
  /// At the start of the current epoch: its permutation is drawn again.
  public var generator: RandomGenerator.State
  /// How many numbers dropout has drawn.
  public var dropoutDraws: UInt64
}
