import CZlib

/// Unpacks zlib data (RFC 1950) piece by piece and never beyond what is asked for.
final class Inflater {
  private let stream: ZlibStream
  private let inputCount: Int
  private var isAtEnd = false

  init(_ input: [UInt8]) throws(InflaterError) {
    inputCount = input.count
    do throws(ZlibStream.Failure) {
      stream = try ZlibStream(input, .zlib)
    } catch {
      throw .damaged(reason: error.reason)
    }
  }

  /// Unpacks the next bytes into all of `buffer`, or as many as are left: their number.
  func read(into buffer: inout [UInt8]) throws(InflaterError) -> Int {
    var filled = 0
    while filled < buffer.count && !isAtEnd {
      let status = buffer.withUnsafeMutableBufferPointer {
        stream.unpack(into: $0, filled: &filled)
      }
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: isAtEnd = true
      case Z_BUF_ERROR: throw .truncated
      case Z_NEED_DICT: throw .damaged(reason: "needs a dictionary")
      default: throw .damaged(reason: stream.reason(status))
      }
    }
    return filled
  }

  /// How many bytes of the input follow the end of the packed data; known once the end is reached.
  var trailingByteCount: Int { inputCount - stream.position }
}
