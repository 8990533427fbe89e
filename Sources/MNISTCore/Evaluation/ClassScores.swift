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
