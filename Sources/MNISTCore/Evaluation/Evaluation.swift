/// What a model's answers to images with known labels come to.
public struct Evaluation: Equatable, Sendable {
  public let classifications: [Classification]
  public let confusion: ConfusionMatrix
  public let accuracy: Proportion
  public let calibration: Calibration

  /// At least one classification; each has a label and the same classes.
  public init(_ classifications: [Classification]) {
    require(
      !classifications.isEmpty && classifications.allSatisfy { $0.label != nil },
      "an evaluation needs labels")
    self.classifications = classifications
    confusion = ConfusionMatrix(
      classifications, classCount: classifications[0].probabilities.count)
    accuracy = confusion.accuracy
    calibration = Calibration(classifications)
  }

  /// The mistakes, the most certain first: by the probability of the wrong class, of equals by index.
  public var worstMistakes: [Classification] {
    classifications.filter { $0.isCorrect == false }.sorted { a, b in
      a.confidence != b.confidence ? a.confidence > b.confidence : a.index < b.index
    }
  }
}
