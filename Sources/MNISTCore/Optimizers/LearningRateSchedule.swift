/// How the learning rate goes from epoch to epoch, bit for bit as
/// ```
/// SequentialLR(
///     optimizer,
///     [LinearLR(optimizer, start_factor=1 / (W + 1), total_iters=W), main],
///     milestones=[W],
/// )
/// ```
/// with one `step()` an epoch. W is the number of warm-up epochs; where it is 0, `main` stands alone. With E
/// epochs in all, `main` is
/// - `constant`: `ConstantLR(optimizer, factor=1)`,
/// - `cosine`: `CosineAnnealingLR(optimizer, T_max=E - W)`.
///
/// Up to rounding: `rate · (n + 1) / (W + 1)` in the epoch after n < W others, then `rate`, or
/// `rate · (1 + cos(π (n − W) / (E − W))) / 2`.
public enum LearningRateSchedule: String, CaseIterable, Sendable {
  /// The same rate throughout, once warmed up.
  case constant
  /// Half a cosine, from the rate down to almost 0.
  case cosine

  // PyTorch makes each rate from the one before it: to find one takes time in proportion to its epoch.

  /// The longest warm-up.
  public static let warmupLimit = 100_000

  /// The most epochs of a run.
  public var epochLimit: Int { self == .cosine ? 100_000 : .max }

  /// The rate of the epoch that has `epoch` others behind it.
  public func rate(
    from start: Double, inEpoch epoch: Int, of epochCount: Int, warmupEpochCount: Int
  ) -> Double {
    guard epoch >= warmupEpochCount else {
      return warmedUp(start, epoch: epoch, of: warmupEpochCount)
    }
    return switch self {
    case .constant: start
    case .cosine:
      annealed(start, epoch: epoch - warmupEpochCount, of: epochCount - warmupEpochCount)
    }
  }

  private func warmedUp(_ start: Double, epoch: Int, of count: Int) -> Double {
    let factor = 1 / Double(count + 1)
    var rate = start * factor
    for previous in 0..<epoch {
      rate *= 1 + (1 - factor) / (Double(count) * factor + Double(previous) * (1 - factor))
    }
    return rate
  }

  private func annealed(_ start: Double, epoch: Int, of count: Int) -> Double {
    func height(_ epoch: Int) -> Double { 1 + cos(Double.pi * Double(epoch) / Double(count)) }
    var rate = start
    // No epoch has 0 epochs in all, or `count` or more behind it.
    for epoch in 0..<epoch { rate *= height(epoch + 1) / height(epoch) }
    return rate
  }
}
