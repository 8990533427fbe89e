import Testing

@testable import MNISTCore

@Suite struct CounterGeneratorTests {
  /// The first outputs of SplitMix64 from this seed, as published with it.
  @Test func theBitsAreSplitMix64s() {
    let bits = (0..<5).map { SplitMix64.bits(seed: 1_234_567, at: $0) }
    #expect(
      bits == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func drawsAreSetAsideInOrder() {
    let generator = CounterGenerator(seed: 1)
    #expect(generator.take(5) == 0)
    #expect(generator.take(0) == 5)
    #expect(generator.take(2) == 5)
    #expect(generator.count == 7)
    #expect(CounterGenerator(seed: 1, count: 9).take(1) == 9)
  }

  @Test func theCountWrapsAround() {
    let generator = CounterGenerator(seed: 1, count: .max)
    #expect(generator.take(2) == .max)
    #expect(generator.count == 1)
  }
}
