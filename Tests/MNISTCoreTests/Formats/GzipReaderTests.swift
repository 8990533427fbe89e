import CZlib
import Testing

@testable import MNISTCore

@Suite struct GzipReaderTests {
  private let text = Array(String(repeating: "so much to pack, so little room; ", count: 9).utf8)

  @Test(arguments: [0, 1, 6, 9] as [Int32]) func everyLevelComesBackWhole(_ level: Int32) throws {
    let content = text + (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    let packed = gzip(content, level: level)
    #expect(try unpack(packed) == content)
    #expect(try GzipReader(packed, path: "f").read(70_000) == Array(content[..<70_000]))
  }

  @Test func whatStoodFarBeforeIsFoundAgain() throws {
    var generator = SeededGenerator(seed: 1)
    let noise = (0..<30_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let packed = gzip(noise + noise)
    #expect(packed.count < 31_000)
    #expect(try unpack(packed) == noise + noise)
  }

  @Test func theContentComesInPiecesOfAnySize() throws {
    let reader = try GzipReader(gzip(text), path: "f")
    #expect(try reader.read(4) == Array(text[..<4]))
    #expect(try reader.read(0) == [])
    #expect(try reader.read(1) == Array(text[4..<5]))
    #expect(try reader.read(1000) == Array(text[5...]))
    #expect(try reader.read(1000) == [])
  }

  @Test func nothingIsUnpackedBeyondWhatIsAskedFor() throws {
    // The fault in the trailer shows only once the end is reached.
    var packed = gzip(text)
    packed[packed.count - 8] ^= 1
    let reader = try GzipReader(packed, path: "f")
    #expect(try reader.read(text.count - 1) == text.dropLast())
    #expect(throws: GzipError.self) { try reader.read(2) }
  }

  @Test func whatUnpacksFarBeyondItsSizeIsWholeToo() throws {
    // 80 MiB from 0.4 MB: more than is asked for at first, so the memory grows on the way.
    let content = [UInt8](repeating: 7, count: 80 << 20)
    let packed = gzip(content, level: 1)
    #expect(4 * packed.count + 64 << 20 < content.count)
    let reader = try GzipReader(packed, path: "f")
    #expect(content.count < reader.largestOutput)
    #expect(try reader.read(.max) == content)
  }

  @Test func whatWasPackedIsNeverLargerThanTheLargestOutput() throws {
    let content = [UInt8](repeating: 0, count: 1 << 24)
    let packed = gzip(content)
    let reader = try GzipReader(packed, path: "f")
    #expect(reader.largestOutput == 1032 * packed.count)
    #expect(reader.largestOutput < content.count * 21 / 20)
    #expect(reader.largestOutput > content.count)
  }

  @Test func membersAreJoined() throws {
    let packed = gzip(Array("one ".utf8)) + gzip([]) + gzip(Array("two".utf8))
    #expect(try unpack(packed) == Array("one two".utf8))
  }

  @Test func aFaultInTheSecondMemberIsFound() {
    var second = gzip(text)
    second[2] = 9
    #expect(throws: GzipError.notDeflate(path: "f", method: 9)) {
      try unpack(gzip(text) + second)
    }
  }

  @Test(arguments: [1, 7, 1000]) func zerosAfterTheEndAreAllowed(_ count: Int) throws {
    #expect(try unpack(gzip(text) + [UInt8](repeating: 0, count: count)) == text)
  }

  @Test(arguments: [[0x1f], [0, 0, 1], [0x50, 0x4b, 3, 4], [0, 0x1f, 0x8b]] as [[UInt8]])
  func anythingElseAfterTheEndIsRefused(_ junk: [UInt8]) {
    let packed = gzip(text)
    let error = GzipError.trailingData(
      path: "f", offset: packed.count, foundBytes: junk.count)
    #expect(throws: error) { try unpack(packed + junk) }
    #expect(
      error.description
        == "f: unexpected data after the gzip data "
        + "(expected the end after \(packed.count) bytes, found \(junk.count) more)")
  }

