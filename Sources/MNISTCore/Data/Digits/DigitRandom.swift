/// The random choices of one image.
struct DigitRandom {
  private let seed: UInt64
  private var count: UInt64 = 0

  /// SplitMix64 permutes the 2⁶⁴ numbers, so that no two images of a seed have the same stream.
  init(seed: UInt64, isTrain: Bool, index: Int) {
    self.seed = SplitMix64.bits(seed: seed, at: 2 &* UInt64(index) &+ (isTrain ? 0 : 1))
  }

  private mutating func bits() -> UInt64 {
    defer { count &+= 1 }
    return SplitMix64.bits(seed: seed, at: count)
  }

  /// Uniform in `lower..<upper`.
  mutating func uniform(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * (Float(bits() >> 40) * 0x1p-24)
  }

  /// Bell-shaped around 0: the sum of four uniform numbers, scaled to the standard deviation
  /// `deviation`; never beyond 3.5 of it.
  mutating func bell(_ deviation: Float) -> Float {
    let bits = bits()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    // Four numbers uniform in 0…1 have the variance 4/12 together; 1.7320508 = √3.
    return (Float(sum) * 0x1p-16 - 2) * (1.7320508 * deviation)
  }

  /// Two such numbers.
  mutating func bells(_ deviation: Float) -> SIMD2<Float> {
    let x = bell(deviation)
    return SIMD2(x, bell(deviation))
  }

  mutating func chance(_ probability: Float) -> Bool { uniform(0, 1) < probability }
}
