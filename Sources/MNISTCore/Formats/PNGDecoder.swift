/// Decodes PNG: every color type, depth, interlacing and transparency of the standard.
///
/// Chunks that are not needed for the pixels are checked by their CRC-32 and skipped, never unpacked.
/// Bytes after the chunk IEND are not looked at. An animation's still picture is decoded.
struct PNGDecoder {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  let header: PNGHeader
  let path: String
  let palette: [SIMD4<UInt16>]
  /// The samples of the color that is transparent, where one is.
  let transparentColor: [UInt16]?
  let packed: [UInt8]

  /// Whether `bytes` begin with the signature, damaged or not.
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    zip(bytes, signature).count { $0 == $1 } >= 5
  }

  /// Reads everything but the pixels, for which there may be too little or too much data. Throws
  /// `PNGError`, `PictureError` or `FileError`; `path` is the file's name in them.
  init(_ file: [UInt8], path: String) throws {
    guard file.starts(with: Self.signature) else {
      throw PNGError.wrongSignature(path: path, found: Array(file.prefix(8)))
    }
    var reader = PNGChunkReader(file, path: path)
    let first = try reader.next()
    guard first.type == "IHDR" else {
      throw PNGError.misplacedChunk(
        path: path, chunk: first.type, offset: first.offset, expected: "IHDR first")
    }
    guard first.content.count == PNGHeader.byteCount else {
      throw PNGError.wrongChunkLength(
        path: path, chunk: "IHDR", expected: "13", found: first.content.count)
    }
    let header = try PNGHeader(file[first.content], path: path)
    var colors = PNGColors(header, path: path)
    var packed: [UInt8] = []
    var hasData = false
    var previous = first
    var chunk = first
    repeat {
      guard !reader.isAtEnd else { throw PNGError.missingChunk(path: path, chunk: "IEND") }
      previous = chunk
      chunk = try reader.next()
      let content = file[chunk.content]
      func requirePlace(_ isInPlace: Bool, _ expected: String) throws(PNGError) {
        guard isInPlace else {
          throw .misplacedChunk(
            path: path, chunk: chunk.type, offset: chunk.offset, expected: expected)
        }
      }
      switch chunk.type {
      case "IHDR": try requirePlace(false, "only one")
      case "PLTE":
        try requirePlace(!hasData, "before IDAT")
        try requirePlace(!colors.hasPalette, "only one")
        try requirePlace(!colors.hasTransparency, "before tRNS")
        try colors.readPalette(content)
      case "tRNS":
        try requirePlace(!hasData, "before IDAT")
        try requirePlace(!colors.hasTransparency, "only one")
        try colors.readTransparency(content)
      case "IDAT":
        try requirePlace(!hasData || previous.type == "IDAT", "right after the other IDAT")
        guard header.colorType != .palette || colors.hasPalette else {
          throw PNGError.missingChunk(path: path, chunk: "PLTE")
        }
        hasData = true
        packed += content
      case "IEND":
        guard hasData else { throw PNGError.missingChunk(path: path, chunk: "IDAT") }
        guard content.isEmpty else {
          throw PNGError.wrongChunkLength(
            path: path, chunk: "IEND", expected: "0", found: content.count)
        }
      default:
        guard !chunk.isCritical else {
          throw PNGError.unknownChunk(path: path, chunk: chunk.type, offset: chunk.offset)
        }
      }
    } while chunk.type != "IEND"

    let largest = ZlibStream.largestOutput(of: packed.count)
    guard header.unpackedBytes <= largest else {
      throw PNGError.unbacked(
        path: path, neededBytes: header.unpackedBytes, largestBytes: largest)
    }
    try Picture.checkMemory(
      pixelCount: header.height * header.width, fileBytes: file.count, path: path)
    self.header = header
    self.path = path
    self.packed = packed
    palette = colors.palette
    transparentColor = colors.transparentColor
  }

  /// The pixels by lightness and opacity.
  func picture() throws(PNGError) -> Picture {
    let count = header.height * header.width
    var luminance = [UInt8](repeating: 0, count: count)
    let mayBeTransparent =
      transparentColor != nil || header.colorType == .grayWithAlpha
      || header.colorType == .colorWithAlpha || palette.contains { $0.w != .max }
    var opacity = mayBeTransparent ? [UInt8](repeating: 0, count: count) : nil
    try forEachRow { row, pass, pixels in
      var place = row * header.width + pass.firstColumn
      for pixel in pixels {
        luminance[place] = Picture.luminance(red: pixel.x, green: pixel.y, blue: pixel.z)
        opacity?[place] = UInt8((UInt32(pixel.w) + 128) / 257)
        place += pass.columnStep
      }
    }
    return Picture(
      height: header.height, width: header.width, luminance: luminance, opacity: opacity)
  }
}

/// What can be wrong with a PNG file (third edition of the standard). Offsets count from the file's
/// first byte; a chunk's is that of its length.
package enum PNGError: Error, Equatable, CustomStringConvertible {
  /// The first eight bytes are nearly those of a PNG file.
  case wrongSignature(path: String, found: [UInt8])
  /// The file ends inside a chunk.
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  /// Four bytes that should be letters are not.
  case wrongChunkType(path: String, offset: Int, found: [UInt8])
  /// A length beyond what the standard allows.
  case chunkTooLong(path: String, chunk: String, offset: Int, length: UInt32)
  /// A chunk does not have the checksum that the file holds.
  case wrongCRC32(path: String, chunk: String, offset: Int, expected: UInt32, found: UInt32)
  /// The file has no chunk of this type, or not where it is needed.
  case missingChunk(path: String, chunk: String)
  /// `expected` says where the chunk would have been in place.
  case misplacedChunk(path: String, chunk: String, offset: Int, expected: String)
  /// A chunk that must be understood to show the picture, and is not known.
  case unknownChunk(path: String, chunk: String, offset: Int)
  /// `expected` says in words how many bytes the chunk should have.
  case wrongChunkLength(path: String, chunk: String, expected: String, found: Int)
  /// A field of the picture's header; `expected` lists the values that are known.
  case wrongField(path: String, field: String, expected: String, found: Int)
  /// The data could not unpack to the picture's size, however well it is packed.
  case unbacked(path: String, neededBytes: Int, largestBytes: Int)
  /// `reason` is zlib's own text, such as `incorrect data check`.
  case cannotUnpack(path: String, reason: String)
  /// The packed pixels end before the picture does.
  case dataEndsEarly(path: String, neededBytes: Int)
  /// The packed pixels go on after the picture's end.
  case tooMuchData(path: String, neededBytes: Int)
  /// Bytes follow the end of the packed pixels.
  case trailingData(path: String, foundBytes: Int)
  /// A row whose filter the standard does not have.
  case unknownFilter(path: String, row: Int, found: Int)
  /// A pixel of a color that the palette does not have.
  case wrongPaletteIndex(path: String, index: Int, count: Int)

  /// One sentence with the path.
  package var description: String {
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
