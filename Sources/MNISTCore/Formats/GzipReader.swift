import CZlib

/// Unpacks a gzip file piece by piece, so that its first bytes can be judged before memory is asked
/// for the rest.
///
/// Members that follow one another are joined, zeros after the last are allowed. Every checksum and
/// length is checked by the time `read` comes back with fewer bytes than it was asked for.
final class GzipReader {
  private let path: String
  private let input: [UInt8]
  private let stream: ZlibStream
  /// Where in the input the member being read begins.
  private var memberStart = 0
  private var isAtEnd = false

  /// Reads `input`, which must begin with the gzip signature; `path` is its name in errors.
  init(_ input: [UInt8], path: String) throws(GzipError) {
    require(Self.recognizes(input), "not gzip: the caller looks at the signature first")
    self.path = path
    self.input = input
    do throws(ZlibStream.Failure) {
      stream = try ZlibStream(input, .gzip)
    } catch {
      throw .cannotUnpack(path: path, offset: 0, reason: error.reason)
    }
  }

  /// Whether `bytes` begin with the gzip signature 1f 8b.
  static func recognizes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
  }

  /// More than this cannot be packed into the input.
  var largestOutput: Int { ZlibStream.largestOutput(of: input.count) }

  /// The next `count` bytes, or all that are left where there are fewer.
  ///
  /// Nothing is unpacked beyond `count`. Memory beyond 64 MiB and four times the input is asked
  /// for only in step with what was really unpacked.
  func read(_ count: Int) throws(GzipError) -> [UInt8] {
    // All empty arrays are one, to which the initializer below would write from every thread.
    guard count > 0 else { return [] }
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
      let status = stream.unpack(into: buffer, filled: &filled)
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: try startNextMember()
      case Z_BUF_ERROR: throw .truncated(path: path, availableBytes: input.count)
      default: throw error(status)
      }
    }
  }

  private func startNextMember() throws(GzipError) {
    let rest = input[stream.position...]
    if Self.recognizes(rest) {
      memberStart = stream.position
      stream.restart()
    } else if rest.allSatisfy({ $0 == 0 }) {
      isAtEnd = true
    } else {
      throw .trailingData(path: path, offset: stream.position, foundBytes: rest.count)
    }
  }

  private func error(_ status: Int32) -> GzipError {
    let reason = stream.reason(status)
    return switch reason {
    case "unknown compression method":
      .notDeflate(path: path, method: Int(input[memberStart + 2]))
    case "incorrect data check":
      .wrongCRC32(
        path: path, expected: wordBeforePosition, found: stream.checksum)
    case "incorrect length check":
      .wrongLength(
        path: path, expected: wordBeforePosition, found: stream.outputLength)
    default:
      .cannotUnpack(path: path, offset: stream.position, reason: reason)
    }
  }

  /// The little-endian word that zlib took last: at a failed check, the one from the trailer.
  private var wordBeforePosition: UInt32 {
    input[..<stream.position].suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
