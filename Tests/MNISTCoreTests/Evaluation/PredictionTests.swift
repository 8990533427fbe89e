import Testing

@testable import MNISTCore

@Suite struct PredictionTests {
  /// With every byte there is: its numbers are those of the same image in a set.
  @Test func aPictureIsAnsweredAsTheSameImageOfASet() throws {
    let model = ImageClassifier(
      inputSize: 256, outputSize: 3, hiddenSizes: [8], regularization: .batchNorm,
      using: RandomGenerator(seed: 1))
    let pixels = (0...UInt8.max).map { $0 }
    let picture = ModelImage(
      height: 16, width: 16, pixels: pixels, isBlank: false, isInverted: false)
    let images = ImageSet(height: 16, width: 16, pixels: pixels, labels: [2])
    let answer = try model.classification(of: picture)
    #expect(
      try [answer]
        == model.classifications(of: ImageDataset(images), batchSize: 1, labelsAreKnown: false))
    #expect(answer.label == nil && answer.probabilities.count == 3)
  }

  private let images = SmallSets.fields(60, height: 4, width: 6, classes: 3)

  @Test(arguments: [false, true], [1, 2, 7, 16, 59, 61, Int.max])
  func theBatchSizeNeverChangesAPrediction(_ useDropout: Bool, _ batchSize: Int) {
    let model = model(useDropout: useDropout)
    let dataset = ImageDataset(images)
    let all = model.logProbabilities(of: dataset.batch(Array(0..<60)[...]).inputs)
    #expect(all.shape == [60, 3])
    let batches = DataLoader(dataset, batchSize: batchSize).flatMap {
      model.logProbabilities(of: $0.inputs).numbers
    }
    #expect(batches == all.numbers)
    #expect(model.predictedLabels(of: dataset, batchSize: batchSize) == all.argmax())
  }

  @Test(arguments: [1, 2, 3])
  func theNumberOfThreadsNeverChangesAPrediction(_ threads: Int) {
    let set = SmallSets.fields(300)
    let model = SmallSets.settings(set, hiddenSizes: [95, 50])
      .makeModel(using: RandomGenerator(seed: 1), dropout: CounterGenerator(seed: 1))
    let inputs = ImageDataset(set).batch(Array(0..<300)[...]).inputs
    let expected = ThreadPool.use(threadCount: 1) {
      model.logProbabilities(of: inputs).numbers
    }
    let found = ThreadPool.use(threadCount: threads) {
      model.logProbabilities(of: inputs).numbers
    }
    #expect(found == expected)
  }

  @Test func predictionLeavesTheModelAsItWas() {
    let model = model(useDropout: true)
    let inputs = ImageDataset(images).batch([0, 1]).inputs
    let state = model.stateDictionary
    for isTraining in [true, false] {
      if isTraining { model.train() } else { model.evaluate() }
      let output = model.logProbabilities(of: inputs)
      #expect(!output.requiresGradient)
      #expect(model.modules.allSatisfy { $0.isTraining == isTraining })
      // Dropout would have changed it.
      #expect(output.numbers == model.logProbabilities(of: inputs).numbers)
    }
    #expect(model.stateDictionary == state)
  }

  @Test func aLayerThatWasFrozenStaysFrozen() {
    let frozen = BatchNorm1d(2)
    let model = Sequential([frozen, LogSoftmax()])
    frozen.evaluate()
    _ = model.predictedLabels(of: Tensor([1, 2], shape: [1, 2]))
    #expect(model.isTraining && !frozen.isTraining)
  }

  @Test func theMostProbableClassIsPredictedAndOfEqualsTheFirst() {
    let echo = Echo()
    let inputs = Tensor([0, 1, 0, 3, 2, 3, -1, -2, -1], shape: [3, 3])
    #expect(echo.predictedLabels(of: inputs) == [1, 0, 0])
  }

  /// The last batch alone would give 0.
  @Test(arguments: [1, 2, 3, 4, 5, .max])
  func accuracyIsCountedOverTheWholeDataset(_ batchSize: Int) {
    let dataset = OneHot(classes: [0, 1, 2, 1, 0], labels: [0, 1, 2, 0, 1])
    #expect(Echo().accuracy(on: dataset, batchSize: batchSize) == 3.0 / 5)
    #expect(Echo().predictedLabels(of: dataset, batchSize: batchSize) == [0, 1, 2, 1, 0])
  }

  @Test func aSingleExampleHasAnAccuracy() {
    #expect(Echo().accuracy(on: OneHot(classes: [2], labels: [2]), batchSize: 1) == 1)
  }

  @Test(arguments: [1, 7, 60, 61])
  func imagesWithoutLabelsAreAnsweredAsThoseOfASet(_ batchSize: Int) throws {
    let model = model(useDropout: false)
    try SmallSets.withFolder(["images": images.imagesIDX]) { folder in
      func opened() throws -> UnlabelledImages {
        try UnlabelledImages("\(folder)/images", isRaw: true, isTransposed: false) {
          ImageSize(height: 4, width: 6)
        }
      }
      var (unlabelled, found) = (try opened(), [Classification]())
      while let batch = try model.classifications(ofNext: batchSize, in: &unlabelled) {
        found += batch
      }
      #expect(
        try found
          == model.classifications(
            of: ImageDataset(images), batchSize: 60, labelsAreKnown: false))
      var again = try opened()
      #expect(
        try model.predictedLabels(of: &again, batchSize: batchSize) == found.map(\.predicted))
    }
  }

  private func model(useDropout: Bool) -> ImageClassifier {
    SmallSets.settings(images, useDropout: useDropout)
      .makeModel(using: RandomGenerator(seed: 1), dropout: CounterGenerator(seed: 1))
  }
}

/// Its inputs are its log-probabilities.
private final class Echo: Module {
  var isTraining = false

  func callAsFunction(_ input: Tensor) -> Tensor { input }
}

private struct OneHot: Dataset {
  let classes: [Int]
  let labels: [Int]

  var count: Int { labels.count }

  func batch(_ indices: ArraySlice<Int>) -> Batch {
    Batch(
      inputs: Tensor(
        indices.flatMap { index in (0..<3).map { $0 == classes[index] ? 1 : 0 } },
        shape: [indices.count, 3]),
      labels: indices.map { labels[$0] })
  }
}
