/// The table that `--compare` prints.
enum ComparisonText {
  /// A column of a table; the first and the last are to the left.
  private struct Column {
    let title: String
    let cells: [String]
  }

  /// What a narrow terminal goes without, first to last: the settings and what the choice is made by stay.
  private static let leastImportant = ["train loss", "time", "model", "best epoch"]

  /// One row a run, in the order of the comparison, with the figures of its best epoch; then, for runs that
  /// differ in the seed alone, mean ± standard deviation.
  ///
  /// - Parameter columns: what a line of the terminal holds; nil where there is no limit.
  /// - Returns: the table, and the titles of columns that had no room.
  static func table(
    _ comparison: RunComparison, columns limit: Int? = nil
  ) -> (text: String, omitted: [String]) {
    func column(_ title: String, _ cell: (LoggedRun) -> String) -> Column {
      Column(title: title, cells: comparison.runs.map(cell))
    }
    var columns = [column("run", \.name)]
    columns += comparison.columns.map { name in column(name) { value(name, $0, comparison) } }
    columns += [
      column("best epoch") { "\($0.best.epoch)/\($0.rows.count)" },
      column("train loss") { loss($0.best.trainLoss) },
      column("valid loss") { loss($0.best.validLoss) },
      column("accuracy") { NumberText.fixed($0.best.validAccuracy) },
      column("time") { NumberText.duration($0.seconds) },
      column("model", \.modelPath),
    ]
    func text(without omitted: [String]) -> String {
      aligned(columns.filter { !omitted.contains($0.title) })
    }
    func fits(_ omitted: [String]) -> Bool {
      guard let limit else { return true }
      return text(without: omitted).split(separator: "\n").allSatisfy { $0.count <= limit }
    }
    var omitted: [String] = []
    for title in leastImportant where !fits(omitted) { omitted.append(title) }
    // A wide one that had to go may have made room for narrow ones.
    for title in omitted.reversed() {
      let others = omitted.filter { $0 != title }
      if fits(others) { omitted = others }
    }
    let text = text(without: omitted)
    return (text + (comparison.groups.isEmpty ? "" : "\n\n" + sums(comparison)), omitted)
  }

  private static func sums(_ comparison: RunComparison) -> String {
    func column(_ title: String, _ cell: (RunComparison.Group) -> String) -> Column {
      Column(title: title, cells: comparison.groups.map(cell))
    }
    let names = comparison.columns.filter { $0 != TrainingSetting.seedName }
    let columns =
      [column("runs") { "\($0.runs.count)" }]
      + names.map { name in column(name) { value(name, $0.runs[0], comparison) } } + [
        column("valid loss") {
          "\(loss($0.validLoss.mean)) ± \(loss($0.validLoss.standardDeviation))"
        },
        column("accuracy") {
          NumberText.fixed($0.validAccuracy.mean) + " ± "
            + NumberText.fixed($0.validAccuracy.standardDeviation)
        },
      ]
    return "Mean ± s.d. of runs that differ in the seed alone:\n" + aligned(columns)
  }

  private static func value(
    _ name: String, _ run: LoggedRun, _ comparison: RunComparison
  ) -> String {
    let text = comparison.text(name, of: run) ?? "-"
    // A text of any length would take the whole line.
    return text.count > 30 ? text.prefix(29) + "…" : text
  }

  private static func loss(_ number: Double) -> String { NumberText.fixed(number, decimals: 5) }

  /// Columns two spaces apart; texts to the left, the others to the right. Names and values may be a stranger's.
  private static func aligned(_ columns: [Column]) -> String {
    let texts = columns.map { column in
      let title = inTwo(column.title)
      return ([title.0, title.1] + column.cells).map(PythonSyntax.escaped)
    }
    let widths = texts.map { $0.map(\.count).max() ?? 0 }
    return texts[0].indices.map { row in
      var line = ""
      for (index, column) in columns.enumerated() {
        let cell = texts[index][row]
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        let isLeft = index == 0 || column.title == "model"
        line += (index == 0 ? "" : "  ") + (isLeft ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
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
