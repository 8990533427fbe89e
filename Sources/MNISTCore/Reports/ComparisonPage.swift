/// Several runs side by side, in one file that opens without a network.
struct ComparisonPage {
  let comparison: RunComparison

  init(_ comparison: RunComparison) { self.comparison = comparison }

  /// The whole page.
  var html: String {
    let title = comparison.runs.count == 1 ? "One run" : "\(comparison.runs.count) runs compared"
    return ReportStyle.page(
      title: title, css: Self.css, parts: [header(title), curves, table, groups],
      tool: "mnist-train")
  }

  /// Of the runs' best epochs.
  private var lowest: Double? {
    comparison.runs.map(\.best.validLoss).filter { !$0.isNaN }.min()
  }

  private var highest: Double? {
    comparison.runs.map(\.best.validAccuracy).filter { !$0.isNaN }.max()
  }

  private func header(_ title: String) -> String {
    let runs = comparison.runs
    func figure(
      _ value: Double?, _ text: (Double) -> String, _ words: String,
      _ figure: KeyPath<MetricsRow, Double>
    ) -> String {
      guard let value, let run = runs.first(where: { $0.best[keyPath: figure] == value }) else {
        return ""
      }
      return "<p class=\"figure\"><b>\(text(value))</b> <span>\(words)</span> "
        + "<small>\(Markup.escaped(run.name))</small></p>"
    }
    return """
      <header>
      <h1>\(title)</h1>
      <div class="figures">
      \(figure(lowest, Self.loss, "lowest validation loss", \.validLoss))
      \(figure(highest, NumberText.fixed, "highest validation accuracy", \.validAccuracy))
      </div>
      </header>
      """
  }

  private var curves: String {
    let limit = ComparisonSVG.colouredLimit
    let more =
      comparison.runs.count > limit
      ? "<p>The first \(limit) runs of the table have a colour, the others are grey.</p>\n" : ""
    return section(
      "curves", "Curves",
      """
      <p>A ring marks a run's best epoch, whose model is kept.</p>
      \(more)\(scroll("curves", ComparisonSVG.text(comparison)))
      """)
  }

  private var table: String {
    let columns = comparison.columns
    func cell(_ text: String, isBest: Bool = false) -> String {
      isBest ? "<td><b>\(text)</b></td>" : "<td>\(text)</td>"
    }
    let rows = comparison.runs.enumerated().map { index, run in
      let best = run.best
      let figures = [
        cell(Self.loss(best.validLoss), isBest: best.validLoss == lowest),
        cell(NumberText.fixed(best.validAccuracy), isBest: best.validAccuracy == highest),
      ]
      let settings = columns.map { cell(Markup.escaped(comparison.text($0, of: run) ?? "–")) }
      let others = [
        cell("\(best.epoch)/\(run.rows.count)"), cell(Self.loss(best.trainLoss)),
        cell(NumberText.duration(run.seconds)),
      ]
      return """
        <tr><th scope="row">\(Self.swatch(index))\(Markup.escaped(run.name))</th>\
        \((figures + settings + others).joined())\
        <td class="path">\(Markup.escaped(run.modelPath))</td></tr>
        """
    }
    let titles =
      ["run", "valid loss", "accuracy"] + columns + ["best epoch", "train loss", "time"]
    let heads = titles.map(Self.head)
    return section(
      "runs", "Runs",
      """
      <p>Settings that differ, and the losses and accuracy of each run's best epoch.</p>
      \(scroll("runs", """
        <table class="numbers">
        <thead><tr>\(heads.joined())<th scope="col" class="path">model</th></tr></thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table>
        """))
      """)
  }

  private var groups: String {
    guard !comparison.groups.isEmpty else { return "" }
    let columns = comparison.columns.filter { $0 != TrainingSetting.seedName }
    let heads = (["runs"] + columns + ["valid loss", "accuracy"]).map(Self.head)
    let rows = comparison.groups.map { group in
      let (losses, accuracies) = (group.validLoss, group.validAccuracy)
      let cells =
        columns.map { Markup.escaped(comparison.text($0, of: group.runs[0]) ?? "–") } + [
          "\(Self.loss(losses.mean)) ± \(Self.loss(losses.standardDeviation))",
          "\(NumberText.fixed(accuracies.mean)) ± \(NumberText.fixed(accuracies.standardDeviation))",
        ]
      return "<tr><th scope=\"row\">\(group.runs.count)</th>"
        + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return section(
      "groups", "Runs that differ in the seed alone",
      """
      <p>Mean ± standard deviation of each group of runs.</p>
      \(scroll("groups", """
        <table class="numbers">
        <thead><tr>\(heads.joined())</tr></thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table>
        """))
      """)
  }

  // MARK: Parts

  private func section(_ id: String, _ title: String, _ content: String) -> String {
    """
    <section aria-labelledby="\(id)-head">
    <h2 id="\(id)-head">\(title)</h2>
    \(content)
    </section>
    """
  }

  private func scroll(_ id: String, _ content: String) -> String {
    """
    <div class="scroll" tabindex="0" role="region" aria-labelledby="\(id)-head">
    \(content)</div>
    """
  }

  /// The run's line as in the curves.
  private static func swatch(_ index: Int) -> String {
    "<svg class=\"curves swatch\" viewBox=\"0 0 34 10\" aria-hidden=\"true\">"
      + "<path class=\"line \(ComparisonSVG.style(of: index))\" d=\"M2 5h30\"/></svg>"
  }

  /// A title may be broken behind an underscore.
  private static func head(_ title: String) -> String {
    "<th scope=\"col\">\(Markup.escaped(title).replacing("_", with: "_<wbr>"))</th>"
  }

  private static func loss(_ number: Double) -> String { NumberText.fixed(number, decimals: 5) }

  /// Beside the report's style.
  private static let css = """
    .numbers .swatch{display:inline-block;width:34px;height:10px;margin:0 .6rem 0 0}
    .numbers th,.numbers td{white-space:nowrap}
    .numbers thead th{white-space:normal;vertical-align:bottom;line-height:1.25}
    .numbers .path{text-align:left;color:var(--soft)}
    .figure small{overflow-wrap:anywhere}
    @media print{section{break-inside:auto}
    .scroll>.curves{width:100%;max-width:none}
    .numbers{font-size:.62rem}.numbers th,.numbers td{padding:.2rem .25rem}
    .numbers tbody th,.numbers .path{white-space:normal;overflow-wrap:anywhere}
    .numbers .swatch{width:24px;margin-right:.3rem}}
    """
}
