/// What tells the better of two epochs: which one's model is the best state, and what patience waits for.
public enum MonitoredFigure: String, CaseIterable, Sendable {
  /// The mean loss of the validation batches; the lower, the better.
  case validLoss = "valid_loss"
  /// The share of validation examples whose class was found; the higher, the better.
  case validAccuracy = "valid_accuracy"

  /// Whether of two values the lower is the better one.
  public var prefersLower: Bool { self == .validLoss }

  /// Whether a value is better than another; equal ones are not.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    prefersLower ? value < other : value > other
  }

  /// What has the best value, of equals the last, as the trainer keeps it; what has none (not-a-number) is passed over.
  package func best<Epoch>(
    of epochs: some Sequence<Epoch>, by value: (Epoch) -> Double
  ) -> Epoch? {
    epochs.reduce(nil as Epoch?) { best, epoch in
      guard !value(epoch).isNaN else { return best }
      guard let best, isBetter(value(best), than: value(epoch)) else { return epoch }
      return best
    }
  }

  /// As a sentence has it: `validation loss`.
  package var words: String { self == .validLoss ? "validation loss" : "validation accuracy" }

  /// The value out of an epoch's figures. Stops the program where it is the accuracy, and the targets are no labels.
  func value(loss: Double, accuracy: Double?) -> Double {
    guard self == .validAccuracy else { return loss }
    guard let accuracy else {
      stop("only data with labels has an accuracy to monitor (expected labels, found numbers)")
    }
    return accuracy
  }
}

extension EpochReport {
  /// What the epoch came to. Stops the program where it is the accuracy, and the targets are no labels.
  public func value(of figure: MonitoredFigure) -> Double {
    figure.value(loss: validLoss, accuracy: validAccuracy)
  }
}

extension LoggedEpoch {
  /// What the epoch came to.
  package func value(of figure: MonitoredFigure) -> Double {
    figure.value(loss: validLoss, accuracy: validAccuracy)
  }

  /// The epoch whose model is kept: of the best values the last, as the trainer has it; nil of none.
  package static func best(
    of epochs: some Sequence<LoggedEpoch>, by monitor: MonitoredFigure
  ) -> LoggedEpoch? {
    monitor.best(of: epochs) { $0.value(of: monitor) }
  }
}
