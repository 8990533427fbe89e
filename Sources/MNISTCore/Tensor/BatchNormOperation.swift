extension Tensor {
  /// The mean and variance of each column of a batch.
  struct BatchStatistics {
    let mean: [Float]
    /// Biased: divided by the number of rows.
    let variance: [Float]
  }

  /// y = (x − mean) / √(variance + ε) · weight + bias for each column of x [batch, features], with the
  /// batch's own mean and biased variance.
  // Derivative: see BatchNormalization.gradients.
  func batchNormalized(
    weight: Tensor, bias: Tensor, epsilon: Double
  ) -> (y: Tensor, statistics: BatchStatistics) {
    let (rows, columns) = checkedBatchNormShape(weight: weight, bias: bias)
    precondition(rows >= 2, "batch normalisation needs at least 2 rows in training, not \(rows)")
    let (result, statistics) = BatchNormalization.forward(
      buffer, rows: rows, columns: columns, weight: weight.buffer, bias: bias.buffer,
      epsilon: epsilon)
    let y = batchNormResult(
      result, statistics, weight: weight, bias: bias, epsilon: epsilon, usesBatchStatistics: true)
    return (
      y,
      BatchStatistics(mean: statistics.mean.numbers, variance: statistics.variance.numbers)
    )
  }

  /// The same with given statistics, which are constants.
  func normalized(
    mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, epsilon: Double
  ) -> Tensor {
    let (rows, columns) = checkedBatchNormShape(weight: weight, bias: bias)
    // Copies: the running statistics may move on before backward() is called.
    let statistics = BatchNormalization.Statistics(
      mean: mean.buffer.copy(), variance: variance.buffer.copy())
    let result = BatchNormalization.normalize(
      buffer, rows: rows, columns: columns, statistics: statistics, weight: weight.buffer,
      bias: bias.buffer, epsilon: epsilon)
    return batchNormResult(
      result, statistics, weight: weight, bias: bias, epsilon: epsilon, usesBatchStatistics: false)
  }

  private func checkedBatchNormShape(weight: Tensor, bias: Tensor) -> (rows: Int, columns: Int) {
    precondition(
      shape.count == 2 && weight.shape == [shape[1]] && bias.shape == [shape[1]],
      "batch normalisation needs x [batch, features], weight and bias [features], not \(shape), "
        + "\(weight.shape), \(bias.shape)")
    return (shape[0], shape[1])
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
