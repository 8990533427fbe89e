extension TrainingSettings {
  /// What the options ask for on these images.
  public init(_ options: TrainOptions, seed: UInt64, data: LoadedImages) {
    let images = data.images
    self.init(
      imageHeight: images.height, imageWidth: images.width, outputSize: images.classCount,
      hiddenSizes: options.hiddenSizes(
        inputSize: images.imageSize, outputSize: images.classCount),
      useDropout: options.useDropout,
      // Only what shapes the result is kept: equal runs give equal files.
      dropoutProbability: options.useDropout ? options.dropoutProbability : 0,
      trainRatio: options.trainRatio,
      batchSize: min(options.batchSize, options.trainCount(of: images.count)),
      epochCount: options.epochCount, seed: seed, imagesCRC32: images.imagesCRC32,
      labelsCRC32: images.labelsCRC32, dataset: data.chosen(by: options.dataset),
      learningRate: options.learningRate, weightDecay: options.weightDecay,
      decoupledWeightDecay: options.decoupledWeightDecay,
      learningRateSchedule: options.learningRateSchedule,
      warmupEpochCount: options.warmupEpochCount, patience: options.patience)
  }
}
