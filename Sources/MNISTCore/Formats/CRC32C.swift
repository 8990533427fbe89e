/// The checksum of TensorBoard's records: CRC-32 with the polynomial of Castagnoli.
enum CRC32C {
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  /// What stands in a record: a checksum of data that holds checksums would be a weak one.
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
