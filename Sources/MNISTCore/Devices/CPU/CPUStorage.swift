/// Numbers in the processor's memory.
///
/// Fresh contents are undefined (NaN in debug builds, so that a number nobody wrote shows).
///
/// The memory goes on for `spare` numbers, so that a pass can be made of whole vectors: what it reads or
/// computes beyond `count` is never seen.
final class CPUStorage: Storage, @unchecked Sendable {
  static let spare = 64

  /// 64-byte aligned: one cache line, and the widest vector.
  let start: UnsafeMutablePointer<Float>
  /// The transpose of the matrix that the numbers are, once many products are to come.
  private(set) var packedTranspose: PackedMatrix?

  init(count: Int) {
    start = MemoryPool.shared.take(Float.self, count: count + Self.spare)
    super.init(device: CPUDevice.shared, count: count)
    #if DEBUG
      start.initialize(repeating: .nan, count: count)
    #endif
  }

  convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    write(numbers)
  }

  deinit { MemoryPool.shared.give(start, count: count + Self.spare) }

  /// Packs the transpose of the matrix that the numbers are; nobody overwrites them from here on.
  func packTranspose(rows: Int, columns: Int) {
    packedTranspose = PackedMatrix(
      MatrixView(start, rows: rows, columns: columns).transposed)
  }

  /// The numbers as a value of their own.
  var numbers: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }

  func write(_ numbers: [Float]) {
    device.requireCount(of: numbers, toFill: self)
    numbers.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: count) }
    }
  }
}

/// Bytes as the array that they came in.
final class CPUByteStorage: ByteStorage {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    super.init(device: CPUDevice.shared, count: bytes.count)
  }
}
