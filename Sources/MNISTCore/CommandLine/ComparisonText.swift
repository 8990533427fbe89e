/// The table that `--compare` prints.
public enum ComparisonText {
  /// One row a run, the lowest validation loss first; then, for runs that differ in the seed alone,
  /// mean ± standard deviation.
  public static func table(_ comparison: RunComparison) -> String {
    let settings = comparison.differingSettings
    var rows = [
      ["run"] + settings
        + ["epochs", "best epoch", "train loss", "valid loss", "accuracy", "time"]
    ]
    for run in comparison.runs {
      rows.append(
        [PythonSyntax.escaped(run.name)]
          + settings.map { PythonSyntax.escaped(run.configuration.setting($0)?.text ?? "-") } + [
            "\(run.rows.count)", "\(run.best.epoch)", NumberText.scientific(run.best.trainLoss),
            NumberText.scientific(run.best.validLoss), NumberText.fixed(run.best.validAccuracy),
            ProgressLine.duration(run.seconds),
          ])
    }
    var text = aligned(rows)
    guard !comparison.groups.isEmpty else { return text }
    let shown = settings.filter { $0 != "seed" }
    var sums = [["runs that differ in the seed alone"] + shown + ["valid loss", "accuracy"]]
    for group in comparison.groups {
      let configuration = group.runs[0].configuration
      sums.append(
        ["\(group.runs.count)"]
          + shown.map { PythonSyntax.escaped(configuration.setting($0)?.text ?? "-") } + [
            "\(NumberText.scientific(group.validLoss.mean)) ± "
              + NumberText.scientific(group.validLoss.standardDeviation),
            "\(NumberText.fixed(group.validAccuracy.mean)) ± "
              + NumberText.fixed(group.validAccuracy.standardDeviation),
          ])
    }
    text += "\n\n" + aligned(sums)
    return text
  }

  /// Columns two spaces apart; the first to the left, the others to the right.
  private static func aligned(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + padding : "  " + padding + cell
      }
      return line
    }.joined(separator: "\n")
  }
}
