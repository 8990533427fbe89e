/// Writes PNG: gray, 8 bits.
enum PNGEncoder {
  /// `pixels` are `[height, width]` from 0, black, to 255.
  static func encode(height: Int, width: Int, pixels: some Collection<UInt8>) -> [UInt8] {
    require(
      pixels.count == height * width && height > 0 && width > 0,
      "\(pixels.count) pixels for \(height)×\(width)")
    let header = word(width) + word(height) + [8, PNGHeader.ColorType.gray.rawValue, 0, 0, 0]
    // Each row begins with the number of its filter; 0 is none.
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (width + 1))
    var rest = pixels[...]
    for _ in 0..<height {
      rows.append(0)
      rows += rest.prefix(width)
      rest = rest.dropFirst(width)
    }
    return PNGDecoder.signature + chunk("IHDR", header) + chunk("IDAT", Deflater.pack(rows))
      + chunk("IEND", [])
  }

  /// A length, a type, the content, and the CRC-32 of type and content.
  static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(type.utf8) + content
    return word(content.count) + checked + word(Int(CRC32.checksum(checked)))
  }

  private static func word(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
