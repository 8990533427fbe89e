/// What a file that is none of ours is, as a noun with its article, told from how it begins.
enum FileKind {
  /// - Parameter start: the first bytes, some hundreds for a text.
  static func name(of start: [UInt8]) -> String? {
    for (bytes, name) in beginnings where start.starts(with: bytes) { return name }
    if start.starts(with: [0, 0]), start.count > 3, 8...14 ~= start[2], 1...4 ~= start[3] {
      return "an IDX file of images or labels"
    }
    let text = String(decoding: start, as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "a web page" }
    // The beginning may end in the middle of a letter, which has at most four bytes.
    let isText = (0..<min(4, start.count)).contains {
      String(validating: start.dropLast($0), as: UTF8.self) != nil
    }
    if isText, !text.contains("\0") { return "a text" }
    return nil
  }

  private static let beginnings: [([UInt8], String)] = [
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image"),
    (Array("GIF8".utf8), "a GIF image"),
    (Array("%PDF".utf8), "a PDF document"),
    ([0x50, 0x4B, 3, 4], "a ZIP archive or PyTorch's pickle in one"),
    ([0x1F, 0x8B, 8], "a gzip file"),
    ([0x80, 2], "a pickle"), ([0x80, 3], "a pickle"), ([0x80, 4], "a pickle"),
    ([0x80, 5], "a pickle"),
    ([0x93] + "NUMPY".utf8, "a NumPy array"),
    ([0x89] + "HDF".utf8, "an HDF5 file"),
    ([0x7F] + "ELF".utf8, "a program"),
    (Array("#!".utf8), "a script"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer, not the file itself"),
  ]
}
