/// A file that is read range by range, by readers that know of no files.
struct FileBytes {
  /// Its name in errors.
  let path: String
  let count: Int
  /// The bytes of a range within `0..<count`, all of them.
  let read: (Range<Int>) throws -> [UInt8]

  init(path: String, count: Int, read: @escaping (Range<Int>) throws -> [UInt8]) {
    (self.path, self.count, self.read) = (path, count, read)
  }

  /// The regular file at `path`, which stays open as long as this is used.
  init(_ path: String, limit: Int) throws(FileError) {
    let file = try InputFile(path, limit: limit)
    self.init(path: path, count: file.size) { try file.read($0) }
  }

  /// Bytes that are in memory.
  init(_ bytes: [UInt8], path: String) {
    self.init(path: path, count: bytes.count) { Array(bytes[$0]) }
  }

  /// As many bytes as `count` from `start` on, or those that there are.
  func read(_ count: Int, from start: Int = 0) throws -> [UInt8] {
    try read(start..<start + min(count, self.count - start))
  }
}
