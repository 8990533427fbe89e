/// Batch normalisation over the rows of a [rows, columns] matrix.
enum BatchNormalization {
  /// What the forward pass leaves for the backward pass and for the running statistics.
  struct Statistics {
    let mean: FloatBuffer
    /// Biased: divided by the number of rows.
    let variance: FloatBuffer
  }

  /// y = (x − mean) / √(variance + ε) · weight + bias, with the batch's own mean and variance.
  static func forward(
    _ x: FloatBuffer, rows: Int, columns: Int, weight: FloatBuffer, bias: FloatBuffer,
    epsilon: Double
  ) -> (y: FloatBuffer, statistics: Statistics) {
    let y = FloatBuffer(count: x.count)
    let statistics = Statistics(
      mean: FloatBuffer(count: columns), variance: FloatBuffer(count: columns))
    ColumnStrip.forEach(columns: columns) { strip in
      strip.withTotal(rows: rows) {
        strip.load(x.start + $0 * columns)
      } _: {
        strip.store($0, dividedBy: rows, to: statistics.mean.start)
      }
      let mean = strip.load(statistics.mean.start)
      strip.withTotal(rows: rows) { row in
        let difference = strip.load(x.start + row * columns) - mean
        return difference * difference
      } _: {
        strip.store($0, dividedBy: rows, to: statistics.variance.start)
      }
      normalize(
        strip, x, into: y, rows: rows, columns: columns, statistics: statistics, weight: weight,
        bias: bias, epsilon: epsilon)
    }
    return (y, statistics)
  }

  /// The same with given statistics.
  static func normalize(
    _ x: FloatBuffer, rows: Int, columns: Int, statistics: Statistics, weight: FloatBuffer,
    bias: FloatBuffer, epsilon: Double
  ) -> FloatBuffer {
    let y = FloatBuffer(count: x.count)
    ColumnStrip.forEach(columns: columns) { strip in
      normalize(
        strip, x, into: y, rows: rows, columns: columns, statistics: statistics, weight: weight,
        bias: bias, epsilon: epsilon)
    }
    return y
  }

  @inline(__always)
  private static func normalize(
    _ strip: ColumnStrip, _ x: FloatBuffer, into y: FloatBuffer, rows: Int, columns: Int,
    statistics: Statistics, weight: FloatBuffer, bias: FloatBuffer, epsilon: Double
  ) {
    let mean = strip.load(statistics.mean.start)
    let deviation = inverseDeviation(strip, statistics.variance, epsilon)
    let factor = strip.load(weight.start) * deviation
    let bias = strip.load(bias.start)
    for row in 0..<rows {
      let x = strip.load(x.start + row * columns)
      strip.store((x - mean) * factor + bias, to: y.start + row * columns)
    }
  }

  @inline(__always)
  private static func inverseDeviation(
    _ strip: ColumnStrip, _ variance: FloatBuffer, _ epsilon: Double
  ) -> ColumnStrip.Row {
    strip.row { column in
      Float(1 / (Double(variance.start[strip.first + column]) + epsilon).squareRoot())
    }
  }

  /// What flows back: `x` is of LeakyReLU's input where there is a slope.
  struct Gradients {
    let x: FloatBuffer
    let weight: FloatBuffer
    let bias: FloatBuffer
    /// The sum of `x` down each column.
    let sums: FloatBuffer
  }

  // With x̂ = (x − mean) / √(variance + ε) and g the gradient of y:
  //   ∂bias = Σ g,  ∂weight = Σ g · x̂,
  //   ∂x = weight / √(variance + ε) · (g − mean(g) − x̂ · mean(g · x̂))   batch statistics
  //   ∂x = weight / √(variance + ε) · g                                 given statistics
  /// - Parameter slope: where x = LeakyReLU(z), its slope: then ∂z is formed in the same pass.
  static func gradients(
    _ x: FloatBuffer, upstream: FloatBuffer, rows: Int, columns: Int, statistics: Statistics,
    weight: FloatBuffer, epsilon: Double, usesBatchStatistics: Bool, slope leakySlope: Float = 1
  ) -> Gradients {
    let gradients = Gradients(
      x: FloatBuffer(count: x.count), weight: FloatBuffer(count: columns),
      bias: FloatBuffer(count: columns), sums: FloatBuffer(count: columns))
    let share = usesBatchStatistics ? 1 / Double(rows) : 0
    ColumnStrip.forEach(columns: columns) { strip in
      let mean = strip.load(statistics.mean.start)
      let deviation = inverseDeviation(strip, statistics.variance, epsilon)
      let factor = strip.load(weight.start) * deviation
      strip.withTotals(rows: rows) { row in
        let g = strip.load(upstream.start + row * columns)
        let x = strip.load(x.start + row * columns)
        return (g, g * ((x - mean) * deviation))
      } _: { sums, products in
        strip.store(sums, to: gradients.bias.start)
        strip.store(products, to: gradients.weight.start)
        let shift = strip.row { Float(sums[$0] * share) }
        let slope = strip.row { Float(products[$0] * share) } * deviation
        strip.withTotal(rows: rows) { row in
          let g = strip.load(upstream.start + row * columns)
          let x = strip.load(x.start + row * columns)
          let gradient = passedBack(
            factor * (g - shift - (x - mean) * slope), through: x, leakySlope)
          strip.store(gradient, to: gradients.x.start + row * columns)
          return gradient
        } _: {
          strip.store($0, to: gradients.sums.start)
        }
      }
    }
    return gradients
  }
}
