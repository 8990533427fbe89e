/// What a file holds, from its beginning to its end, in pieces of any size: the bytes of a plain file, or what a
/// gzip file unpacks to, which the content decides. Memory is that of a piece.
final class ByteStream {
  /// Its name in errors.
  let path: String
  /// How many bytes it has in all: exactly, or at most where they are packed.
  let byteCount: Int
  let isPacked: Bool
  /// How many bytes have been read.
  private(set) var position = 0
  private let pull: (Int) throws -> [UInt8]

  /// - Parameter pull: the next bytes, as many as asked for or all that are left.
  init(path: String, byteCount: Int, isPacked: Bool, pull: @escaping (Int) throws -> [UInt8]) {
    (self.path, self.byteCount, self.isPacked, self.pull) = (path, byteCount, isPacked, pull)
  }

  convenience init(_ file: FileBytes) throws {
    if GzipReader.recognizes(try file.read(2)) {
      let reader = try GzipReader(file)
      self.init(
        path: file.path, byteCount: reader.largestOutput, isPacked: true, pull: reader.read)
    } else {
      var position = 0
      self.init(path: file.path, byteCount: file.count, isPacked: false) { count in
        let piece = try file.read(count, from: position)
        position += piece.count
        return piece
      }
    }
  }

  /// The next `count` bytes, or all that are left where there are fewer. By the time that it gives fewer, the
  /// checks within the file's packing have been made.
  func next(_ count: Int) throws -> [UInt8] {
    let piece = try pull(count)
    position += piece.count
    return piece
  }
}
