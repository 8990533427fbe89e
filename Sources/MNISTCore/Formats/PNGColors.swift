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
    try require(
      header.colorType != .gray && header.colorType != .grayWithAlpha, "PLTE",
      expected: "none in a gray picture", content)
    let largest = header.colorType == .palette ? 1 << header.depth : 256
    try require(
      content.count.isMultiple(of: 3) && (1...largest).contains(content.count / 3), "PLTE",
      expected: "3 for each of 1 to \(largest) colors", content)
    hasPalette = true
    guard header.colorType == .palette else { return }
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
      try require(content.count == 2, "tRNS", expected: "2", content)
    case .color:
      try require(content.count == 6, "tRNS", expected: "6", content)
    case .palette:
      guard hasPalette else { throw .missingChunk(path: path, chunk: "PLTE") }
      try require(
        content.count <= palette.count, "tRNS", expected: "at most \(palette.count)", content)
      for (index, opacity) in content.enumerated() { palette[index].w = Self.scale(opacity) }
      return
    case .grayWithAlpha, .colorWithAlpha:
      try require(
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

  private func require(
    _ condition: Bool, _ chunk: String, expected: String, _ content: ArraySlice<UInt8>
  ) throws(PNGError) {
    guard condition else {
      throw .wrongChunkLength(
        path: path, chunk: chunk, expected: expected, found: content.count)
    }
  }
}
