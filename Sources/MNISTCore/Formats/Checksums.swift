/// The checksum of TensorBoard's records: CRC-32 with the polynomial of Castagnoli.
enum CRC32C {
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  /// The form in which records hold it. A checksum of data that holds its own checksum is weak, so
  /// TensorBoard rotates the bits and adds a constant.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let checksum = checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { rest, _ in
      rest & 1 == 1 ? 0x82F6_3B78 ^ rest >> 1 : rest >> 1
    }
  }
}

/// A 32-bit word as people write it: `0x` and eight lower-case digits.
func hexadecimal(_ word: UInt32) -> String {
  let digits = String(word, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}

/// Bytes as people write them: two lower-case digits each, with spaces between.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