  @Test func aFaultBehindManyZerosIsFound() {
    let packed = gzip(text)
    let rest = [UInt8](repeating: 0, count: 70_000) + [1]
    #expect(
      throws: GzipError.trailingData(path: "f", offset: packed.count, foundBytes: 70_001)
    ) { try unpack(packed + rest) }
  }

  @Test func optionalHeaderFieldsAreSkipped() throws {
    let deflated = gzip(text).dropFirst(10)
    // Text, checksum of the header, extra field, name and comment, all at once.
    var head: [UInt8] = [0x1f, 0x8b, 8, 0b11111, 1, 2, 3, 4, 0, 255, 3, 0, 9, 9, 9]
    head += Array("name".utf8) + [0] + Array("comment".utf8) + [0]
    let checksum = CRC32.checksum(head)
    let tail = [UInt8(checksum & 0xff), UInt8(checksum >> 8 & 0xff)]
    #expect(try unpack(head + tail + deflated) == text)
    #expect(
      throws: GzipError.cannotUnpack(path: "f", offset: 30, reason: "header crc mismatch")
    ) { try unpack(head + [tail[0], tail[1] ^ 1] + deflated) }
  }

  @Test(arguments: [0b100, 0b1000, 0b10000] as [UInt8])
  func aHeaderFieldWithoutEndIsTruncated(_ flag: UInt8) {
    let packed = [0x1f, 0x8b, 8, flag, 0, 0, 0, 0, 0, 255] + [UInt8](repeating: 65, count: 50)
    #expect(throws: GzipError.truncated(path: "f", availableBytes: 60)) { try unpack(packed) }
  }

  @Test(arguments: [0x20, 0x40, 0x80] as [UInt8]) func reservedFlagsAreRefused(_ flag: UInt8) {
    var packed = gzip(text)
    packed[3] = flag
    let error = GzipError.cannotUnpack(path: "f", offset: 4, reason: "unknown header flags set")
    #expect(throws: error) { try unpack(packed) }
    #expect(
      error.description == "f: cannot be unpacked beyond byte 4: unknown header flags set")
  }

  @Test func aMethodThatIsNotDeflateIsNamed() {
    var packed = gzip(text)
    packed[2] = 7
    let error = GzipError.notDeflate(path: "f", method: 7)
    #expect(throws: error) { try unpack(packed) }
    #expect(
      error.description == "f: unknown gzip compression method (expected 8, deflate, found 7)")
  }

  @Test func aWrongChecksumIsNamedWithBoth() {
    var packed = gzip(Array("123456789".utf8))
    packed[packed.count - 8] ^= 1
    let error = GzipError.wrongCRC32(path: "f", expected: 0xcbf4_3927, found: 0xcbf4_3926)
    #expect(throws: error) { try unpack(packed) }
    #expect(
      error.description
        == "f: unpacked data has the wrong CRC-32 (expected 0xcbf43927, found 0xcbf43926)")
  }

  @Test func aWrongLengthIsNamedWithBoth() {
    var packed = gzip(Array("123456789".utf8))
    packed[packed.count - 3] = 1
    let error = GzipError.wrongLength(path: "f", expected: 265, found: 9)
    #expect(throws: error) { try unpack(packed) }
    #expect(
      error.description
        == "f: unpacked data has the wrong length (expected 265 bytes, found 9)")
  }

  @Test(arguments: [
    ("00 00 00 00 00", "invalid stored block lengths"),
    ("06", "invalid block type"),
    ("fc 00 00", "too many length or distance symbols"),
    ("04 00 fe ff", "invalid code lengths set"),
    ("04 00 24 49 00", "invalid bit length repeat"),
    ("04 00 24 e9 ff ff", "invalid bit length repeat"),
    ("04 00 24 e9 ff 6d", "invalid code -- missing end-of-block"),
    ("04 80 49 92 24 49 92 24 71 ff ff 93 11 00", "invalid literal/lengths set"),
    ("04 80 49 92 24 49 92 24 0f b4 ff ff c3 84", "invalid distances set"),
    ("04 c0 81 08 00 00 00 00 20 7f eb 0b 00 00", "invalid literal/length code"),
    ("02 7e ff ff", "invalid distance code"),
    ("0c c0 81 00 00 00 00 00 90 ff 6b 04 00", "invalid distance too far back"),
  ])
  func everyFaultOfADeflateStreamHasItsReason(_ stream: String, _ reason: String) {
    let head: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    let bytes = stream.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    #expect {
      try unpack(head + bytes + [UInt8](repeating: 0, count: 300))
    } throws: {
      guard case .cannotUnpack("f", _, reason) = $0 as? GzipError else { return false }
      return true
    }
  }

  @Test func everyTruncationIsNamed() {
    let packed = gzip(text) + gzip(Array(text.reversed()))
    let wholeMember = gzip(text).count
    for length in 2..<packed.count {
      // What is left may end with a whole member, or with a byte that could be anything.
      let error: GzipError? =
        switch length {
        case wholeMember: nil
        case wholeMember + 1: .trailingData(path: "f", offset: wholeMember, foundBytes: 1)
        default: .truncated(path: "f", availableBytes: length)
        }
      #expect(fault(Array(packed[..<length])) == error, "\(length) bytes")
    }
    #expect(
      GzipError.truncated(path: "f", availableBytes: 9).description
        == "f: truncated (expected the rest of the gzip data, found the end after 9 bytes)")
  }

  @Test func everyFlippedBitIsAnErrorOrChangesNothing() throws {
    let packed = gzip(text)
    // Free are time, extra flags and system, the flag that calls the content text, and the bits
    // between the end of the deflate stream and the next whole byte.
    var free = Set(4 * 8..<10 * 8).union([3 * 8])
    free.formUnion((8 * (packed.count - 9)..<8 * (packed.count - 8)).suffix(7))
    for bit in 16..<8 * packed.count {
      var flipped = packed
      flipped[bit / 8] ^= 1 << (bit % 8)
      if fault(flipped) == nil {
        #expect(free.contains(bit), "bit \(bit)")
        #expect(try unpack(flipped) == text, "bit \(bit)")
      }
    }
  }
}

/// Unpacks everything, in pieces that do not fit the content's parts.
@discardableResult private func unpack(_ packed: [UInt8]) throws -> [UInt8] {
  let reader = try GzipReader(packed, path: "f")
  var content: [UInt8] = []
  while true {
    let piece = try reader.read(97)
    content += piece
    if piece.count < 97 { return content }
  }
}

private func fault(_ packed: [UInt8]) -> GzipError? {
  do {
    try unpack(packed)
  } catch {
    return error as? GzipError
  }
  return nil
}

private func gzip(_ content: [UInt8], level: Int32 = 6) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var content = content
  var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(content.count))))
  content.withUnsafeMutableBufferPointer { input in
    packed.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = uInt(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = uInt(output.count)
      #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
    }
  }
  packed.removeLast(Int(stream.avail_out))
  return packed
}
