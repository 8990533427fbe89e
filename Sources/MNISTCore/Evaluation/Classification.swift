/// What a model says about one image.
public struct Classification: Equatable, Sendable {
  /// The image's place in its set, from 0.
  public let index: Int
  /// The true class, where it is known.
  public let label: Int?
  /// For each class; they add up to 1 but for rounding.
  public let probabilities: [Float]
  /// The most probable class.
  public let predicted: Int

  /// - Parameter predicted: by default the class of the largest probability, of equals the first.
  ///   Who knows the probabilities more exactly knows better.
  public init(index: Int, label: Int?, probabilities: [Float], predicted: Int? = nil) {
    require(!probabilities.isEmpty, "a classification without classes")
    let allowed = probabilities.indices
    require(
      allowed.contains(label ?? 0) && allowed.contains(predicted ?? 0),
      "label \(label ?? 0), predicted \(predicted ?? 0) of \(probabilities.count) classes")
    self.index = index
    self.label = label
    self.probabilities = probabilities
    self.predicted =
      predicted ?? allowed.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
  }

  /// The probability of the predicted class.
  public var confidence: Float { probabilities[predicted] }

  /// All classes, the most probable first, of equals the smaller.
  public var ranking: [Int] {
    probabilities.indices.sorted { a, b in
      probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b
    }
  }

  /// Nil where the label is not known.
  public var isCorrect: Bool? { label.map { $0 == predicted } }
}

extension Module {
  /// Classifies one picture, whose label is not known.
  public func classification(of image: ModelImage) -> Classification {
    let images = ImageSet(
      height: image.height, width: image.width, pixels: image.pixels, labels: [0])
    return classifications(of: ImageDataset(images), batchSize: 1, labelsAreKnown: false)[0]
  }

  /// Classifies each example, in batches.
  ///
  /// - Parameter labelsAreKnown: whether the dataset's labels are the true ones.
  public func classifications(
    of dataset: any Dataset, batchSize: Int, labelsAreKnown: Bool = true
  ) -> [Classification] {
    var result: [Classification] = []
    classify(dataset, batchSize: batchSize, labelsAreKnown: labelsAreKnown) { result += $0 }
    return result
  }

  /// The same, each batch handed over as it is done: memory does not grow with the dataset.
  public func classify(
    _ dataset: any Dataset, batchSize: Int, labelsAreKnown: Bool = true,
    _ receive: ([Classification]) -> Void
  ) {
    var count = 0
    for batch in DataLoader(dataset, batchSize: batchSize) {
      let logProbabilities = logProbabilities(of: batch.inputs)
      let classCount = logProbabilities.shape[1]
      let probabilities = withoutGradients { logProbabilities.exponential() }.numbers
      receive(
        logProbabilities.argmax().enumerated().map { row, predicted in
          Classification(
            index: count + row, label: labelsAreKnown ? batch.labels[row] : nil,
            probabilities: Array(probabilities[row * classCount..<(row + 1) * classCount]),
            predicted: predicted)
        })
      count += batch.labels.count
    }
  }
}
