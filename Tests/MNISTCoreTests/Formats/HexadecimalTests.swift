import Testing

@testable import MNISTCore

@Suite struct HexadecimalTests {
  @Test(
    arguments: [
      (0, "0x00000000"), (0x803, "0x00000803"), (0xdead_beef, "0xdeadbeef"),
    ] as [(UInt32, String)])
  func aWordHasEightDigits(_ word: UInt32, _ text: String) {
    #expect(hexadecimal(word) == text)
  }
}
