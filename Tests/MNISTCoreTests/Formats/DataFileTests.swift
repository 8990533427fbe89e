import Foundation
import Testing

@testable import MNISTCore

/// Files that NumPy and pandas wrote; `Tests/generate_data_files.py` says what is in them.
@Suite struct DataFileTests {
  private let training = ImageTable(
    height: 4, width: 4, pixels: (0..<48).map { UInt8($0 * 7 % 256) }, labels: [3, 1, 2])
  private let test = ImageTable(
    height: 4, width: 4, pixels: (0..<32).map { UInt8((100 + $0 * 5) % 256) }, labels: [1, 0])

  @Test(arguments: ["keras", "medmnist", "floats"])
  func archivesWithTwoPartsAreRead(_ name: String) throws {
    let archive = try NPZImages(file("\(name).npz"))
    for (part, expected) in [(NPZImages.Part.training, training), (.test, test)] {
      let expected = name == "floats" ? scaled(expected) : expected
      let images = try #require(archive.images(part))
      #expect(try images.table() == expected)
      var reader = try images.reader()
      #expect(try pieces(of: &reader, 2) == expected)
    }
    #expect(archive.images(.only) == nil)
    #expect(archive.others == (name == "medmnist" ? ["val_images", "val_labels"] : []))
    var reader = try ImageFile.reader(file("\(name).npz"))
    #expect(try pieces(of: &reader, 9).labels == test.labels)
  }

  @Test func aTableInFortransOrderIsTurned() throws {
    let archive = try NPZImages(file("table.npz"))
    #expect(try archive.images(.only)?.table() == training)
    var reader = try archive.images.reader()
    #expect(try pieces(of: &reader, 2) == training)
    let alone = try NPYImages(file("fortran.npy")).table()
    #expect(alone == bare(training))
  }

  @Test(arguments: ["version2.npy", "version3.npy", "fortran.npy", "kaggle-test.csv"])
  func imagesAloneAreRead(_ name: String) throws {
    var reader = try ImageFile.reader(file(name))
    #expect(try pieces(of: &reader, 2) == bare(training))
  }

  @Test(
    arguments: [
      ([0, 0, 8, 3], .idx), ([0, 1, 8, 3], nil), ([1, 0, 8, 3], nil),
      (Array("1,2,3,4\n".utf8), .csv), (Array("1,2,3\n".utf8), nil),
    ] as [([UInt8], ImageFile.Form?)])
  func theFirstBytesTellTheForm(_ start: [UInt8], _ form: ImageFile.Form?) {
    #expect(ImageFile.form(start) == form)
  }

  @Test(arguments: [(32_763, true), (32_764, false)])
  func theFormShowsInTheFirst32KiB(_ length: Int, _ isKnown: Bool) {
    let text = "a,b,\(String(repeating: "c", count: length)),d\n1,2,3,4\n"
    let reader = try? ImageFile.reader(FileBytes(Array(text.utf8), path: "f"))
    #expect((reader != nil) == isKnown)
  }

  @Test func whatHasNoFormIsNamed() {
    let error = ImageFileError.unknown(path: "f", found: "a web page")
    #expect(throws: error) { try ImageFile.reader(FileBytes(Array("<html>".utf8), path: "f")) }
    #expect(
      error.description
        == "f: not a file of images (expected IDX, CSV, NPZ or NPY, found a web page)")
    #expect(
      ImageFileError.unknown(path: "f", found: nil).description
        == "f: not a file of images (expected IDX, CSV, NPZ or NPY)")
  }

  @Test func boolsAreInk() throws {
    let ink = try NPYImages(file("ink.npy")).table()
    #expect(ink.pixels == training.pixels.map { $0 > 127 ? 255 : 0 })
    #expect(ink.scale == .fractions)
  }

  @Test(arguments: ["kaggle-train.csv", "quoted.csv", "savetxt.csv", "floats.csv.gz"])
  func tablesAreRead(_ name: String) throws {
    let expected = name == "floats.csv.gz" ? scaled(training) : training
    #expect(try CSVImages.table(file(name)) == expected)
    var reader = try ImageFile.reader(file(name))
    #expect(try pieces(of: &reader, 2) == expected)
  }

  @Test(
    arguments: [
      (
        "objects.npy",
        "an array of Python objects, which is never loaded because it can run code (expected "
          + "numbers; images of one size make an array of numbers)"
      ),
      (
        "numbered.csv",
        "the first column has no name and numbers the rows (expected labels or pixels; pandas "
          + "leaves it out with to_csv(…, index=False))"
      ),
    ] as [(String, String)])
  func whatIsNotReadIsExplained(_ name: String, _ sentence: String) throws {
    let file = try file(name)
    #expect {
      try ImageFile.reader(file)
    } throws: {
      "\($0)" == "\(file.path): \(sentence)"
    }
  }

  @Test(arguments: ["keras.npz", "medmnist.npz", "floats.npz"])
  func damagedArchivesAreRefused(_ name: String) throws {
    let bytes = try content(name)
    func tables(_ bytes: [UInt8]) throws -> [ImageTable?] {
      let archive = try NPZImages(FileBytes(bytes, path: "f"))
      return try [NPZImages.Part.training, .test, .only].map { try archive.images($0)?.table() }
    }
    let whole = try tables(bytes)
    for length in 0..<bytes.count {
      #expect(throws: (any Error).self, "\(length) bytes") { try tables(Array(bytes[..<length])) }
    }
    for bit in 0..<8 * bytes.count {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      // A name may become another, as x_train becomes one that nobody looks for.
      if let other = try? tables(flipped) {
        for (other, whole) in zip(other, whole) {
          #expect(other == nil || other == whole || other == whole.map(bare), "bit \(bit)")
        }
      }
    }
  }

  @Test func shortArraysAreRefused() throws {
    for name in ["version2.npy", "fortran.npy", "ink.npy"] {
      let bytes = try content(name)
      for length in 0..<bytes.count {
        let short = FileBytes(Array(bytes[..<length]), path: "f")
        #expect(throws: (any Error).self, "\(length) bytes") { try NPYImages(short).table() }
      }
    }
  }

  private func file(_ name: String) throws -> FileBytes {
    try FileBytes(Fixture.url("data/\(name)").path, limit: 1 << 20)
  }

  private func content(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixture.url("data/\(name)")))
  }

  private func bare(_ table: ImageTable) -> ImageTable {
    ImageTable(
      height: table.height, width: table.width, pixels: table.pixels, labels: nil,
      scale: table.scale)
  }

  private func scaled(_ table: ImageTable) -> ImageTable {
    var table = table
    table.scale = .fractions
    return table
  }
}
