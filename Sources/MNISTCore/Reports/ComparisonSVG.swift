/// The validation losses and accuracies of several runs by epoch as SVG that needs nothing else, for light and
/// dark.
enum ComparisonSVG {
  /// How many runs have a colour, in the order of the comparison; the others are grey.
  static let colouredLimit = 12

  /// The file's content.
  static func text(_ comparison: RunComparison) -> String {
    let runs = comparison.runs
    let coloured = min(runs.count, colouredLimit)
    let rows = runs.flatMap(\.rows)
    let lastEpoch = rows.map(\.epoch).max() ?? 1
    let top = ChartPanel(
      top: 50, height: 230, ChartAxis(holding: rows.map(\.validLoss)), lastEpoch: lastEpoch)
    let bottom = ChartPanel(
      top: 344, height: 160, ChartAxis(holding: rows.map(\.validAccuracy)), lastEpoch: lastEpoch)
    let legend = legend(runs, coloured, top: bottom.bottom + 68)
    let height = legend.bottom + 16
    // The first run lies above the others.
    let order = runs.indices.reversed()
    let parts =
      [
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 \(height)" role="img" \
        aria-labelledby="curves-title curves-text" class="curves">
        <title id="curves-title">Curves of \(runs.count) run\(runs.count == 1 ? "" : "s")</title>
        <desc id="curves-text">\(Markup.escaped(summary(comparison)))</desc>
        \(CurvesSVG.style)
        \(style)
        <rect class="ground" width="720" height="\(height)" rx="8"/>
        """,
        CurvesSVG.heading(y: 28, "Validation loss", []), top.grid,
      ] + order.map { line(runs[$0], $0, top, \.validLoss) } + [
        CurvesSVG.heading(y: 322, "Validation accuracy", []), bottom.grid,
      ] + order.map { line(runs[$0], $0, bottom, \.validAccuracy) } + [bottom.epochs, legend.text]
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The classes of a run's line: a colour and a dash, which together no other coloured run has.
  static func style(of index: Int) -> String {
    index < colouredLimit ? "c\(index % 6) d\((index + index / 6) % 4)" : "other"
  }

  /// A run's line, with its best epoch; whoever points at it is told the name.
  private static func line(
    _ run: LoggedRun, _ index: Int, _ panel: ChartPanel, _ value: KeyPath<MetricsRow, Double>
  ) -> String {
    let style = style(of: index)
    return "<g><title>\(Markup.escaped(run.name))</title>"
      + panel.line(style, run.rows, value) + panel.dot(style, run.best, value) + "</g>"
  }

  private static func legend(
    _ runs: [LoggedRun], _ coloured: Int, top: Int
  ) -> (text: String, bottom: Int) {
    var entries = runs.prefix(coloured).enumerated().map { index, run in
      (style: style(of: index), name: shortened(run.name))
    }
    let others = runs.count - coloured
    if others > 0 { entries.append(("other", "\(others) other run\(others == 1 ? "" : "s")")) }
    // Downwards in two columns.
    let height = (entries.count + 1) / 2
    let text = entries.enumerated().map { index, entry in
      let (x, y) = (24 + 348 * (index / height), top + 20 * (index % height))
      return "<path class=\"line \(entry.style)\" d=\"M\(x) \(y - 4)h36\"/>"
        + "<text x=\"\(x + 44)\" y=\"\(y)\">\(Markup.escaped(entry.name))</text>"
    }.joined(separator: "\n")
    return (text, top + 20 * (height - 1))
  }

  /// The end of a long name: paths begin alike.
  private static func shortened(_ name: String) -> String {
    let limit = 44
    return name.count > limit ? "…" + name.suffix(limit - 1) : name
  }

  /// The same in words, for those who do not see it.
  private static func summary(_ comparison: RunComparison) -> String {
    comparison.runs.prefix(colouredLimit).map { run in
      "\(run.name): best after epoch \(run.best.epoch), with validation loss "
        + "\(NumberText.fixed(run.best.validLoss)) and validation accuracy "
        + "\(NumberText.fixed(run.best.validAccuracy))."
    }.joined(separator: " ")
  }

  /// Six colours that differ in lightness as well as in hue; dashes are the second sign, and tell a colour's two
  /// runs apart.
  private static let style = """
    <style>
    .curves{--c0:#0b4fc3;--c1:#d4500f;--c2:#0a8a74;--c3:#a3288f;--c4:#8f6c00;--c5:#3a94cf;--other:#9aa3ad}
    @media screen and (prefers-color-scheme:dark){.curves{--c0:#6ea3ff;--c1:#ff8a52;--c2:#35c9ae;--c3:#e37fd3;\
    --c4:#dcb740;--c5:#a9dcff;--other:#5d6671}}
    .curves .c0{stroke:var(--c0)}.curves .c1{stroke:var(--c1)}.curves .c2{stroke:var(--c2)}
    .curves .c3{stroke:var(--c3)}.curves .c4{stroke:var(--c4)}.curves .c5{stroke:var(--c5)}
    .curves .other{stroke:var(--other);stroke-width:1.2}
    .curves .line.d1{stroke-dasharray:9 5}.curves .line.d2{stroke-dasharray:1 5}
    .curves .line.d3{stroke-dasharray:10 5 1 5}
    </style>
    """
}
