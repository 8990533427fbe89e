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

  @Test(
    arguments: [
      (0, "0x00000000"), (0x803, "0x00000803"), (0xdead_beef, "0xdeadbeef"),
    ] as [(UInt32, String)])
  func aWordHasEightDigits(_ word: UInt32, _ text: String) {
    #expect(hexadecimal(word) == text)
  }
}
