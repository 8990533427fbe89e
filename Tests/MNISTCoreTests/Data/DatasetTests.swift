import Testing

@testable import MNISTCore

@Suite struct DatasetTests {
  @Test func aSplitIsTheStartAndTheRestOfOnePermutation() {
    let order = RandomGenerator(seed: 5).permutation(10)
    let (first, second) = numbers(10).split(ratio: 0.7, using: RandomGenerator(seed: 5))
    #expect(places(first) == Array(order[..<7]))
    #expect(places(second) == Array(order[7...]))
    #expect(order != Array(0..<10))
  }

  @Test func aSplitDrawsOnePermutationAndNothingElse() {
    let (generator, other) = (RandomGenerator(seed: 1), RandomGenerator(seed: 1))
    _ = numbers(10).split(ratio: 0.5, using: generator)
    _ = other.permutation(10)
    #expect(generator.state == other.state)
  }

  @Test(arguments: [
    (10, 0.0, 0), (10, 0.09, 0), (10, 0.1, 1), (10, 0.99, 9), (10, 1.0, 10), (3, 0.8, 2),
    (1, 0.8, 0), (100, 0.29, 28),
  ])
  func theFirstPartHasTheShareRoundedDown(_ count: Int, _ ratio: Double, _ expected: Int) {
    // 100 · 0.29 is 28.999999999999996 in doubles, and so it is in Python.
    let (first, second) = numbers(count).split(ratio: ratio, using: RandomGenerator(seed: 2))
    #expect(first.count == expected)
    #expect(second.count == count - expected)
    #expect((places(first) + places(second)).sorted() == Array(0..<count))
  }

  @Test func anElementHasTheShapeOfOneInputAndItsLabel() {
    let example = numbers(4)[2]
    #expect(example.input.shape == [2])
    #expect(example.input.numbers == [2, -2])
    #expect(example.label == 2)
  }

  @Test func aSubsetHasAnOrderOfItsOwn() {
    let subset = Subset(numbers(10), indices: [7, 3, 3, 0])
    #expect(subset.count == 4)
    #expect(subset[1].label == 3)
    let batch = subset.batch([3, 0, 2])
    #expect(batch.labels == [0, 7, 3])
    #expect(batch.inputs.shape == [3, 2])
    #expect(batch.inputs.numbers == [0, 0, 7, -7, 3, -3])
  }

  @Test func aSubsetOfASubsetCountsFromTheSmallerOne() {
    let subset = Subset(Subset(numbers(10), indices: [9, 8, 7, 6]), indices: [3, 1])
    #expect(places(subset) == [6, 8])
    let (first, second) = subset.split(ratio: 0.5, using: RandomGenerator(seed: 0))
    #expect((places(first) + places(second)).sorted() == [6, 8])
  }

  @Test func aSliceThatDoesNotBeginAtZeroIsTaken() {
    let order = [5, 4, 3, 2, 1, 0]
    #expect(Subset(numbers(6), indices: order).batch([0, 1, 2, 3][2...]).labels == [3, 2])
  }
}

/// Inputs [n, −n] with label n.
private struct Numbers: Dataset {
  let count: Int

  func batch(_ indices: ArraySlice<Int>) -> Batch {
    Batch(
      inputs: Tensor(indices.flatMap { [Float($0), -Float($0)] }, shape: [indices.count, 2]),
      labels: Array(indices))
  }
}

private func numbers(_ count: Int) -> Numbers { Numbers(count: count) }

private func places(_ subset: Subset) -> [Int] {
  subset.batch(Array(0..<subset.count)[...]).labels
}
