import Testing

@testable import MNISTCore

@Suite struct IDXFormTests {
  @Test(
    arguments: [
      [2, 4], [2, 2, 2, 1], [2, 1, 2, 2], [2, 2, 2],
    ])
  func imagesOfOtherShapesAreRead(_ sizes: [Int]) throws {
    let bytes = idx(8, sizes, Array(1...8))
    let expected = IDX(sizes: [2, 2, 2], elements: Array(1...8))
    for file in [bytes, SmallSets.gzip(bytes)] {
      #expect(try IDX.decode(file, .images, path: "f") == expected)
      for count in [1, 2, 3] {
        var reader = try IDX.images(FileBytes(file, path: "f"))
        #expect(
          try pieces(of: &reader, count)
            == ImageTable(height: 2, width: 2, pixels: Array(1...8), labels: nil))
      }
    }
  }

  /// Their height and width differ, or a size takes more than a byte.
  @Test(
    arguments: [
      ([1, 2, 4, 1], [1, 2, 4]), ([1, 1, 2, 4], [1, 2, 4]), ([1, 289], [1, 17, 17]),
    ])
  func imagesKeepTheirHeightAndWidth(_ sizes: [Int], _ shape: [Int]) throws {
    let elements = (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) }
    let file = idx(8, sizes, elements)
    #expect(try IDX.decode(file, .images, path: "f") == IDX(sizes: shape, elements: elements))
    let reader = try IDX.images(FileBytes(file, path: "f"))
    #expect((reader.height, reader.width) == (shape[1], shape[2]))
  }

  @Test(
    arguments: [
      (9, [3], [0, 9, 127], [0, 9, 127]), (0x0B, [3], [0, 0, 0, 9, 0, 255], [0, 9, 255]),
      (0x0C, [3], [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 255], [0, 9, 255]),
      (8, [3, 1], [0, 9, 255], [0, 9, 255]),
      // QMNIST's: the class, then the writer and other numbers.
      (
        0x0C, [2, 8],
        [0, 0, 0, 7] + (0..<28).map { UInt8(200 + $0) } + [0, 0, 0, 3]
          + (0..<28).map { UInt8(255 - $0) },
        [7, 3]
      ),
    ] as [(UInt8, [Int], [UInt8], [UInt8])])
  func labelsOfOtherTypesAreRead(
    _ type: UInt8, _ sizes: [Int], _ elements: [UInt8], _ labels: [UInt8]
  ) throws {
    let bytes = idx(type, sizes, elements)
    let expected = IDX(sizes: [labels.count], elements: labels)
    #expect(try IDX.decode(bytes, .labels, path: "f") == expected)
    #expect(try IDX.decode(SmallSets.gzip(bytes), .labels, path: "f") == expected)
    for length in 0..<bytes.count {
      #expect(throws: (any Error).self, "\(length) bytes") {
        try IDX.decode(Array(bytes[..<length]), .labels, path: "f")
      }
    }
    #expect(throws: ArrayError.self) { try IDX.decode(bytes + [0], .labels, path: "f") }
    #expect(throws: ArrayError.self) {
      try IDX.decode(SmallSets.gzip(bytes + [0]), .labels, path: "f")
    }
  }

  @Test(
    arguments: [
      (
        .images, 8, [1, 2, 2, 3], [1],
        "images in colour (expected one number a pixel, count×height×width, found 1×2×2×3; "
          + "make them grey first)"
      ),
      (
        .images, 8, [2, 3], [1, 2, 3, 4, 5, 6],
        "rows that are no square images (expected count×height×width, or count×pixels of square "
          + "images, found 2×3)"
      ),
      (
        .images, 8, [2, 4], [1, 2, 3, 4, 5, 6, 7],
        "truncated (expected 20 bytes as its header promises, found 19)"
      ),
      (
        .images, 0x0D, [1, 1, 1], [0, 0, 0, 0],
        "an IDX file of float32 elements in place of unsigned bytes; write the pixels as bytes from "
          + "0 to 255 (expected magic 0x00000803, found 0x00000d03)"
      ),
      (
        .images, 9, [2, 4], [1, 2, 3, 4, 5, 6, 7, 8],
        "an IDX file of int8 elements in place of unsigned bytes; write the pixels as bytes from 0 "
          + "to 255 (expected magic 0x00000803, found 0x00000902)"
      ),
      (
        .images, 8, [1, 2, 2, 1, 1], [1, 2, 3, 4],
        "an IDX file with 5 sizes in place of 3 (expected magic 0x00000803, found 0x00000805)"
      ),
      (
        .labels, 8, [2, 1, 1], [1, 2],
        "an image file in place of labels (expected magic 0x00000801, found 0x00000803)"
      ),
      (
        .labels, 0x0C, [1], [0xFF, 0xFF, 0xFF, 0xFF],
        "label at index 0 is none (expected a whole number from 0 to 255, found -1)"
      ),
      (
        .labels, 0x0C, [1, 3], [UInt8](repeating: 0, count: 12),
        "not a list of labels (expected one number an image, found 1×3; of a column for each class, "
          + "argmax(axis=1) makes it)"
      ),
      (.labels, 0x0C, [0], [], "no labels (expected at least 1, found 0)"),
      (
        .labels, 0x0D, [1], [0, 0, 0, 0],
        "an IDX file of float32 elements in place of unsigned bytes (expected magic 0x00000801, "
          + "found 0x00000d01)"
      ),
    ] as [(IDXKind, UInt8, [Int], [UInt8], String)])
  func whatIsNotReadIsExplained(
    _ kind: IDXKind, _ type: UInt8, _ sizes: [Int], _ elements: [UInt8], _ sentence: String
  ) {
    #expect {
      try IDX.decode(idx(type, sizes, elements), kind, path: "f")
    } throws: {
      "\($0)" == "f: " + sentence
    }
  }

  @Test(arguments: [0x0100_0802, 0x0001_0802] as [UInt32])
  func aFileThatDoesNotBeginWithTwoZerosIsNone(_ magic: UInt32) {
    let file = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: magic >> $0) }
    let rest = idx(8, [2, 4], Array(1...8)).dropFirst(4)
    #expect(throws: IDXError.wrongMagic(path: "f", expected: 0x803, found: magic)) {
      try IDX.decode(file + rest, .images, path: "f")
    }
  }

  @Test(arguments: [([2, 4], 12), ([2, 2, 2, 1], 20)])
  func aTruncatedHeaderIsNamedWithBothSizes(_ sizes: [Int], _ needed: Int) {
    let error = IDXError.truncatedHeader(path: "f", neededBytes: needed, availableBytes: 11)
    #expect(throws: error) {
      try IDX.decode(Array(idx(8, sizes, []).prefix(11)), .images, path: "f")
    }
  }

  @Test func inPiecesATruncatedOrLongFileIsRefused() throws {
    let whole = idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 6])
    for bytes in [whole, SmallSets.gzip(whole)] {
      for length in 0..<bytes.count {
        #expect(throws: (any Error).self, "\(length) bytes") {
          var reader = try IDX.images(FileBytes(Array(bytes[..<length]), path: "f"))
          while (try reader.next(1)) != nil {}
        }
      }
    }
    var short = try IDX.images(FileBytes(SmallSets.gzip(whole.dropLast()), path: "f"))
    #expect(throws: ArrayError.truncated(path: "f", neededBytes: 22, availableBytes: 21)) {
      try short.next(2)
    }
    let long = SmallSets.gzip(whole + [7])
    var reader = try IDX.images(FileBytes(long, path: "f"))
    #expect(try reader.next(1)?.pixels == [1, 2, 3])
    #expect(throws: ArrayError.tooLong(path: "f", neededBytes: 22, availableBytes: nil)) {
      try reader.next(1)
    }
  }
}

private func idx(_ type: UInt8, _ sizes: [Int], _ elements: [UInt8]) -> [UInt8] {
  [0, 0, type, UInt8(sizes.count)]
    + sizes.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
    + elements
}
