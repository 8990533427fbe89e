import Testing

@testable import MNISTCore

@Suite struct IDXTests {
  @Test func aPlainFileIsRead() throws {
    let idx = try decode(twoByThree, .images)
    #expect(idx == IDX(sizes: [2, 1, 3], elements: [1, 2, 3, 4, 5, 6]))
    #expect(try decode([0, 0, 8, 1, 0, 0, 0, 2, 7, 8], .labels).elements == [7, 8])
  }

  @Test func aPackedFileHoldsTheSame() throws {
    #expect(try decode(SmallSets.gzip(twoByThree), .images) == decode(twoByThree, .images))
  }

  @Test func membersMaySplitTheHeader() throws {
    let packed = SmallSets.gzip(Array(twoByThree[..<3])) + SmallSets.gzip(Array(twoByThree[3...]))
    #expect(try decode(packed, .images).elements == [1, 2, 3, 4, 5, 6])
  }

  @Test(arguments: [1, 5]) func aFileThatIsShortIsRefusedWithBothSizes(_ missing: Int) {
    let short = Array(twoByThree.dropLast(missing))
    let error = ArrayError.truncated(
      path: "f", neededBytes: 22, availableBytes: 22 - missing)
    #expect(throws: error) { try decode(short, .images) }
    #expect(throws: error) { try decode(SmallSets.gzip(short), .images) }
    #expect(
      error.description == "f: truncated (expected 22 bytes as its header promises, "
        + "found \(22 - missing))")
  }

  @Test func aFileThatIsLongIsRefused() {
    let plain = ArrayError.tooLong(path: "f", neededBytes: 22, availableBytes: 23)
    #expect(throws: plain) { try decode(twoByThree + [7], .images) }
    #expect(
      plain.description
        == "f: too long (expected 22 bytes as its header promises, found 23)")
    let packed = ArrayError.tooLong(path: "f", neededBytes: 22, availableBytes: nil)
    #expect(throws: packed) { try decode(SmallSets.gzip(twoByThree + [7]), .images) }
    #expect(throws: packed) {
      try decode(SmallSets.gzip(twoByThree) + SmallSets.gzip([7]), .images)
    }
    #expect(
      packed.description
        == "f: too long (expected 22 bytes as its header promises, found more)")
  }

  @Test func aPromiseThatThePackedFileCannotHoldIsRefused() {
    // 10¹² bytes from a file of under 100.
    let packed = SmallSets.gzip(IDXHeader.encoded(.images, sizes: [1_000_000, 1000, 1000]))
    let error = ArrayError.unbacked(
      path: "f", neededBytes: 1_000_000_000_016, largestBytes: 1032 * packed.count)
    #expect(throws: error) { try decode(packed, .images) }
    #expect(
      error.description == "f: truncated (expected 1000000000016 bytes as its header promises, "
        + "found gzip data for at most \(1032 * packed.count))")
  }

  @Test func aPromiseThatThePackedFileCouldJustHoldIsReadToTheEnd() {
    let packed = SmallSets.gzip(IDXHeader.encoded(.images, sizes: [40_232, 1, 1]))
    #expect(1032 * packed.count == 40_248)
    #expect(
      throws: ArrayError.truncated(path: "f", neededBytes: 40_248, availableBytes: 16)
    ) { try decode(packed, .images) }
  }

  @Test func aPromiseThatThePlainFileDoesNotHoldIsRefused() {
    let header = IDXHeader.encoded(.images, sizes: [1 << 31, 1 << 31, 1])
    #expect(
      throws: ArrayError.truncated(
        path: "f", neededBytes: 1 << 62 + 16, availableBytes: 16)
    ) { try decode(header, .images) }
  }

  @Test func aPackedFileBeyondTheLimitIsRefused() {
    // 4 GiB and one row, which 5 MB could hold.
    func packed(_ sizes: [Int]) -> [UInt8] {
      SmallSets.gzip(
        IDXHeader.encoded(.images, sizes: sizes) + [UInt8](repeating: 0, count: 5 << 20))
    }
    let error = FileError.tooLarge(
      path: "f", limitBytes: 1 << 32, foundBytes: 1 << 32 + 1 << 16 + 16)
    #expect(throws: error) { try decode(packed([1 << 16 + 1, 1 << 8, 1 << 8]), .images) }
    // 4 GiB are no fault, but they are not there, or there is no memory for them.
    #expect {
      try decode(packed([1 << 28 - 1, 16, 1]), .images)
    } throws: {
      if case FileError.tooLarge = $0 { false } else { true }
    }
  }

  @Test func theOtherKindIsNamedPackedOrNot() {
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1, 7]
    let error = IDXError.wrongMagic(path: "f", expected: 0x803, found: 0x801)
    #expect(throws: error) { try decode(labels, .images) }
    #expect(throws: error) { try decode(SmallSets.gzip(labels), .images) }
  }

  @Test func aBrokenPackedFileIsAnErrorOfGzip() {
    var packed = SmallSets.gzip(twoByThree)
    packed[packed.count - 1] = 1
    #expect(throws: GzipError.wrongLength(path: "f", expected: 1 << 24 + 22, found: 22)) {
      try decode(packed, .images)
    }
  }

  @Test(arguments: [IDXKind.images, .labels])
  func noTruncationIsAccepted(_ kind: IDXKind) throws {
    let whole =
      kind == .images ? twoByThree : IDXHeader.encoded(.labels, sizes: [4]) + [1, 2, 3, 4]
    for bytes in [whole, SmallSets.gzip(whole)] {
      _ = try decode(bytes, kind)
      for length in 0..<bytes.count {
        #expect(throws: (any Error).self, "\(length) bytes") {
          try decode(Array(bytes[..<length]), kind)
        }
      }
    }
  }

  @Test func everyFlippedBitOfThePackedFileIsAnErrorOrChangesNothing() throws {
    let packed = SmallSets.gzip(twoByThree)
    let idx = try decode(packed, .images)
    var accepted = 0
    for bit in 0..<8 * packed.count {
      var flipped = packed
      flipped[bit / 8] ^= 1 << (bit % 8)
      if let other = try? decode(flipped, .images) {
        #expect(other == idx, "bit \(bit)")
        accepted += 1
      }
    }
    // The six header bytes from the time on, the flag for text, five bits before a stored block.
    #expect(accepted == 6 * 8 + 1 + 5)
  }
}

