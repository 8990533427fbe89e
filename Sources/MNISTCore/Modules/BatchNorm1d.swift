/// `y = (x − mean) / √(variance + ε) · weight + bias` for each feature, as `torch.nn.BatchNorm1d`.
///
/// Shapes: `x [batch, features]`, all else `[features]`. In training, mean and biased variance are those
/// of the batch, which needs two rows or more, and the running statistics move towards them:
/// `running ← (1 − momentum) · running + momentum · batch`, the variance unbiased there. In evaluation
/// the running statistics are used. Start values: weight 1, bias 0, running mean 0, running variance 1.
public final class BatchNorm1d: Module {
  public var isTraining = true
  /// The factor of each feature.
  public let weight: Parameter
  /// What is added to each feature.
  public let bias: Parameter
  /// What evaluation takes for the mean of each feature.
  public let runningMean: Buffer
  /// What evaluation takes for the variance of each feature.
  public let runningVar: Buffer
  /// The batches that the running statistics have seen.
  public let numBatchesTracked = Counter()
  /// Keeps the divisor above 0.
  public let epsilon: Double
  /// The share of the newest batch in the running statistics.
  public let momentum: Double

  /// - Parameter featureCount: at least 1.
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
    numBatchesTracked.count &+= 1
    return input.batchNormalized(weight: weight, bias: bias, epsilon: epsilon, moving: running)
  }

  /// In training, the same of LeakyReLU(linear(input)), in fewer passes.
  func callAsFunction(_ input: Tensor, after linear: Linear, negativeSlope: Double) -> Tensor {
    numBatchesTracked.count &+= 1
    return input.normalizedLinear(
      weight: linear.weight, bias: linear.bias, negativeSlope: Float(negativeSlope), scale: weight,
      shift: bias, epsilon: epsilon, moving: running)
  }

  private var running: RunningTensors {
    RunningTensors(mean: runningMean, variance: runningVar, momentum: momentum)
  }

  public var settingsDescription: String {
    "\(weight.count), eps=\(pythonText(epsilon)), momentum=\(pythonText(momentum)), affine=True, "
      + "track_running_stats=True"
  }
}
