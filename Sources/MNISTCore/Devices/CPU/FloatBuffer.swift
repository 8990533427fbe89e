/// A fixed number of floats in memory of their own.
///
/// Fresh contents are undefined (NaN in debug builds, so that a number nobody wrote shows).
///
/// The memory goes on for `spare` floats, so that a pass can be made of whole vectors: what it reads or
/// computes beyond `count` is never seen.
final class FloatBuffer: @unchecked Sendable {
  static let spare = 64

  let count: Int
  /// 64-byte aligned: one cache line, and the widest vector.
  let start: UnsafeMutablePointer<Float>

  init(count: Int) {
    require(count >= 0, "a buffer cannot hold \(count) floats")
    self.count = count
    start = MemoryPool.shared.take(Float.self, count: count + Self.spare)
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
    MemoryPool.shared.give(start, count: count + Self.spare)
  }

  subscript(index: Int) -> Float {
    get {
      require(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      return start[index]
    }
    set {
      require(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
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
    require(numbers.count == count, "\(numbers.count) floats cannot fill \(count)")
    numbers.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: count) }
    }
  }
}
