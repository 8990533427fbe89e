import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A fixed number of floats in memory of their own, taken from a pool and given back to it.
///
/// A training step asks for the same sizes again and again; once each has been seen, nothing is
/// asked of the system any more. Fresh contents are undefined (NaN in debug builds, so that a number
/// nobody wrote shows).
///
/// The memory goes on to the next multiple of 16 floats, so that a pass over single numbers can be made
/// of whole vectors: what it computes beyond `count` is never seen.
final class FloatBuffer: @unchecked Sendable {
  let count: Int
  /// 64-byte aligned: one cache line, and the widest vector.
  let start: UnsafeMutablePointer<Float>

  init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) floats")
    self.count = count
    start = FloatPool.shared.take(capacity: FloatPool.capacity(for: count))
    #if DEBUG
      start.initialize(repeating: .nan, count: count)
    #endif
  }

  convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    numbers.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: count) }
    }
  }

  convenience init(repeating number: Float, count: Int) {
    self.init(count: count)
    start.update(repeating: number, count: count)
  }

  deinit {
    FloatPool.shared.give(start, capacity: FloatPool.capacity(for: count))
  }

  subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      return start[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      start[index] = newValue
    }
  }

  /// The numbers as a value of their own.
  var numbers: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }

  func copy() -> FloatBuffer {
    let copy = FloatBuffer(count: count)
    copy.start.update(from: start, count: count)
    return copy
  }

  func update(from numbers: [Float]) {
    precondition(numbers.count == count, "\(numbers.count) floats cannot fill \(count)")
    numbers.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: count) }
    }
  }
}

/// Memory blocks waiting for their next use, by capacity.
private final class FloatPool: @unchecked Sendable {
  static let shared = FloatPool()

  /// Pointers may cross threads here: a block in the pool belongs to nobody.
  private struct Block: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
  }

  private let blocks = Mutex<[Int: [Block]]>([:])

  /// The next of 16, 32, 48, 64, 80, 96, 112, 128, 160 …: four sizes an octave waste at most a fifth,
  /// and batches of nearly the same size (the last of an epoch) share blocks.
  static func capacity(for count: Int) -> Int {
    guard count > 16 else { return 16 }
    let step = max(16, 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount - 2))
    return (count + step - 1) / step * step
  }

  func take(capacity: Int) -> UnsafeMutablePointer<Float> {
    if let block = blocks.withLock({ $0[capacity]?.popLast() }) { return block.start }
    var memory: UnsafeMutableRawPointer?
    let status = posix_memalign(&memory, 64, capacity * MemoryLayout<Float>.stride)
    guard status == 0, let memory else {
      preconditionFailure("the system has no memory for \(capacity) floats")
    }
    return memory.bindMemory(to: Float.self, capacity: capacity)
  }

  func give(_ start: UnsafeMutablePointer<Float>, capacity: Int) {
    blocks.withLock { $0[capacity, default: []].append(Block(start: start)) }
  }
}
