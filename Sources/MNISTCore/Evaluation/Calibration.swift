/// Whether predictions are right as often as their probabilities say.
public struct Calibration: Equatable, Sendable {
  /// Predictions whose probabilities lie close together.
  public struct Bin: Equatable, Sendable {
    /// Probabilities above `lower` and up to `upper`.
    public let lower: Double
    /// The upper end; of the last bin 1.
    public let upper: Double
    /// How many predictions lie in it.
    public let count: Int
    /// The mean probability; 0 where there is none.
    public let confidence: Double
    /// The share that is correct; 0 where there is none.
    public let accuracy: Double
  }

  /// Of equal width, from 0 to 1.
  public let bins: [Bin]

  /// Sorts the classifications whose label is known by the probability of the predicted class.
  public init(_ classifications: [Classification], binCount: Int = 10) {
    require(binCount > 0, "\(binCount) bins")
    var counts = [Int](repeating: 0, count: binCount)
    var correct = counts
    var sums = [Double](repeating: 0, count: binCount)
    for classification in classifications {
      guard let isCorrect = classification.isCorrect else { continue }
      let confidence = Double(classification.confidence)
      let bin = Int((confidence * Double(binCount)).rounded(.up)) - 1
      let index = min(max(bin, 0), binCount - 1)
      counts[index] += 1
      correct[index] += isCorrect ? 1 : 0
      sums[index] += confidence
    }
    bins = (0..<binCount).map { index in
      let count = Double(max(counts[index], 1))
      return Bin(
        lower: Double(index) / Double(binCount), upper: Double(index + 1) / Double(binCount),
        count: counts[index], confidence: sums[index] / count,
        accuracy: Double(correct[index]) / count)
    }
  }

  /// The expected calibration error: the mean distance between confidence and accuracy of the bins,
  /// each by its count (M. P. Naeini and others, 2015; C. Guo and others, 2017).
  public var expectedError: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.accuracy) }
      / Double(total)
  }
}
