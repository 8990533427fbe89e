/// A file that holds what several runs came to.
package enum ComparisonForm: String, CaseIterable, Sendable {
  /// A row for each run: what differs and what it came to.
  case csv
  /// All settings and epochs of all runs.
  case json
  /// A page to look at.
  case html
  /// The page's curves alone.
  case svg

  /// By the ending of a file's name; nil for any other.
  package init?(path: String) {
    let name = path.lowercased()
    guard let form = Self.allCases.first(where: { name.hasSuffix(".\($0.rawValue)") }) else {
      return nil
    }
    self = form
  }

  /// The whole file.
  func text(_ comparison: RunComparison) -> String {
    switch self {
    case .csv: comparison.csv
    case .json: comparison.json
    case .html: ComparisonPage(comparison).html
    case .svg: ComparisonSVG.text(comparison)
    }
  }
}

extension RunComparison {
  /// `run,model,data,SETTING…,best_epoch,epochs,train_loss,valid_loss,valid_accuracy,seconds`, with each setting
  /// that differs; losses and accuracy are those of the best epoch, and come back exactly.
  var csv: String {
    let figures = [
      "best_epoch", "epochs", "train_loss", "valid_loss", "valid_accuracy", "seconds",
    ]
    let rows = runs.map { run in
      [run.name, run.modelPath, dataName(of: run)]
        + differingSettings.map { run.configuration.setting($0)?.text ?? "" }
        + ["\(run.best.epoch)", "\(run.rows.count)"]
        + [run.best.trainLoss, run.best.validLoss, run.best.validAccuracy, run.seconds]
        .map { "\($0)" }
    }
    return ([["run", "model", "data"] + differingSettings + figures] + rows)
      .map { CSVText.line($0) }.joined()
  }

  /// An object with `runs`, each with its `settings` and `epochs`; `differing_settings`; and `groups` of runs that
  /// differ in the seed alone. What is no number is null.
  var json: String {
    let runs = runs.map { run in
      let settings = run.configuration.settings.map { "\(JSONText.quoted($0.name)): \($0.json)" }
      return """
            {
              "run": \(JSONText.quoted(run.name)),
              "model_fn": \(JSONText.quoted(run.modelPath)),
              "data": \(JSONText.quoted(dataName(of: run))),
              "version": \(JSONText.quoted(run.configuration.version)),
              "monitor": \(JSONText.quoted(run.configuration.monitor.rawValue)),
              "settings": {\(settings.joined(separator: ", "))},
              "best_epoch": \(run.best.epoch),
              "seconds": \(Self.number(run.seconds)),
              "epochs": [
        \(run.rows.map(Self.epoch).joined(separator: ",\n"))
              ]
            }
        """
    }
    let groups = groups.map { group in
      """
          {"runs": [\(group.runs.map { JSONText.quoted($0.name) }.joined(separator: ", "))], \
      "valid_loss": \(Self.spread(group.validLoss)), \
      "valid_accuracy": \(Self.spread(group.validAccuracy))}
      """
    }
    func list(_ elements: [String]) -> String {
      elements.isEmpty ? "[]" : "[\n\(elements.joined(separator: ",\n"))\n  ]"
    }
    return """
      {
        "runs": \(list(runs)),
        "differing_settings": [\(differingSettings.map(JSONText.quoted).joined(separator: ", "))],
        "groups": \(list(groups))
      }

      """
  }

  private static func epoch(_ row: MetricsRow) -> String {
    """
            {"epoch": \(row.epoch), "train_loss": \(number(row.trainLoss)), \
    "valid_loss": \(number(row.validLoss)), "valid_accuracy": \(number(row.validAccuracy)), \
    "seconds": \(number(row.seconds))}
    """
  }

  private static func spread(_ spread: Spread) -> String {
    "{\"mean\": \(number(spread.mean)), "
      + "\"standard_deviation\": \(number(spread.standardDeviation))}"
  }

  private static func number(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }
}
