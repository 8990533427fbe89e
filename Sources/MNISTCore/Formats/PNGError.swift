/// What can be wrong with a PNG file (third edition of the standard). Offsets count from the file's
/// first byte; a chunk's is that of its length.
public enum PNGError: Error, Equatable, CustomStringConvertible {
  case wrongSignature(path: String, found: [UInt8])
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  case wrongChunkType(path: String, offset: Int, found: [UInt8])
  case chunkTooLong(path: String, chunk: String, offset: Int, length: UInt32)
  case wrongCRC32(path: String, chunk: String, offset: Int, expected: UInt32, found: UInt32)
  case missingChunk(path: String, chunk: String)
  /// `expected` says where the chunk would have been in place.
  case misplacedChunk(path: String, chunk: String, offset: Int, expected: String)
  /// A chunk that must be understood to show the picture, and is not known.
  case unknownChunk(path: String, chunk: String, offset: Int)
  case wrongChunkLength(path: String, chunk: String, expected: String, found: Int)
  case wrongField(path: String, field: String, expected: String, found: Int)
  /// The data could not unpack to the picture's size, however well it is packed.
  case unbacked(path: String, neededBytes: Int, largestBytes: Int)
  /// `reason` is zlib's own text, such as `incorrect data check`.
  case cannotUnpack(path: String, reason: String)
  case dataEndsEarly(path: String, neededBytes: Int)
  case tooMuchData(path: String, neededBytes: Int)
  case trailingData(path: String, foundBytes: Int)
  case unknownFilter(path: String, row: Int, found: Int)
  case wrongPaletteIndex(path: String, index: Int, count: Int)

  public var description: String {
    switch self {
    case .wrongSignature(let path, let found):
      "\(path): damaged PNG signature (expected \(hexadecimal(PNGDecoder.signature)), found "
        + "\(hexadecimal(found)))"
    case .truncated(let path, let needed, let available):
      "\(path): truncated PNG (expected at least \(needed) bytes, found \(available))"
    case .wrongChunkType(let path, let offset, let found):
      "\(path): no PNG chunk at byte \(offset) (expected a type of four letters, found "
        + "\(hexadecimal(found)))"
    case .chunkTooLong(let path, let chunk, let offset, let length):
      "\(path): PNG chunk \(chunk) at byte \(offset) is too long (expected at most "
        + "\(Int32.max) bytes, found \(length))"
    case .wrongCRC32(let path, let chunk, let offset, let expected, let found):
      "\(path): PNG chunk \(chunk) at byte \(offset) has the wrong CRC-32 (expected "
        + "\(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .missingChunk(let path, let chunk):
      "\(path): PNG without the chunk \(chunk)"
    case .misplacedChunk(let path, let chunk, let offset, let expected):
      "\(path): PNG chunk \(chunk) at byte \(offset) is out of place (expected \(expected))"
    case .unknownChunk(let path, let chunk, let offset):
      "\(path): unknown PNG chunk \(chunk) at byte \(offset), without which the picture cannot be "
        + "read"
    case .wrongChunkLength(let path, let chunk, let expected, let found):
      "\(path): PNG chunk \(chunk) has the wrong length (expected \(expected), found \(found) bytes)"
    case .wrongField(let path, let field, let expected, let found):
      "\(path): unknown PNG \(field) (expected \(expected), found \(found))"
    case .unbacked(let path, let needed, let largest):
      "\(path): PNG with too little image data (expected \(needed) bytes unpacked, found what can "
        + "unpack to \(largest) at most)"
    case .cannotUnpack(let path, let reason):
      "\(path): PNG image data cannot be unpacked: \(reason)"
    case .dataEndsEarly(let path, let needed):
      "\(path): PNG image data ends early (expected \(needed) bytes unpacked)"
    case .tooMuchData(let path, let needed):
      "\(path): too much PNG image data (expected \(needed) bytes unpacked, found more)"
    case .trailingData(let path, let found):
      "\(path): PNG image data goes on after its end (expected nothing, found \(found) bytes)"
    case .unknownFilter(let path, let row, let found):
      "\(path): unknown PNG filter in row \(row) (expected 0 to 4, found \(found))"
    case .wrongPaletteIndex(let path, let index, let count):
      "\(path): PNG pixel with color \(index) of a palette of \(count)"
    }
  }
}
