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
    try require(12, at: offset)
    let length = word(at: offset)
    let code = file[offset + 4..<offset + 8]
    guard code.allSatisfy({ (0x41...0x5A).contains($0 & ~0x20) }) else {
      throw .wrongChunkType(path: path, offset: offset, found: Array(code))
    }
    let type = String(decoding: code, as: UTF8.self)
    guard length <= UInt32(Int32.max) else {
      throw .chunkTooLong(path: path, chunk: type, offset: offset, length: length)
    }
    try require(12 + Int(length), at: offset)
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

  private func require(_ count: Int, at offset: Int) throws(PNGError) {
    guard file.count - offset >= count else {
      throw .truncated(path: path, neededBytes: offset + count, availableBytes: file.count)
    }
  }

  private func word(at offset: Int) -> UInt32 {
    UInt32(file[offset]) << 24 | UInt32(file[offset + 1]) << 16 | UInt32(file[offset + 2]) << 8
      | UInt32(file[offset + 3])
  }
}
