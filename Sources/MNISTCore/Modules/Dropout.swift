/// Sets each number to 0 with the given probability in training, as `torch.nn.Dropout`; the kept ones are
/// multiplied by `1 / (1 − probability)`. Nothing changes in evaluation.
public final class Dropout: Module {
  public var isTraining = true
  /// With which a number is set to 0.
  public let probability: Double
  let generator: CounterGenerator

  /// - Parameters:
  ///   - probability: in 0..<1.
  ///   - generator: where the masks come from, a stream apart from PyTorch's.
  public init(probability: Double, using generator: CounterGenerator) {
    Tensor.checkDropout(probability)
    self.probability = probability
    self.generator = generator
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    guard isTraining && probability > 0 else { return input }
    return input.dropout(probability: probability, using: generator)
  }

  public var settingsDescription: String { "p=\(pythonText(probability)), inplace=False" }
}
