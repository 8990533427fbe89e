/// What a run tells while it goes on. Iterations count from 1 within their epoch.
public enum TrainingEvent: Equatable, Sendable {
  /// A batch was trained on.
  case trainIteration(Int, of: Int, loss: Double)
  /// A batch was validated.
  case validIteration(Int, of: Int, loss: Double)
  /// An epoch is over.
  case epoch(EpochReport)
}

/// What one epoch came to. Losses are means over the epoch's batches.
public struct EpochReport: Equatable, Sendable {
  /// From 1.
  public let epoch: Int
  /// How many the run has.
  public let epochCount: Int
  /// Of the batches that were trained on, each by the model it met.
  public let trainLoss: Double
  /// Of the model after the epoch.
  public let validLoss: Double
  /// The share of validation examples whose class was found, counted over all of them; nil where the targets
  /// are no labels.
  public let validAccuracy: Double?
  /// The lowest validation loss so far, this epoch included.
  public let lowestLoss: Double
  /// The optimiser's in the last training batch.
  public let learningRate: Double
}

/// A run that cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// Where in an epoch; also the word for it.
  public enum Pass: String, Sendable {
    /// The pass that changes the model.
    case training
    /// The pass that measures it.
    case validation
  }

  /// `loss` is `nan` or `inf`. Epochs and batches count from 1.
  case lossNotFinite(epoch: Int, pass: Pass, batch: Int, batchCount: Int, loss: String)

  public var description: String {
    switch self {
    case .lossNotFinite(let epoch, let pass, let batch, let batchCount, let loss):
      "the loss became \(loss) in epoch \(epoch), \(pass.rawValue) batch \(batch) of \(batchCount); "
        + (epoch > 1 ? "the best model of the epochs before is kept" : "no model was saved")
    }
  }
}
