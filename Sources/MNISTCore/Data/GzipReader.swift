import CZlib

/// Unpacks a gzip file piece by piece, so that its first bytes can be judged before memory is asked
/// for the rest.
///
/// Members that follow one another are joined, zeros after the last are allowed. Every checksum and
/// length is checked by the time `read` comes back with fewer bytes than it was asked for.
final class GzipReader {
  private let path: String
  private let input: [UInt8]
  /// Of the input, how much is taken, and where the member being read begins.
  private var position = 0
  private var memberStart = 0
  private var isAtEnd = false
  /// zlib keeps the address of its stream, so the stream must never move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Reads `input`, which must begin with the gzip signature; `path` is its name in errors.
  init(_ input: [UInt8], path: String) throws(GzipError) {
    precondition(Self.recognizes(input), "not gzip: the caller looks at the signature first")
    self.path = path
    self.input = input
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 is the largest window, 16 more asks for gzip's header and trailer and their checks.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw .cannotUnpack(path: path, offset: 0, reason: String(cString: zError(status)))
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether `bytes` begin with the gzip signature 1f 8b.
  static func recognizes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
  }

  /// More than this cannot be packed into the input: deflate's best is 258 bytes for two bits.
  var largestOutput: Int { input.count * 258 * 4 }

  /// The next `count` bytes, or all that are left where there are fewer.
  ///
  /// Nothing is unpacked beyond `count`. Memory beyond 64 MiB and four times the input is asked
  /// for only in step with what was really unpacked.
  func read(_ count: Int) throws(GzipError) -> [UInt8] {
    var output: [UInt8] = []
    var capacity = min(count, (64 << 20) + 4 * input.count)
    repeat {
      var failure: GzipError?
      output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
        filled = buffer.initialize(fromContentsOf: output)
        do throws(GzipError) {
          try unpack(into: buffer, filled: &filled)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      capacity = min(count, 2 * capacity)
    } while output.count < count && !isAtEnd
    return output
  }

  private func unpack(
    into buffer: UnsafeMutableBufferPointer<UInt8>, filled: inout Int
  ) throws(GzipError) {
    while filled < buffer.count && !isAtEnd {
      // zlib counts in 32 bits; what does not fit waits for the next round.
      let available = uInt(clamping: input.count - position)
      let room = uInt(clamping: buffer.count - filled)
      let status = input.withUnsafeBufferPointer { bytes in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress! + position)
        stream.pointee.avail_in = available
        stream.pointee.next_out = buffer.baseAddress! + filled
        stream.pointee.avail_out = room
        return inflate(stream, Z_NO_FLUSH)
      }
      position += Int(available - stream.pointee.avail_in)
      filled += Int(room - stream.pointee.avail_out)
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: try startNextMember()
      // There is room, so what is lacking is input.
      case Z_BUF_ERROR: throw .truncated(path: path, availableBytes: input.count)
      default: throw error(status)
      }
    }
  }

  private func startNextMember() throws(GzipError) {
    let rest = input[position...]
    if Self.recognizes(rest) {
      memberStart = position
      inflateReset(stream)
    } else if rest.allSatisfy({ $0 == 0 }) {
      isAtEnd = true
    } else {
      throw .trailingData(path: path, offset: position, foundBytes: rest.count)
    }
  }

  private func error(_ status: Int32) -> GzipError {
    let reason = String(cString: stream.pointee.msg.map { UnsafePointer($0) } ?? zError(status))
    return switch reason {
    case "unknown compression method":
      .notDeflate(path: path, method: Int(input[memberStart + 2]))
    case "incorrect data check":
      .wrongCRC32(
        path: path, expected: wordBeforePosition,
        found: UInt32(truncatingIfNeeded: stream.pointee.adler))
    case "incorrect length check":
      .wrongLength(
        path: path, expected: wordBeforePosition,
        found: UInt32(truncatingIfNeeded: stream.pointee.total_out))
    default:
      .cannotUnpack(path: path, offset: position, reason: reason)
    }
  }

  /// The little-endian word that zlib took last: at a failed check, the one from the trailer.
  private var wordBeforePosition: UInt32 {
    input[..<position].suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
