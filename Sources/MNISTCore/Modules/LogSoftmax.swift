/// `y = x − log Σ exp(x)` over the last axis, as `torch.nn.LogSoftmax(dim=-1)`.
public final class LogSoftmax: Module {
  public var isTraining = true

  public init() {}

  public func callAsFunction(_ input: Tensor) -> Tensor { input.logSoftmax() }

  public var settingsDescription: String { "dim=-1" }
}
