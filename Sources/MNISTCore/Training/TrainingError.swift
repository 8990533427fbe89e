/// A run that came to nothing.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  case noFiniteLoss(epochCount: Int)

  public var description: String {
    switch self {
    case .noFiniteLoss(let epochCount):
      "no model was saved: the validation loss was not a number in any of \(epochCount) epochs"
    }
  }
}
