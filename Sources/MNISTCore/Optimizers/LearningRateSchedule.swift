/// How the learning rate changes in a run; PyTorch's schedulers of the same names, to the last bit.
///
/// Steps are epochs, but for `oneCycle`, whose steps are batches.
public enum LearningRateSchedule: String, CaseIterable, Sendable {
  /// The same rate throughout.
  case constant
  /// `CosineAnnealingLR`: half a cosine, from the rate down to almost 0.
  case cosine
  /// `StepLR`: multiplied by a factor every so many steps.
  case step
  /// `ReduceLROnPlateau`: multiplied by a factor when what is monitored no longer improves; see `LearningRatePlateau`.
  case plateau
  /// `OneCycleLR`: up to the rate and down again, Adam's β₁ against it; see `OneCycle`.
  case oneCycle = "one-cycle"

  // PyTorch computes each rate from the one before it, and rounds each time. To have the same bits we do the
  // same, so that a run that goes on repeats the steps behind it: hence these limits.

  /// The longest warm-up, in epochs.
  public static let warmupLimit = 100_000

  /// The most epochs of a run.
  public var epochLimit: Int {
    switch self {
    case .constant: .max
    case .cosine, .step, .oneCycle: 100_000
    // What was monitored is kept in the run's file, whose header has room for so many epochs.
    case .plateau: 50_000
    }
  }

  /// Whether the rate of a step depends on how many the run has.
  public var dependsOnLength: Bool { self == .cosine || self == .oneCycle }
}

/// The rates of a schedule that knows its steps from the start, one after the other.
///
/// With W steps of warm-up and S in all, the rate of the step that has n others behind it is, up to rounding,
/// - `rate · (n + 1) / (W + 1)` where n < W,
/// - then with `constant` `rate`, with `cosine` `rate · (1 + cos(π (n − W) / (S − W))) / 2`, and with `step`
///   `rate · factorᵏ`, where k is `(n − W) / interval` without its fraction.
///
/// Bit for bit it is that of PyTorch's schedulers with one `step()` a step:
/// ```
/// SequentialLR(
///     optimizer,
///     [LinearLR(optimizer, start_factor=1 / (W + 1), total_iters=W), main],
///     milestones=[W],
/// )
/// ```
/// where `main` is `ConstantLR(optimizer, factor=1)`, `CosineAnnealingLR(optimizer, T_max=S - W)` or
/// `StepLR(optimizer, interval, factor)`; without warm-up `main` stands alone.
public struct LearningRateScheduler: Sendable {
  /// What changes the rate from step to step once it is warmed up.
  public enum Main: Equatable, Sendable {
    /// The same rate throughout.
    case constant
    /// Half a cosine.
    case cosine
    /// Multiplied by `factor` every `interval` steps.
    case step(interval: Int, factor: Double)
  }

  private let main: Main
  private let start: Double
  private let stepCount: Int
  private let warmupStepCount: Int
  /// The last step that was asked for, and its rate.
  private var (step, rate): (Int, Double)

  /// - Parameters:
  ///   - start: the rate once it is warmed up.
  ///   - stepCount: the steps of the run.
  ///   - warmupStepCount: those in which the rate first rises.
  public init(
    _ main: Main, from start: Double, stepCount: Int, warmupStepCount: Int = 0
  ) {
    require(
      stepCount >= 0 && warmupStepCount >= 0,
      "a learning rate of \(stepCount) steps with \(warmupStepCount) of warm-up")
    if case .step(let interval, _) = main {
      require(interval >= 1, "a learning rate that falls every \(interval) steps")
    }
    self.main = main
    self.start = start
    self.stepCount = stepCount
    self.warmupStepCount = warmupStepCount
    step = 0
    rate = Self.first(start, warmupStepCount)
  }

  private static func first(_ start: Double, _ warmupStepCount: Int) -> Double {
    warmupStepCount > 0 ? start * (1 / Double(warmupStepCount + 1)) : start
  }

  /// The rate of the step that has `wanted` others behind it; quick for the next ones after the last that was asked for.
  public mutating func rate(atStep wanted: Int) -> Double {
    require(
      (0...stepCount).contains(wanted),
      "there is no learning rate in step \(wanted) of \(stepCount)")
    if wanted < step { (step, rate) = (0, Self.first(start, warmupStepCount)) }
    // Nothing to compute, however far it is.
    if main == .constant, wanted >= warmupStepCount { return start }
    while step < wanted { advance() }
    return rate
  }

