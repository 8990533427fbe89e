/// What a block puts after its activation, to keep the network from learning by heart.
public enum Regularization {
  /// `BatchNorm1d`.
  case batchNorm
  /// `Dropout`, whose masks come from the generator.
  case dropout(probability: Double, generator: CounterGenerator)
}

/// Linear → LeakyReLU → BatchNorm1d or Dropout. The activation stands before the normalisation.
///
/// Shapes: `x [batch, in]`, `y [batch, out]`.
public final class Block: Module {
  public var isTraining = true
  private let linear: Linear
  private let activation = LeakyReLU()
  private let last: any Module
  private let block: Sequential

  /// - Parameter generator: the start values of Linear.
  public init(
    inputSize: Int, outputSize: Int, regularization: Regularization,
    using generator: RandomGenerator
  ) {
    linear = Linear(inputSize: inputSize, outputSize: outputSize, using: generator)
    last =
      switch regularization {
      case .batchNorm: BatchNorm1d(outputSize)
      case .dropout(let probability, let stream): Dropout(probability: probability, using: stream)
      }
    block = Sequential([linear, activation, last])
  }

  // The product, the activation and in training the normalisation behind it are one operation: fewer
  // passes over memory, with the same bits.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    if let norm = last as? BatchNorm1d, norm.isTraining {
      return norm(input, after: linear, negativeSlope: activation.negativeSlope)
    }
    return last(linear(input, negativeSlope: activation.negativeSlope))
  }

  public var members: [(name: String, member: Member)] { [("block", .module(block))] }
}
