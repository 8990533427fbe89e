import Testing

@testable import MNISTCore

@Suite struct IDXHeaderTests {
  @Test func imagesHaveThreeSizesAndLabelsOne() throws {
    let images = try IDXHeader(
      [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 27, 99], kind: .images, path: "f")
    #expect(images.sizes == [60_000, 28, 27])
    #expect(images.elementCount == 45_360_000)
    #expect(images.fileBytes == 45_360_016)
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
      (.images, 0x903, "an IDX file of int8 elements in place of unsigned bytes"),
      (.images, 0xb03, "an IDX file of int16 elements in place of unsigned bytes"),
      (.labels, 0xc01, "an IDX file of int32 elements in place of unsigned bytes"),
      (.images, 0xd03, "an IDX file of float32 elements in place of unsigned bytes"),
      (.images, 0xe03, "an IDX file of float64 elements in place of unsigned bytes"),
      (.images, 0x800, "an IDX file with 0 sizes in place of 3"),
      (.images, 0x804, "an IDX file with 4 sizes in place of 3"),
      (.labels, 0x805, "an IDX file with 5 sizes in place of 1"),
      (.images, 0xa03, "not an IDX file"),
      (.images, 0x1_0803, "not an IDX file"),
      (.labels, 0, "not an IDX file"),
      (.labels, 0x8950_4e47, "not an IDX file"),
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

  @Test(arguments: 0..<16) func aTruncatedHeaderIsNamedWithBothSizes(_ length: Int) {
    let bytes = IDXHeader.encoded(.images, sizes: [1, 2, 3]).prefix(length)
    let error = IDXError.truncatedHeader(path: "f", neededBytes: 16, availableBytes: length)
    #expect(throws: error) { try IDXHeader(bytes, kind: .images, path: "f") }
    #expect(
      error.description
        == "f: truncated in the header (expected 16 bytes, found \(length))")
  }

  @Test func aSetWithoutImagesOrLabelsIsRefused() {
    let noImages = IDXError.empty(path: "f", noun: "images")
    #expect(throws: noImages) { try header(0, 28, 28) }
    #expect(throws: noImages) { try header(0, 0, 0) }
    #expect(noImages.description == "f: no images (expected at least 1, found 0)")
    let noLabels = IDXError.empty(path: "f", noun: "labels")
    #expect(throws: noLabels) {
      try IDXHeader([0, 0, 8, 1, 0, 0, 0, 0], kind: .labels, path: "f")
    }
    #expect(noLabels.description == "f: no labels (expected at least 1, found 0)")
  }

  @Test(arguments: [(0, 28), (28, 0), (0, 0)])
  func imagesWithoutPixelsAreRefused(_ height: Int, _ width: Int) {
    let error = IDXError.noPixels(path: "f", height: height, width: width)
    #expect(throws: error) { try header(10, height, width) }
    #expect(
      error.description
        == "f: images without pixels (expected at least 1×1, found \(height)×\(width))")
  }

  @Test func sizesThatNoMachineCanCountAreRefused() throws {
    let most = 4_294_967_295
    let error = IDXError.sizesOverflow(path: "f", sizes: [most, most, most])
    #expect(throws: error) { try header(most, most, most) }
    #expect(
      error.description
        == "f: impossible sizes "
        + "(expected a product below 2⁶³, found 4294967295×4294967295×4294967295)")
    #expect(throws: IDXError.self) { try header(most, most, 1) }
    // 2⁶³ − 1 = 7² · 73 · 127 · 337 · 92737 · 649657 is countable, but not with the header.
    #expect(throws: IDXError.self) {
      try header(73 * 127 * 337, 649_657 * 49, 92_737)
    }
    #expect(try header(most, most / 3, 1).elementCount == most * (most / 3))
  }
}

@discardableResult private func header(
  _ count: Int, _ height: Int, _ width: Int
) throws(IDXError) -> IDXHeader {
  try IDXHeader(
    IDXHeader.encoded(.images, sizes: [count, height, width]), kind: .images, path: "f")
}
