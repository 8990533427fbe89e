/// A run's losses and accuracy by epoch as SVG that needs nothing else, for light and dark.
package enum CurvesSVG {
  /// The file's content, for the epochs of `rows` in their order; without any it says so.
  ///
  /// - Parameter monitor: tells the epoch that is marked as the best.
  package static func text(
    _ rows: [MetricsRow], monitor: MonitoredFigure = .validLoss
  ) -> String {
    let accuracies = rows.map(\.validAccuracy)
    let losses = rows.flatMap { [$0.trainLoss, $0.validLoss] }
    let best = MetricsRow.best(of: rows, by: monitor)
    let lastEpoch = rows.last?.epoch ?? 1
    let top = ChartPanel(top: 64, height: 190, ChartAxis(holding: losses), lastEpoch: lastEpoch)
    let bottom = ChartPanel(
      top: 304, height: 110, ChartAxis(holding: accuracies), lastEpoch: lastEpoch)
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 460" role="img" \
      aria-labelledby="curves-title curves-text" class="curves">
      <title id="curves-title">Training curves</title>
      <desc id="curves-text">\(Markup.escaped(summary(rows, best, monitor)))</desc>
      \(style)
      <rect class="ground" width="720" height="460" rx="8"/>
      """
    ]
    parts.append(heading(y: 28, "Loss", [("train", "training"), ("valid", "validation")]))
    parts.append(heading(y: 284, "Validation accuracy", []))
    parts.append(top.grid)
    parts.append(bottom.grid)
    if let best { parts.append(marker(best, top, bottom)) }
    parts.append(top.line("train", rows, \.trainLoss))
    parts.append(top.line("valid", rows, \.validLoss))
    parts.append(bottom.line("accuracy", rows, \.validAccuracy))
    if let best {
      parts.append(top.dot("valid", best, \.validLoss))
      parts.append(bottom.dot("accuracy", best, \.validAccuracy))
    }
    parts.append(bottom.epochs)
    return parts.filter { !$0.isEmpty }.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The same in words, for those who do not see it.
  private static func summary(
    _ rows: [MetricsRow], _ best: MetricsRow?, _ monitor: MonitoredFigure
  ) -> String {
    guard let last = rows.last else { return "No epoch is done yet." }
    let end =
      "After epoch \(last.epoch) the training loss is \(NumberText.fixed(last.trainLoss)), the "
      + "validation loss \(NumberText.fixed(last.validLoss)) and the validation accuracy "
      + "\(NumberText.fixed(last.validAccuracy))."
    guard let best else { return end }
    return end + " The \(monitor.prefersLower ? "lowest" : "highest") \(monitor.words) is "
      + "\(NumberText.fixed(best.value(of: monitor))), after epoch \(best.epoch)."
  }

  static let style = """
    <style>
    .curves{--ground:#fff;--text:#1b1f24;--soft:#5b6572;--grid:#e4e8ed;--train:#7a8794;\
    --valid:#0b66c3;--accuracy:#0f7b4f;--best:#b35900}
    @media screen and (prefers-color-scheme:dark){.curves{--ground:#14181d;--text:#e7ebf0;--soft:#9aa6b2;\
    --grid:#2a313a;--train:#8e9aa7;--valid:#62a8ff;--accuracy:#46c58d;--best:#f0a04b}}
    .curves{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
    .curves .ground{fill:var(--ground)}.curves text{fill:var(--soft)}
    .curves .name{fill:var(--text);font-size:14px;font-weight:600}
    .curves .grid{stroke:var(--grid);stroke-width:1}
    .curves .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .curves .train{stroke:var(--train)}.curves .valid{stroke:var(--valid)}
    .curves .accuracy{stroke:var(--accuracy)}
    .curves .dot{fill:var(--ground);stroke-width:2.5}
    .curves .best{stroke:var(--best);stroke-width:1.5;stroke-dasharray:4 4}
    .curves .best-text{fill:var(--best);font-weight:600}
    .curves .end{text-anchor:end}.curves .middle{text-anchor:middle}
    </style>
    """

  static func heading(
    y: Int, _ name: String, _ legend: [(String, String)]
  ) -> String {
    var text = "<text class=\"name\" x=\"24\" y=\"\(y)\">\(name)</text>"
    for (index, (style, label)) in legend.enumerated() {
      let x = 90 + 100 * index
      text +=
        "\n<path class=\"line \(style)\" d=\"M\(x) \(y - 5)h22\"/>"
        + "<text x=\"\(x + 29)\" y=\"\(y)\">\(label)</text>"
    }
    return text
  }

  private static func marker(_ best: MetricsRow, _ top: ChartPanel, _ bottom: ChartPanel) -> String
  {
    let x = top.x(best.epoch)
    // Near the right edge the label stands to the left of the line.
    let isLeft = x > 430
    let place = isLeft ? x - 6 : x + 6
    return """
      <path class="best" d="M\(NumberText.fixed(x, decimals: 1)) 50V\(bottom.bottom)"/>
      <text class="best-text\(isLeft ? " end" : "")" x="\(NumberText.fixed(place, decimals: 1))" \
      y="54">best: epoch \(best.epoch), loss \(NumberText.fixed(best.validLoss)), accuracy \
      \(NumberText.fixed(best.validAccuracy))</text>
      """
  }
}