  private mutating func advance() {
    step += 1
    guard step >= warmupStepCount else {
      let factor = 1 / Double(warmupStepCount + 1)
      let count = Double(warmupStepCount)
      rate *= 1 + (1 - factor) / (count * factor + Double(step - 1) * (1 - factor))
      return
    }
    let done = step - warmupStepCount
    switch main {
    case _ where done == 0, .constant: rate = start
    case .cosine: rate *= height(done) / height(done - 1)
    case .step(let interval, let factor): if done.isMultiple(of: interval) { rate *= factor }
    }
  }

  private func height(_ done: Int) -> Double {
    1 + cos(Double.pi * Double(done) / Double(stepCount - warmupStepCount))
  }
}

/// Lowers the learning rate when what is monitored no longer improves, as `ReduceLROnPlateau` with its usual threshold.
///
/// A value counts as better where it is below `best · (1 − 10⁻⁴)`, or above `best · (1 + 10⁻⁴)` where more is better. After more
/// than `patience` values in a row that are not, the rate is multiplied by `factor`; then `cooldown` values are not counted.
public struct LearningRatePlateau: Sendable {
  private let prefersLower: Bool
  private let factor: Double
  private let patience: Int
  private let cooldown: Int
  private var best: Double
  private var badCount = 0
  private var cooldownLeft = 0
  /// The rate for what follows.
  public private(set) var rate: Double

  /// - Parameters:
  ///   - start: the first rate.
  ///   - prefersLower: whether of two values the lower is the better one.
  public init(
    from start: Double, prefersLower: Bool, factor: Double, patience: Int, cooldown: Int
  ) {
    require(
      factor > 0 && factor < 1 && patience >= 0 && cooldown >= 0,
      "a plateau of factor \(factor), patience \(patience) and cooldown \(cooldown)")
    (rate, self.prefersLower, self.factor) = (start, prefersLower, factor)
    (self.patience, self.cooldown) = (patience, cooldown)
    best = prefersLower ? .infinity : -.infinity
  }

  /// To be told of every value, in order.
  public mutating func note(_ value: Double) {
    let isBetter = prefersLower ? value < best * (1 - 1e-4) : value > best * (1e-4 + 1)
    if isBetter {
      (best, badCount) = (value, 0)
    } else {
      badCount += 1
    }
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      badCount = 0
    }
    if badCount > patience {
      let lower = rate * factor
      // Below this it makes no difference.
      if rate - lower > 1e-8 { rate = lower }
      (cooldownLeft, badCount) = (cooldown, 0)
    }
  }
}

/// One cycle of the learning rate, as `OneCycleLR` with its usual settings (Smith and Topin, 2018): over the first 0.3 of the
/// steps it rises from a 25th of the highest rate to it, then it falls to a 10⁴th of what it began with, both along half a
/// cosine; Adam's β₁ falls from 0.95 to 0.85 meanwhile, and rises again.
public struct OneCycle: Sendable {
  /// The highest rate.
  public let maximum: Double
  /// The steps of the run.
  public let stepCount: Int

  /// - Parameter stepCount: at least 1.
  public init(maximum: Double, stepCount: Int) {
    require(stepCount >= 1, "a cycle of \(stepCount) steps")
    (self.maximum, self.stepCount) = (maximum, stepCount)
  }

  /// What the first step's rate is, but for rounding.
  public var initial: Double { maximum / 25 }
  /// The last step's rate.
  public var minimum: Double { initial / 1e4 }
  /// The bounds of β₁.
  public static let beta1Range = 0.85...0.95

  /// The rate of the step that has `step` others behind it.
  public func rate(atStep step: Int) -> Double {
    value(atStep: step, initial, maximum, minimum)
  }

  /// Adam's β₁ in the step that has `step` others behind it.
  public func beta1(atStep step: Int) -> Double {
    let (low, high) = (Self.beta1Range.lowerBound, Self.beta1Range.upperBound)
    return value(atStep: step, high, low, high)
  }

  private func value(
    atStep step: Int, _ first: Double, _ middle: Double, _ last: Double
  ) -> Double {
    require(
      (0...stepCount).contains(step), "there is no learning rate in step \(step) of \(stepCount)")
    // As PyTorch divides the steps: the first part may end before the first step.
    let turn = 0.3 * Double(stepCount) - 1
    let end = Double(stepCount - 1)
    let place = min(Double(step), end)
    if place <= turn {
      return annealed(first, middle, place / turn)
    }
    return annealed(middle, last, (place - turn) / (end - turn))
  }

  private func annealed(_ start: Double, _ end: Double, _ share: Double) -> Double {
    let height = cos(Double.pi * share) + 1
    return end + (start - end) / 2 * height
  }
}
