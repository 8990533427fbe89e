/// One part of a PNG file.
struct PNGChunk: Equatable {
  /// Four letters.
  let type: String
  /// The index of the chunk's first byte in the file.
  let offset: Int
  /// The indices of the content.
  let content: Range<Int>
  /// Whether the picture cannot be read without understanding the chunk: the first letter is large.
  let isCritical: Bool
}

/// Goes through the chunks of a PNG file: a length, a type, the content, and a CRC-32 of type and
/// content, which is checked for each.
struct PNGChunkReader {
  private let file: [UInt8]
  private let path: String
  private var position = PNGDecoder.signature.count

  init(_ file: [UInt8], path: String) {
    self.file = file
    self.path = path
  }

  var isAtEnd: Bool { position == file.count }

  mutating func next() throws(PNGError) -> PNGChunk {
    let offset = position
    try check(12, at: offset)
    let length = word(at: offset)
    let code = file[offset + 4..<offset + 8]
    guard code.allSatisfy({ (0x41...0x5A).contains($0 & ~0x20) }) else {
      throw .wrongChunkType(path: path, offset: offset, found: Array(code))
    }
    let type = String(decoding: code, as: UTF8.self)
    guard length <= UInt32(Int32.max) else {
      throw .chunkTooLong(path: path, chunk: type, offset: offset, length: length)
    }
    try check(12 + Int(length), at: offset)
    let content = offset + 8..<offset + 8 + Int(length)
    let expected = word(at: content.upperBound)
    let found = CRC32.checksum(file[offset + 4..<content.upperBound])
    guard expected == found else {
      throw .wrongCRC32(path: path, chunk: type, offset: offset, expected: expected, found: found)
    }
    position = content.upperBound + 4
    return PNGChunk(
      type: type, offset: offset, content: content, isCritical: file[offset + 4] & 0x20 == 0)
  }

  private func check(_ count: Int, at offset: Int) throws(PNGError) {
    guard file.count - offset >= count else {
      throw .truncated(path: path, neededBytes: offset + count, availableBytes: file.count)
    }
  }

  private func word(at offset: Int) -> UInt32 {
    UInt32(file[offset]) << 24 | UInt32(file[offset + 1]) << 16 | UInt32(file[offset + 2]) << 8
      | UInt32(file[offset + 3])
  }
}

/// What the chunk IHDR says of a picture.
struct PNGHeader: Equatable {
  /// The raw value is the file's number.
  enum ColorType: UInt8, CaseIterable {
    case gray = 0
    case color = 2
    case palette = 3
    case grayWithAlpha = 4
    case colorWithAlpha = 6

    var samplesPerPixel: Int {
      switch self {
      case .gray, .palette: 1
      case .grayWithAlpha: 2
      case .color: 3
      case .colorWithAlpha: 4
      }
    }

    /// Bits of a sample.
    var allowedDepths: [UInt8] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .color, .grayWithAlpha, .colorWithAlpha: [8, 16]
      }
    }
  }

  let height: Int
  let width: Int
  let depth: Int
  let colorType: ColorType
  let isInterlaced: Bool

  static let byteCount = 13

  /// `bytes` are the chunk's 13; throws `PNGError` or `PictureError`.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws {
    require(bytes.count == Self.byteCount, "the caller looks at the length first")
    let fields = Array(bytes)
    func wrong(_ field: String, _ found: UInt8, _ expected: [UInt8]) -> PNGError {
      let allowed = expected.map(String.init).joined(separator: ", ")
      return .wrongField(path: path, field: field, expected: allowed, found: Int(found))
    }
    func check(_ field: String, _ found: UInt8, _ expected: [UInt8]) throws(PNGError) {
      guard expected.contains(found) else { throw wrong(field, found, expected) }
    }
    guard let colorType = ColorType(rawValue: fields[9]) else {
      throw wrong("color type", fields[9], ColorType.allCases.map(\.rawValue))
    }
    try check("depth with color type \(fields[9])", fields[8], colorType.allowedDepths)
    try check("compression method", fields[10], [0])
    try check("filter method", fields[11], [0])
    try check("interlace method", fields[12], [0, 1])
    width = fields[0..<4].reduce(0) { $0 << 8 | Int($1) }
    height = fields[4..<8].reduce(0) { $0 << 8 | Int($1) }
    depth = Int(fields[8])
    self.colorType = colorType
    isInterlaced = fields[12] == 1
    try Picture.checkSize(height: height, width: width, path: path)
  }

  var bitsPerPixel: Int { depth * colorType.samplesPerPixel }

  /// The bytes of all rows of all passes, each row with the byte that names its filter.
  var unpackedBytes: Int {
    passes.reduce(0) { total, pass in
      total + pass.rowCount * (1 + rowBytes(columnCount: pass.columnCount))
    }
  }

  /// A row's bytes, without the filter's.
  func rowBytes(columnCount: Int) -> Int { (columnCount * bitsPerPixel + 7) / 8 }

  /// Some of the rows and columns, sent together.
  struct Pass: Equatable {
    let firstRow: Int
    let rowStep: Int
    let rowCount: Int
    let firstColumn: Int
    let columnStep: Int
    let columnCount: Int
  }

  /// The whole picture, or the seven passes of Adam7 without those that have no pixel.
  var passes: [Pass] {
    let grid: [(row: Int, rowStep: Int, column: Int, columnStep: Int)] =
      isInterlaced
      ? [
        (0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2),
        (1, 2, 0, 1),
      ] : [(0, 1, 0, 1)]
    return grid.map {
      Pass(
        firstRow: $0.row, rowStep: $0.rowStep,
        rowCount: (height - $0.row + $0.rowStep - 1) / $0.rowStep,
        firstColumn: $0.column, columnStep: $0.columnStep,
        columnCount: (width - $0.column + $0.columnStep - 1) / $0.columnStep)
    }.filter { $0.rowCount > 0 && $0.columnCount > 0 }
  }
}

