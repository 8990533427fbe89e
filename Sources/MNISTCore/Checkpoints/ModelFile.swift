/// A model's file: the model, and what tells the file from others.
///
/// Reading takes no lock and writes nothing, so that the file of a run that trains can be read at any instant.
package struct ModelFile: Equatable, Sendable {
  package let path: String
  package let model: SavedModel
  let container: TensorFile.Container
  let byteCount: Int
  /// Of all its bytes.
  let crc32: UInt32

  /// Throws as `SavedModel.init(readingFrom:)`.
  package init(readingFrom path: String) throws {
    let file = try InputFile(path, limit: Checkpoint.limitBytes)
    self.init(
      path: path, model: try SavedModel(reading: file),
      container: TensorFile.Container(
        beginningWith: try file.read(0..<min(FileKind.prefixBytes, file.size))),
      byteCount: file.size, crc32: try Self.checksum(of: file))
  }

  init(
    path: String, model: SavedModel, container: TensorFile.Container, byteCount: Int, crc32: UInt32
  ) {
    (self.path, self.model, self.container) = (path, model, container)
    (self.byteCount, self.crc32) = (byteCount, crc32)
  }

  private static func checksum(of file: borrowing InputFile) throws(FileError) -> UInt32 {
    let (size, pieceSize) = (file.size, 1 << 20)
    var checksum = CRC32.checksum([])
    for start in stride(from: 0, to: size, by: pieceSize) {
      let piece = try file.read(start..<min(start + pieceSize, size))
      checksum = CRC32.checksum(piece, after: checksum)
    }
    return checksum
  }
}
