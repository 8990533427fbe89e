import CZlib

/// The checksum of gzip and PNG.
enum CRC32 {
  /// The CRC-32 of `bytes` when they follow data whose CRC-32 is `previous`; nothing has CRC-32 0.
  static func checksum(_ bytes: [UInt8], after previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0, after: previous) }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>, after previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0, after: previous) }
  }

  static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    // zlib takes a null pointer, which an empty array may have, for a wish to start anew.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return previous }
    return UInt32(
      truncatingIfNeeded: crc32_z(
        uLong(previous), start.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
