/// How the learning rate changes from epoch to epoch.
///
/// With W epochs of warm-up and E epochs in all, the rate of the epoch that has n others behind it is, up to
/// rounding,
/// - `rate · (n + 1) / (W + 1)` where n < W,
/// - then `rate` with `constant`, and `rate · (1 + cos(π (n − W) / (E − W))) / 2` with `cosine`.
///
/// Bit for bit it is that of PyTorch's schedulers with one `step()` an epoch:
/// ```
/// SequentialLR(
///     optimizer,
///     [LinearLR(optimizer, start_factor=1 / (W + 1), total_iters=W), main],
///     milestones=[W],
/// )
/// ```
/// where `main` is `ConstantLR(optimizer, factor=1)` or `CosineAnnealingLR(optimizer, T_max=E - W)`; without
/// warm-up `main` stands alone.
public enum LearningRateSchedule: String, CaseIterable, Sendable {
  /// The same rate throughout, once warmed up.
  case constant
  /// Half a cosine, from the rate down to almost 0.
  case cosine

  // PyTorch computes each rate from the one before it, and rounds each time. To have the same bits we do the
  // same, so that one rate takes as many steps as there are epochs before it: hence these limits.

  /// The longest warm-up.
  public static let warmupLimit = 100_000

  /// The most epochs of a run.
  public var epochLimit: Int { self == .cosine ? 100_000 : .max }

  /// The rate of the epoch that has `epoch` others behind it.
  public func rate(
    from start: Double, inEpoch epoch: Int, of epochCount: Int, warmupEpochCount: Int
  ) -> Double {
    require(
      (0...epochCount).contains(epoch) && warmupEpochCount >= 0,
      "there is no learning rate in epoch \(epoch) of \(epochCount) with \(warmupEpochCount) of warm-up"
    )
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
