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
    if let wrong = probabilities.first(where: { !$0.isFinite }) {
      stop("a probability is a finite number, not \(wrong)")
    }
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

/// A model whose answers cannot be taken for probabilities.
public enum ClassificationError: Error, Equatable, CustomStringConvertible {
  /// Of the example `index`, from 0; `sum` is what its probabilities add up to.
  case notProbabilities(index: Int, sum: Float)
  /// There is no answer.
  case deviceFailed(DeviceError)

  public var description: String {
    switch self {
    case .notProbabilities(let index, let sum):
      "the model's answer to image \(index) is no logarithms of probabilities (expected "
        + "probabilities that add up to 1, found \(sum))"
    case .deviceFailed(let error): "\(error)"
    }
  }
}

// The module's output `[rows, classes]` must be the logarithms of probabilities, as `LogSoftmax` gives them;
// `ClassificationError` is thrown where it is not.
extension Module {
  /// Classifies one picture, whose label is not known.
  public func classification(
    of image: ModelImage
  ) throws(ClassificationError) -> Classification {
    let numbers = image.numbers
    let device = namedParameters.first?.parameter.device ?? CurrentDevice.device
    let input = Tensor(shape: [1, numbers.count], storage: device.upload(numbers))
    return try classifications(of: input, firstIndex: 0)[0]
  }

  /// Classifies each example, in batches.
  ///
  /// - Parameter labelsAreKnown: whether the dataset's labels are the true ones.
  public func classifications(
    of dataset: any Dataset, batchSize: Int, labelsAreKnown: Bool = true
  ) throws(ClassificationError) -> [Classification] {
    var result: [Classification] = []
    try classify(dataset, batchSize: batchSize, labelsAreKnown: labelsAreKnown) { result += $0 }
    return result
  }

  /// The same, each batch handed over as it is done: memory does not grow with the dataset.
  public func classify(
    _ dataset: any Dataset, batchSize: Int, labelsAreKnown: Bool = true,
    _ receive: ([Classification]) -> Void
  ) throws(ClassificationError) {
    var count = 0
    for batch in DataLoader(dataset, batchSize: batchSize) {
      receive(
        try classifications(
          of: batch.inputs, firstIndex: count, labels: labelsAreKnown ? batch.labels : nil))
      count += batch.inputs.shape[0]
    }
  }

  /// Classifies the next images, as many as `count` or all that are left; nil where none is left. Throws
  /// `ClassificationError`, and what reading the images throws.
  public func classifications(
    ofNext count: Int, in images: inout UnlabelledImages
  ) throws -> [Classification]? {
    require(count > 0, "a batch of \(count) images")
    let firstIndex = images.position
    guard let pixels = try images.next(count) else { return nil }
    let (device, size) = (CurrentDevice.device, images.height * images.width)
    let rows = Array(0..<pixels.count / size)
    let numbers = device.gatherRows(rows, of: device.upload(bytes: pixels), width: size)
    return try classifications(
      of: Tensor(shape: [rows.count, size], storage: numbers), firstIndex: firstIndex)
  }

  /// The most probable class of each image that is left: what the mirrored project predicts for a set without labels.
  public func predictedLabels(
    of images: inout UnlabelledImages, batchSize: Int = 256
  ) throws -> [Int] {
    var labels: [Int] = []
    while let batch = try classifications(ofNext: batchSize, in: &images) {
      labels += batch.map(\.predicted)
    }
    return labels
  }

  /// Classifies the rows of `inputs`, of which the first has the index `firstIndex` in its set.
  private func classifications(
    of inputs: Tensor, firstIndex: Int, labels: [Int]? = nil
  ) throws(ClassificationError) -> [Classification] {
    let output = logProbabilities(of: inputs)
    require(
      output.shape.count == 2 && output.shape[0] == inputs.shape[0],
      "a classification needs [batch, classes] of \(inputs.shape), not \(output.shape)")
    return try Classification.of(logProbabilities: output, firstIndex: firstIndex, labels: labels)
  }
}

extension Classification {
  /// What rows of logarithms of probabilities say, `[rows, classes]`.
  static func of(
    logProbabilities output: Tensor, firstIndex: Int, labels: [Int]? = nil
  ) throws(ClassificationError) -> [Classification] {
    let probabilities = withoutGradients { output.exponential() }.numbers
    let places = output.argmax()
    do throws(DeviceError) { try output.device.check() } catch { throw .deviceFailed(error) }
    var result: [Classification] = []
    for (row, predicted) in places.enumerated() {
      let ofRow = Array(probabilities[row * output.shape[1]..<(row + 1) * output.shape[1]])
      let sum = ofRow.reduce(0, +)
      guard abs(sum - 1) < 1e-3 else {
        throw .notProbabilities(index: firstIndex + row, sum: sum)
      }
      result.append(
        Classification(
          index: firstIndex + row, label: labels?[row], probabilities: ofRow, predicted: predicted))
    }
    return result
  }
}
