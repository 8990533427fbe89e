import Testing

@testable import MNISTCore

@Suite struct ChecksumsTests {
  @Test func theChecksumOfTheNineDigitsIsThePublishedOne() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
  }

  @Test func nothingHasChecksumZeroAndChangesNothing() {
    #expect(CRC32.checksum([]) == 0)
    #expect(CRC32.checksum([], after: 0xcbf4_3926) == 0xcbf4_3926)
  }

  @Test(arguments: 1...8) func twoPartsHaveTheChecksumOfTheWhole(_ first: Int) {
    let digits = Array("123456789".utf8)
    let start = CRC32.checksum(Array(digits[..<first]))
    #expect(CRC32.checksum(Array(digits[first...]), after: start) == 0xcbf4_3926)
  }

  /// RFC 3720, B.4.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
      ((0..<32).reversed(), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
  func theBytesOfTheRFCHaveItsChecksums(_ bytes: [UInt8], _ checksum: UInt32) {
    #expect(CRC32C.checksum(bytes) == checksum)
  }

  /// RFC 1321, A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    (
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "d174ab98d277d9f5a5611c2c9f419d9f"
    ),
    (
      String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func theTextsOfTheRFCHaveItsMD5s(_ text: String, _ digest: String) {
    #expect(MD5.digest(Array(text.utf8)) == digest)
  }

  /// Around the ends of blocks; md5sum's digests of so many letters A.
  @Test(arguments: [
    (55, "e38a93ffe074a99b3fed47dfbe37db21"), (56, "a2f3e2024931bd470555002aa5ccc010"),
    (63, "5f1c4bb2970471a5c75b7ba1dc9ee3ed"), (64, "d289a97565bc2d27ac8b8545a5ddba45"),
    (65, "162b6d6eb17cd9da55f95f8c73a32dda"), (120, "2fc9840470860d0d8e67a2207d15c4c9"),
  ])
  func anMD5OfPiecesIsThatOfTheWhole(_ count: Int, _ digest: String) {
    for piece in [1, 7, 63, 64, 65, 200] {
      var md5 = MD5()
      for start in stride(from: 0, to: count, by: piece) {
        md5.add([UInt8](repeating: 65, count: min(piece, count - start)))
      }
      #expect(md5.digest == digest && md5.digest == digest)
    }
  }

  @Test(
    arguments: [
      (0, "0x00000000"), (0x803, "0x00000803"), (0xdead_beef, "0xdeadbeef"),
    ] as [(UInt32, String)])
  func aWordHasEightDigits(_ word: UInt32, _ text: String) {
    #expect(hexadecimal(word) == text)
  }

  @Test func aByteHasTwoDigits() {
    #expect(hexadecimal([0, 9, 15, 16, 255]) == "00 09 0f 10 ff")
    #expect(hexadecimal([UInt8]()) == "")
  }
}
