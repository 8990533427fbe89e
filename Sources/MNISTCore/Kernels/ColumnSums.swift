/// The sum of each column.
func sumColumns(_ x: FloatBuffer, rows: Int, columns: Int) -> FloatBuffer {
  let result = FloatBuffer(count: columns)
  ColumnStrip.forEach(columns: columns) { strip in
    strip.withTotal(rows: rows) {
      strip.load(x.start + $0 * columns)
    } _: { sums in
      for column in 0..<strip.width { result.start[strip.first + column] = Float(sums[column]) }
    }
  }
  return result
}

/// What flows back through `y = LeakyReLU(x)`, x = sums + bias, in one pass: the gradient of x, and down
/// its columns that of the bias.
// ∂x = g where y > 0, else slope · g: y is above 0 where x is, as slope > 0.
func leakyReLUGradients(
  _ y: FloatBuffer, upstream: FloatBuffer, slope: Float, rows: Int, columns: Int
) -> (x: FloatBuffer, bias: FloatBuffer) {
  let gradient = FloatBuffer(count: y.count)
  let biasGradient = FloatBuffer(count: columns)
  ColumnStrip.forEach(columns: columns) { strip in
    strip.withTotal(rows: rows) { row in
      let passed = ColumnStrip.Row.combine(
        strip.load(upstream.start + row * columns), strip.load(y.start + row * columns)
      ) { g, y in g.replacing(with: slope * g, where: y .<= .zero) }
      strip.store(passed, to: gradient.start + row * columns)
      return passed
    } _: { sums in
      for column in 0..<strip.width {
        biasGradient.start[strip.first + column] = Float(sums[column])
      }
    }
  }
  return (gradient, biasGradient)
}
