import Testing

@testable import MNISTCore

@Suite struct FileKindTests {
  @Test(
    arguments: [
      ("GIF89a", "a GIF image"), ("%PDF-1.7", "a PDF document"),
      ("PK\u{3}\u{4}\0\0", "a ZIP archive or PyTorch's pickle in one"), ("#!/bin/sh\n", "a script"),
      ("\u{7F}ELF\u{2}", "a program"), ("<!DOCTYPE html>", "a web page"), ("<HTML>", "a web page"),
      (
        "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, not the file itself"
      ),
      ("1,2,3\n", "a text"), ("é", "a text"), ("", nil), ("a\0b", nil),
    ] as [(String, String?)])
  func aTextIsToldFromItsBeginning(_ text: String, _ name: String?) {
    #expect(FileKind.name(of: Array(text.utf8)) == name)
  }

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47], "a PNG image"), ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image"),
      ([0x1F, 0x8B, 8, 0], "a gzip file"), ([0x80, 2, 0x7D], "a pickle"),
      ([0x80, 5, 0x95], "a pickle"), ([0x80, 6, 0x95], nil),
      ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1], "a NumPy array"),
      ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
      ([0, 0, 8, 1], "an IDX file of images or labels"),
      ([0, 0, 14, 4], "an IDX file of images or labels"),
      ([0, 0, 7, 1], nil), ([0, 0, 15, 1], nil), ([0, 0, 8, 0], nil), ([0, 0, 8, 5], nil),
      ([0, 1, 8, 3], nil), ([0, 0, 8], nil), ([0xFF, 0xFE, 0xFD, 0xFC, 0xFB], nil),
    ] as [([UInt8], String?)])
  func bytesAreToldFromTheirBeginning(_ bytes: [UInt8], _ name: String?) {
    #expect(FileKind.name(of: bytes) == name)
  }

  /// A letter of four bytes that the beginning of the file ends in.
  @Test func aTextMayBeCutInALetter() {
    #expect(FileKind.name(of: Array("text 🙂".utf8.dropLast())) == "a text")
  }
}
