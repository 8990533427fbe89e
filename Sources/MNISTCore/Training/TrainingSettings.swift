/// Everything that shapes the result of a run: equal settings give equal models.
public struct TrainingSettings: Equatable, Sendable {
  public var imageHeight: Int
  public var imageWidth: Int
  public var outputSize: Int
  public var hiddenSizes: [Int]
  public var useDropout: Bool
  public var dropoutProbability: Double
  public var trainRatio: Double
  public var batchSize: Int
  public var epochCount: Int
  public var seed: UInt64
  /// The CRC-32 of the training images and labels, as `ImageSet` computes them.
  public var imagesCRC32: UInt32
  public var labelsCRC32: UInt32
  /// What the data was asked for as; `digits` also where they stood in for MNIST.
  public var dataset: DatasetChoice

  public var inputSize: Int { imageHeight * imageWidth }

  public init(
    imageHeight: Int, imageWidth: Int, outputSize: Int, hiddenSizes: [Int], useDropout: Bool,
    dropoutProbability: Double, trainRatio: Double, batchSize: Int, epochCount: Int, seed: UInt64,
    imagesCRC32: UInt32, labelsCRC32: UInt32, dataset: DatasetChoice = .auto
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.outputSize = outputSize
    self.hiddenSizes = hiddenSizes
    self.useDropout = useDropout
    self.dropoutProbability = dropoutProbability
    self.trainRatio = trainRatio
    self.batchSize = batchSize
    self.epochCount = epochCount
    self.seed = seed
    self.imagesCRC32 = imagesCRC32
    self.labelsCRC32 = labelsCRC32
    self.dataset = dataset
  }

  /// The classifier with these sizes.
  public func makeModel(
    using generator: RandomGenerator, dropout: CounterGenerator
  ) -> ImageClassifier {
    ImageClassifier(
      inputSize: inputSize, outputSize: outputSize, hiddenSizes: hiddenSizes,
      regularization: useDropout
        ? .dropout(probability: dropoutProbability, generator: dropout) : .batchNorm,
      using: generator)
  }
}
