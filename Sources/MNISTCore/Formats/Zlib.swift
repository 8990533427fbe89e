import CZlib

/// zlib's own unpacking, step by step: unpacks as much as there is room for and remembers its place.
final class ZlibStream {
  /// What the packed data is framed in.
  enum Frame: Int32 {
    // 15 is the largest window; 16 more asks for gzip's header and trailer and their checks, a negative number
    // for bare deflate data.
    case zlib = 15
    case gzip = 31
    case none = -15
  }

  /// The whole input, or the part of it that is being taken.
  private var input: [UInt8]
  /// Where that part begins in the whole.
  private var inputStart = 0
  /// How much of the whole input is taken.
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

  /// The largest number of bytes that `byteCount` packed bytes could unpack to: deflate writes a run of 258
  /// bytes in two bits at best.
  static func largestOutput(of byteCount: Int) -> Int { byteCount * 258 * 4 }

  /// Whether all that it was given is taken: then `supply` gives it the bytes that follow, where there are any.
  var needsInput: Bool { position == inputStart + input.count }

  /// The next part of the input; all before it must be taken.
  func supply(_ part: [UInt8]) {
    require(needsInput, "the input before this is not taken yet")
    (input, inputStart) = (part, position)
  }

  /// Unpacks into `buffer` from the index `filled` on, up to `end`, as far as one step goes, and returns
  /// zlib's status. There must be room, so that `Z_BUF_ERROR` means that the input has ended too early.
  func unpack(into buffer: inout [UInt8], filled: inout Int, end: Int) -> Int32 {
    // zlib counts in 32 bits; what does not fit waits for the next step.
    let taken = position - inputStart
    let available = uInt(clamping: input.count - taken)
    let room = uInt(clamping: min(end, buffer.count) - filled)
    let status = input.withUnsafeBufferPointer { source in
      buffer.withUnsafeMutableBufferPointer { target in
        // An empty array may have no address, and to zlib a null pointer is a mistake.
        var nothing: UInt8 = 0
        return withUnsafeMutablePointer(to: &nothing) { placeholder in
          let base = source.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
          stream.pointee.next_in = base.map { $0 + taken } ?? placeholder
          stream.pointee.avail_in = available
          stream.pointee.next_out = target.baseAddress.map { $0 + filled }
          stream.pointee.avail_out = room
          return inflate(stream, Z_NO_FLUSH)
        }
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
      switch stream.unpack(into: &buffer, filled: &filled, end: buffer.count) {
      case Z_OK: continue
      case Z_STREAM_END: isAtEnd = true
      case Z_BUF_ERROR: throw .truncated
      case Z_NEED_DICT: throw .damaged(reason: "needs a dictionary")
      case let status: throw .damaged(reason: stream.reason(status))
      }
    }
    return filled
  }

  /// How many bytes of the input follow the end of the packed data; known once the end is reached.
  var trailingByteCount: Int { inputCount - stream.position }
}

/// Why packed data could not be unpacked.
enum InflaterError: Error, Equatable {
  /// The input ended before the packed data did.
  case truncated
  /// `reason` is zlib's own text, such as `incorrect data check`.
  case damaged(reason: String)
}

/// Packs bytes as zlib data (RFC 1950).
enum Deflater {
  static func pack(_ bytes: [UInt8]) -> [UInt8] {
    // An empty array may have no address, and to zlib a null pointer is a mistake.
    let source = bytes.isEmpty ? [0] : bytes
    return [UInt8](unsafeUninitializedCapacity: Int(compressBound(uLong(bytes.count)))) {
      target, count in
      var length = uLongf(target.count)
      let status = source.withUnsafeBufferPointer {
        compress2(target.baseAddress, &length, $0.baseAddress, uLong(bytes.count), 9)
      }
      // It fails only for lack of memory or of room in the target, and there is room.
      require(status == Z_OK, "compress2: \(status)")
      count = Int(length)
    }
  }
}

/// The checksum of gzip, PNG and our own model files.
enum CRC32 {
  /// The CRC-32 of `bytes` when they follow data whose CRC-32 is `previous`; nothing has CRC-32 0.
  static func checksum(_ bytes: [UInt8], after previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0, after: previous) }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0, after: 0) }
  }

  /// Of the bytes that the numbers are in memory.
  static func checksum(ofNumbers numbers: [some BitwiseCopyable]) -> UInt32 {
    numbers.withUnsafeBytes { checksum($0, after: 0) }
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32) -> UInt32 {
    // An empty array may have no address, and to zlib a null pointer means: start anew.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return previous }
    return UInt32(
      truncatingIfNeeded: crc32_z(
        uLong(previous), start.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
