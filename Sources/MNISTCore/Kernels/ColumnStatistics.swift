// Sums down the columns of a [rows, columns] matrix: bias gradients and batch normalisation.
//
// Threads share out strips of columns, never rows, so that each sum is formed by one thread in one
// order. Within a strip, partial sums of `chunk` rows are formed in float32 (in step, one vector lane
// a column) and then added up in double.

private enum Strip {
  // 64 columns × 256 rows are 64 kB: the later passes over a strip find it in the second-level cache.
  static let width = 64
  static let chunk = 64
}

/// Calls `body(first, width)` for strips of columns, on all threads.
@inline(__always)
private func forEachStrip(columns: Int, _ body: (Int, Int) -> Void) {
  ThreadPool.current.forEach((columns + Strip.width - 1) / Strip.width) { strip in
    let first = strip * Strip.width
    body(first, min(Strip.width, columns - first))
  }
}

/// `totals[c]` = Σ over rows of `term(row)` at column c. `term` adds one row to the partial sums.
@inline(__always)
private func sumRows(
  _ rows: Int, width: Int, into totals: UnsafeMutablePointer<Double>,
  adding term: (Int, UnsafeMutablePointer<Float>) -> Void
) {
  totals.update(repeating: 0, count: width)
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Strip.width) { scratch in
    guard let partial = scratch.baseAddress else { return }
    for chunk in stride(from: 0, to: rows, by: Strip.chunk) {
      partial.initialize(repeating: 0, count: width)
      for row in chunk..<min(chunk + Strip.chunk, rows) { term(row, partial) }
      for column in 0..<width { totals[column] += Double(partial[column]) }
    }
  }
}

/// The sum of each column.
func sumColumns(_ x: FloatBuffer, rows: Int, columns: Int) -> FloatBuffer {
  let result = FloatBuffer(count: columns)
  let (source, target) = (x.start, result.start)
  forEachStrip(columns: columns) { first, width in
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Strip.width) { scratch in
      guard let totals = scratch.baseAddress else { return }
      sumRows(rows, width: width, into: totals) { row, partial in
        let x = source + row * columns + first
        for column in 0..<width { partial[column] += x[column] }
      }
      for column in 0..<width { target[first + column] = Float(totals[column]) }
    }
  }
  return result
}

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
    let (source, mean, variance) = (x.start, statistics.mean.start, statistics.variance.start)
    forEachStrip(columns: columns) { first, width in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: Strip.width) { scratch in
        guard let totals = scratch.baseAddress else { return }
        let (mean, variance) = (mean + first, variance + first)
        sumRows(rows, width: width, into: totals) { row, partial in
          let x = source + row * columns + first
          for column in 0..<width { partial[column] += x[column] }
        }
        for column in 0..<width { mean[column] = Float(totals[column] / Double(rows)) }
        sumRows(rows, width: width, into: totals) { row, partial in
          let x = source + row * columns + first
          for column in 0..<width {
            let difference = x[column] - mean[column]
            partial[column] += difference * difference
          }
        }
        for column in 0..<width { variance[column] = Float(totals[column] / Double(rows)) }
      }
      normalizeStrip(
        x, into: y, rows: rows, columns: columns, first: first, width: width,
        statistics: statistics, weight: weight, bias: bias, epsilon: epsilon)
    }
    return (y, statistics)
  }

  /// The same with given statistics.
  static func normalize(
    _ x: FloatBuffer, rows: Int, columns: Int, statistics: Statistics, weight: FloatBuffer,
    bias: FloatBuffer, epsilon: Double
  ) -> FloatBuffer {
    let y = FloatBuffer(count: x.count)
    forEachStrip(columns: columns) { first, width in
      normalizeStrip(
        x, into: y, rows: rows, columns: columns, first: first, width: width,
        statistics: statistics, weight: weight, bias: bias, epsilon: epsilon)
    }
    return y
  }

  @inline(__always)
  private static func normalizeStrip(
    _ x: FloatBuffer, into y: FloatBuffer, rows: Int, columns: Int, first: Int, width: Int,
    statistics: Statistics, weight: FloatBuffer, bias: FloatBuffer, epsilon: Double
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Strip.width) { scratch in
      guard let factor = scratch.baseAddress else { return }
      let (mean, variance) = (statistics.mean.start + first, statistics.variance.start + first)
      let (weight, bias) = (weight.start + first, bias.start + first)
      for column in 0..<width {
        factor[column] = weight[column] * inverseDeviation(variance[column], epsilon)
      }
      for row in 0..<rows {
        let source = x.start + row * columns + first
        let target = y.start + row * columns + first
        for column in 0..<width {
          target[column] = (source[column] - mean[column]) * factor[column] + bias[column]
        }
      }
    }
  }

  @inline(__always)
  private static func inverseDeviation(_ variance: Float, _ epsilon: Double) -> Float {
    Float(1 / (Double(variance) + epsilon).squareRoot())
  }

  // With x̂ = (x − mean) / √(variance + ε) and g the gradient of y:
  //   ∂bias = Σ g,  ∂weight = Σ g · x̂,
  //   ∂x = weight / √(variance + ε) · (g − mean(g) − x̂ · mean(g · x̂))   batch statistics
  //   ∂x = weight / √(variance + ε) · g                                 given statistics
  static func gradients(
    _ x: FloatBuffer, upstream: FloatBuffer, rows: Int, columns: Int, statistics: Statistics,
    weight: FloatBuffer, epsilon: Double, usesBatchStatistics: Bool
  ) -> (x: FloatBuffer, weight: FloatBuffer, bias: FloatBuffer) {
    let gradient = FloatBuffer(count: x.count)
    let weightGradient = FloatBuffer(count: columns)
    let biasGradient = FloatBuffer(count: columns)
    forEachStrip(columns: columns) { first, width in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * Strip.width) { floats in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * Strip.width) { doubles in
          guard let deviation = floats.baseAddress, let sums = doubles.baseAddress else { return }
          let factor = deviation + Strip.width
          let shift = deviation + 2 * Strip.width
          let slope = deviation + 3 * Strip.width
          let sumsOfProducts = sums + Strip.width
          let mean = statistics.mean.start + first
          for column in 0..<width {
            deviation[column] = inverseDeviation(
              statistics.variance.start[first + column], epsilon)
            factor[column] = weight.start[first + column] * deviation[column]
          }
          sumRows(rows, width: width, into: sums) { row, partial in
            let g = upstream.start + row * columns + first
            for column in 0..<width { partial[column] += g[column] }
          }
          sumRows(rows, width: width, into: sumsOfProducts) { row, partial in
            let g = upstream.start + row * columns + first
            let x = x.start + row * columns + first
            for column in 0..<width {
              partial[column] += g[column] * ((x[column] - mean[column]) * deviation[column])
            }
          }
          for column in 0..<width {
            biasGradient.start[first + column] = Float(sums[column])
            weightGradient.start[first + column] = Float(sumsOfProducts[column])
            shift[column] = usesBatchStatistics ? Float(sums[column] / Double(rows)) : 0
            let meanProduct = usesBatchStatistics ? sumsOfProducts[column] / Double(rows) : 0
            slope[column] = Float(meanProduct * Double(deviation[column]))
          }
          for row in 0..<rows {
            let g = upstream.start + row * columns + first
            let x = x.start + row * columns + first
            let target = gradient.start + row * columns + first
            for column in 0..<width {
              let centred = x[column] - mean[column]
              target[column] =
                factor[column] * (g[column] - shift[column] - centred * slope[column])
            }
          }
        }
      }
    }
    return (gradient, weightGradient, biasGradient)
  }
}
