import CZlib

/// Unpacks a gzip file piece by piece, so that its first bytes can be judged before memory is asked
/// for the rest.
///
/// Members that follow one another are joined, zeros after the last are allowed. Every checksum and
/// length is checked by the time `read` comes back with fewer bytes than it was asked for.
final class GzipReader {
  private let input: FileBytes
  private let stream: ZlibStream
  /// Where in the input the present member begins.
  private var memberStart = 0
  private var isAtEnd = false
  /// What one step unpacks.
  private var piece = [UInt8](repeating: 0, count: 1 << 16)

  /// Reads `input`, which must begin with the gzip signature; `path` is its name in errors.
  init(_ input: [UInt8], path: String) throws(GzipError) {
    require(Self.recognizes(input), "not gzip: the caller looks at the signature first")
    self.input = FileBytes(input, path: path)
    stream = try Self.stream(input, path: path)
  }

  /// The same of a file that is read in pieces as it is unpacked.
  init(_ file: FileBytes) throws(GzipError) {
    input = file
    stream = try Self.stream([], path: file.path)
  }

  private static func stream(_ input: [UInt8], path: String) throws(GzipError) -> ZlibStream {
    do throws(ZlibStream.Failure) {
      return try ZlibStream(input, .gzip)
    } catch {
      throw .cannotUnpack(path: path, offset: 0, reason: error.reason)
    }
  }

  /// Whether `bytes` begin with the gzip signature 1f 8b.
  static func recognizes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
  }

  /// The largest number of bytes that the input could unpack to.
  var largestOutput: Int { ZlibStream.largestOutput(of: input.count) }

  /// The next `count` bytes, or all that are left where there are fewer.
  ///
  /// Nothing is unpacked beyond `count`. Memory is asked for 64 MiB and four times the input at first, and
  /// for twice as much again whenever that has really been filled: a small file cannot claim much.
  ///
  /// Throws `GzipError`, or what the reading of a file in pieces throws.
  func read(_ count: Int) throws -> [UInt8] {
    var output: [UInt8] = []
    var capacity = 0
    while output.count < count && !isAtEnd {
      if output.count == capacity {
        capacity = min(count, capacity == 0 ? (64 << 20) + 4 * input.count : 2 * capacity)
        output.reserveCapacity(capacity)
      }
      if stream.needsInput, stream.position < input.count {
        stream.supply(try input.read(piece.count, from: stream.position))
      }
      var filled = 0
      let status = stream.unpack(into: &piece, filled: &filled, end: capacity - output.count)
      output += piece[..<filled]
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: try startNextMember()
      case Z_BUF_ERROR: throw GzipError.truncated(path: input.path, availableBytes: input.count)
      default: throw try error(status)
      }
    }
    return output
  }

  private func startNextMember() throws {
    let end = stream.position
    if Self.recognizes(try input.read(2, from: end)) {
      memberStart = end
      stream.restart()
      return
    }
    for start in stride(from: end, to: input.count, by: piece.count) {
      guard try input.read(piece.count, from: start).allSatisfy({ $0 == 0 }) else {
        throw GzipError.trailingData(
          path: input.path, offset: end, foundBytes: input.count - end)
      }
    }
    isAtEnd = true
  }

  private func error(_ status: Int32) throws -> GzipError {
    let (path, reason) = (input.path, stream.reason(status))
    return switch reason {
    case "unknown compression method":
      .notDeflate(path: path, method: Int(try input.read(1, from: memberStart + 2)[0]))
    case "incorrect data check":
      .wrongCRC32(path: path, expected: try wordBeforePosition(), found: stream.checksum)
    case "incorrect length check":
      .wrongLength(path: path, expected: try wordBeforePosition(), found: stream.outputLength)
    default:
      .cannotUnpack(path: path, offset: stream.position, reason: reason)
    }
  }

  /// The last four bytes that zlib took, a little-endian word. When zlib's check has failed, that is the
  /// checksum or the length that the file holds.
  private func wordBeforePosition() throws -> UInt32 {
    try input.read(4, from: stream.position - 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// What can be wrong with a gzip file (RFC 1952).
package enum GzipError: Error, Equatable, CustomStringConvertible {
  /// The data is packed by a method that is not deflate.
  case notDeflate(path: String, method: Int)
  /// `offset` counts the file's bytes taken so far; `reason` is zlib's own text, such as `invalid
  /// distance too far back`.
  case cannotUnpack(path: String, offset: Int, reason: String)
  /// The unpacked data does not have the checksum that the file holds.
  case wrongCRC32(path: String, expected: UInt32, found: UInt32)
  /// Lengths modulo 2³², as the file holds them.
  case wrongLength(path: String, expected: UInt32, found: UInt32)
  /// The file ends before its packed data does.
  case truncated(path: String, availableBytes: Int)
  /// Neither another member nor zeros follow the end of a member, which is at `offset`.
  case trailingData(path: String, offset: Int, foundBytes: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .notDeflate(let path, let method):
      "\(path): unknown gzip compression method (expected 8, deflate, found \(method))"
    case .cannotUnpack(let path, let offset, let reason):
      "\(path): cannot be unpacked beyond byte \(offset): \(reason)"
    case .wrongCRC32(let path, let expected, let found):
      "\(path): unpacked data has the wrong CRC-32 "
        + "(expected \(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .wrongLength(let path, let expected, let found):
      "\(path): unpacked data has the wrong length (expected \(expected) bytes, found \(found))"
    case .truncated(let path, let available):
      "\(path): truncated (expected the rest of the gzip data, found the end after "
        + "\(available) bytes)"
    case .trailingData(let path, let offset, let found):
      "\(path): unexpected data after the gzip data "
        + "(expected the end after \(offset) bytes, found \(found) more)"
    }
  }
}
