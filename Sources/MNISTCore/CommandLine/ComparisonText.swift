/// The table that `--compare` prints.
enum ComparisonText {
  /// One row a run, the lowest validation loss first, with the figures of that epoch; then, for runs that
  /// differ in the seed alone, mean ± standard deviation.
  static func table(_ comparison: RunComparison) -> String {
    let names = comparison.differingSettings
    let header = ["run"] + names + ["best epoch", "train loss", "valid loss", "accuracy", "time"]
    let rows = comparison.runs.map { run in
      [run.name] + values(names, run) + [
        "\(run.best.epoch)/\(run.rows.count)", loss(run.best.trainLoss),
        loss(run.best.validLoss), NumberText.fixed(run.best.validAccuracy),
        ProgressLine.duration(run.seconds),
      ]
    }
    return aligned(header, rows) + (comparison.groups.isEmpty ? "" : "\n\n" + sums(comparison))
  }

  private static func sums(_ comparison: RunComparison) -> String {
    let names = comparison.differingSettings.filter { $0 != TrainingSetting.seedName }
    let rows = comparison.groups.map { group in
      let (losses, accuracies) = (group.validLoss, group.validAccuracy)
      return ["\(group.runs.count)"] + values(names, group.runs[0]) + [
        "\(loss(losses.mean)) ± \(loss(losses.standardDeviation))",
        "\(NumberText.fixed(accuracies.mean)) ± "
          + NumberText.fixed(accuracies.standardDeviation),
      ]
    }
    return "Mean ± s.d. of runs that differ in the seed alone:\n"
      + aligned(["runs"] + names + ["valid loss", "accuracy"], rows)
  }

  private static func values(_ names: [String], _ run: LoggedRun) -> [String] {
    names.map { name in
      let text = run.configuration.setting(name)?.text ?? "-"
      // The names of all classes would take the whole line.
      return text.count > 30 ? text.prefix(29) + "…" : text
    }
  }

  private static func loss(_ number: Double) -> String { NumberText.fixed(number, decimals: 5) }

  /// Columns two spaces apart; the first to the left, the others to the right. Names and values may be a
  /// stranger's.
  private static func aligned(_ header: [String], _ rows: [[String]]) -> String {
    let titles = header.map(inTwo)
    let lines = ([titles.map(\.0), titles.map(\.1)] + rows).map { $0.map(PythonSyntax.escaped) }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        text += column == 0 ? cell + padding : "  " + padding + cell
      }
      while text.last == " " { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }

  /// Settings' names are longer than their values: long ones take two lines.
  private static func inTwo(_ name: String) -> (String, String) {
    guard name.count > 6, let last = name.lastIndex(where: { " _".contains($0) }) else {
      return ("", name)
    }
    return (String(name[...last].filter { $0 != " " }), String(name[name.index(after: last)...]))
  }
}

extension Console {
  /// Prints the table of runs logged to these folders. Of a folder that holds none it tells why, and goes on.
  package mutating func compareRuns(in folders: [String]) {
    var runs: [LoggedRun] = []
    for folder in folders {
      do {
        runs.append(try LoggedRun(readingFrom: folder))
      } catch {
        failAndGoOn(error)
      }
    }
    if !runs.isEmpty { print(ComparisonText.table(RunComparison(runs))) }
  }
}
