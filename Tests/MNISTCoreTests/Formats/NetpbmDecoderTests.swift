import Testing

@testable import MNISTCore

@Suite struct NetpbmDecoderTests {
  @Test(
    arguments: [
      ("P2 2 2 255\n0 1\n2 255", [0, 1, 2, 255]),
      ("P2\n# a comment\n2 # width\n 2\t255\r\n0 1 2 # almost\n255\n# the end", [0, 1, 2, 255]),
      ("P2 1 4 15 0 1 7 15", [0, 17, 119, 255]),
      ("P2 1 2 65535 65535 32896", [255, 128]), ("P2 1 2 508 1 508", [1, 255]),
      // Where less would be a shade darker.
      ("P2 1 1 65535 33025", [129]), ("P2 1 3 2 0 1 2", [0, 128, 255]),
      ("P2 1 1#1\r9 9", [255]),
      ("P1 3 2 1 0 1\n0 0 1", [0, 255, 0, 255, 255, 0]),
      ("P1 3 2\n101001", [0, 255, 0, 255, 255, 0]),
      ("P3 1 3 255 255 0 0 0 255 0 0 0 255", [76, 150, 29]),
    ] as [(String, [UInt8])])
  func textIsRead(_ text: String, _ expected: [UInt8]) throws {
    #expect(try decode(Array(text.utf8)).luminance == expected)
  }

  @Test func theWidthComesBeforeTheHeight() throws {
    let picture = try decode(Array("P2 3 1 9 9 9 9".utf8))
    #expect((picture.width, picture.height) == (3, 1))
  }

  @Test(
    arguments: [
      ("P5 2 2 255\n", [0, 10, 35, 255], [0, 10, 35, 255]),
      ("P5#\n2 2#\n255 ", [0, 10, 35, 255], [0, 10, 35, 255]),
      ("P5 1 3 256\n", [1, 0, 0, 128, 0, 0], [255, 128, 0]),
      ("P5 1 2 3\n", [1, 3], [85, 255]),
      ("P6 1 2 255\n", [255, 0, 0, 0, 0, 255], [76, 29]),
      (
        "P4 9 2\n", [0b0010_0001, 0b1000_0000, 0, 0],
        [255, 255, 0, 255, 255, 255, 255, 0, 0]
          + [UInt8](repeating: 255, count: 9)
      ),
      ("P4 8 2\n", [0xFF, 0], [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 255, count: 8)),
    ] as [(String, [UInt8], [UInt8])])
  func binaryIsRead(_ header: String, _ raster: [UInt8], _ expected: [UInt8]) throws {
    #expect(try decode(Array(header.utf8) + raster).luminance == expected)
  }

  @Test(arguments: [
    ("P2 2 2 0 ", "wrong largest value of a picture (expected 1 to 65535, found 0)"),
    ("P2 2 2 65536 ", "wrong largest value of a picture (expected 1 to 65535, found 65536)"),
    ("P2 1 2 9 9 10", "value 1 is too large (expected at most 9, found 10)"),
    ("P5 1 2 9 \u{1}\u{A}", "value 1 is too large (expected at most 9, found 10)"),
    ("P2 2 2 255 1 2 3 ", "not a picture at byte 17 (expected value 3, found the end)"),
    ("P2 2 2 255 1 2 3", "truncated picture (expected at least 17 bytes, found 16)"),
    ("P2 1 1 255 \u{E}7", "not a picture at byte 11 (expected value 0, found byte 0e)"),
    ("P2 1 1 255 \u{8}7", "not a picture at byte 11 (expected value 0, found byte 08)"),
    ("P3 1 1 255 1 2", "truncated picture (expected at least 15 bytes, found 14)"),
    ("P5 2 2 255 123", "truncated picture (expected at least 15 bytes, found 14)"),
    ("P2 2 -2 255", "not a picture at byte 5 (expected the height, found byte 2d)"),
    ("P2 ", "not a picture at byte 3 (expected the width, found the end)"),
    ("P2 x", "not a picture at byte 3 (expected the width, found byte 78)"),
    ("P2 2", "not a picture at byte 4 (expected white space before the height, found the end)"),
    (
      "P2 2 2,255",
      "not a picture at byte 6 (expected white space before the largest value, "
        + "found byte 2c)"
    ),
    (
      "P5 2 2 255",
      "not a picture at byte 10 (expected one white space before the pixels, found "
        + "the end)"
    ),
    ("P1 2 1 12", "not a picture at byte 8 (expected 0 or 1, found byte 32)"),
    ("P1 2 1 1 ", "not a picture at byte 9 (expected 0 or 1, found the end)"),
    ("P2 99999999999999999999999999 1 1 1", "a number too large at byte 3"),
    ("P5 1 1 255 aa", "more than one picture (expected the end after 12 bytes, found 1 more)"),
    ("P5 1 1 255\r\na", "more than one picture (expected the end after 12 bytes, found 1 more)"),
    ("P2 1 1 255 7 8", "more than one picture (expected the end after 13 bytes, found 1 more)"),
    ("P2 0 1 255 ", "no pixels (expected a height and width of at least 1, found 1×0)"),
    ("P5 65536 65536 255 ", "too many pixels (expected at most 16777216, found 65536×65536)"),
    (
      "P5 2147483647 2147483647 255 ",
      "too many pixels (expected at most 16777216, found 2147483647×2147483647)"
    ),
    ("P5 4096 4096 255 ", "truncated picture (expected at least 16777233 bytes, found 17)"),
  ])
  func whatIsWrongIsNamed(_ text: String, _ reason: String) {
    #expect { try decode(Array(text.utf8)) } throws: { "\($0)" == "f: \(reason)" }
  }

  @Test func twoLettersAloneAreNoPicture() {
    #expect(throws: PictureError.unsupportedFormat(path: "f", found: "text")) {
      try decode(Array("P5".utf8))
    }
  }

  @Test func aNumberOfManyDigitsTakesNoTime() {
    let digits = [UInt8](repeating: UInt8(ascii: "9"), count: 50_000_000)
    let time = ContinuousClock().measure {
      #expect(throws: NetpbmError.numberTooLarge(path: "f", offset: 3)) {
        try decode(Array("P2 ".utf8) + digits)
      }
    }
    #expect(time < .seconds(5))
  }
}

private func decode(_ file: [UInt8]) throws -> Picture {
  try PictureFile.decode(file, path: "f")
}
