import CZlib

/// Unpacks zlib data (RFC 1950) piece by piece and never beyond what is asked for.
final class Inflater {
  private let input: [UInt8]
  private var position = 0
  private var isAtEnd = false
  /// zlib keeps the address of its stream, so the stream must never move.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ input: [UInt8]) throws(InflaterError) {
    self.input = input
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw .damaged(reason: String(cString: zError(status))) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// More than this cannot be packed into `byteCount` bytes: deflate's best is 258 bytes for two bits.
  static func largestOutput(of byteCount: Int) -> Int { byteCount * 258 * 4 }

  /// Unpacks the next bytes into all of `buffer`, or as many as are left: their number.
  func read(into buffer: inout [UInt8]) throws(InflaterError) -> Int {
    var filled = 0
    while filled < buffer.count && !isAtEnd {
      // zlib counts in 32 bits; what does not fit waits for the next round.
      let available = uInt(clamping: input.count - position)
      let room = uInt(clamping: buffer.count - filled)
      let status = input.withUnsafeBufferPointer { source in
        buffer.withUnsafeMutableBufferPointer { target in
          // An array without bytes may have no address, and zlib takes that for a mistake.
          var nothing: UInt8 = 0
          return withUnsafeMutablePointer(to: &nothing) { placeholder in
            let base = source.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
            stream.pointee.next_in = base.map { $0 + position } ?? placeholder
            stream.pointee.avail_in = available
            stream.pointee.next_out = target.baseAddress! + filled
            stream.pointee.avail_out = room
            return inflate(stream, Z_NO_FLUSH)
          }
        }
      }
      position += Int(available - stream.pointee.avail_in)
      filled += Int(room - stream.pointee.avail_out)
      switch status {
      case Z_OK: continue
      case Z_STREAM_END: isAtEnd = true
      // There is room, so what is lacking is input.
      case Z_BUF_ERROR: throw .truncated
      case Z_NEED_DICT: throw .damaged(reason: "needs a dictionary")
      default:
        throw .damaged(
          reason: String(cString: stream.pointee.msg.map { UnsafePointer($0) } ?? zError(status)))
      }
    }
    return filled
  }

  /// How many bytes of the input follow the end of the packed data; known once the end is reached.
  var trailingByteCount: Int { input.count - position }
}
