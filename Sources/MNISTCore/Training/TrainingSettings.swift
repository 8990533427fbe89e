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
  /// What the schedule starts from.
  public var learningRate: Double
  /// As `Adam` understands it, and the next one.
  public var weightDecay: Double
  public var decoupledWeightDecay: Bool
  public var learningRateSchedule: LearningRateSchedule
  /// Less than `epochCount`.
  public var warmupEpochCount: Int
  /// So many epochs without improvement end the run.
  public var patience: Int?

  public static let usualLearningRate = 1e-3

  public var inputSize: Int { imageHeight * imageWidth }

  public init(
    imageHeight: Int, imageWidth: Int, outputSize: Int, hiddenSizes: [Int], useDropout: Bool,
    dropoutProbability: Double, trainRatio: Double, batchSize: Int, epochCount: Int, seed: UInt64,
    imagesCRC32: UInt32, labelsCRC32: UInt32, dataset: DatasetChoice = .auto,
    learningRate: Double = usualLearningRate, weightDecay: Double = 0,
    decoupledWeightDecay: Bool = false,
    learningRateSchedule: LearningRateSchedule = .constant, warmupEpochCount: Int = 0,
    patience: Int? = nil
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
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.learningRateSchedule = learningRateSchedule
    self.warmupEpochCount = warmupEpochCount
    self.patience = patience
  }

  /// Whether the learning rate changes from epoch to epoch.
  public var hasSchedule: Bool { learningRateSchedule != .constant || warmupEpochCount > 0 }

  /// The learning rate of the epoch that has `epoch` others behind it.
  public func learningRate(inEpoch epoch: Int) -> Double {
    learningRateSchedule.rate(
      from: learningRate, inEpoch: epoch, of: epochCount, warmupEpochCount: warmupEpochCount)
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
