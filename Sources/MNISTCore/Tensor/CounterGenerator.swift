/// Random bits by number: the n-th draw is a function of the seed and n alone.
///
/// SplitMix64 (Steele, Lea and Flood, 2014). Dropout draws from one of these, so that its masks can be
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

  /// 64 random bits.
  @inline(__always)
  static func bits(seed: UInt64, at index: UInt64) -> UInt64 {
    var z = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
