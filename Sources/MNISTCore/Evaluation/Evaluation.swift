/// What a model's answers to images with known labels come to.
public struct Evaluation: Equatable, Sendable {
  /// The answers, in the order they were given in.
  public let classifications: [Classification]
  /// How often each class was taken for which.
  public let confusion: ConfusionMatrix
  /// The share that is correct.
  public var accuracy: Proportion { confusion.accuracy }
  /// Whether they are right as often as their probabilities say, in ten bins.
  public let calibration: Calibration

  /// At least one classification; each has a label and the same classes.
  public init(_ classifications: [Classification]) {
    require(
      !classifications.isEmpty && classifications.allSatisfy { $0.label != nil },
      "an evaluation needs labels")
    let classCount = classifications[0].probabilities.count
    if let other = classifications.first(where: { $0.probabilities.count != classCount }) {
      stop("an evaluation of \(classCount) classes and of \(other.probabilities.count)")
    }
    self.classifications = classifications
    confusion = ConfusionMatrix(classifications, classCount: classCount)
    calibration = Calibration(classifications)
  }

  /// The mistakes, the most certain first: by the probability of the wrong class, of equals by index.
  public var worstMistakes: [Classification] {
    classifications.filter { $0.isCorrect == false }.sorted { a, b in
      a.confidence != b.confidence ? a.confidence > b.confidence : a.index < b.index
    }
  }
}

/// A share of a number of trials, with how sure it is.
public struct Proportion: Equatable, Sendable {
  /// Of the trials, those that count for the share; 0 to `trials`.
  public let successes: Int
  /// At least one.
  public let trials: Int

  /// At least one trial.
  public init(successes: Int, trials: Int) {
    require(
      trials > 0 && (0...trials).contains(successes), "\(successes) of \(trials)")
    self.successes = successes
    self.trials = trials
  }

  /// The share itself, 0 to 1.
  public var value: Double { Double(successes) / Double(trials) }

  /// How far the share of so many trials usually lies from the true one: √(p (1 − p) / n). For a
  /// share of 0 or 1 it is 0, which is too sure; `interval95` holds there too.
  public var standardError: Double { (value * (1 - value) / Double(trials)).squareRoot() }

  /// Wilson's score interval at 95 %: it stays within 0 and 1 and holds for shares near them.
  ///
  /// `(p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n)` with z = 1.96 (E. B. Wilson, 1927).
  public var interval95: ClosedRange<Double> {
    let z = 1.959963984540054
    let n = Double(trials)
    let middle = value + z * z / (2 * n)
    let half = z * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // Rounding may pass the ends by a little.
    return max(0, (middle - half) / scale)...min(1, (middle + half) / scale)
  }
}
