import Foundation
import Testing

@testable import MNISTCore

/// All of Willem van Schaik's PngSuite, with reference pixels that another decoder made, where the
/// folder is.
@Suite(
  .enabled(
    if: PNGSuite.isHere, "skipped: PngSuite is not in ../shared/data/pngsuite"))
struct PNGSuiteTests {
  @Test func allFilesAreThere() throws {
    #expect(try PNGSuite.names().count == 175)
    #expect(try PNGSuite.names().filter { $0.hasPrefix("x") }.count == 14)
  }

  @Test func everyGoodPictureHasTheReferencePixels() throws {
    for name in try PNGSuite.names() where !name.hasPrefix("x") {
      let decoder = try PNGDecoder(PNGSuite.file(name), path: name)
      let found = try decoder.pixels().flatMap { [Int($0.x), Int($0.y), Int($0.z), Int($0.w)] }
      let expected = try PNGSuite.reference(name)
      if decoder.header.depth == 16 {
        #expect(found == expected, "\(name)")
      } else {
        // The reference has 8 bits.
        #expect(found.map { $0 / 257 } == expected, "\(name)")
      }
    }
  }

  @Test(arguments: [
    ("xs1n0g01", "09 50 4e 47 0d 0a 1a 0a"),
    ("xs2n0g01", "89 51 4e 47 0d 0a 1a 0a"),
    ("xs4n0g01", "89 50 4e 67 0d 0a 1a 0a"),
    ("xs7n0g01", "89 50 4e 47 0d 0a 20 0a"),
    ("xcrn0g04", "89 50 4e 47 0d 0d 1a 0d"),
    ("xlfn0g04", "89 50 4e 47 0a 0a 1a 0a"),
  ])
  func everyDamagedSignatureIsRefused(_ name: String, _ found: String) throws {
    let file = try PNGSuite.file(name)
    #expect {
      try PictureFile.decode(file, path: name)
    } throws: {
      "\($0)"
        == "\(name): damaged PNG signature (expected 89 50 4e 47 0d 0a 1a 0a, found \(found))"
    }
  }

  @Test(arguments: [
    ("xc1n0g08", "unknown PNG color type (expected 0, 2, 3, 4, 6, found 1)"),
    ("xc9n2c08", "unknown PNG color type (expected 0, 2, 3, 4, 6, found 9)"),
    ("xd0n2c08", "unknown PNG depth with color type 2 (expected 8, 16, found 0)"),
    ("xd3n2c08", "unknown PNG depth with color type 2 (expected 8, 16, found 3)"),
    ("xd9n2c08", "unknown PNG depth with color type 2 (expected 8, 16, found 99)"),
    ("xdtn0g01", "PNG without the chunk IDAT"),
    ("xhdn0g08", "PNG chunk IHDR at byte 8 has the wrong CRC-32"),
    ("xcsn0g01", "PNG chunk IDAT at byte 49 has the wrong CRC-32"),
  ])
  func everyDamagedFileIsRefusedForItsReason(_ name: String, _ reason: String) throws {
    let file = try PNGSuite.file(name)
    #expect {
      try PictureFile.decode(file, path: name)
    } throws: {
      "\($0)".hasPrefix("\(name): \(reason)")
    }
  }
}

private enum PNGSuite {
  static let folder = URL(fileURLWithPath: SharedData.root + "/data/pngsuite")

  static let isHere = FileManager.default.fileExists(atPath: folder.path)

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/png")
      .map { String($0.dropLast(".png".count)) }.sorted()
  }

  static func file(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent("png/\(name).png")))
  }

  /// Red, green, blue and opacity of each pixel.
  static func reference(_ name: String) throws -> [Int] {
    let text = try Data(contentsOf: folder.appendingPathComponent("json/\(name).json"))
    return text.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      .map { $0.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } }
  }
}
