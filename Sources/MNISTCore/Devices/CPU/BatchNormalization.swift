/// Batch normalisation over the rows of x [rows, columns]:
/// `y = (x − mean) / √(variance + ε) · weight + bias`.
struct BatchNormalization {
  private let x: CPUStorage
  private let rows: Int
  private let columns: Int
  private let weight: CPUStorage
  private let epsilon: Double

  init(_ x: CPUStorage, weight: CPUStorage, epsilon: Double) {
    columns = weight.count
    rows = x.count / max(1, columns)
    self.x = x
    self.weight = weight
    self.epsilon = epsilon
  }

  /// With the batch's own mean and biased variance, which the running ones are moved towards.
  func normalizeBatch(
    bias: CPUStorage, moving: (mean: CPUStorage, variance: CPUStorage, momentum: Double)?
  ) -> (y: CPUStorage, mean: CPUStorage, variance: CPUStorage) {
    let y = CPUStorage(count: x.count)
    let (mean, variance) = (CPUStorage(count: columns), CPUStorage(count: columns))
    ColumnStrip.forEach(columns: columns) { strip in
      strip.withTotal(rows: rows) {
        strip.load(x.start + $0 * columns)
      } _: {
        strip.store($0, dividedBy: rows, to: mean.start)
      }
      let means = strip.load(mean.start)
      strip.withTotal(rows: rows) { row in
        let difference = strip.load(x.start + row * columns) - means
        return difference * difference
      } _: {
        strip.store($0, dividedBy: rows, to: variance.start)
      }
      normalize(strip, into: y, bias: bias, mean: mean, variance: variance)
    }
    if let moving {
      move(moving.mean, towards: mean, momentum: moving.momentum, factor: 1)
      move(
        moving.variance, towards: variance, momentum: moving.momentum,
        factor: Float(rows) / (Float(rows) - 1))
    }
    return (y, mean, variance)
  }

  /// With given statistics.
  func normalize(bias: CPUStorage, mean: CPUStorage, variance: CPUStorage) -> CPUStorage {
    let y = CPUStorage(count: x.count)
    ColumnStrip.forEach(columns: columns) { strip in
      normalize(strip, into: y, bias: bias, mean: mean, variance: variance)
    }
    return y
  }

  @inline(__always)
  private func normalize(
    _ strip: ColumnStrip, into y: CPUStorage, bias: CPUStorage, mean: CPUStorage,
    variance: CPUStorage
  ) {
    let mean = strip.load(mean.start)
    let factor = strip.load(weight.start) * inverseDeviation(strip, variance)
    let bias = strip.load(bias.start)
    for row in 0..<rows {
      let x = strip.load(x.start + row * columns)
      strip.store((x - mean) * factor + bias, to: y.start + row * columns)
    }
  }

  /// - Parameter factor: what makes the batch's biased variance an unbiased one.
  private func move(
    _ running: CPUStorage, towards batch: CPUStorage, momentum: Double, factor: Float
  ) {
    let momentum = Float(momentum)
    for column in 0..<columns {
      running.start[column] =
        (1 - momentum) * running.start[column] + momentum * (batch.start[column] * factor)
    }
  }

  @inline(__always)
  private func inverseDeviation(
    _ strip: ColumnStrip, _ variance: CPUStorage
  ) -> ColumnStrip.Row {
    strip.row { column in
      Float(1 / (Double(variance.start[strip.first + column]) + epsilon).squareRoot())
    }
  }

  // With x̂ = (x − mean) / √(variance + ε) and g the gradient of y:
  //   ∂bias = Σ g,  ∂weight = Σ g · x̂,
  //   ∂x = weight / √(variance + ε) · (g − mean(g) − x̂ · mean(g · x̂))   batch statistics
  //   ∂x = weight / √(variance + ε) · g                                 given statistics
  /// - Parameter slope: where x = LeakyReLU(z), its slope: then ∂z is formed in the same pass; else 1.
  func gradients(
    upstream: CPUStorage, mean: CPUStorage, variance: CPUStorage, statisticsAreOfBatch: Bool,
    slope leakySlope: Float
  ) -> BatchNormGradients {
    let gradient = CPUStorage(count: x.count)
    let (weightGradient, biasGradient, columnSums) = (
      CPUStorage(count: columns), CPUStorage(count: columns), CPUStorage(count: columns)
    )
    let share = statisticsAreOfBatch ? 1 / Double(rows) : 0
    ColumnStrip.forEach(columns: columns) { strip in
      let mean = strip.load(mean.start)
      let deviation = inverseDeviation(strip, variance)
      let factor = strip.load(weight.start) * deviation
      strip.withTotals(rows: rows) { row in
        let g = strip.load(upstream.start + row * columns)
        let x = strip.load(x.start + row * columns)
        return (g, g * ((x - mean) * deviation))
      } _: { sums, products in
        strip.store(sums, to: biasGradient.start)
        strip.store(products, to: weightGradient.start)
        let shift = strip.row { Float(sums[$0] * share) }
        let slope = strip.row { Float(products[$0] * share) } * deviation
        strip.withTotal(rows: rows) { row in
          let g = strip.load(upstream.start + row * columns)
          let x = strip.load(x.start + row * columns)
          let passed = ColumnPasses.passedBack(
            factor * (g - shift - (x - mean) * slope), through: x, leakySlope)
          strip.store(passed, to: gradient.start + row * columns)
          return passed
        } _: {
          strip.store($0, to: columnSums.start)
        }
      }
    }
    return BatchNormGradients(
      x: gradient, weight: weightGradient, bias: biasGradient, columnSums: columnSums)
  }
}
