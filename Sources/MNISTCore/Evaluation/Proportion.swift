/// A share of a number of trials, with how sure it is.
public struct Proportion: Equatable, Sendable {
  public let successes: Int
  public let trials: Int

  /// At least one trial.
  public init(successes: Int, trials: Int) {
    require(
      trials > 0 && (0...trials).contains(successes), "\(successes) of \(trials)")
    self.successes = successes
    self.trials = trials
  }

  public var value: Double { Double(successes) / Double(trials) }

  /// √(p (1 − p) / n).
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
