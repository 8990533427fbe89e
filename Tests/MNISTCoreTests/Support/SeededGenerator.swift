@testable import MNISTCore

/// A generator for random cases: one seed, one sequence, on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private let seed: UInt64
  private var count: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  mutating func next() -> UInt64 {
    defer { count += 1 }
    return SplitMix64.bits(seed: seed, at: count)
  }
}
