import CZlib

/// Packs bytes as zlib data (RFC 1950).
enum Deflater {
  static func pack(_ bytes: [UInt8]) -> [UInt8] {
    // zlib takes a null pointer, which an empty array may have, for a mistake.
    let source = bytes.isEmpty ? [0] : bytes
    return [UInt8](unsafeUninitializedCapacity: Int(compressBound(uLong(bytes.count)))) {
      target, count in
      var length = uLongf(target.count)
      let status = source.withUnsafeBufferPointer {
        compress2(target.baseAddress, &length, $0.baseAddress, uLong(bytes.count), 9)
      }
      // It fails for lack of memory or room only, and there is room.
      require(status == Z_OK, "compress2: \(status)")
      count = Int(length)
    }
  }
}
