/// `y = (x − mean) / √(variance + ε) · weight + bias` for each feature, as `torch.nn.BatchNorm1d`.
///
/// Shapes: `x [batch, features]`, all else `[features]`. In training, mean and biased variance are those
/// of the batch, which needs two rows or more, and the running statistics move towards them:
/// `running ← (1 − momentum) · running + momentum · batch`, the variance unbiased there. In evaluation
/// the running statistics are used. Start values: weight 1, bias 0, running mean 0, running variance 1.
public final class BatchNorm1d: Module {
  public var isTraining = true
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Buffer
  public let runningVar: Buffer
  public let numBatchesTracked = Counter()
  public let epsilon: Double
  public let momentum: Double

  public init(_ featureCount: Int, epsilon: Double = 1e-5, momentum: Double = 0.1) {
    require(featureCount >= 1, "batch normalisation of \(featureCount) features")
    weight = Parameter(Tensor(repeating: 1, shape: [featureCount]))
    bias = Parameter(Tensor(repeating: 0, shape: [featureCount]))
    runningMean = Buffer(Tensor(repeating: 0, shape: [featureCount]))
    runningVar = Buffer(Tensor(repeating: 1, shape: [featureCount]))
    self.epsilon = epsilon
    self.momentum = momentum
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    guard isTraining else {
      return input.normalized(
        mean: runningMean, variance: runningVar, weight: weight, bias: bias, epsilon: epsilon)
    }
    let (y, statistics) = input.batchNormalized(weight: weight, bias: bias, epsilon: epsilon)
    follow(statistics, rows: input.shape[0])
    return y
  }

  /// In training, the same of what `linear` followed by LeakyReLU makes of an input.
  func callAsFunction(
    _ input: Tensor, after linear: Linear, negativeSlope: Double
  ) -> Tensor {
    require(isTraining, "in evaluation there is nothing to join")
    let (y, statistics) = input.normalizedLinear(
      weight: linear.weight, bias: linear.bias, negativeSlope: Float(negativeSlope), scale: weight,
      shift: bias, epsilon: epsilon)
    follow(statistics, rows: input.shape[0])
    return y
  }

  private func follow(_ statistics: Tensor.BatchStatistics, rows: Int) {
    let rows = Float(rows)
    move(runningMean, towards: statistics.mean)
    move(runningVar, towards: statistics.variance.map { $0 * (rows / (rows - 1)) })
    numBatchesTracked.count += 1
  }

  private func move(_ running: Buffer, towards batch: [Float]) {
    let momentum = Float(momentum)
    running.copy(from: zip(running.numbers, batch).map { (1 - momentum) * $0 + momentum * $1 })
  }

  public var settingsDescription: String {
    "\(weight.count), eps=\(pythonText(epsilon)), momentum=\(pythonText(momentum)), affine=True, "
      + "track_running_stats=True"
  }
}
