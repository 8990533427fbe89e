import Testing

@testable import MNISTCore

private let kinds: [(UInt8, UInt8)] = [
  (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8),
  (4, 16), (6, 8), (6, 16),
]

@Suite struct PNGDecoderTests {
  // MARK: What is read

  @Test(arguments: kinds) func everyColorTypeAndDepthComesBackWhole(
    _ colorType: UInt8, _ depth: UInt8
  ) throws {
    for (width, height) in [(1, 1), (3, 2), (7, 9), (8, 8), (33, 17)] {
      for isInterlaced in [false, true] {
        let vector = PNGVector(
          width: width, height: height, colorType: colorType, depth: depth,
          isInterlaced: isInterlaced, seed: UInt64(width))
        let found = try decode(vector.file).pixels()
        #expect(
          found == vector.expectedPixels,
          "\(width)×\(height), type \(colorType), depth \(depth), interlaced \(isInterlaced)")
      }
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4] as [UInt8], kinds) func everyFilterIsUndone(
    _ filter: UInt8, _ kind: (UInt8, UInt8)
  ) throws {
    var vector = PNGVector(width: 9, height: 5, colorType: kind.0, depth: kind.1)
    vector.filters = [filter]
    #expect(try decode(vector.file).pixels() == vector.expectedPixels)
  }

  @Test func aColorCanBeTransparent() throws {
    var gray = PNGVector(width: 8, height: 8, colorType: 0, depth: 2)
    // Of the 16 bits only the sample's own count.
    gray.transparency = [0xFF, 0xFC + 2]
    #expect(
      try decode(gray.file).pixels().map { $0.w == 0 } == gray.samples.map { $0 == 2 })
    var color = PNGVector(width: 4, height: 2, colorType: 2, depth: 16)
    color.transparency = color.samples[3..<6].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    #expect(try decode(color.file).pixels() == color.expectedPixels)
    #expect(color.expectedPixels.count { $0.w == 0 } == 1)
  }

  @Test func theFirstColorsOfAPaletteCanBeTransparent() throws {
    var vector = PNGVector(width: 9, height: 9, colorType: 3, depth: 2)
    vector.transparency = [0, 100]
    #expect(try decode(vector.file).pixels() == vector.expectedPixels)
    #expect(Set(vector.expectedPixels.map(\.w)) == [0, 25_700, 65_535])
  }

  @Test func dataMayComeInManyPieces() throws {
    var vector = PNGVector(width: 20, height: 20, colorType: 6)
    let packed = Deflater.pack(vector.rows)
    vector.data = [[]] + packed.map { [$0] } + [[], []]
    #expect(try decode(vector.file).pixels() == vector.expectedPixels)
  }

  @Test func chunksThatAreNotNeededAreSkippedAndNeverUnpacked() throws {
    var vector = PNGVector()
    // A compressed text whose content is no zlib data, an animation's control, a palette's advice.
    vector.chunksBefore =
      PNGEncoder.chunk("zTXt", Array("k\0\0".utf8) + [1, 2, 3])
      + PNGEncoder.chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]) + PNGEncoder.chunk("gAMA", [])
    #expect(try decode(vector.file).pixels() == vector.expectedPixels)
  }

  @Test func bytesAfterTheEndAreNotLookedAt() throws {
    let vector = PNGVector()
    #expect(try decode(vector.file + [1, 2, 3]).pixels() == vector.expectedPixels)
  }

  @Test func aPictureHasTheLightnessAndOpacityOfThePixels() throws {
    var vector = PNGVector(width: 4, height: 1, colorType: 6)
    vector.samples = [255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 0, 9, 9, 9, 1]
    #expect(
      try decode(vector.file).picture()
        == Picture(
          height: 1, width: 4, luminance: [76, 150, 29, 9], opacity: [255, 128, 0, 1]))
  }

  @Test(arguments: [false, true])
  func aPictureWithoutTransparencySaysSo(_ isInterlaced: Bool) throws {
    let vector = PNGVector(width: 7, height: 6, colorType: 0, isInterlaced: isInterlaced)
    let picture = try decode(vector.file).picture()
    #expect(picture.opacity == nil)
    #expect(picture.luminance == vector.samples.map { UInt8($0) })
  }

  @Test func opacityIsThatOfAColorThePaletteOrThePixels() throws {
    func opacity(_ vector: PNGVector) throws -> [UInt8]? {
      try decode(vector.file).picture().opacity
    }
    var gray = PNGVector(width: 2, height: 1)
    (gray.samples, gray.transparency) = ([7, 9], [0, 9])
    #expect(try opacity(gray) == [255, 0])
    var palette = PNGVector(width: 2, height: 1, colorType: 3, depth: 1)
    palette.samples = [0, 1]
    #expect(try opacity(palette) == nil)
    palette.transparency = [100]
    #expect(try opacity(palette) == [100, 255])
    palette.transparency = [100, 9]
    #expect(try opacity(palette) == [100, 9])
    // 16 bits become 8 by rounding.
    var pixels = PNGVector(width: 2, height: 1, colorType: 4, depth: 16)
    pixels.samples = [0, 128, 0, 129]
    #expect(try opacity(pixels) == [0, 1])
  }

  @Test func whatWeWriteWeRead() throws {
    let pixels = (0..<77).map { UInt8($0 * 3) }
    let file = PNGEncoder.encode(height: 7, width: 11, pixels: pixels)
    #expect(
      try PictureFile.decode(file, path: "f") == Picture(height: 7, width: 11, luminance: pixels))
  }

  // MARK: What is refused

  @Test func aDamagedSignatureIsRefused() {
    var file = PNGVector().file
    file[4] = 10
    expect(
      file, .wrongSignature(path: "f", found: [0x89, 0x50, 0x4E, 0x47, 10, 10, 26, 10]),
      "f: damaged PNG signature (expected 89 50 4e 47 0d 0a 1a 0a, found 89 50 4e 47 0a 0a 1a 0a)")
  }

  @Test func fiveRightBytesTellASignature() {
    let start = PNGDecoder.signature.prefix(5) + [0, 0, 0]
    #expect(PNGDecoder.recognizes(Array(start)))
    #expect(!PNGDecoder.recognizes([0] + start.dropFirst()))
  }

  @Test func everyTruncationIsRefused() {
    let file = PNGVector(width: 3, height: 3, colorType: 3, depth: 4).file
    for length in 5..<file.count {
      #expect(throws: PNGError.self, "\(length) bytes") {
        try PNGDecoder(Array(file[..<length]), path: "f").pixels()
      }
    }
    expect(
      Array(file[..<40]), .truncated(path: "f", neededBytes: 45, availableBytes: 40),
      "f: truncated PNG (expected at least 45 bytes, found 40)")
  }

  @Test func everyFlippedBitIsRefused() {
    let file = PNGVector(width: 4, height: 4, colorType: 4).file
    for bit in 0..<8 * file.count {
      var flipped = file
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") {
        try PNGDecoder(flipped, path: "f").pixels()
      }
    }
  }

  @Test func aWrongCRCIsNamedWithItsChunk() {
    var file = PNGVector().file
    file[29] ^= 0x80
    let found = CRC32.checksum(file[12..<29])
    expect(
      file,
      .wrongCRC32(path: "f", chunk: "IHDR", offset: 8, expected: found ^ 0x8000_0000, found: found),
      "f: PNG chunk IHDR at byte 8 has the wrong CRC-32 (expected "
        + "\(hexadecimal(found ^ 0x8000_0000)), found \(hexadecimal(found)))")
    var text = PNGVector()
    text.chunksBefore = PNGEncoder.chunk("tEXt", [1, 2, 3])
    text.chunksBefore[9] ^= 1
    #expect(throws: PNGError.self) { try decode(text.file) }
  }

  @Test func aChunkWithoutLettersIsNone() {
    var vector = PNGVector()
    // Next to A and to Z.
    for other in [0x40, 0x5B] as [UInt8] {
      let type: [UInt8] = [0x49, other, 0x41, 0x54]
      vector.chunksBefore = [0, 0, 0, 0] + type + [0, 0, 0, 0]
      #expect(throws: PNGError.wrongChunkType(path: "f", offset: 33, found: type)) {
        try decode(vector.file)
      }
    }
    vector.chunksBefore = [0, 0, 0, 0, 0x49, 0x31, 0x41, 0x54, 0, 0, 0, 0]
    expect(
      vector.file, .wrongChunkType(path: "f", offset: 33, found: [0x49, 0x31, 0x41, 0x54]),
      "f: no PNG chunk at byte 33 (expected a type of four letters, found 49 31 41 54)")
  }

  @Test func aChunkLongerThanTheStandardAllowsIsRefused() {
    var vector = PNGVector()
    vector.chunksBefore = [0x80, 0, 0, 0] + Array("tEXt".utf8) + [0, 0, 0, 0]
    expect(
      vector.file, .chunkTooLong(path: "f", chunk: "tEXt", offset: 33, length: 1 << 31),
      "f: PNG chunk tEXt at byte 33 is too long (expected at most 2147483647 bytes, found "
        + "2147483648)")
    vector.chunksBefore.replaceSubrange(..<4, with: [0x7F, 0xFF, 0xFF, 0xFF])
    #expect(
      throws: PNGError.truncated(
        path: "f", neededBytes: 33 + 12 + 0x7FFF_FFFF, availableBytes: vector.file.count)
    ) { try decode(vector.file) }
  }

  @Test(arguments: [0, 12, 14])
  func aHeaderOfAnotherLengthIsRefused(_ count: Int) throws {
    let header = Array((PNGVector().header + [0]).prefix(count))
    let file =
      PNGDecoder.signature + PNGEncoder.chunk("IHDR", header) + PNGEncoder.chunk("IEND", [])
    #expect(
      throws: PNGError.wrongChunkLength(path: "f", chunk: "IHDR", expected: "13", found: count)
    ) { try decode(file) }
  }

  @Test(arguments: [
    ("IHDR", [], "PNG without the chunk IDAT"),
    ("IDAT", ["IDAT"], "PNG without the chunk IEND"),
    ("PLTE", [], "PNG chunk PLTE at byte 8 is out of place (expected IHDR first)"),
  ])
  func whatIsMissingIsNamed(_ first: String, _ rest: [String], _ sentence: String) {
    var file = PNGDecoder.signature
    if first != "PLTE" { file += PNGEncoder.chunk("IHDR", PNGVector().header) }
    switch first {
    case "IHDR": file += PNGEncoder.chunk("IEND", [])
    case "IDAT": file += PNGEncoder.chunk("IDAT", Deflater.pack(PNGVector().rows))
    default: file += PNGEncoder.chunk("PLTE", [1, 2, 3])
    }
    #expect { try decode(file) } throws: { "\($0)" == "f: \(sentence)" }
  }

  @Test func theLastChunkIsEmpty() {
    expect(
      PNGVector().file.dropLast(12) + PNGEncoder.chunk("IEND", [1]),
      .wrongChunkLength(path: "f", chunk: "IEND", expected: "0", found: 1),
      "f: PNG chunk IEND has the wrong length (expected 0, found 1 bytes)")
  }

  @Test func aPaletteMustBeThereForPaletteColors() {
    var vector = PNGVector(colorType: 3)
    vector.palette = nil
    expect(
      vector.file, .missingChunk(path: "f", chunk: "PLTE"), "f: PNG without the chunk PLTE")
    vector.transparency = [1]
    expect(
      vector.file, .missingChunk(path: "f", chunk: "PLTE"), "f: PNG without the chunk PLTE")
  }

  @Test(
    arguments: [
      (2, 0, "3 for each of 1 to 256 colors, found 0 bytes"),
      (2, 769, "3 for each of 1 to 256 colors, found 769 bytes"),
      (2, 771, "3 for each of 1 to 256 colors, found 771 bytes"),
      (3, 15, "3 for each of 1 to 4 colors, found 15 bytes"),
      (3, 4, "3 for each of 1 to 4 colors, found 4 bytes"),
      (0, 3, "none in a gray picture, found 3 bytes"),
      (4, 3, "none in a gray picture, found 3 bytes"),
    ] as [(UInt8, Int, String)])
  func aWrongPaletteIsRefused(_ colorType: UInt8, _ count: Int, _ reason: String) {
    var vector = PNGVector(colorType: colorType, depth: colorType == 3 ? 2 : 8)
    vector.palette = [UInt8](repeating: 1, count: count)
    #expect {
      try decode(vector.file)
    } throws: {
      "\($0)" == "f: PNG chunk PLTE has the wrong length (expected \(reason))"
    }
  }

  @Test(
    arguments: [
      (0, 1, "2, found 1 bytes"), (2, 2, "6, found 2 bytes"),
      (3, 5, "at most 4, found 5 bytes"),
      (4, 2, "none where each pixel has its own opacity, found 2 bytes"),
      (6, 6, "none where each pixel has its own opacity, found 6 bytes"),
    ] as [(UInt8, Int, String)])
  func aWrongTransparencyIsRefused(_ colorType: UInt8, _ count: Int, _ reason: String) {
    var vector = PNGVector(colorType: colorType, depth: colorType == 3 ? 2 : 8)
    vector.transparency = [UInt8](repeating: 1, count: count)
    #expect {
      try decode(vector.file)
    } throws: {
      "\($0)" == "f: PNG chunk tRNS has the wrong length (expected \(reason))"
    }
  }

  @Test func chunksOutOfPlaceAreRefused() {
    func expectMisplaced(
      _ chunk: String, _ chunks: [UInt8], _ expected: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let file =
        PNGDecoder.signature + PNGEncoder.chunk("IHDR", PNGVector(colorType: 2).header) + chunks
      #expect(sourceLocation: sourceLocation) {
        try decode(file)
      } throws: {
        guard case .misplacedChunk("f", chunk, _, expected) = $0 as? PNGError else { return false }
        return true
      }
    }
    let header = PNGEncoder.chunk("IHDR", PNGVector(colorType: 2).header)
    let palette = PNGEncoder.chunk("PLTE", [1, 2, 3])
    let key = PNGEncoder.chunk("tRNS", [0, 0, 0, 0, 0, 0])
    let data = PNGEncoder.chunk("IDAT", [1])
    let text = PNGEncoder.chunk("tEXt", [1])
    expectMisplaced("IHDR", header, "only one")
    expectMisplaced("PLTE", palette + palette, "only one")
    expectMisplaced("PLTE", key + palette, "before tRNS")
    expectMisplaced("PLTE", data + palette, "before IDAT")
    expectMisplaced("tRNS", key + key, "only one")
    expectMisplaced("tRNS", data + key, "before IDAT")
    expectMisplaced("IDAT", data + text + data, "right after the other IDAT")
  }

  @Test func anUnknownChunkThatMattersIsRefused() {
    var vector = PNGVector()
    vector.chunksBefore = PNGEncoder.chunk("CgBI", [1])
    expect(
      vector.file, .unknownChunk(path: "f", chunk: "CgBI", offset: 33),
      "f: unknown PNG chunk CgBI at byte 33, without which the picture cannot be read")
  }

  @Test(arguments: [
    (9, 1, "color type (expected 0, 2, 3, 4, 6, found 1)"),
    (9, 5, "color type (expected 0, 2, 3, 4, 6, found 5)"),
    (8, 3, "depth with color type 0 (expected 1, 2, 4, 8, 16, found 3)"),
    (8, 0, "depth with color type 0 (expected 1, 2, 4, 8, 16, found 0)"),
    (10, 1, "compression method (expected 0, found 1)"),
    (11, 64, "filter method (expected 0, found 64)"),
    (12, 2, "interlace method (expected 0, 1, found 2)"),
  ])
  func aWrongHeaderIsRefused(_ index: Int, _ value: UInt8, _ reason: String) {
    var header = PNGVector().header
    header[index] = value
    #expect {
      try PNGHeader(header[...], path: "f")
    } throws: {
      "\($0)" == "f: unknown PNG \(reason)"
    }
  }

  @Test(arguments: [(2, 4), (3, 16), (4, 4), (6, 1)] as [(UInt8, UInt8)])
  func aDepthThatTheColorTypeLacksIsRefused(_ colorType: UInt8, _ depth: UInt8) {
    var header = PNGVector().header
    (header[8], header[9]) = (depth, colorType)
    #expect(throws: PNGError.self) { try PNGHeader(header[...], path: "f") }
  }

  @Test func sizesThatAreNoPictureAreRefusedBeforeMemoryIsAskedFor() {
    func refusal(_ width: Int, _ height: Int) -> PictureError? {
      var vector = PNGVector()
      (vector.width, vector.height, vector.data) = (width, height, [[1]])
      do {
        _ = try decode(vector.file)
        return nil
      } catch {
        return error as? PictureError
      }
    }
    #expect(refusal(0, 4) == .noPixels(path: "f", height: 4, width: 0))
    #expect(refusal(4, 0) == .noPixels(path: "f", height: 0, width: 4))
    let limit = 1 << 24
    for (width, height) in [
      (Int(Int32.max), Int(Int32.max)), (65_535, 65_535), (4097, 4096), (1, limit + 1),
      (Int(UInt32.max), Int(UInt32.max)),
    ] {
      #expect(
        refusal(width, height)
          == .tooManyPixels(path: "f", height: height, width: width, limit: limit))
    }
    #expect(refusal(4096, 4096) == nil)
    #expect(
      PictureError.tooManyPixels(path: "f", height: 9, width: 8, limit: 7).description
        == "f: too many pixels (expected at most 7, found 9×8)")
    #expect(
      PictureError.noPixels(path: "f", height: 9, width: 0).description
        == "f: no pixels (expected a height and width of at least 1, found 9×0)")
  }

  @Test func aSizeThatTheDataCannotUnpackToIsRefused() {
    var vector = PNGVector()
    (vector.width, vector.height) = (4096, 4096)
    vector.data = [[1, 2, 3]]
    expect(
      vector.file, .unbacked(path: "f", neededBytes: 4097 * 4096, largestBytes: 3096),
      "f: PNG with too little image data (expected 16781312 bytes unpacked, found what can unpack "
        + "to 3096 at most)")
    // One byte unpacks to as many as these rows have.
    (vector.width, vector.height, vector.data) = (257, 4, [[1]])
    #expect(throws: Never.self) { try decode(vector.file) }
  }

  @Test func dataThatEndsEarlyIsRefused() {
    var vector = PNGVector()
    vector.data = [Deflater.pack(vector.rows.dropLast())]
    let sentence = "f: PNG image data ends early (expected 24 bytes unpacked)"
    expect(vector.file, .dataEndsEarly(path: "f", neededBytes: 24), sentence)
    vector.data = [Deflater.pack(vector.rows).dropLast()]
    expect(vector.file, .dataEndsEarly(path: "f", neededBytes: 24), sentence)
  }

  @Test func dataBeyondThePictureIsRefusedAtOnce() {
    var vector = PNGVector()
    // 64 MiB of zeros would follow.
    vector.data = [Deflater.pack(vector.rows + [UInt8](repeating: 0, count: 64 << 20))]
    expect(
      vector.file, .tooMuchData(path: "f", neededBytes: 24),
      "f: too much PNG image data (expected 24 bytes unpacked, found more)")
  }

  @Test func dataAfterTheEndOfThePackedDataIsRefused() {
    var vector = PNGVector()
    vector.data = [Deflater.pack(vector.rows), [1, 2]]
    expect(
      vector.file, .trailingData(path: "f", foundBytes: 2),
      "f: PNG image data goes on after its end (expected nothing, found 2 bytes)")
  }

  @Test func whatCannotBeUnpackedIsNamed() {
    var vector = PNGVector()
    var packed = Deflater.pack(vector.rows)
    packed[packed.count - 1] ^= 1
    vector.data = [packed]
    expect(
      vector.file, .cannotUnpack(path: "f", reason: "incorrect data check"),
      "f: PNG image data cannot be unpacked: incorrect data check")
  }

  @Test func anUnknownFilterIsRefused() {
    var vector = PNGVector()
    vector.filters = [0, 5]
    expect(
      vector.file, .unknownFilter(path: "f", row: 1, found: 5),
      "f: unknown PNG filter in row 1 (expected 0 to 4, found 5)")
  }

  @Test func aColorThatThePaletteLacksIsRefused() {
    var vector = PNGVector(width: 1, height: 1, colorType: 3, depth: 4)
    vector.samples = [3]
    vector.palette = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    expect(
      vector.file, .wrongPaletteIndex(path: "f", index: 3, count: 3),
      "f: PNG pixel with color 3 of a palette of 3")
  }

  @Test func aMillionEmptyChunksTakeNoTime() throws {
    var vector = PNGVector()
    let packed = Deflater.pack(vector.rows)
    vector.data = [packed]
    let empty = PNGEncoder.chunk("IDAT", [])
    var file = vector.file
    let end = file.suffix(12)
    file.removeLast(12)
    for _ in 0..<1_000_000 { file += empty }
    let clock = ContinuousClock()
    var pixels: [SIMD4<UInt16>] = []
    let time = try clock.measure { pixels = try decode(file + end).pixels() }
    #expect(pixels == vector.expectedPixels)
    // Far beyond what it takes, far below what quadratic time would.
    #expect(time < .seconds(10))
  }
}

private func decode(_ file: [UInt8]) throws -> PNGDecoder {
  let decoder = try PNGDecoder(file, path: "f")
  return decoder
}

/// Expects that reading all of `file` ends with this error and this sentence.
private func expect(
  _ file: [UInt8], _ error: PNGError, _ sentence: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(throws: error, sourceLocation: sourceLocation) { try decode(file).pixels() }
  #expect(error.description == sentence, sourceLocation: sourceLocation)
}
