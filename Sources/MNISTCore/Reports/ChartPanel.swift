/// A diagram of lines over epochs, from 64 to 696 across in a picture of 720.
struct ChartPanel {
  let top: Int
  let height: Int
  let axis: ChartAxis
  let lastEpoch: Int

  static let left = 64.0
  static let right = 696.0
  var bottom: Int { top + height }

  init(top: Int, height: Int, _ axis: ChartAxis, lastEpoch: Int) {
    (self.top, self.height, self.axis, self.lastEpoch) = (top, height, axis, lastEpoch)
  }

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
  func line(
    _ style: String, _ rows: [MetricsRow], _ value: KeyPath<MetricsRow, Double>
  ) -> String {
    var path = ""
    var isDrawing = false
    for row in drawn(rows, value) {
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
  private func drawn(
    _ rows: [MetricsRow], _ value: KeyPath<MetricsRow, Double>
  ) -> [MetricsRow] {
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
