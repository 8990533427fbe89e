import Foundation
import Testing

@testable import MNISTCore

@Suite struct UnlabelledImagesTests {
  private let images = SmallSets.fields(7, height: 2, width: 3, classes: 3)

  /// What `path` gives in pieces of `count`, pictures brought to two rows of three pixels.
  private func pieces(
    _ path: String, of count: Int = 3, isRaw: Bool = true, isTransposed: Bool = false
  ) throws -> [[UInt8]] {
    var images = try open(path, isRaw: isRaw, isTransposed: isTransposed)
    var pieces: [[UInt8]] = []
    while let piece = try images.next(count) { pieces.append(piece) }
    #expect(images.position == pieces.reduce(0) { $0 + $1.count } / (images.height * images.width))
    return pieces
  }

  private func open(
    _ path: String, isRaw: Bool = true, isTransposed: Bool = false
  ) throws -> UnlabelledImages {
    try UnlabelledImages(path, isRaw: isRaw, isTransposed: isTransposed) {
      ImageSize(height: 2, width: 3)
    }
  }

  private static func pgm(_ pixels: some Sequence<UInt8>) -> [UInt8] {
    Array("P5 3 2 255\n".utf8) + pixels
  }

  @Test(arguments: [1, 3, 7, 100])
  func theImagesOfAFileComeInPieces(_ count: Int) throws {
    try SmallSets.withFolder([
      "plain": images.imagesIDX, "packed": SmallSets.gzip(images.imagesIDX),
      "dots": IDXHeader.encoded(.images, sizes: [2, 1, 1]) + [8, 9],
    ]) { folder in
      #expect(try pieces("\(folder)/dots", of: count).flatMap(\.self) == [8, 9])
      for name in ["plain", "packed"] {
        let pieces = try pieces("\(folder)/\(name)", of: count)
        #expect(pieces.map(\.count).dropLast().allSatisfy { $0 == count * 6 })
        #expect(pieces.flatMap(\.self) == images.pixels)
        let opened = try open("\(folder)/\(name)")
        #expect(opened.height == 2 && opened.width == 3)
        #expect(opened.fileNames == nil && !opened.hasLabels && !opened.isFolder)
      }
    }
  }

  @Test func rowsAndColumnsAreSwappedAsInTheTrainingOrWhereEMNISTHasThem() throws {
    let swapped = images.transposed()
    try SmallSets.withFolder([
      "a": images.imagesIDX, "emnist-letters-test-images-idx3-ubyte": images.imagesIDX,
    ]) { folder in
      let name = "\(folder)/emnist-letters-test-images-idx3-ubyte"
      #expect(try pieces(name).flatMap(\.self) == swapped.pixels)
      #expect(try pieces("\(folder)/a", isTransposed: true).flatMap(\.self) == swapped.pixels)
      let opened = try open(name)
      #expect(opened.height == 3 && opened.width == 2 && opened.isSwapped)
      // EMNIST is known by its name in every form.
      for (name, isSwapped) in [
        ("emnist_digits.test.csv", true), ("emnist-a.csv", true), ("emnists-1-2.csv", false),
        ("emnist.csv", false),
      ] {
        let path = "\(folder)/\(name)"
        try SmallSets.write(Array("1,2,3,4\n".utf8), path)
        #expect(try pieces(path).flatMap(\.self) == (isSwapped ? [1, 3, 2, 4] : [1, 2, 3, 4]))
      }
    }
  }

  @Test func thePicturesOfAFolderAreInTheOrderOfTheirNames() throws {
    try SmallSets.withFolder([
      "b.pgm": Self.pgm(1...6), "a10.pgm": Self.pgm(11...16), "a9.pgm": Self.pgm(21...26),
      "C.png": Self.pgm(31...36), "without": Self.pgm(41...46), "labels.csv": [65, 66, 67],
      ".hidden.png": [1], "Thumbs.db": [2], "sub/x.png": [3], "sub.png/x.png": [4],
    ]) { folder in
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      let opened = try open(folder)
      #expect(opened.fileNames == ["C.png", "a10.pgm", "a9.pgm", "b.pgm", "without"])
      #expect(opened.otherFileCount == 4 && opened.isFolder && opened.arePictures)
      #expect(!opened.hasLabels && !opened.isSwapped)
      let pieces = try pieces(folder + "/", of: 2)
      let all: [UInt8] = Array(31...36) + (11...16) + (21...26) + (1...6) + (41...46)
      #expect(pieces.map(\.count) == [12, 12, 6] && pieces.flatMap(\.self) == all)
    }
  }

