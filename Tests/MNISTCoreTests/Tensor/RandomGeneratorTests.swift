import Foundation
import Testing

@testable import MNISTCore

@Suite struct RandomGeneratorTests {
  // MARK: PyTorch's numbers

  private struct Reference: Decodable {
    let seeds: [String: Draws]
  }

  /// What `torch.manual_seed`, then these draws in this order give.
  private struct Draws: Decodable {
    let shortPermutation: [Int]
    let longPermutationStart: [Int]
    let weightStart: [Float]
    let weightEnd: [Float]
    let biasStart: [Float]
    let lastPermutationEnd: [Int]

    enum CodingKeys: String, CodingKey {
      case shortPermutation = "randperm(10)"
      case longPermutationStart = "randperm(60000)[:8]"
      case weightStart = "Linear(784,630).weight.flatten()[:4]"
      case weightEnd = "weight.flatten()[-2:]"
      case biasStart = "bias[:4]"
      case lastPermutationEnd = "randperm(48000)[-4:]"
    }
  }

  @Test func theNumbersArePyTorchsToTheLastBit() throws {
    let file = try Data(contentsOf: Fixture.url("rng.json"))
    let seeds = try JSONDecoder().decode(Reference.self, from: file).seeds
    #expect(!seeds.isEmpty)
    for (name, expected) in seeds {
      let generator = RandomGenerator(seed: try #require(UInt64(name)))
      #expect(generator.permutation(10) == expected.shortPermutation, "seed \(name)")
      let long = generator.permutation(60_000)
      #expect(Array(long.prefix(8)) == expected.longPermutationStart, "seed \(name)")
      let layer = Linear(inputSize: 784, outputSize: 630, using: generator)
      let weight = layer.weight.numbers
      #expect(Array(weight.prefix(4)) == expected.weightStart, "seed \(name)")
      #expect(Array(weight.suffix(2)) == expected.weightEnd, "seed \(name)")
      #expect(Array(layer.bias.numbers.prefix(4)) == expected.biasStart, "seed \(name)")
      let last = generator.permutation(48_000)
      #expect(Array(last.suffix(4)) == expected.lastPermutationEnd, "seed \(name)")
    }
  }

  // MARK: The generator itself

  /// The C++ standard prescribes the ten thousandth number of `std::mt19937`.
  @Test func theTenThousandthNumberIsTheStandards() {
    let generator = RandomGenerator(seed: 5489)
    #expect(generator.next() == 3_499_211_612)
    for _ in 2..<10_000 { _ = generator.next() }
    #expect(generator.next() == 4_123_659_995)
  }

  @Test func theLow32BitsOfASeedCount() {
    let numbers = [7, 7 + 1 << 32, 8].map { RandomGenerator(seed: $0).next() }
    #expect(numbers[0] == numbers[1])
    #expect(numbers[0] != numbers[2])
  }

  @Test(arguments: [0, 1, 623, 624, 625, 2_000])
  func aSavedStateGoesOnWhereItWas(_ draws: Int) {
    let generator = RandomGenerator(seed: 3)
    for _ in 0..<draws { _ = generator.next() }
    let state = generator.state
    let expected = (0..<1_000).map { _ in generator.next() }
    let other = RandomGenerator(seed: 4)
    other.state = state
    #expect((0..<1_000).map { _ in other.next() } == expected)
  }

  @Test func aStateMayStandBeforeItsFirstWord() {
    let generator = RandomGenerator(seed: 3)
    let first = generator.next()
    generator.state = .init(words: generator.state.words, position: 0)
    #expect(generator.next() == first)
  }

  // MARK: Draws

  @Test(arguments: [0, 1, 2, 1_000])
  func aPermutationHoldsEachNumberOnce(_ count: Int) {
    let permutation = RandomGenerator(seed: 1).permutation(count)
    #expect(permutation.sorted() == Array(0..<count))
    if count == 1_000 { #expect(permutation != Array(0..<count)) }
  }

  @Test func aPermutationTakesOneNumberLessThanItHas() {
    for count in [0, 1, 2, 10] {
      let (generator, other) = (RandomGenerator(seed: 2), RandomGenerator(seed: 2))
      _ = generator.permutation(count)
      for _ in 0..<max(0, count - 1) { _ = other.next() }
      #expect(generator.state == other.state)
    }
  }

  @Test func uniformNumbersFillTheirRange() {
    let numbers = RandomGenerator(seed: 1).uniform(100_000, from: -2, to: 6)
    #expect(numbers.allSatisfy { $0 >= -2 && $0 <= 6 })
    let mean = numbers.reduce(0) { $0 + Double($1) } / 100_000
    #expect(abs(mean - 2) < 0.03)
    #expect(Set(numbers).count > 99_000)
  }
}
