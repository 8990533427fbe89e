extension Tensor {
  /// The mean and variance of each column of a batch.
  struct BatchStatistics {
    let mean: [Float]
    /// Biased: divided by the number of rows.
    let variance: [Float]

    init(_ statistics: BatchNormalization.Statistics) {
      (mean, variance) = (statistics.mean.numbers, statistics.variance.numbers)
    }
  }

  /// y = (x − mean) / √(variance + ε) · weight + bias for each column of x [batch, features], with the
  /// batch's own mean and biased variance.
  // Derivative: see BatchNormalization.gradients.
  func batchNormalized(
    weight: Tensor, bias: Tensor, epsilon: Double
  ) -> (y: Tensor, statistics: BatchStatistics) {
    Self.checkBatchNorm(shape, weight: weight, bias: bias, usesBatch: true)
    let (result, statistics) = BatchNormalization.forward(
      buffer, rows: shape[0], columns: shape[1], weight: weight.buffer, bias: bias.buffer,
      epsilon: epsilon)
    let y = batchNormResult(
      result, statistics, weight: weight, bias: bias, epsilon: epsilon, usesBatchStatistics: true)
    return (y, BatchStatistics(statistics))
  }

  /// The same with given statistics, which are constants.
  func normalized(
    mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, epsilon: Double
  ) -> Tensor {
    Self.checkBatchNorm(shape, weight: weight, bias: bias, usesBatch: false)
    // Copies: the running statistics may move on before backward() is called.
    let statistics = BatchNormalization.Statistics(
      mean: mean.buffer.copy(), variance: variance.buffer.copy())
    let result = BatchNormalization.normalize(
      buffer, rows: shape[0], columns: shape[1], statistics: statistics, weight: weight.buffer,
      bias: bias.buffer, epsilon: epsilon)
    return batchNormResult(
      result, statistics, weight: weight, bias: bias, epsilon: epsilon, usesBatchStatistics: false)
  }

  static func checkBatchNorm(_ shape: [Int], weight: Tensor, bias: Tensor, usesBatch: Bool) {
    require(
      shape.count == 2 && weight.shape == [shape[1]] && bias.shape == [shape[1]],
      "batch normalisation needs x [batch, features], weight and bias [features], not \(shape), "
        + "\(weight.shape), \(bias.shape)")
    require(
      !usesBatch || shape[0] >= 2,
      "batch normalisation needs at least 2 rows in training, not \(shape[0])")
  }

  private func batchNormResult(
    _ result: FloatBuffer, _ statistics: BatchNormalization.Statistics, weight: Tensor,
    bias: Tensor, epsilon: Double, usesBatchStatistics: Bool
  ) -> Tensor {
    Tensor(shape: shape, buffer: result, from: [self, weight, bias]) { [self] g in
      let gradients = BatchNormalization.gradients(
        buffer, upstream: g.buffer, rows: shape[0], columns: shape[1], statistics: statistics,
        weight: weight.buffer, epsilon: epsilon, usesBatchStatistics: usesBatchStatistics)
      return [
        Tensor(shape: shape, buffer: gradients.x),
        Tensor(shape: weight.shape, buffer: gradients.weight),
        Tensor(shape: bias.shape, buffer: gradients.bias),
      ]
    }
  }
}
