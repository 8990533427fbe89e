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
    let top = Panel(top: 64, height: 190, axis: ChartAxis(holding: losses), rows: rows)
    let bottom = Panel(top: 304, height: 110, axis: ChartAxis(holding: accuracies), rows: rows)
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
    parts.append(top.line("train", \.trainLoss))
    parts.append(top.line("valid", \.validLoss))
    parts.append(bottom.line("accuracy", \.validAccuracy))
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

  /// How curves look; `LearningRateCurve` shares it.
  static let style = """
    <style>
    .curves{--ground:#fff;--text:#1b1f24;--soft:#5b6572;--grid:#e4e8ed;--train:#7a8794;\
    --valid:#0b66c3;--accuracy:#0f7b4f;--best:#b35900}
    @media(prefers-color-scheme:dark){.curves{--ground:#14181d;--text:#e7ebf0;--soft:#9aa6b2;\
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

  /// A diagram's name, and which line is what.
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

  private static func marker(_ best: MetricsRow, _ top: Panel, _ bottom: Panel) -> String {
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

  /// One of the two diagrams.
  private struct Panel {
    let top: Int
    let height: Int
    let axis: ChartAxis
    let rows: [MetricsRow]

    static let left = 64.0
    static let right = 696.0
    var bottom: Int { top + height }
    var lastEpoch: Int { rows.last?.epoch ?? 1 }

    func x(_ epoch: Int) -> Double {
      lastEpoch <= 1
        ? (Self.left + Self.right) / 2
        : Self.left + (Self.right - Self.left) * Double(epoch - 1) / Double(lastEpoch - 1)
    }

    func y(_ value: Double) -> Double { Double(bottom) - Double(height) * axis.place(value) }

    var grid: String {
      axis.ticks.map { tick in
        let y = NumberText.fixed(y(tick), decimals: 1)
        let label = NumberText.fixed(tick, decimals: axis.decimals)
        return "<path class=\"grid\" d=\"M64 \(y)H696\"/>"
          + "<text class=\"end\" x=\"56\" y=\"\(y)\" dy=\"4\">\(label)</text>"
      }.joined(separator: "\n")
    }

    var epochs: String {
      // Whole epochs at round distances, and the first.
      var unit = 1
      while lastEpoch / 5 / unit > 12 { unit *= 10 }
      let step = unit * ([1, 2].first { lastEpoch / $0 / unit <= 12 } ?? 5)
      let marks = [1] + stride(from: step, through: lastEpoch, by: step).filter { $0 > 1 }
      return marks.map {
        "<text class=\"middle\" x=\"\(NumberText.fixed(x($0), decimals: 1))\" "
          + "y=\"\(bottom + 20)\">\($0)</text>"
      }.joined(separator: "\n")
        + "\n<text class=\"middle\" x=\"380\" y=\"\(bottom + 38)\">epoch</text>"
    }

    /// A line through the points that are numbers; where one is not, the line is broken.
    func line(_ style: String, _ value: KeyPath<MetricsRow, Double>) -> String {
      var path = ""
      var isDrawing = false
      for row in drawn(value) {
        let number = row[keyPath: value]
        guard number.isFinite else {
          isDrawing = false
          continue
        }
        path +=
          "\(isDrawing ? "L" : "M")\(NumberText.fixed(x(row.epoch), decimals: 1)) "
          + NumberText.fixed(y(number), decimals: 1)
        isDrawing = true
      }
      return path.isEmpty ? "" : "<path class=\"line \(style)\" d=\"\(path)\"/>"
    }

    /// The rows that make up a line. Of a run with more epochs than there are places side by side, the ends and
    /// those of each stretch with the lowest and the highest number, and the first without one: it looks the same.
    private func drawn(_ value: KeyPath<MetricsRow, Double>) -> [MetricsRow] {
      let stretchCount = 500
      guard rows.count > 2 * stretchCount else { return rows }
      var places: Set = [0, rows.count - 1]
      for stretch in 0..<stretchCount {
        let range = evenShare(stretch, of: stretchCount, total: rows.count)
        func number(_ index: Int) -> Double { rows[index][keyPath: value] }
        let finite = range.filter { number($0).isFinite }
        places.formUnion(
          [
            finite.min { number($0) < number($1) }, finite.max { number($0) < number($1) },
            range.first { !number($0).isFinite },
          ].compactMap(\.self))
      }
      return places.sorted().map { rows[$0] }
    }

    func dot(_ style: String, _ row: MetricsRow, _ value: KeyPath<MetricsRow, Double>) -> String {
      guard row[keyPath: value].isFinite else { return "" }
      return "<circle class=\"dot \(style)\" "
        + "cx=\"\(NumberText.fixed(x(row.epoch), decimals: 1))\" "
        + "cy=\"\(NumberText.fixed(y(row[keyPath: value]), decimals: 1))\" r=\"4.5\"/>"
    }
  }
}

/// A scale from numbers to places, with round numbers to mark.
struct ChartAxis {
  let range: ClosedRange<Double>
  let ticks: [Double]
  /// How many decimals tell the ticks apart.
  let decimals: Int

  /// The smallest range of round numbers, about `tickCount` steps apart, that holds all `values`;
  /// what is no number, or so large that a difference would be infinite, is passed over.
  init(holding values: [Double], tickCount: Int = 4) {
    let finite = values.filter { abs($0) < 1e300 }
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if high - low < 1e-9 * max(1, abs(high)) {
      let margin = max(abs(high) / 10, 1e-3)
      (low, high) = (low - margin, high + margin)
    }
    let rough = (high - low) / Double(tickCount)
    var (unit, exponent) = (1.0, 0)
    while unit > rough { (unit, exponent) = (unit / 10, exponent - 1) }
    while unit * 10 <= rough { (unit, exponent) = (unit * 10, exponent + 1) }
    let factor = [1.0, 2, 2.5, 5].first { $0 * unit >= rough * 0.999 } ?? 10
    let step = factor * unit
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    range = first * step...last * step
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    decimals = max(0, factor == 10 ? -exponent - 1 : factor == 2.5 ? 1 - exponent : -exponent)
  }

  /// From 0 at the lower end to 1 at the upper.
  func place(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }
}
