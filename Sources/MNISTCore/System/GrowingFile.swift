/// A file that is written piece by piece, with the promises of `OutputFile`: it takes its name when it is whole, and
/// until then what had that name stays as it was. Where it is not finished, nothing of it is left.
package final class GrowingFile {
  private var file: TemporaryFile

  /// Refuses a path that could not be written in the end. A file that is mounted by itself cannot be replaced.
  package init(_ path: String) throws(FileError) {
    let target = try OutputTarget(path)
    try target.checkReplaceable()
    if target.linkFailure == EXDEV {
      throw .cannotWrite(path: path, reason: "it is mounted by itself and cannot be replaced")
    }
    file = try TemporaryFile(beside: target)
    try file.takeOverOwnership()
  }

  /// Adds text at the end.
  package func append(_ text: String) throws(FileError) { try file.append(Array(text.utf8)) }

  /// Gives the file its name, once the storage has it.
  package func finish() throws(FileError) {
    try file.flush()
    try file.finish()
    try file.replaceTarget()
    try file.flushFolder()
  }
}
