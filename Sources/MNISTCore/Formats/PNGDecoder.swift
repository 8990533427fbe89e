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
