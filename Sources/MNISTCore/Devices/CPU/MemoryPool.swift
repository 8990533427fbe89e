import Synchronization

/// Blocks of memory waiting for their next use.
///
/// A training step asks for the same sizes again and again; once each has been seen, nothing is asked
/// of the system any more.
final class MemoryPool: @unchecked Sendable {
  static let shared = MemoryPool()

  /// Pointers may cross threads here: a block in the pool belongs to nobody.
  private struct Block: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
  }

  private struct State {
    /// By capacity in units of four bytes.
    var blocks: [Int: [Block]] = [:]
    /// What is left of the last slab.
    var rest: Block?
    var restCapacity = 0
  }

  private let state = Mutex(State())

  // Blocks are cut from slabs of 16 MiB in huge pages (2 MiB on most processors): with small ones the
  // processor would often have to look up where a row of a matrix is. A large block is a slab alone.
  private static let slabCapacity = 4 << 20
  private static let hugePage = 2 << 20

  /// Memory for `count` elements of a multiple of four bytes, aligned to 64 bytes: a cache line, and the
  /// widest vector. Its contents are undefined.
  func take<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) -> UnsafeMutablePointer<Element> {
    let capacity = Self.capacity(for: count, of: type)
    let block = state.withLock { $0.blocks[capacity]?.popLast() ?? Self.cut(capacity, &$0) }
    return block.start.bindMemory(to: type, capacity: capacity)
  }

  func give<Element: BitwiseCopyable>(_ start: UnsafeMutablePointer<Element>, count: Int) {
    let block = Block(start: UnsafeMutableRawPointer(start))
    let capacity = Self.capacity(for: count, of: Element.self)
    state.withLock { $0.blocks[capacity, default: []].append(block) }
  }

  private static func cut(_ capacity: Int, _ state: inout State) -> Block {
    guard capacity <= slabCapacity / 2 else { return slab(capacity) }
    let block = state.restCapacity >= capacity ? state.rest : nil
    let start = block ?? slab(slabCapacity)
    state.restCapacity = (block == nil ? slabCapacity : state.restCapacity) - capacity
    state.rest = Block(start: start.start + 4 * capacity)
    return start
  }

  private static func slab(_ capacity: Int) -> Block {
    var memory: UnsafeMutableRawPointer?
    let status = posix_memalign(&memory, hugePage, capacity * 4)
    guard status == 0, let memory else {
      stop("the system has no memory for \(capacity * 4) bytes")
    }
    #if os(Linux)
      // A wish that may be refused.
      madvise(memory, capacity * 4, MADV_HUGEPAGE)
    #endif
    return Block(start: memory)
  }

  /// The next of 16, 32, 48, 64, 80, 96, 112, 128, 160 …: four sizes an octave waste at most a fifth,
  /// and batches of nearly the same size (the last of an epoch) share blocks.
  private static func capacity<Element>(for count: Int, of type: Element.Type) -> Int {
    require(MemoryLayout<Element>.stride % 4 == 0, "the pool's unit is four bytes")
    let count = count * (MemoryLayout<Element>.stride / 4)
    guard count > 16 else { return 16 }
    let step = max(16, 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount - 2))
    return (count + step - 1) / step * step
  }
}
