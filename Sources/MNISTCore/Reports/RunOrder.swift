/// What runs are sorted by: the best first, of other figures and of settings the lowest.
package struct RunOrder: Equatable, Sendable {
  /// One of `keys`.
  package var key = figures[0]
  /// The worst or highest first.
  package var isReversed = false

  /// Those of the best epoch; `time` is that of all epochs, `epoch` the best one.
  package static let figures = ["valid_loss", "accuracy", "train_loss", "time", "name", "epoch"]

  /// The figures, and the names of all settings.
  package static let keys =
    figures
    + TrainingSetting.all.flatMap {
      $0.shownName == "n_layers" ? [$0.shownName, "hidden_sizes"] : [$0.shownName]
    }

  /// In the order of its cases: what is not known comes last.
  private enum Value: Comparable {
    case number(Double)
    case text(String)
    case missing
  }

  /// Runs that are equal by the key are sorted by their validation loss, then by name.
  func sorted(_ runs: [LoggedRun]) -> [LoggedRun] {
    let entries = runs.map { run in
      (run: run, value: value(of: run), loss: Self.number(run.best.validLoss))
    }
    return entries.sorted { a, b in
      guard a.value != b.value else { return (a.loss, a.run.name) < (b.loss, b.run.name) }
      let isTurned = isReversed && a.value != .missing && b.value != .missing
      return isTurned ? b.value < a.value : a.value < b.value
    }.map(\.run)
  }

  private func value(of run: LoggedRun) -> Value {
    switch key {
    case "valid_loss": return Self.number(run.best.validLoss)
    case "accuracy": return Self.number(-run.best.validAccuracy)
    case "train_loss": return Self.number(run.best.trainLoss)
    case "time": return Self.number(run.seconds)
    case "name": return .text(run.name)
    case "epoch": return .number(Double(run.best.epoch))
    default:
      guard let setting = run.configuration.setting(key) else { return .missing }
      return Double(setting.json).map(Self.number) ?? .text(setting.text)
    }
  }

  private static func number(_ number: Double) -> Value {
    number.isNaN ? .missing : .number(number)
  }
}
