/// The sum of each column.
func sumColumns(_ x: FloatBuffer, rows: Int, columns: Int) -> FloatBuffer {
  let result = FloatBuffer(count: columns)
  ColumnStrip.forEach(columns: columns) { strip in
    strip.withTotal(rows: rows) {
      strip.load(x.start + $0 * columns)
    } _: {
      strip.store($0, to: result.start)
    }
  }
  return result
}

/// What flows back through `y = LeakyReLU(x)`, x = sums + bias, in one pass: the gradient of x, and down
/// its columns that of the bias.
func leakyReLUGradients(
  _ y: FloatBuffer, upstream: FloatBuffer, slope: Float, rows: Int, columns: Int
) -> (x: FloatBuffer, bias: FloatBuffer) {
  let gradient = FloatBuffer(count: y.count)
  let biasGradient = FloatBuffer(count: columns)
  ColumnStrip.forEach(columns: columns) { strip in
    strip.withTotal(rows: rows) { row in
      let passed = passedBack(
        strip.load(upstream.start + row * columns),
        through: strip.load(y.start + row * columns), slope)
      strip.store(passed, to: gradient.start + row * columns)
      return passed
    } _: {
      strip.store($0, to: biasGradient.start)
    }
  }
  return (gradient, biasGradient)
}

/// The gradient of x from that of `y = LeakyReLU(x)`.
// ∂x = g where y > 0, else slope · g: y is above 0 where x is, as slope > 0.
@inline(__always)
func passedBack(
  _ g: ColumnStrip.Row, through y: ColumnStrip.Row, _ slope: Float
) -> ColumnStrip.Row {
  ColumnStrip.Row.combine(g, y) { g, y in g.replacing(with: slope * g, where: y .<= .zero) }
}
