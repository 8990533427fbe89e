import Testing

@testable import MNISTCore

@Suite struct FileKindTests {
  @Test(
    arguments: [
      ("", "an empty file"),
      ("  \n<!doctype html>", "a web page"), ("<html>", "a web page"),
      ("<?xml version=\"1.0\"?><Error>", "an XML file"),
      ("<?xml version=\"1.0\"?><html>", "a web page"),
      ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
      ("/annex/objects/SHA256E-s12", "a git-annex pointer"),
      ("label,pixel0,pixel1\n", "a CSV file"), ("5\t0\t0\n", "a CSV file"), ("1;2;3", "a CSV file"),
      ("\u{FEFF}{\"a\": 1}", "a JSON file"), ("@RELATION mnist", "an ARFF file"),
      ("Größe, and no more\n", "a text file"), ("%PDF-1.7", "a PDF document"),
      ("PAR1", "a Parquet file"), ("BZh91AY", "a bzip2 file"), ("GIF89a", "a GIF image"),
      ("#!" + String(repeating: "x\u{1}", count: 127) + "xustar", "a tar archive"),
      ("PK\u{5}\u{6}", "a ZIP archive"), ("a\0", nil),
      (String(repeating: "\0", count: 16), "a file of zeros"), ("x", "a text file"),
      ("a\u{1F}", nil), ("[1]", "a JSON file"),
      // No more bytes than these are looked at.
      (String(repeating: "x", count: 1023) + "\0", nil),
      (String(repeating: "x", count: 1024) + "\0", "a text file"),
    ] as [(String, String?)])
  func textAndSignaturesAreNamed(_ content: String, _ kind: String?) {
    #expect(FileKind.name(content.utf8) == kind)
  }

  @Test(
    arguments: [
      ([0x80, 2, 0x7D], "a Python pickle"), ([0x80, 2, 0], nil),
      ([8, 8, 0x12, 7] + Array("pytorch".utf8), "an ONNX file"),
      ([0x93] + Array("NUMPY".utf8), "a NumPy array"), ([0xFF, 0xD8, 0xFF], "a JPEG image"),
      ([0x89, 0x50, 0x4E, 0x47], "a PNG image"), ([0x1F, 0x8B, 8], "a gzip file"),
      ([0xFD] + Array("7zXZ".utf8), "an xz file"), ([0, 0, 8, 3], "an IDX file"),
      ([9, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22], "a safetensors file"), ([0xC3], nil), ([0x7F], nil),
      ([0x89] + Array("HDF".utf8), "an HDF5 file"), (Array("ARROW1".utf8), "an Arrow file"),
      (Array("MATLAB 5.0".utf8), "a MATLAB file"), (Array("SQLite format".utf8), "an SQLite file"),
      ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"), ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
      (Array("Rar!".utf8), "a RAR archive"), (Array("RIFF1234WEBP".utf8), "a WebP image"),
      (Array("II*\0".utf8), "a TIFF image"), (Array("MM\0*".utf8), "a TIFF image"),
      ([0xFF, 0xFE], "a text file in UTF-16"), ([0xFE, 0xFF], "a text file in UTF-16"),
      ([0x7F] + Array("ELF".utf8), "a program"), (Array("#!".utf8), "a script"),
      // A character that is cut in two, and letters of another encoding.
      (Array("cats ".utf8) + [0xF0, 0x9F, 0x90], "a text file"),
      (Array("Stra".utf8) + [0xDF] + Array("e 1".utf8), nil),
    ] as [([UInt8], String?)])
  func bytesAreNamed(_ content: [UInt8], _ kind: String?) {
    #expect(FileKind.name(content) == kind)
  }

  /// The first and the last number that makes a kind, and those beside them.
  @Test(
    arguments: [
      ([0x80, 0, 0x7D], nil), ([0x80, 1, 0x7D], "a Python pickle"),
      ([0x80, 5, 0x7D], "a Python pickle"), ([0x80, 6, 0x7D], nil), ([0x80, 2, 0x10], nil),
      ([0x80, 2, 0x11], "a Python pickle"), ([8, 0, 0x12, 7], nil),
      ([8, 1, 0x12, 1], "an ONNX file"), ([8, 31, 0x12, 1], "an ONNX file"),
      ([8, 32, 0x12, 1], nil), ([8, 8, 0x13, 7], nil), ([8, 8, 0x12, 0], nil),
      ([9, 9, 9, 0, 0, 0, 0, 0, 0x7B, 0x22], "a safetensors file"),
      ([9, 9, 9, 9, 0, 0, 0, 0, 0x7B, 0x22], nil), ([9, 0, 0, 0, 0, 0, 0, 0, 0x7B], nil),
      ([9, 0, 0, 0, 0, 0, 0, 9, 0x7B, 0x22], nil),
      ([UInt8](repeating: 0, count: 15), nil), ([0x80, 2], nil), ([8, 1, 0x12], nil),
    ] as [([UInt8], String?)])
  func aKindHasItsLimits(_ content: [UInt8], _ kind: String?) {
    #expect(FileKind.name(content) == kind)
  }

  @Test(arguments: [
    ("x_train.npy", "a NumPy archive"), ("model/data.pkl", "a PyTorch file"),
    ("readme", "a ZIP archive"), ("", "a ZIP archive"),
    (String(repeating: "m", count: 300) + "/data.pkl", "a PyTorch file"),
  ])
  func anArchiveIsNamedByItsFirstEntry(_ name: String, _ kind: String) {
    let header: [UInt8] =
      [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + ZIPVector.field(name.utf8.count, 4)
    #expect(FileKind.name(header + Array(name.utf8)) == kind)
    #expect(FileKind.name(header + Array((name + " and what is in it").utf8)) == kind)
    #expect(FileKind.name(header.prefix(29)) == "a ZIP archive")
  }
}
