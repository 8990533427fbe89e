import CZlib

/// zlib at work on packed bytes: unpacks as much as there is room for and keeps its place.
final class ZlibStream {
  /// What the packed data is framed in.
  enum Frame: Int32 {
    // 15 is the largest window; 16 more asks for gzip's header and trailer and their checks.
    case zlib = 15
    case gzip = 31
  }

  private let input: [UInt8]
  /// How much of the input is taken.
  private(set) var position = 0
  /// zlib keeps the address of its stream, so the stream must never move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// `reason` is zlib's own text.
  struct Failure: Error {
    let reason: String
  }

  init(_ input: [UInt8], _ frame: Frame) throws(Failure) {
    self.input = input
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, frame.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Failure(reason: reason(status)) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// More than this cannot be packed into `byteCount` bytes: deflate's best is 258 bytes for two bits.
  static func largestOutput(of byteCount: Int) -> Int { byteCount * 258 * 4 }

  /// Fills `buffer` from the index `filled` on, as far as one step goes, and returns zlib's status:
  /// as there must be room, `Z_BUF_ERROR` means that the input has ended too early.
  func unpack(into buffer: UnsafeMutableBufferPointer<UInt8>, filled: inout Int) -> Int32 {
    // zlib counts in 32 bits; what does not fit waits for the next step.
    let available = uInt(clamping: input.count - position)
    let room = uInt(clamping: buffer.count - filled)
    let status = input.withUnsafeBufferPointer { source in
      // An array without bytes may have no address, and zlib takes that for a mistake.
      var nothing: UInt8 = 0
      return withUnsafeMutablePointer(to: &nothing) { placeholder in
        let base = source.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
        stream.pointee.next_in = base.map { $0 + position } ?? placeholder
        stream.pointee.avail_in = available
        stream.pointee.next_out = buffer.baseAddress.map { $0 + filled }
        stream.pointee.avail_out = room
        return inflate(stream, Z_NO_FLUSH)
      }
    }
    position += Int(available - stream.pointee.avail_in)
    filled += Int(room - stream.pointee.avail_out)
    return status
  }

  /// Begins anew with the input that is left.
  func restart() { inflateReset(stream) }

  /// zlib's own text on the last failure, such as `incorrect data check`.
  func reason(_ status: Int32) -> String {
    String(cString: stream.pointee.msg.map { UnsafePointer($0) } ?? zError(status))
  }

  /// The checksum of what was unpacked since the beginning, and its length modulo 2³².
  var checksum: UInt32 { UInt32(truncatingIfNeeded: stream.pointee.adler) }
  var outputLength: UInt32 { UInt32(truncatingIfNeeded: stream.pointee.total_out) }
}
