/// SplitMix64 (Steele, Lea and Flood, 2014): random bits by number.
enum SplitMix64 {
  /// The 64 bits at `index` of the sequence of this seed.
  @inline(__always)
  static func bits(seed: UInt64, at index: UInt64) -> UInt64 {
    var z = seed &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// What is dropped with this probability: where the upper 53 bits of a draw are below the limit.
  static func dropLimit(_ probability: Double) -> UInt64 { UInt64(probability * 0x1p53) }
}
