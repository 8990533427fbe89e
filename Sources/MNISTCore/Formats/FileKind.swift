#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a file is, by its first bytes: for the sentence about a file that is not what was expected.
enum FileKind {
  /// As many bytes as are looked at.
  static let prefixBytes = 1_024

  /// A noun with its article, such as `a web page`; nil where the bytes tell nothing.
  static func name(_ start: some Sequence<UInt8>) -> String? {
    let bytes = Array(start.prefix(prefixBytes))
    guard !bytes.isEmpty else { return "an empty file" }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) { return archive(bytes) }
    if isPickle(bytes) { return "a Python pickle" }
    if isONNX(bytes) { return "an ONNX file" }
    let known = signatures.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }
    if let known { return known.name }
    // safetensors: a length in 64 bits, then JSON.
    if bytes.count > 9, bytes[3..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      return "a safetensors file"
    }
    if bytes.count >= 16, bytes.allSatisfy({ $0 == 0 }) { return "a file of zeros" }
    return text(bytes)
  }

  /// What to do about a file of this name, to stand at the end of a sentence; nothing as a rule.
  static func advice(on name: String) -> String {
    name == "a Git LFS pointer" ? "; git lfs pull brings the file" : ""
  }

  /// Whether they are the first bytes of a pickle: 0x80, the protocol's number and an instruction; these have
  /// codes above 0x10.
  static func isPickle(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[0] == 0x80 && 1...5 ~= bytes[1] && bytes[2] > 0x10
  }

  /// Whether a file may begin so: field 1, the format's version, and field 2, the name of the program.
  static func isONNX(_ bytes: [UInt8]) -> Bool {
    bytes.count > 3 && bytes[0] == 0x08 && 1...31 ~= bytes[1] && bytes[2] == 0x12 && bytes[3] > 0
  }

  private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] = [
    ("a NumPy array", 0, [0x93] + Array("NUMPY".utf8)),
    ("an HDF5 file", 0, [0x89] + Array("HDF".utf8)),
    ("a Parquet file", 0, Array("PAR1".utf8)),
    ("an Arrow file", 0, Array("ARROW1".utf8)),
    ("a MATLAB file", 0, Array("MATLAB 5.0".utf8)),
    ("an SQLite file", 0, Array("SQLite format".utf8)),
    ("a gzip file", 0, [0x1F, 0x8B]),
    ("an xz file", 0, [0xFD] + Array("7zXZ".utf8)),
    ("a bzip2 file", 0, Array("BZh".utf8)),
    ("a Zstandard file", 0, [0x28, 0xB5, 0x2F, 0xFD]),
    ("a 7z archive", 0, [0x37, 0x7A, 0xBC, 0xAF]),
    ("a RAR archive", 0, Array("Rar!".utf8)),
    ("a ZIP archive", 0, [0x50, 0x4B, 5, 6]),
    ("a tar archive", 257, Array("ustar".utf8)),
    ("a PNG image", 0, [0x89] + Array("PNG".utf8)),
    ("a JPEG image", 0, [0xFF, 0xD8, 0xFF]),
    ("a GIF image", 0, Array("GIF8".utf8)),
    ("a WebP image", 8, Array("WEBP".utf8)),
    ("a TIFF image", 0, Array("II*\0".utf8)),
    ("a TIFF image", 0, Array("MM\0*".utf8)),
    ("a PDF document", 0, Array("%PDF".utf8)),
    ("an IDX file", 0, [0, 0, 8]),
    ("a text file in UTF-16", 0, [0xFF, 0xFE]),
    ("a text file in UTF-16", 0, [0xFE, 0xFF]),
    ("a program", 0, [0x7F] + Array("ELF".utf8)),
    ("a script", 0, Array("#!".utf8)),
  ]

  /// The name of a ZIP archive's first entry tells NumPy's and PyTorch's archives from others.
  private static func archive(_ bytes: [UInt8]) -> String {
    guard bytes.count > 30 else { return "a ZIP archive" }
    let name = String(
      decoding: bytes[30...].prefix(Int(bytes[26]) | Int(bytes[27]) << 8), as: UTF8.self)
    if name.hasSuffix(".npy") { return "a NumPy archive" }
    return name.hasSuffix("/data.pkl") ? "a PyTorch file" : "a ZIP archive"
  }

  private static func text(_ bytes: [UInt8]) -> String? {
    // A character may be cut in two at the end.
    let isText = !bytes.contains { $0 < 0x20 && !"\t\n\r\u{C}".utf8.contains($0) }
    guard isText, bytes.allSatisfy({ $0 != 0x7F }) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("version https://git-lfs") { return "a Git LFS pointer" }
    if text.hasPrefix("/annex/objects/") { return "a git-annex pointer" }
    if text.hasPrefix("<?xml"), !text.contains("<html") { return "an XML file" }
    if text.hasPrefix("<") { return "a web page" }
    if text.hasPrefix("{") || text.hasPrefix("[") { return "a JSON file" }
    if text.hasPrefix("@relation") { return "an ARFF file" }
    let line = text.prefix { !$0.isNewline }
    let hasColumns = [",", ";", "\t"].contains { mark in line.count { $0 == mark } >= 2 }
    if hasColumns { return "a CSV file" }
    let isUTF8 = String(validating: bytes.dropLast(min(3, bytes.count - 1)), as: UTF8.self) != nil
    return isUTF8 ? "a text file" : nil
  }
}

extension OutputFile {
  /// Refuses to put another file in the place of the one at `path`, unless that is empty or one of those that may be
  /// replaced. Throws `FileError`.
  ///
  /// - Parameters:
  ///   - what: what it is not, such as `no export`.
  ///   - expected: which files may be replaced, in words.
  ///   - isReplaceable: tells that by a file's beginning.
  static func checkStanding(
    at path: String, what: String, expected: String, isReplaceable: ([UInt8]) -> Bool
  ) throws(FileError) {
    guard FileSystem.leadsToFile(path) || errno != ENOENT else { return }
    let file = try InputFile(path, limit: .max)
    let start = try file.read(0..<min(FileKind.prefixBytes, file.size))
    guard !start.isEmpty, !isReplaceable(start) else { return }
    throw .notReplaced(
      path: path,
      what: "\(what) (expected \(expected) or no file, found "
        + (FileKind.name(start) ?? "something else") + ")")
  }
}
