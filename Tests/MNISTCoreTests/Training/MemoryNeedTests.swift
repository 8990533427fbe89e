import Testing

@testable import MNISTCore

/// What runs really take is compared by `Benchmarks/memory.sh`.
@Suite struct MemoryNeedTests {
  private func settings(
    _ hiddenSizes: [Int], batchSize: Int, side: Int = 10, useDropout: Bool = false
  ) -> TrainingSettings {
    TrainingSettings(
      imageHeight: side, imageWidth: side, outputSize: 10, hiddenSizes: hiddenSizes,
      useDropout: useDropout, batchSize: batchSize)
  }

  private func bytes(
    _ hiddenSizes: [Int], batchSize: Int, imageCount: Int, side: Int = 10,
    useDropout: Bool = false
  ) -> Int {
    let settings = settings(
      hiddenSizes, batchSize: batchSize, side: side, useDropout: useDropout)
    return MemoryNeed(training: settings, imageCount: imageCount).neededBytes - (16 << 20)
  }

  private func expect(
    _ found: Int, _ expected: Double, within share: Double = 1e-6,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(Double(found) / expected - 1) < share, "\(found)", sourceLocation: location)
  }

  @Test func aLargeModelIsThereElevenTimes() {
    // Weights, biases, factors and shifts of the layer, weights of the last one; next to nothing else.
    expect(bytes([9_000], batchSize: 2, imageCount: 10), 9_000 * 113 * 44, within: 0.02)
  }

  @Test func imagesAndBatchesCount() {
    let few = bytes([50], batchSize: 100, imageCount: 1_000)
    expect(bytes([50], batchSize: 100, imageCount: 2_000) - few, 1_000 * 133)
    // Of 800 to train on 200 are left over, as many as validate. Twice the pixels, four times the units and
    // the classes.
    expect(bytes([50], batchSize: 300, imageCount: 1_000) - few, 400 * (200 + 200 + 40) * 4.4)
    // Validation has fewer and smaller blocks of its own.
    expect(
      bytes([50], batchSize: 800, imageCount: 1_000) - few,
      (700 * (200 + 200 + 40) + 200 * (200 + 100 + 40)) * 4.4)
    expect(
      bytes([50], batchSize: 800, imageCount: 1_000, useDropout: true)
        - bytes([50], batchSize: 800, imageCount: 1_000), 800 * 50 * 4.4 - 100 * 44, within: 1e-4)
  }

  /// A model of 5,660 parameters, 5,560 with dropout, on 1,050 images of 133 bytes each.
  @Test func whatIsNeededIsTheSumOfItsParts() {
    // Batches of 400 and 40 images to train on, and another of 210 to validate.
    #expect(bytes([50], batchSize: 400, imageCount: 1_050) == 1_554_690)
    #expect(bytes([50], batchSize: 400, imageCount: 1_050, useDropout: true) == 1_647_090)
    // All that but the images, and as much again as a program of no size takes.
    let training = MemoryNeed(training: settings([50], batchSize: 400), imageCount: 1_050)
    #expect(training.missingBytes == 1_554_690 - 1_050 * 133 + 2 * (16 << 20))
    func predicting(_ batchSize: Int) -> MemoryNeed {
      MemoryNeed(
        predicting: settings([50], batchSize: 1).layout, batchSize: batchSize, imageCount: 1_050)
    }
    // Batches of 400 and 250 images, or one of all.
    #expect(predicting(400).neededBytes - (16 << 20) == 1_179_970)
    #expect(predicting(4_000).neededBytes - (16 << 20) == 1_778_370)
    // Four copies of the weights, and three batches.
    let serving = MemoryNeed(
      serving: settings([50], batchSize: 1).layout, batchSize: 256, threadCount: 3)
    #expect(serving.neededBytes - (16 << 20) == 1_341_632 && serving.batchSize == 256)
    #expect(predicting(400).batchSize == 400 && predicting(4_000).batchSize == 1_050)
  }

  /// Of each of ten classes in a batch four numbers more; of each parameter the square of its gradient.
  @Test func whatSteersTheStepsIsCountedToo() {
    func bytes(_ change: (inout TrainingSettings) -> Void) -> Int {
      var settings = settings([50], batchSize: 800)
      change(&settings)
      return MemoryNeed(training: settings, imageCount: 1_000).neededBytes
    }
    let plain = bytes { _ in }
    // Batches of 800 images to train on and 200 to validate.
    expect(bytes { $0.labelSmoothing = 0.1 } - plain, 1_000 * 40 * 4.4)
    expect(bytes { $0.classWeighting = .balanced } - plain, 1_000 * 40 * 4.4)
    expect(bytes { $0.gradientNormLimit = 1 } - plain, 5_660 * 4)
    #expect(bytes { $0.monitor = .validAccuracy } == plain)
  }

  @Test func noSizeOverflows() {
    let huge = settings([1 << 31, 1 << 31], batchSize: .max, side: 1 << 15)
    let need = MemoryNeed(training: huge, imageCount: 1 << 40)
    #expect(need.neededBytes == 1_000_000_000_000_000_000)
    #expect(need.missingBytes == 16 << 20)
    #expect(need.description.hasPrefix("too little memory to train a model of "))
    let refusal = #expect(throws: MemoryNeed.self) { try need.check() }
    #expect(refusal?.limitBytes == SystemMemory.byteCount)
    #expect(throws: Never.self) {
      try MemoryNeed(training: settings([5], batchSize: 2), imageCount: 10).check()
    }
  }
}
