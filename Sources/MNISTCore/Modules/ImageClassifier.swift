/// The fully connected classifier: one `Block` for each hidden size, then Linear, then LogSoftmax.
///
/// Shapes: `x [batch, inputSize]`, `y [batch, outputSize]`, the logarithms of the probabilities.
public final class ImageClassifier: Module {
  public var isTraining = true
  private let layers: Sequential

  /// - Parameter generator: the start values of each Linear, in order.
  public init(
    inputSize: Int, outputSize: Int, hiddenSizes: [Int], regularization: Regularization,
    using generator: RandomGenerator
  ) {
    require(!hiddenSizes.isEmpty, "a classifier needs at least one hidden layer")
    let blocks = zip([inputSize] + hiddenSizes, hiddenSizes).map { inputSize, outputSize in
      Block(
        inputSize: inputSize, outputSize: outputSize, regularization: regularization,
        using: generator)
    }
    let last = Linear(
      inputSize: hiddenSizes[hiddenSizes.count - 1], outputSize: outputSize, using: generator)
    layers = Sequential(blocks + [last, LogSoftmax()])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { layers(input) }

  /// Puts it into evaluation for good: predictions are faster from here on, and the weights cannot be changed.
  func prepareForPrediction() {
    evaluate()
    for case let linear as Linear in modules { linear.prepareForPrediction() }
  }

  /// The widths of the hidden layers, an arithmetic progression from input to output: 784, 10 and
  /// 5 layers give 630, 476, 322, 168.
  ///
  /// `step = (inputSize − outputSize) / layerCount`, rounded towards zero; `layerCount − 1` sizes,
  /// each the one before it minus `step`, starting from `inputSize`. As the rounding never
  /// overshoots, every size lies between `inputSize` and `outputSize`, thus is 1 or more where they
  /// are; with more layers than the two are apart, `step` is 0 and every size is `inputSize`.
  public static func hiddenSizes(inputSize: Int, outputSize: Int, layerCount: Int) -> [Int] {
    require(
      layerCount >= 1 && inputSize >= 1 && outputSize >= 1,
      "expected sizes of 1 or more, found \(layerCount) layers, \(inputSize) to \(outputSize)")
    let step = (inputSize - outputSize) / layerCount
    return (1..<layerCount).map { inputSize - $0 * step }
  }
}