  @Test func picturesAreFittedUnlessTheyAreTakenAsTheyAre() throws {
    let dark: [UInt8] = [255, 255, 0, 255, 255, 255]
    try SmallSets.withFolder([
      "a.pgm": Self.pgm(dark), "b.pgm": Self.pgm([7, 7, 7, 7, 7, 7]),
      "c.pgm": Self.pgm([9, 9, 9, 9, 9, 9]),
    ]) { folder in
      let picture = try PictureFile.read("\(folder)/a.pgm")
      let fitted = ModelImage(fitting: picture, height: 2, width: 3)
      #expect(
        try pieces(folder, isRaw: false) == [fitted.pixels + [UInt8](repeating: 0, count: 12)])
      #expect(try pieces(folder) == [dark + [7, 7, 7, 7, 7, 7, 9, 9, 9, 9, 9, 9]])
      var raw = try open(folder)
      _ = try raw.next(9)
      #expect(raw.blank.count == 2 && raw.blank.first == "\(folder)/b.pgm")
      #expect(raw.inverted.count == 1 && raw.inverted.first == "\(folder)/a.pgm")
    }
  }

  @Test func aPictureByItselfIsAFolderOfOne() throws {
    try SmallSets.withFolder(["a": Self.pgm(1...6)]) { folder in
      let opened = try open("\(folder)/a")
      #expect(opened.fileNames == ["\(folder)/a"] && !opened.isFolder)
      #expect(opened.otherFileCount == 0)
      #expect(try pieces("\(folder)/a") == [Array(1...6)])
    }
  }

  @Test func theFirstPictureThatIsWrongIsNamed() throws {
    try SmallSets.withFolder([
      "a.pgm": Self.pgm(1...6), "b.jpg": [0xFF, 0xD8, 0xFF, 0xE0], "c.pgm": Self.pgm(1...5),
    ]) { folder in
      #expect(throws: PictureError.unsupportedFormat(path: "\(folder)/b.jpg", found: "JPEG")) {
        try pieces(folder)
      }
    }
  }

  @Test func aFolderWithoutPicturesIsRefused() throws {
    try SmallSets.withFolder(["sub/a.png": [1], "b.txt": [2], ".c.png": [3]]) { folder in
      let error = UnlabelledImagesError.noPictures(path: folder, otherCount: 2)
      #expect(throws: error) { try open(folder) }
      #expect(
        error.description
          == "\(folder): no pictures (expected PNG, PGM or PPM right in the folder, "
          + "found 2 other files or folders)")
      #expect(
        UnlabelledImagesError.noPictures(path: "d", otherCount: 0).description
          == "d: no pictures (expected PNG, PGM or PPM right in the folder, found nothing)")
      #expect(throws: FileError.emptyPath) { try open("") }
      try SmallSets.write([0xFF, 0xD8, 0xFF, 0xE0], "\(folder)/a.jpg")
      let unknown = UnlabelledImagesError.unknown(
        path: "\(folder)/a.jpg", found: "a JPEG image")
      #expect(throws: unknown) { try open("\(folder)/a.jpg") }
      #expect(
        unknown.description
          == "\(folder)/a.jpg: no images that can be read (expected PNG, PGM, PPM, "
          + "IDX, CSV, NPZ or NPY, found a JPEG image)")
      #expect(throws: FileError.self) { try open("\(folder)/no") }
    }
  }

  @Test func aFolderHasALimit() throws {
    try SmallSets.withFolder(["a.png": [1], ".x": [2], "b.txt": [3]]) { folder in
      let found = try UnlabelledImages.pictures(in: folder, limit: 3)
      #expect(found.names == ["a.png"] && found.otherCount == 1)
      let error = UnlabelledImagesError.tooManyFiles(path: folder, limit: 2)
      #expect(throws: error) { try UnlabelledImages.pictures(in: folder, limit: 2) }
      #expect(error.description == "\(folder): too many files (expected at most 2, found more)")
    }
  }

  @Test func labelsBesideTheImagesArePassedOver() throws {
    // CSV has images of two by two pixels here: its columns must be a square.
    let rows = "1,2,3,4,5\n0,6,7,8,9\n"
    try SmallSets.withFolder(["a.csv": Array(rows.utf8)]) { folder in
      var opened = try open("\(folder)/a.csv")
      #expect(opened.hasLabels && opened.height == 2 && opened.width == 2)
      #expect(try opened.next(9) == [2, 3, 4, 5, 6, 7, 8, 9] && opened.position == 2)
      #expect(try opened.next(9) == nil)
    }
  }
}
