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
    var settings = TrainingSettings(
      for: images,
      hiddenSizes: ImageClassifier.hiddenSizes(
        inputSize: images.imageSize, outputSize: images.classCount, layerCount: layers), seed: 0)
    (settings.batchSize, settings.epochCount) = (batch, epochs)
    return settings
  }

  /// Seconds of an epoch of the default run for each number of threads, in turn, and what share of the
  /// FMA peak beside it that is. What is left out because it is zero counts as done.
  static func measure(_ images: ImageSet, threadCounts: [Int]) throws {
    var times = threadCounts.map { _ in [Double]() }
    var shares = threadCounts.map { _ in [Double]() }
    for _ in 0..<3 {
      for (index, threads) in threadCounts.enumerated() {
        let epochs = try epochs(images, threads: threads)
        times[index] += epochs.map(\.seconds)
        shares[index] += epochs.map(\.share)
      }
    }
    print("")
    for (index, threads) in threadCounts.enumerated() {
      let (seconds, count) = (times[index], times[index].count)
      print(
        "epoch, \(threads) threads: \(fixed(median(seconds), 3, width: 0)) s (median of \(count); "
          + "\(fixed(seconds.min() ?? 0, 3, width: 0)) to \(fixed(seconds.max() ?? 0, 3, width: 0))), "
          + "\(fixed(100 * median(shares[index]), 0, width: 0)) % of the FMA peak; "
          + "\(fixed(median(times[0]) / median(seconds), 2, width: 0)) × the speed of one thread")
    }
  }

  /// Some epochs; the first, which fills the memory pool, does not count.
  private static func epochs(
    _ images: ImageSet, threads: Int
  ) throws -> [(seconds: Double, share: Double)] {
    let settings = settings(images, layers: 5, batch: 256, epochs: 3)
    var epochs: [(seconds: Double, share: Double)] = []
    try ThreadPool.use(threadCount: threads) {
      let run = TrainingRun(settings, images: images)
      let work = operations(
        sizes: [settings.inputSize] + settings.hiddenSizes + [settings.outputSize],
        trainCount: run.trainData.count, validCount: run.validData.count)
      var peak = Machine.peak(threads: threads)
      var start = now()
      try run.train { event in
        guard case .epoch = event else { return }
        let seconds = now() - start
        let next = Machine.peak(threads: threads)
        epochs.append((seconds, work / seconds / ((peak + next) / 2)))
        (peak, start) = (next, now())
      }
    }
    return Array(epochs.dropFirst())
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
        // The first two steps fill the memory pool.
        if marks.count >= 6 && now() - marks[2] > 0.4 { break }
        let loss = criterion(model(batch.inputs), batch.labels)
        optimizer.zeroGradients()
        loss.backward()
        optimizer.step()
        _ = loss.item
      }
      let steps = zip(marks.dropFirst(2), marks.dropFirst(3)).map { $1 - $0 }
      return Double(settings.batchSize) / median(steps)
    }
  }
}
