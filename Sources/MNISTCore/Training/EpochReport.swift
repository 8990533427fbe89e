/// What one epoch came to. Losses are means over the epoch's batches.
public struct EpochReport: Equatable, Sendable {
  /// From 1.
  public let epoch: Int
  public let epochCount: Int
  public let trainLoss: Double
  public let validLoss: Double
  /// The share of validation examples whose class was found, counted over all of them; nil where the targets
  /// are no labels.
  public let validAccuracy: Double?
  /// The lowest validation loss so far, this epoch included.
  public let lowestLoss: Double
}
