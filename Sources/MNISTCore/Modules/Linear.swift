/// Affine map `y = x · Wᵀ + b`, as `torch.nn.Linear`.
///
/// Shapes: `x [batch, in]`, `weight [out, in]`, `bias [out]`, `y [batch, out]`.
/// Start values: weight, then bias, uniform in ±1/√in, drawn in this order.
public final class Linear: Module {
  public var isTraining = true
  /// W, `[out, in]`.
  public let weight: Parameter
  /// b, `[out]`.
  public let bias: Parameter

  /// Sizes of at least 1.
  ///
  /// - Parameter generator: draws the start values.
  public init(inputSize: Int, outputSize: Int, using generator: RandomGenerator) {
    require(
      inputSize >= 1 && outputSize >= 1, "a linear layer cannot map \(inputSize) to \(outputSize)")
    let bound = 1 / Double(inputSize).squareRoot()
    func draw(_ shape: [Int]) -> Parameter {
      let numbers = generator.uniform(elementCount(of: shape), from: -bound, to: bound)
      return Parameter(Tensor(numbers, shape: shape))
    }
    weight = draw([outputSize, inputSize])
    bias = draw([outputSize])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.linear(weight: weight, bias: bias)
  }

  /// The same, followed by LeakyReLU.
  func callAsFunction(_ input: Tensor, negativeSlope: Double) -> Tensor {
    input.linear(weight: weight, bias: bias, negativeSlope: Float(negativeSlope))
  }

  /// Nobody trains it from here on, and it is used often.
  func prepareForPrediction() {
    weight.device.prepareProducts(
      withTransposeOf: weight.storage, rows: weight.shape[0], columns: weight.shape[1])
  }

  public var settingsDescription: String {
    "in_features=\(weight.shape[1]), out_features=\(weight.shape[0]), bias=True"
  }
}
