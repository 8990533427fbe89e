extension TrainingSettings {
  /// What the options ask for on these images.
  public init(_ options: TrainOptions, seed: UInt64, images: ImageSet) {
    self.init(
      imageHeight: images.height, imageWidth: images.width, outputSize: images.classCount,
      hiddenSizes: options.hiddenSizes(
        inputSize: images.imageSize, outputSize: images.classCount),
      useDropout: options.useDropout, dropoutProbability: options.dropoutProbability,
      trainRatio: options.trainRatio, batchSize: options.batchSize,
      epochCount: options.epochCount, seed: seed, imagesCRC32: images.imagesCRC32,
      labelsCRC32: images.labelsCRC32)
  }
}
