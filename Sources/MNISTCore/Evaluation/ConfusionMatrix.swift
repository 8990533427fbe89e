/// How often each class was taken for which.
public struct ConfusionMatrix: Equatable, Sendable {
  /// `counts[label][predicted]`, as scikit-learn's `confusion_matrix`.
  public let counts: [[Int]]

  /// The counts of one class or more.
  public init(counts: [[Int]]) {
    require(
      !counts.isEmpty && counts.allSatisfy { $0.count == counts.count },
      "a confusion matrix is square")
    self.counts = counts
  }

  /// Counts the classifications whose label is known; all have the same classes.
  public init(_ classifications: [Classification], classCount: Int) {
    self.init(
      classifications.compactMap { answer in
        answer.label.map { (label: $0, predicted: answer.predicted) }
      }, classCount: classCount)
  }

  /// Counts predictions, at least one, with a label for each; the classes go up to the largest that occurs.
  public init(predicted: [Int], labels: some Collection<UInt8>) {
    require(
      predicted.count == labels.count && !predicted.isEmpty,
      "a confusion matrix needs a label for each prediction, not \(labels.count) for "
        + "\(predicted.count)")
    let pairs = zip(labels, predicted).map { (label: Int($0), predicted: $1) }
    self.init(pairs, classCount: pairs.reduce(0) { max($0, $1.label, $1.predicted) } + 1)
  }

  private init(_ pairs: [(label: Int, predicted: Int)], classCount: Int) {
    require(classCount >= 1, "a confusion matrix of \(classCount) classes")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (label, predicted) in pairs {
      require(
        (0..<classCount).contains(label) && (0..<classCount).contains(predicted),
        "\(label) taken for \(predicted), of \(classCount) classes")
      counts[label][predicted] += 1
    }
    self.init(counts: counts)
  }

  /// How many classes there are.
  public var classCount: Int { counts.count }
  /// How many examples were counted.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// How many of them were predicted to be of their class.
  public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

  /// The share that is correct.
  public var accuracy: Proportion { Proportion(successes: correct, trials: total) }

  /// Examples of one class taken for another.
  public struct Confusion: Equatable, Sendable {
    /// The class that they are of.
    public let label: Int
    /// The class that they were taken for.
    public let predicted: Int
    /// How many there are, at least one.
    public let count: Int
  }

  /// The pairs that were confused at all, the most frequent first; of equals the smaller classes.
  public var confusions: [Confusion] {
    counts.indices.flatMap { label in
      counts.indices.compactMap { predicted in
        let count = counts[label][predicted]
        return label == predicted || count == 0
          ? nil : Confusion(label: label, predicted: predicted, count: count)
      }
    }.sorted {
      ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted)
    }
  }

  /// Precision, recall and the rest for each class.
  public var scores: [ClassScores] {
    counts.indices.map { index in
      ClassScores(
        truePositives: counts[index][index],
        predicted: counts.reduce(0) { $0 + $1[index] },
        support: counts[index].reduce(0, +))
    }
  }

  /// The plain mean over the classes; its support is the number of examples.
  public var macroAverage: ClassScores { average { _ in 1 } }

  /// The mean over the classes, each by its support.
  public var weightedAverage: ClassScores { average { Double($0.support) } }

  private func average(by weight: (ClassScores) -> Double) -> ClassScores {
    let scores = scores
    let sum = scores.reduce(0) { $0 + weight($1) }
    func mean(_ value: KeyPath<ClassScores, Double>) -> Double {
      sum == 0 ? 0 : scores.reduce(0) { $0 + weight($1) * $1[keyPath: value] } / sum
    }
    return ClassScores(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: total)
  }
}

/// How well one class is found. A share of nothing is 0, as scikit-learn's `zero_division=0`.
public struct ClassScores: Equatable, Sendable {
  /// Of the examples predicted to be of the class, the share that is.
  public let precision: Double
  /// Of the examples of the class, the share that was predicted to be.
  public let recall: Double
  /// The harmonic mean of both: `2 · true positives / (predicted + support)`.
  public let f1: Double
  /// How many examples are of the class.
  public let support: Int

  init(precision: Double, recall: Double, f1: Double, support: Int) {
    self.precision = precision
    self.recall = recall
    self.f1 = f1
    self.support = support
  }

  init(truePositives: Int, predicted: Int, support: Int) {
    func share(_ part: Int, of whole: Int) -> Double {
      whole == 0 ? 0 : Double(part) / Double(whole)
    }
    self.init(
      precision: share(truePositives, of: predicted), recall: share(truePositives, of: support),
      f1: share(2 * truePositives, of: predicted + support), support: support)
  }
}
