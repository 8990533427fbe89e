/// What a block puts after its activation, to keep the network from learning by heart.
public enum Regularization {
  case batchNorm
  case dropout(probability: Double, generator: CounterGenerator)
}

/// Linear → LeakyReLU → BatchNorm1d or Dropout. The activation stands before the normalisation.
///
/// Shapes: `x [batch, in]`, `y [batch, out]`.
public final class Block: Module {
  public var isTraining = true
  private let block: Sequential

  public init(
    inputSize: Int, outputSize: Int, regularization: Regularization,
    using generator: RandomGenerator
  ) {
    let last: any Module =
      switch regularization {
      case .batchNorm: BatchNorm1d(outputSize)
      case .dropout(let probability, let stream): Dropout(probability: probability, using: stream)
      }
    block = Sequential([
      Linear(inputSize: inputSize, outputSize: outputSize, using: generator), LeakyReLU(), last,
    ])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { block(input) }
}
