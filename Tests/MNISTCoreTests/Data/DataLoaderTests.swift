import Testing

@testable import MNISTCore

@Suite struct DataLoaderTests {
  @Test(arguments: [
    (10, 5, [5, 5]), (10, 4, [4, 4, 2]), (10, 3, [3, 3, 3, 1]), (10, 10, [10]), (10, 11, [10]),
    (10, 1, [Int](repeating: 1, count: 10)), (10, .max, [10]), (10, .max - 1, [10]), (1, 4, [1]),
    (1, .max, [1]), (0, 4, []), (0, .max, []),
  ])
  func theLastBatchMayBeShort(_ count: Int, _ batchSize: Int, _ expected: [Int]) {
    expectSizes(DataLoader(Rows(count), batchSize: batchSize), expected)
  }

  @Test(arguments: [
    (10, 5, [5, 5]), (10, 4, [4, 4]), (10, 10, [10]), (10, 11, []), (10, .max, []), (0, 4, []),
  ])
  func aShortLastBatchCanBeLeftOut(_ count: Int, _ batchSize: Int, _ expected: [Int]) {
    expectSizes(DataLoader(Rows(count), batchSize: batchSize, dropLast: true), expected)
  }

  @Test(arguments: [
    (9, 4, [4, 5]), (10, 4, [4, 4, 2]), (8, 4, [4, 4]), (5, 4, [5]), (65, 64, [65]), (3, 2, [3]),
    (4, 2, [2, 2]), (2, .max, [2]), (10, .max, [10]),
    // There is nothing to join.
    (1, 4, [1]), (1, .max, [1]), (0, 2, []),
  ])
  func aRemainderOfOneJoinsTheBatchBeforeIt(_ count: Int, _ batchSize: Int, _ expected: [Int]) {
    expectSizes(DataLoader(Rows(count), batchSize: batchSize, smallestBatch: 2), expected)
  }

  @Test func aLeftOutBatchJoinsNothing() {
    expectSizes(DataLoader(Rows(9), batchSize: 4, dropLast: true, smallestBatch: 2), [4, 4])
    expectSizes(DataLoader(Rows(11), batchSize: 4, smallestBatch: 4), [4, 7])
  }

  @Test func withoutAGeneratorTheOrderIsTheDatasets() {
    let loader = DataLoader(Rows(10), batchSize: 3)
    for _ in 0..<2 {
      #expect(loader.map(\.labels) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]])
    }
  }

  @Test func eachPassHasAFreshPermutation() {
    let expected = RandomGenerator(seed: 7)
    let loader = DataLoader(Rows(23), batchSize: 5, shuffledBy: RandomGenerator(seed: 7))
    var passes: [[Int]] = []
    for _ in 0..<3 {
      let pass = loader.flatMap(\.labels)
      #expect(pass == expected.permutation(23))
      #expect(pass.sorted() == Array(0..<23))
      passes.append(pass)
    }
    #expect(Set(passes).count == 3)
  }

  @Test(arguments: [1, 2, 3, 7, 22, 23, 24, .max], [1, 2])
  func aPassCoversEverythingOnce(_ batchSize: Int, _ smallestBatch: Int) {
    guard batchSize >= smallestBatch else { return }
    let loader = DataLoader(
      Rows(23), batchSize: batchSize, shuffledBy: RandomGenerator(seed: 1),
      smallestBatch: smallestBatch)
    let batches = Array(loader)
    #expect(batches.count == loader.batchCount)
    #expect(batches.flatMap(\.labels).sorted() == Array(0..<23))
    #expect(batches.allSatisfy { $0.labels.count >= smallestBatch })
    #expect(batches.flatMap(\.inputs.numbers) == batches.flatMap { $0.labels.map(Float.init) })
  }

  /// What a pass draws it draws at its start, so that an unfinished one is a pass too.
  @Test func anIteratorThatIsThrownAwayHasDrawnItsPermutation() {
    let (generator, expected) = (RandomGenerator(seed: 7), RandomGenerator(seed: 7))
    let loader = DataLoader(Rows(23), batchSize: 5, shuffledBy: generator)
    #expect(generator.state == expected.state)
    _ = loader.makeIterator().next()
    _ = expected.permutation(23)
    #expect(generator.state == expected.state)
  }

  private func expectSizes(
    _ loader: DataLoader, _ expected: [Int], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(loader.map(\.labels.count) == expected, sourceLocation: location)
    #expect(loader.batchCount == expected.count, sourceLocation: location)
  }
}

/// Input n has the number and the label n.
private struct Rows: Dataset {
  let count: Int

  init(_ count: Int) { self.count = count }

  func batch(_ indices: ArraySlice<Int>) -> Batch {
    Batch(
      inputs: Tensor(indices.map(Float.init), shape: [indices.count, 1]), labels: Array(indices))
  }
}
