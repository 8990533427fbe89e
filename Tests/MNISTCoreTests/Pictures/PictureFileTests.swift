import Foundation
import Testing

@testable import MNISTCore

@Suite struct PictureFileTests {
  @Test(
    arguments: [
      ([0xFF, 0xD8, 0xFF, 0xE0], "JPEG"), (Array("GIF89a".utf8), "GIF"),
      (Array("RIFF1234WEBPVP8 ".utf8), "WebP"), (Array("\0\0\0\u{18}ftypheic".utf8), "HEIC"),
      (Array("\0\0\0\u{18}ftypmif1".utf8), "HEIC"), (Array("BM12".utf8), "BMP"),
      (Array("%PDF-1.4".utf8), "PDF"), (Array("hello\n".utf8), "text"),
      (Array("P7\nWIDTH 2".utf8), "a PAM picture"), (Array("P5x".utf8), "text"),
      ([0x1F, 0x8B, 8], "a gzip file"), ([1, 2, 3], "bytes that begin with 01"),
      (Array("\0\0\0\u{18}ftypavif".utf8), "AVIF"), (Array("\0\0\0\u{18}ftypmsf1".utf8), "HEIC"),
      (Array("II*\0".utf8), "TIFF"), (Array("MM\0*".utf8), "TIFF"),
      ([0x50, 0x4B, 3, 4], "a zip file"), ([9, 13, 32, 126, 128, 255], "text"),
      ([8, 65], "bytes that begin with 08"), ([14, 65], "bytes that begin with 0e"),
      ([31, 65], "bytes that begin with 1f"), ([65, 127], "bytes that begin with 41"),
    ] as [([UInt8], String)])
  func whatIsNoPictureWeReadIsNamed(_ file: [UInt8], _ name: String) {
    let error = PictureError.unsupportedFormat(path: "f", found: name)
    #expect(throws: error) { try PictureFile.decode(file, path: "f") }
    let advice =
      ["JPEG", "GIF", "WebP", "AVIF", "HEIC", "TIFF", "BMP"].contains(name)
      ? "; mogrify -format png converts it" : ""
    #expect(
      error.description
        == "f: not a picture that can be read (expected PNG, PGM or PPM, found \(name)\(advice))")
  }

  @Test(arguments: [(511, "bytes that begin with 41"), (512, "text")])
  func theFirst512BytesTellAText(_ count: Int, _ name: String) {
    let file = [UInt8](repeating: 65, count: count) + [0]
    #expect(throws: PictureError.unsupportedFormat(path: "f", found: name)) {
      try PictureFile.decode(file, path: "f")
    }
  }

  @Test func anEmptyFileIsNamed() {
    #expect(throws: PictureError.empty(path: "f")) { try PictureFile.decode([], path: "f") }
    #expect(
      PictureError.empty(path: "f").description
        == "f: the file is empty (expected PNG, PGM or PPM)")
  }

  @Test func aPicturesFileHasALimit() throws {
    try SmallSets.withFolder(["a.png": []]) { folder in
      let path = "\(folder)/a.png"
      #expect(truncate(path, 268_435_457) == 0)
      let error = FileError.tooLarge(
        path: path, limitBytes: 268_435_456, foundBytes: 268_435_457)
      #expect(throws: error) { try PictureFile.read(path) }
    }
  }

  @Test func theContentTellsTheFormatNotTheName() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/picture.pgm"
      try SmallSets.write(PNGEncoder.encode(height: 1, width: 2, pixels: [5, 6]), path)
      #expect(
        try PictureFile.read(path) == Picture(height: 1, width: 2, luminance: [5, 6]))
    }
  }

  @Test func aFolderAWebAddressAndAnEmptyNameAreRefused() throws {
    try SmallSets.withFolder { folder in
      #expect(throws: FileError.notARegularFile(path: folder, kind: "a folder")) {
        try PictureFile.read(folder)
      }
    }
    for address in ["https://example.org/3.png", "http://example.org/3.png"] {
      #expect(throws: PictureError.unsupportedFormat(path: address, found: "a web address")) {
        try PictureFile.read(address)
      }
    }
    #expect(throws: FileError.emptyPath) { try PictureFile.read("") }
  }
}
