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

/// MD5 (RFC 1321), piece by piece: the digest under which many sets are published. It tells a damaged or another
/// file, not one that somebody has made to pass for it.
struct MD5 {
  private var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
  /// What does not fill a block of 64 bytes yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// 32 lower-case hexadecimal digits.
  static func digest(_ bytes: [UInt8]) -> String {
    var md5 = MD5()
    md5.add(bytes)
    return md5.digest
  }

  /// Adds bytes to those before.
  mutating func add(_ bytes: [UInt8]) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.count)
      rest += bytes[..<start]
      guard rest.count == 64 else { return }
      addBlock(of: rest, at: 0)
      rest = []
    }
    while bytes.count - start >= 64 {
      addBlock(of: bytes, at: start)
      start += 64
    }
    rest += bytes[start...]
  }

  /// Of all bytes so far, 32 lower-case hexadecimal digits.
  var digest: String {
    var whole = self
    let padding = (119 - rest.count) % 64 + 1
    let bitCount = byteCount &* 8
    whole.add(
      [0x80] + [UInt8](repeating: 0, count: padding - 1)
        + (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (8 * $0)) })
    return whole.state.map { hexadecimal($0.byteSwapped).dropFirst(2) }.joined()
  }

  private mutating func addBlock(of bytes: [UInt8], at start: Int) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for round in 0..<64 {
      let (mixed, place) =
        switch round >> 4 {
        case 0: (d ^ (b & (c ^ d)), round)
        case 1: (c ^ (d & (b ^ c)), 5 * round + 1)
        case 2: (b ^ c ^ d, 3 * round + 5)
        default: (c ^ (b | ~d), 7 * round)
        }
      let byte = start + 4 * (place & 15)
      let word =
        UInt32(bytes[byte]) | UInt32(bytes[byte + 1]) << 8 | UInt32(bytes[byte + 2]) << 16
        | UInt32(bytes[byte + 3]) << 24
      let sum = a &+ mixed &+ word &+ Self.sines[round]
      let shift = Self.shifts[round / 16 * 4 + round % 4]
      (a, d, c) = (d, c, b)
      b = b &+ (sum &<< shift | sum &>> (32 - shift))
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
  }

  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

  /// The first 32 bits of the sines of 1 to 64, without their signs.
  private static let sines: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a,
    0xa830_4613, 0xfd46_9501, 0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be,
    0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340,
    0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8,
    0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c,
    0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa,
    0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92,
    0xffef_f47d, 0x8584_5dd1, 0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1,
    0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
  ]
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
