import CZlib

/// Unpacks one entry of a ZIP archive piece by piece.
///
/// Never more than the entry's size is unpacked. By the time the last byte is given out, its CRC-32 and the end of
/// the packed data have been checked.
struct ZIPEntryReader {
  private let entry: ZIPArchive.Entry
  private let path: String
  /// How much has been given out, and its CRC-32.
  private var position = 0
  private var crc32: UInt32 = 0
  /// For a deflated entry, once something has been read.
  private var stream: ZlibStream?
  private var isChecked = false

  /// - Parameter path: only serves the sentences.
  init(_ entry: ZIPArchive.Entry, path: String) {
    self.entry = entry
    self.path = path
  }

  /// The next `count` bytes, or all that are left where there are fewer. Throws `ZIPError` and what `read` throws.
  ///
  /// Of the packed bytes no more are in memory than a small piece.
  mutating func next(_ count: Int, read: (Range<Int>) throws -> [UInt8]) throws -> [UInt8] {
    let wanted = min(count, entry.byteCount - position)
    var bytes: [UInt8]
    switch entry.method {
    case .stored:
      let start = entry.range.lowerBound + position
      bytes = wanted > 0 ? try read(start..<(start + wanted)) : []
    case .deflated:
      bytes = try inflated(wanted, read: read)
    }
    position += bytes.count
    crc32 = CRC32.checksum(bytes, after: crc32)
    if position == entry.byteCount, !isChecked {
      try checkEnd(read)
      isChecked = true
    }
    return bytes
  }

  private mutating func inflated(
    _ count: Int, read: (Range<Int>) throws -> [UInt8]
  ) throws -> [UInt8] {
    let stream = try self.stream ?? newStream()
    self.stream = stream
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(1 << 16, count))
    // Memory for what has not been unpacked yet is asked for in steps: a small file cannot claim much.
    var capacity = 0
    while output.count < count {
      if output.count == capacity {
        capacity = min(count, capacity == 0 ? (64 << 20) + 4 * entry.packedByteCount : 2 * capacity)
        output.reserveCapacity(capacity)
      }
      let (filled, isAtEnd) = try unpack(
        stream, into: &piece, room: min(piece.count, capacity - output.count), read)
      output += piece[..<filled]
      if isAtEnd, output.count < count {
        throw ZIPError.wrongSize(
          path: path, entry: entry.name, expectedBytes: entry.byteCount,
          foundBytes: position + output.count)
      }
    }
    return output
  }

  private func newStream() throws -> ZlibStream {
    do throws(ZlibStream.Failure) {
      return try ZlibStream([], .none)
    } catch {
      throw ZIPError.cannotUnpack(path: path, entry: entry.name, reason: error.reason)
    }
  }

  /// One step; whether the packed data has come to its end.
  private func unpack(
    _ stream: ZlibStream, into piece: inout [UInt8], room: Int,
    _ read: (Range<Int>) throws -> [UInt8]
  ) throws -> (filled: Int, isAtEnd: Bool) {
    let start = entry.range.lowerBound + stream.position
    if stream.needsInput, start < entry.range.upperBound {
      stream.supply(try read(start..<min(start + (1 << 16), entry.range.upperBound)))
    }
    var filled = 0
    switch stream.unpack(into: &piece, filled: &filled, end: room) {
    case Z_OK: return (filled, false)
    case Z_STREAM_END: return (filled, true)
    case Z_BUF_ERROR:
      throw ZIPError.cannotUnpack(
        path: path, entry: entry.name, reason: "the packed data ends early")
    case let status:
      throw ZIPError.cannotUnpack(
        path: path, entry: entry.name, reason: stream.reason(status))
    }
  }

  private func checkEnd(_ read: (Range<Int>) throws -> [UInt8]) throws {
    if let stream {
      var byte: [UInt8] = [0]
      var step = (filled: 0, isAtEnd: false)
      repeat { step = try unpack(stream, into: &byte, room: 1, read) } while step == (0, false)
      guard step.filled == 0 else {
        throw ZIPError.wrongSize(
          path: path, entry: entry.name, expectedBytes: entry.byteCount, foundBytes: nil)
      }
      guard stream.position == entry.packedByteCount else {
        throw ZIPError.cannotUnpack(
          path: path, entry: entry.name, reason: "the packed data ends before its size")
      }
    }
    guard crc32 == entry.crc32 else {
      throw ZIPError.wrongCRC32(path: path, entry: entry.name, expected: entry.crc32, found: crc32)
    }
  }
}
