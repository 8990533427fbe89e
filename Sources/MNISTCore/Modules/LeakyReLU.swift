/// `y = x` where x > 0, else `negativeSlope · x`, as `torch.nn.LeakyReLU`.
public final class LeakyReLU: Module {
  public var isTraining = true
  public let negativeSlope: Double

  public init(negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.leakyReLU(negativeSlope: Float(negativeSlope))
  }

  public var settingsDescription: String { "negative_slope=\(pythonText(negativeSlope))" }
}
