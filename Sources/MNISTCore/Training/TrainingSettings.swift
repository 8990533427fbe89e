/// Everything that shapes the result of a run: equal settings give equal models.
///
/// Each property has its usual value, the mirrored project's where that has one, and a row in the table of
/// settings, `TrainingSetting.all`. The sizes of images and classes, the checksums and the hidden layers
/// have none: they are for the data to say.
public struct TrainingSettings: Equatable, Sendable {
  /// Rows of pixels in an image.
  public var imageHeight = 0
  /// Columns of pixels in an image.
  public var imageWidth = 0
  /// Whether the images are pictures that were brought to their size; see `ModelImage.init(fitting:height:width:)`.
  public var fittedPictures = false
  /// Whether each image's rows and columns were swapped as it was loaded.
  public var isTransposed = false
  /// Classes.
  public var outputSize = 0
  /// What the classes are called, a name for each; nil where the data does not say.
  public var classNames: [String]?
  /// The widths of the hidden layers, at least one.
  public var hiddenSizes: [Int] = []
  /// Whether blocks end with dropout in place of batch normalisation.
  public var useDropout = false
  /// The share of the values that dropout drops, in [0, 1).
  public var dropoutProbability = 0.3
  /// The share of the training images that is trained on, in (0, 1); the rest validates.
  public var trainRatio = 0.8
  /// Images in a batch.
  public var batchSize = 256
  /// Passes over the training images.
  public var epochCount = 20
  /// Of the split, the start values, the order of the images, and dropout.
  public var seed: UInt64 = 0
  /// The CRC-32 of the training images, as `ImageSet` computes it.
  public var imagesCRC32: UInt32 = 0
  /// The CRC-32 of the training labels, as `ImageSet` computes it.
  public var labelsCRC32: UInt32 = 0
  /// What the data was asked for as; `digits` also where they stood in for MNIST.
  public var dataset = DatasetChoice.auto
  /// What the schedule starts from.
  public var learningRate = 1e-3
  /// As `Adam` understands it: W times the weights is added to the gradient.
  public var weightDecay = 0.0
  /// Whether the weights shrink beside the gradient instead, as AdamW's do.
  public var decoupledWeightDecay = false
  /// How the learning rate goes from epoch to epoch.
  public var learningRateSchedule = LearningRateSchedule.constant
  /// Epochs in which the learning rate first rises; less than `epochCount`, and 0 with one cycle.
  public var warmupEpochCount = 0
  /// Whether warm-up and cosine go on from batch to batch, not from epoch to epoch.
  public var isScheduledPerBatch = false
  /// Of the schedule `step`: the learning rate falls every so many epochs.
  public var learningRateStepSize = 10
  /// Of the schedules `step` and `plateau`: what the learning rate is multiplied with, in (0, 1).
  public var learningRateFactor = 0.1
  /// Of the schedule `plateau`: so many epochs without improvement are waited for.
  public var learningRatePatience = 10
  /// Of the schedule `plateau`: so many epochs after a fall are not counted.
  public var learningRateCooldown = 0
  /// So many epochs without improvement of what is monitored end the run; with nil none do.
  public var patience: Int?
  /// What tells the best epoch, and what patience waits for.
  public var monitor = MonitoredFigure.validLoss
  /// What each class counts for in the loss.
  public var classWeighting = ClassWeighting.equal
  /// The share of each label that the loss spreads evenly over all classes, in [0, 1).
  public var labelSmoothing = 0.0
  /// Gradients are cut down to this norm, above 0; with nil they are not.
  public var gradientNormLimit: Double?
  /// The CRC-32 of the weights that the run began with, another model's; nil where they were drawn.
  package var startCRC32: UInt32?
  /// How the images are varied before they are trained on, anew in each epoch; none leaves them as they are.
  public var augmentationKinds: [Augmentation.Kind] = []
  /// What the ranges of their variation are multiplied with, above 0.
  public var augmentationStrength = 1.0
  /// What computes: the same settings on another device give a model whose last bits differ.
  package var device = cpu
  private static let cpu = "\(CPUDevice.shared)"
  package var isOnCPU: Bool { device == Self.cpu }
}

extension TrainingSettings {
  /// The usual settings for a run on these images.
  ///
  /// - Parameter hiddenSizes: the widths of the hidden layers; `ImageClassifier.hiddenSizes` finds usual ones.
  public init(for images: ImageSet, hiddenSizes: [Int], seed: UInt64) {
    self.init(hiddenSizes: hiddenSizes, seed: seed)
    setData(images)
  }

  /// Takes over what the images decide.
  mutating func setData(_ images: ImageSet) {
    (imageHeight, imageWidth, outputSize) = (images.height, images.width, images.classCount)
    classNames = images.classNames
    (imagesCRC32, labelsCRC32) = (images.imagesCRC32, images.labelsCRC32)
  }

  /// What tells the data of the run from other data.
  ///
  /// - Parameter folder: where it was, if that is known.
  public func dataIdentity(foundBefore folder: String? = nil) -> DataIdentity {
    DataIdentity(
      imagesCRC32: imagesCRC32, labelsCRC32: labelsCRC32, dataset: dataset, folder: folder,
      preparation: ImagePreparation(
        pictureSize: fittedPictures ? imageSize : nil,
        isTransposed: isTransposed))
  }

  /// How many of `imageCount` images are trained on.
  func trainCount(of imageCount: Int) -> Int {
    Int(exactly: (Double(imageCount) * trainRatio).rounded(.towardZero)) ?? 0
  }

  /// Pixels in an image.
  public var inputSize: Int { imageHeight * imageWidth }

  /// Whether the hidden layers have the widths that their number gives, see `ImageClassifier.hiddenSizes`.
  var hasUsualWidths: Bool {
    guard inputSize >= 1, outputSize >= 1 else { return true }
    return hiddenSizes
      == ImageClassifier.hiddenSizes(
        inputSize: inputSize, outputSize: outputSize, layerCount: hiddenSizes.count + 1)
  }

  /// How the training images are varied; nil where they are not.
  public var augmentation: Augmentation? {
    augmentationKinds.isEmpty
      ? nil : Augmentation(augmentationKinds, strength: augmentationStrength)
  }

  var imageSize: ImageSize { ImageSize(height: imageHeight, width: imageWidth) }

  /// Whether the learning rate changes in the run.
  public var hasSchedule: Bool { learningRateSchedule != .constant || warmupEpochCount > 0 }

  /// What makes each epoch depend on how many the run has, such as `cosine schedule`; nil where nothing does, so that a run can
  /// be given more.
  package var whatHasItsLength: String? {
    if learningRateSchedule.dependsOnLength { return "\(learningRateSchedule.rawValue) schedule" }
    return augmentationKinds.isEmpty ? nil : "augmentation"
  }

  /// The classifier with these sizes.
  ///
  /// - Parameters:
  ///   - generator: draws the start values.
  ///   - dropout: draws what dropout drops; without dropout it is not asked.
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
