/// Random bits by number: the n-th draw is a function of the seed and n alone.
///
/// A place in the sequence of `SplitMix64`. Dropout draws from one of these, so that its masks can be
/// made by any number of threads and PyTorch's own stream stays as it is.
public final class CounterGenerator {
  public let seed: UInt64
  /// How many draws have been taken.
  public var count: UInt64

  public init(seed: UInt64, count: UInt64 = 0) {
    self.seed = seed
    self.count = count
  }

  /// Sets aside the next `draws` numbers and returns the place of the first.
  func take(_ draws: Int) -> UInt64 {
    defer { count &+= UInt64(draws) }
    return count
  }
}
