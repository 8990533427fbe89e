/// Memory of a device of OpenCL, given back when nobody holds it any more.
final class OpenCLBuffer: @unchecked Sendable {
  let queue: OpenCLQueue
  /// Nil after a failure.
  let handle: OpenCLQueue.Handle?
  private let byteCount: Int

  init(_ queue: OpenCLQueue, byteCount: Int) {
    (self.queue, self.byteCount) = (queue, byteCount)
    handle = queue.take(byteCount)
  }

  convenience init(_ queue: OpenCLQueue, _ numbers: [some BitwiseCopyable]) {
    self.init(queue, byteCount: numbers.withUnsafeBytes(\.count))
    write(numbers)
  }

  deinit {
    if let handle { queue.give(handle, byteCount) }
  }

  func write(_ numbers: [some BitwiseCopyable]) {
    numbers.withUnsafeBytes { queue.write($0, to: handle) }
  }

  /// As many as the buffer holds; `missing` after a failure.
  func numbers<Number: BitwiseCopyable>(_ count: Int, orElse missing: Number) -> [Number] {
    var numbers = [Number](repeating: missing, count: count)
    numbers.withUnsafeMutableBytes { queue.read(handle, into: $0) }
    return numbers
  }
}

/// Numbers in the memory of a device of OpenCL.
final class OpenCLStorage: Storage, @unchecked Sendable {
  let buffer: OpenCLBuffer
  /// The number of a storage that has one only, on its way since it was made.
  private var coming: (number: OpenCLQueue.ComingNumber, version: Int)?

  init(_ buffer: OpenCLBuffer, count: Int, device: OpenCLDevice) {
    self.buffer = buffer
    super.init(device: device, count: count)
  }

  deinit {
    if let coming { buffer.queue.release(coming.number) }
  }

  /// To be called where a command that writes the number is in the queue.
  func fetchEarly() {
    coming = buffer.queue.fetch(buffer.handle).map { ($0, version) }
  }

  var numbers: [Float] {
    if let coming, coming.version == version { return [buffer.queue.value(of: coming.number)] }
    return buffer.numbers(count, orElse: .nan)
  }
}

/// Bytes in the memory of a device of OpenCL.
final class OpenCLByteStorage: ByteStorage {
  let buffer: OpenCLBuffer

  init(_ bytes: [UInt8], _ device: OpenCLDevice) {
    buffer = OpenCLBuffer(device.queue, bytes)
    super.init(device: device, count: bytes.count)
  }
}
