/// Running statistics that a batch normalisation moves, each [features].
struct RunningTensors {
  let mean: Tensor
  let variance: Tensor
  let momentum: Double

  /// - Parameter inputs: what the batch normalisation reads, thus must not overwrite.
  func overwriting(beside inputs: [Storage]) -> RunningStatistics {
    require(
      !inputs.contains { $0 === mean.storage || $0 === variance.storage },
      "running statistics cannot share their numbers with what is normalised, a weight or a bias")
    return RunningStatistics(
      mean: Overwriting(mean.storage), variance: Overwriting(variance.storage), momentum: momentum)
  }
}

extension Tensor {
  /// y = (x − mean) / √(variance + ε) · weight + bias for each column of x [batch, features], with the
  /// batch's own mean and biased variance, which the running ones are moved towards.
  // Derivative: see BatchNormalization.gradients.
  func batchNormalized(
    weight: Tensor, bias: Tensor, epsilon: Double, moving: RunningTensors?
  ) -> Tensor {
    Self.checkBatchNorm(shape, weight: weight, bias: bias, usesBatch: true)
    let (y, statistics) = device.batchNorm(
      storage, weight: weight.storage, bias: bias.storage, epsilon: epsilon,
      moving: moving?.overwriting(beside: [storage, weight.storage, bias.storage]))
    return batchNormResult(
      y, statistics, weight: weight, bias: bias, epsilon: epsilon, statisticsAreOfBatch: true)
  }

  /// The same with given statistics, which are constants.
  func normalized(
    mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, epsilon: Double
  ) -> Tensor {
    Self.checkBatchNorm(shape, weight: weight, bias: bias, usesBatch: false)
    require(
      mean.shape == weight.shape && variance.shape == weight.shape,
      "batch normalisation of \(shape) needs mean and variance \(weight.shape), not \(mean.shape) "
        + "and \(variance.shape)")
    // Copies: the running statistics may move on before backward() is called.
    let statistics = ColumnStatistics(
      mean: device.copy(mean.storage), variance: device.copy(variance.storage))
    let y = device.batchNorm(
      storage, weight: weight.storage, bias: bias.storage, epsilon: epsilon, statistics: statistics)
    return batchNormResult(
      y, statistics, weight: weight, bias: bias, epsilon: epsilon, statisticsAreOfBatch: false)
  }

  static func checkBatchNorm(_ shape: [Int], weight: Tensor, bias: Tensor, usesBatch: Bool) {
    require(
      shape.count == 2 && weight.shape == [shape[1]] && bias.shape == [shape[1]],
      "batch normalisation needs x [batch, features], weight and bias [features], not \(shape), "
        + "\(weight.shape), \(bias.shape)")
    require(
      !usesBatch || shape[0] >= 2,
      "batch normalisation needs at least 2 rows in training, not \(shape)")
  }

  private func batchNormResult(
    _ result: Storage, _ statistics: ColumnStatistics, weight: Tensor, bias: Tensor,
    epsilon: Double, statisticsAreOfBatch: Bool
  ) -> Tensor {
    Tensor(shape: shape, storage: result, from: [self, weight, bias]) { [self, weight, bias] g in
      let gradients = device.batchNormGradients(
        storage, upstream: g.storage, weight: weight.storage, epsilon: epsilon,
        statistics: statistics, statisticsAreOfBatch: statisticsAreOfBatch, slope: nil)
      return [
        Tensor(shape: shape, storage: gradients.x),
        Tensor(shape: weight.shape, storage: gradients.weight),
        Tensor(shape: bias.shape, storage: gradients.bias),
      ]
    }
  }
}
