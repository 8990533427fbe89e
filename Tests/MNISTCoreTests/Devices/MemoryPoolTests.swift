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
    // Small ones, each followed by a large one.
    let counts = (0..<200).map { $0 % 2 == 0 ? 1 + $0 / 2 : 1_000 * (1 + $0 % 7) }
    let blocks = counts.enumerated().map { index, count in
      let start = pool.take(Int32.self, count: count)
      start.initialize(repeating: Int32(index), count: count)
      return UnsafeBufferPointer(start: start, count: count)
    }
    for (index, block) in blocks.enumerated() {
      #expect(UInt(bitPattern: block.baseAddress) % 64 == 0)
      #expect(block.allSatisfy { $0 == Int32(index) })
    }
  }

  /// They are cut from slabs of 16 MiB, unless they are larger than half of one.
  @Test func blocksFollowOneAnother() {
    let pool = MemoryPool()
    let first = pool.take(Float.self, count: 16)
    #expect(pool.take(Float.self, count: 1_000) == first + 16)
    // Numbers of eight bytes take twice the room.
    _ = pool.take(Double.self, count: 10)
    let half = 2 << 20
    #expect(pool.take(Float.self, count: half) == first + 1_072)
    _ = pool.take(Float.self, count: half + 1)
    #expect(pool.take(Float.self, count: 1) == first + (1_072 + half))
  }

  @Test func whatWasGivenBackIsTakenAgain() {
    let pool = MemoryPool()
    let first = pool.take(Float.self, count: 1_000)
    pool.give(first, count: 1_000)
    // The sizes from 897 to 1,024 share their blocks.
    #expect(pool.take(Float.self, count: 896) != first)
    let larger = pool.take(Float.self, count: 1_025)
    #expect(larger != first)
    #expect(pool.take(Float.self, count: 897) == first)
    pool.give(first, count: 897)
    #expect(pool.take(Float.self, count: 1_024) == first)
    // Those from 1,025 to 1,280 do too.
    pool.give(larger, count: 1_025)
    #expect(pool.take(Float.self, count: 1_280) == larger)
  }
}
