// Modules without parameters. Shapes: any, and the output has the input's.

/// `y = x` where x > 0, else 0, as `torch.nn.ReLU`.
public final class ReLU: Module {
  public var isTraining = true

  /// It has no settings.
  public init() {}

  public func callAsFunction(_ input: Tensor) -> Tensor { input.relu() }
}

/// `y = x` where x > 0, else `negativeSlope · x`, as `torch.nn.LeakyReLU`.
public final class LeakyReLU: Module {
  public var isTraining = true
  /// The factor of numbers that are not above 0.
  public let negativeSlope: Double

  /// A slope above 0 can be joined with the product before it.
  public init(negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.leakyReLU(negativeSlope: Float(negativeSlope))
  }

  public var settingsDescription: String { "negative_slope=\(pythonText(negativeSlope))" }
}

/// The hyperbolic tangent, as `torch.nn.Tanh`.
public final class Tanh: Module {
  public var isTraining = true

  /// It has no settings.
  public init() {}

  public func callAsFunction(_ input: Tensor) -> Tensor { input.tanh() }
}

/// `y = 1 / (1 + e⁻ˣ)`, as `torch.nn.Sigmoid`.
public final class Sigmoid: Module {
  public var isTraining = true

  /// It has no settings.
  public init() {}

  public func callAsFunction(_ input: Tensor) -> Tensor { input.sigmoid() }
}

/// `y = x − log Σ exp(x)` over the last axis, as `torch.nn.LogSoftmax(dim=-1)`.
public final class LogSoftmax: Module {
  public var isTraining = true

  /// It has no settings.
  public init() {}

  public func callAsFunction(_ input: Tensor) -> Tensor { input.logSoftmax() }

  public var settingsDescription: String { "dim=-1" }
}
