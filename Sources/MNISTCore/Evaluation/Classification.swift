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
    // The same numbers as `ImageDataset` makes of the same pixels.
    let pixels = image.pixels.map { Float($0) / 255 }
    return classifications(of: Tensor(pixels, shape: [1, pixels.count]), firstIndex: 0)[0]
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
      receive(
        classifications(
          of: batch.inputs, firstIndex: count, labels: labelsAreKnown ? batch.labels : nil))
      count += batch.labels.count
    }
  }

  /// Classifies the rows of `inputs`, of which the first has the index `firstIndex` in its set.
  private func classifications(
    of inputs: Tensor, firstIndex: Int, labels: [Int]? = nil
  ) -> [Classification] {
    let logProbabilities = logProbabilities(of: inputs)
    let classCount = logProbabilities.shape[1]
    let probabilities = withoutGradients { logProbabilities.exponential() }.numbers
    return logProbabilities.argmax().enumerated().map { row, predicted in
      Classification(
        index: firstIndex + row, label: labels?[row],
        probabilities: Array(probabilities[row * classCount..<(row + 1) * classCount]),
        predicted: predicted)
    }
  }
}