/// What the chunks PLTE and tRNS say about a picture's colors.
struct PNGColors {
  private let header: PNGHeader
  private let path: String
  /// Red, green, blue and opacity, each from 0 to 65535; used where samples are palette indices.
  private(set) var palette: [SIMD4<UInt16>] = []
  /// One sample for gray, three for color.
  private(set) var transparentColor: [UInt16]?
  private(set) var hasPalette = false
  private(set) var hasTransparency = false

  init(_ header: PNGHeader, path: String) {
    self.header = header
    self.path = path
  }

  mutating func readPalette(_ content: ArraySlice<UInt8>) throws(PNGError) {
    // Gray pictures may not have one. For color it is advice on how to show few colors.
    try check(
      header.colorType != .gray && header.colorType != .grayWithAlpha, "PLTE",
      expected: "none in a gray picture", content)
    let largest = header.colorType == .palette ? 1 << header.depth : 256
    try check(
      content.count.isMultiple(of: 3) && (1...largest).contains(content.count / 3), "PLTE",
      expected: "3 for each of 1 to \(largest) colors", content)
    hasPalette = true
    let bytes = Array(content)
    palette = stride(from: 0, to: bytes.count, by: 3).map {
      SIMD4(
        Self.scale(bytes[$0]), Self.scale(bytes[$0 + 1]), Self.scale(bytes[$0 + 2]), .max)
    }
  }

  mutating func readTransparency(_ content: ArraySlice<UInt8>) throws(PNGError) {
    hasTransparency = true
    switch header.colorType {
    case .gray:
      try check(content.count == 2, "tRNS", expected: "2", content)
    case .color:
      try check(content.count == 6, "tRNS", expected: "6", content)
    case .palette:
      guard hasPalette else { throw .missingChunk(path: path, chunk: "PLTE") }
      try check(
        content.count <= palette.count, "tRNS", expected: "at most \(palette.count)", content)
      for (index, opacity) in content.enumerated() { palette[index].w = Self.scale(opacity) }
      return
    case .grayWithAlpha, .colorWithAlpha:
      try check(
        false, "tRNS", expected: "none where each pixel has its own opacity", content)
    }
    let bytes = Array(content)
    // Of a sample of less than 16 bits only the last ones count.
    let mask = UInt16(truncatingIfNeeded: (1 << header.depth) - 1)
    transparentColor = stride(from: 0, to: bytes.count, by: 2).map {
      (UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])) & mask
    }
  }

  private static func scale(_ byte: UInt8) -> UInt16 { UInt16(byte) * 257 }

  private func check(
    _ condition: Bool, _ chunk: String, expected: String, _ content: ArraySlice<UInt8>
  ) throws(PNGError) {
    guard condition else {
      throw .wrongChunkLength(
        path: path, chunk: chunk, expected: expected, found: content.count)
    }
  }
}
