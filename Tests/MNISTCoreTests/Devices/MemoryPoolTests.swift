import Testing

@testable import MNISTCore

@Suite struct MemoryPoolTests {
  @Test(arguments: [1, 16, 17, 1_000, 161_280, 5_000_000])
  func memoryIsAlignedToACacheLineAndAllOfItCanBeWritten(_ count: Int) {
    let pool = MemoryPool()
    let start = pool.take(Float.self, count: count)
    #expect(UInt(bitPattern: start) % 64 == 0)
    start.initialize(repeating: 7, count: count)
    #expect(start[0] == 7 && start[count - 1] == 7)
    pool.give(start, count: count)
  }

  @Test func blocksInUseDoNotOverlap() {
    let pool = MemoryPool()
    let blocks = (0..<200).map { index in
      let start = pool.take(Int32.self, count: 1_000 * (1 + index % 7))
      start.initialize(repeating: Int32(index), count: 1_000 * (1 + index % 7))
      return start
    }
    for (index, block) in blocks.enumerated() {
      let numbers = UnsafeBufferPointer(start: block, count: 1_000 * (1 + index % 7))
      #expect(numbers.allSatisfy { $0 == Int32(index) })
    }
  }

  @Test func whatWasGivenBackIsTakenAgain() {
    let pool = MemoryPool()
    let first = pool.take(Float.self, count: 1_000)
    pool.give(first, count: 1_000)
    // The next size that shares its blocks.
    #expect(pool.take(Float.self, count: 1_001) == first)
  }
}
