/// A run that cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// Where in an epoch; also the word for it.
  public enum Pass: String, Sendable {
    case training, validation
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