private let advice = "; write the pixels as bytes from 0 to 255"

private let twoByThree: [UInt8] =
  [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]

@discardableResult private func decode(_ bytes: [UInt8], _ kind: IDXKind) throws -> IDX {
  try IDX.decode(bytes, kind, path: "f")
}

@Suite struct IDXHeaderTests {
  @Test func imagesHaveThreeSizesAndLabelsOne() throws {
    let images = try IDXHeader(
      [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 27, 99], kind: .images, path: "f")
    #expect(images.sizes == [60_000, 28, 27])
    #expect(images.elementCount == 45_360_000)
    #expect(images.fileBytes == 45_360_016)
    #expect(try header(1, 1, 1).sizes == [1, 1, 1])
    let labels = try IDXHeader([0, 0, 8, 1, 1, 2, 3, 4], kind: .labels, path: "f")
    #expect(labels.sizes == [0x0102_0304])
    #expect(labels.fileBytes == 0x0102_0304 + 8)
  }

  @Test func whatIsEncodedIsReadBack() throws {
    let bytes = IDXHeader.encoded(.images, sizes: [0x01_02_03, 4, 0x0506])
    #expect(bytes == [0, 0, 8, 3, 0, 1, 2, 3, 0, 0, 0, 4, 0, 0, 5, 6])
    #expect(try IDXHeader(bytes, kind: .images, path: "f").sizes == [0x01_02_03, 4, 0x0506])
    #expect(IDXHeader.encoded(.labels, sizes: [9]) == [0, 0, 8, 1, 0, 0, 0, 9])
  }

