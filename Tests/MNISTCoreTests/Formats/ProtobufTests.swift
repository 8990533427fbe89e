import Testing

@testable import MNISTCore

@Suite struct ProtobufTests {
  /// The examples of the format's own description, and what they do not have.
  @Test(
    arguments: [
      ([.integer(1, 150)], "08 96 01"),
      ([.text(2, "testing")], "12 07 74 65 73 74 69 6e 67"),
      ([.message(3, [.integer(1, 150)])], "1a 03 08 96 01"),
      ([.integer(1, -2)], "08 fe ff ff ff ff ff ff ff ff 01"),
      ([.integer(1, 0), .integer(1, 127), .integer(1, 128)], "08 00 08 7f 08 80 01"),
      ([.integer(16, 1)], "80 01 01"),
      ([.integer(1, .max)], "08 ff ff ff ff ff ff ff ff 7f"),
      ([.float32(5, 1)], "2d 00 00 80 3f"), ([.float64(1, -2)], "09 00 00 00 00 00 00 00 c0"),
      ([.numbers(9, [1, -2])], "4a 08 00 00 80 3f 00 00 00 c0"), ([.message(1, [])], "0a 00"),
      ([], ""),
    ] as [([ProtobufField], String)])
  func fieldsAreWrittenAsTheFormatSays(_ message: [ProtobufField], _ bytes: String) {
    #expect(hexadecimal(message.encoded()) == bytes)
    #expect(message.byteCount == message.encoded().count)
  }

  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
  func aMessageIsCountedBeforeItIsWritten(_ count: Int) throws {
    let inner = [ProtobufField.bytes(20, [UInt8](repeating: 7, count: count)), .integer(2, 5)]
    let message = [ProtobufField.message(1, [.message(300, inner)]), .integer(3, 4)]
    let bytes = message.encoded()
    #expect(bytes.count == message.byteCount)
    let outer = try ProtobufReader(bytes)
    #expect(outer.fieldNumbers == [1, 3] && outer.numbers(3) == [4])
    let read = try outer.message(1).message(300)
    #expect(read.bytes(20).map(\.count) == [count] && read.numbers(2) == [5])
  }
}
