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
    let factor = [1.0, 2, 2.5, 5, 10].first { $0 * unit >= rough * 0.999 } ?? 10
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
