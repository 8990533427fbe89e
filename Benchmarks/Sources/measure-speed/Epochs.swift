import MNISTCore

/// Whole epochs of the trainer.
enum Epochs {
  /// Floating-point operations of the dense arithmetic of one epoch: 2 for each weight and image
  /// forward, 2 for its gradient, 2 for the gradient of its input, which the first layer does not need.
  static func operations(sizes: [Int], trainCount: Int, validCount: Int) -> Double {
    let weights = zip(sizes, sizes.dropFirst()).map { Double($0 * $1) }
    let forward = 2 * weights.reduce(0, +)
    return forward * Double(3 * trainCount + validCount) - 2 * weights[0] * Double(trainCount)
  }

  static func settings(_ images: ImageSet, layers: Int, batch: Int, epochs: Int) -> TrainingSettings
  {
    TrainingSettings(
      imageHeight: images.height, imageWidth: images.width, outputSize: images.classCount,
      hiddenSizes: ImageClassifier.hiddenSizes(
        inputSize: images.imageSize, outputSize: images.classCount, layerCount: layers),
      useDropout: false, dropoutProbability: 0, trainRatio: 0.8, batchSize: batch,
      epochCount: epochs, seed: 0, imagesCRC32: 0, labelsCRC32: 0)
  }

  /// Seconds of each epoch, its time for each training image, and the FMA peak beside it.
  static func measure(_ images: ImageSet, threads: Int) {
    let settings = settings(images, layers: 5, batch: 256, epochs: 6)
    let run = ThreadPool.use(threadCount: threads) { TrainingRun(settings, images: images) }
    let work = operations(
      sizes: [settings.inputSize] + settings.hiddenSizes + [settings.outputSize],
      trainCount: run.trainData.count, validCount: run.validData.count)
    var peaks = [Machine.peak(threads: threads)]
    var times: [Double] = []
    ThreadPool.use(threadCount: threads) {
      var start = now()
      try run.train { event in
        guard case .epoch = event else { return }
        times.append(now() - start)
        peaks.append(Machine.peak(threads: threads))
        start = now()
      }
    }
    let time = median(times)
    let peak = median(peaks)
    print(
      "\nepoch, \(threads) threads: \(fixed(time, 3, width: 0)) s (median of \(times.count); "
        + "\(fixed(times.min() ?? 0, 3, width: 0)) to \(fixed(times.max() ?? 0, 3, width: 0))), "
        + "\(fixed(work / time / 1e9, 0, width: 0)) GFLOP/s, "
        + "\(fixed(100 * work / time / peak, 0, width: 0)) % of the FMA peak of "
        + "\(fixed(peak / 1e9, 0, width: 0))")
  }

  /// Training images a second for batch sizes and depths, validation not counted.
  static func scaling(_ images: ImageSet, threads: Int) {
    print("\nimages/s in training, \(threads) threads")
    let depths = [2, 5, 10, 20]
    print(
      padded("  batch", 10) + depths.map { fixed(Double($0), 0, width: 9) }.joined() + " layers")
    for batch in [2, 16, 64, 256, 1024, 4096] {
      let rates = depths.map { layers in
        rate(settings(images, layers: layers, batch: batch, epochs: 1), images, threads: threads)
      }
      print(padded("  \(batch)", 10) + rates.map { fixed($0, 0, width: 9) }.joined())
    }
  }

  private static func rate(
    _ settings: TrainingSettings, _ images: ImageSet, threads: Int
  ) -> Double {
    ThreadPool.use(threadCount: threads) {
      let generator = RandomGenerator(seed: 0)
      let model = settings.makeModel(using: generator, dropout: CounterGenerator(seed: 0))
      let optimizer = Adam(model.parameters)
      let loader = DataLoader(
        ImageDataset(images), batchSize: settings.batchSize, shuffledBy: generator,
        smallestBatch: 2)
      let criterion = NLLLoss()
      model.train()
      var marks: [Double] = []
      for batch in loader {
        marks.append(now())
        let loss = criterion(model(batch.inputs), batch.labels)
        optimizer.zeroGradients()
        loss.backward()
        optimizer.step()
        // The first steps fill the memory pool.
        if marks.count >= 8 && now() - marks[2] > 1 { break }
      }
      let steps = zip(marks.dropFirst(2), marks.dropFirst(3)).map { $1 - $0 }
      return Double(settings.batchSize) / median(steps)
    }
  }
}