  @Test(
    arguments: [
      (.images, 0x801, "a label file in place of images"),
      (.labels, 0x803, "an image file in place of labels"),
      (.images, 0x0308_0000, "an IDX file with its bytes in reverse order"),
      (.labels, 0x0108_0000, "an IDX file with its bytes in reverse order"),
      (.images, 0x903, "an IDX file of int8 elements in place of unsigned bytes" + advice),
      (.images, 0xb03, "an IDX file of int16 elements in place of unsigned bytes" + advice),
      (.labels, 0xc01, "an IDX file of int32 elements in place of unsigned bytes"),
      (.images, 0xd03, "an IDX file of float32 elements in place of unsigned bytes" + advice),
      (.images, 0xe03, "an IDX file of float64 elements in place of unsigned bytes" + advice),
      (.images, 0x800, "an IDX file with 0 sizes in place of 3"),
      (.images, 0x804, "an IDX file with 4 sizes in place of 3"),
      (.labels, 0x805, "an IDX file with 5 sizes in place of 1"),
      (.images, 0xa03, "not an IDX file"),
      (.images, 0x1_0803, "not an IDX file"),
      (.labels, 0, "not an IDX file"),
    ] as [(IDXKind, UInt32, String)])
  func aWrongMagicIsPutIntoWords(_ kind: IDXKind, _ magic: UInt32, _ words: String) {
    let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: magic >> $0) }
    let error = IDXError.wrongMagic(path: "f", expected: kind.rawValue, found: magic)
    #expect(throws: error) { try IDXHeader(bytes, kind: kind, path: "f") }
    let expected = kind == .images ? "0x00000803" : "0x00000801"
    #expect(
      error.description
        == "f: \(words) (expected magic \(expected), found \(hexadecimal(magic)))")
  }

  @Test(
    arguments: [
      ("<!DOCTYPE html><html>", "a web page", 0x3c21_444f),
      ("<html>" + String(repeating: " ", count: 2000), "a web page", 0x3c68_746d),
      (
        "version https://git-lfs.github.com/spec/v1\noid sha256:0", "a Git LFS pointer", 0x7665_7273
      ),
      ("label,1x1,1x2\n5,0,0\n", "a CSV file", 0x6c61_6265),
      ("PK\u{3}\u{4}" + String(repeating: "\0", count: 30), "a ZIP archive", 0x504b_0304),
    ] as [(String, String, UInt32)])
  func anotherFileIsNamedAsWhatItIsPackedOrNot(
    _ content: String, _ format: String, _ magic: UInt32
  ) {
    let error = IDXError.otherFormat(path: "f", expected: 0x803, found: magic, format: format)
    #expect(throws: error) { try decode(Array(content.utf8), .images) }
    #expect(throws: error) { try decode(SmallSets.gzip(Array(content.utf8)), .images) }
    #expect(
      error.description
        == "f: \(format) in place of an IDX file (expected magic 0x00000803, found "
        + "\(hexadecimal(magic))"
        + (format == "a Git LFS pointer" ? "; git lfs pull brings the file)" : ")"))
  }

  @Test(arguments: 0..<16) func aTruncatedHeaderIsNamedWithBothSizes(_ length: Int) {
    let bytes = IDXHeader.encoded(.images, sizes: [1, 2, 3]).prefix(length)
    let error = IDXError.truncatedHeader(path: "f", neededBytes: 16, availableBytes: length)
    #expect(throws: error) { try IDXHeader(bytes, kind: .images, path: "f") }
    #expect(
      error.description
        == "f: truncated in the header (expected 16 bytes, found \(length))")
  }

  @Test func aSetWithoutImagesOrLabelsIsRefused() {
    let noImages = ArrayError.empty(path: "f", noun: "images")
    #expect(throws: noImages) { try header(0, 28, 28) }
    #expect(throws: noImages) { try header(0, 0, 0) }
    #expect(noImages.description == "f: no images (expected at least 1, found 0)")
    let noLabels = ArrayError.empty(path: "f", noun: "labels")
    #expect(throws: noLabels) {
      try IDXHeader([0, 0, 8, 1, 0, 0, 0, 0], kind: .labels, path: "f")
    }
    #expect(noLabels.description == "f: no labels (expected at least 1, found 0)")
  }

  @Test(arguments: [(0, 28), (28, 0), (0, 0)])
  func imagesWithoutPixelsAreRefused(_ height: Int, _ width: Int) {
    let error = ArrayError.noPixels(path: "f", height: height, width: width)
    #expect(throws: error) { try header(10, height, width) }
    #expect(
      error.description
        == "f: images without pixels (expected at least 1×1, found \(height)×\(width))")
  }

  @Test func sizesThatNoMachineCanCountAreRefused() throws {
    let most = 4_294_967_295
    let error = ArrayError.sizesOverflow(path: "f", sizes: [most, most, most])
    #expect(throws: error) { try header(most, most, most) }
    #expect(
      error.description
        == "f: impossible sizes "
        + "(expected a product below 2⁶³, found 4294967295×4294967295×4294967295)")
    #expect(throws: ArrayError.self) { try header(most, most, 1) }
    // 2⁶³ − 1 = 7² · 73 · 127 · 337 · 92737 · 649657 is countable, but not with the header.
    #expect(throws: ArrayError.self) {
      try header(73 * 127 * 337, 649_657 * 49, 92_737)
    }
    #expect(try header(most, most / 3, 1).elementCount == most * (most / 3))
  }
}

@discardableResult private func header(
  _ count: Int, _ height: Int, _ width: Int
) throws -> IDXHeader {
  try IDXHeader(
    IDXHeader.encoded(.images, sizes: [count, height, width]), kind: .images, path: "f")
}
