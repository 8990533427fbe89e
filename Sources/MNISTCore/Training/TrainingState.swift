/// Where a run stands: the best model so far, and all that the next epoch depends on.
public struct TrainingState: Equatable, Sendable {
  /// Epochs behind the run.
  public var epoch: Int
  public var lowestLoss: Double
  /// The model after the epoch with the lowest validation loss.
  public var best: StateDictionary
  /// The model after the last epoch.
  public var last: StateDictionary
  /// One for each of the model's parameters, in order.
  public var optimizer: [Adam.State]
  public var generator: RandomGenerator.State
  /// How many numbers dropout has drawn.
  public var dropoutDraws: UInt64
}
