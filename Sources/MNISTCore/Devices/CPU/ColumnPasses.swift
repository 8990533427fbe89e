/// Sums down the columns of a [rows, columns] matrix.
enum ColumnPasses {
  static func sums(_ x: CPUStorage, rows: Int, columns: Int) -> CPUStorage {
    let result = CPUStorage(count: columns)
    ColumnStrip.forEach(columns: columns) { strip in
      strip.withTotal(rows: rows) {
        strip.load(x.start + $0 * columns)
      } _: {
        strip.store($0, to: result.start)
      }
    }
    return result
  }

  /// The gradient of x where `y = LeakyReLU(x)`, and in the same pass its column sums.
  static func leakyReLUGradients(
    _ y: CPUStorage, upstream: CPUStorage, slope: Float, rows: Int, columns: Int
  ) -> (x: CPUStorage, columnSums: CPUStorage) {
    let gradient = CPUStorage(count: y.count)
    let sums = CPUStorage(count: columns)
    ColumnStrip.forEach(columns: columns) { strip in
      strip.withTotal(rows: rows) { row in
        let passed = passedBack(
          strip.load(upstream.start + row * columns),
          through: strip.load(y.start + row * columns), slope)
        strip.store(passed, to: gradient.start + row * columns)
        return passed
      } _: {
        strip.store($0, to: sums.start)
      }
    }
    return (gradient, sums)
  }

  /// The gradient of x from that of `y = LeakyReLU(x)`.
  // ∂x = g where y > 0, else slope · g: y is above 0 where x is, as slope > 0.
  @inline(__always)
  static func passedBack(
    _ g: ColumnStrip.Row, through y: ColumnStrip.Row, _ slope: Float
  ) -> ColumnStrip.Row {
    ColumnStrip.Row.combine(g, y) { g, y in g.replacing(with: slope * g, where: y .<= .zero) }
  }
}
