import Testing

@testable import MNISTCore

@Suite struct PictureTests {
  /// Each beside a limit, where another weight or another rounding would give another lightness.
  @Test(
    arguments: [
      (65_535, 65_535, 65_535, 255), (52 * 257, 0, 0, 16), (0, 0, 48 * 257, 5), (257, 88, 0, 0),
      (258, 88, 0, 1), (23, 207, 1, 1), (985, 155, 0, 2),
    ] as [(UInt16, UInt16, UInt16, UInt8)])
  func lightnessIsTheWeightedSumOfTheColors(
    _ red: UInt16, _ green: UInt16, _ blue: UInt16, _ lightness: UInt8
  ) {
    #expect(Picture.luminance(red: red, green: green, blue: blue) == lightness)
  }

  @Test func aPictureThatNoMemoryHoldsIsRefused() throws {
    try Picture.checkMemory(pixelCount: 1, fileBytes: 1, path: "f")
    let error = FileError.cannotRead(path: "f", reason: SystemError.noMemory)
    // The whole memory is never free.
    let memory = SystemMemory.byteCount
    for (pixelCount, fileBytes) in [
      (1 << 56, 0), (0, 1 << 57), (1 << 56, 1 << 57), (memory / 8 + 1, 0), (0, memory / 4 + 1),
    ] {
      #expect(throws: error) {
        try Picture.checkMemory(pixelCount: pixelCount, fileBytes: fileBytes, path: "f")
      }
    }
  }
}
