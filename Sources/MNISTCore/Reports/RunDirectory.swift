/// A folder that has all of a run side by side: its model, its log and, later, its report.
///
/// The lock of the model's file is the folder's: who holds it may write there, and nobody else takes the folder.
package enum RunDirectory {
  /// The model's file in it.
  package static let modelName = "model.ckpt"

  /// What a run and its report write there, but for hidden files and TensorBoard's, whose names nobody chooses.
  static let fileNames = [modelName] + RunLog.fileNames + ReportFolder.fileNames

  /// Where the model of the run in a folder is.
  package static func modelPath(in directory: String) -> String {
    FileSystem.withSlash(RunFolder.name(directory)) + modelName
  }

  /// Whether the run in a folder is logged there.
  package static func hasLog(_ directory: String) -> Bool {
    FileSystem.exists("\(directory)/config.json")
  }

  /// Takes a folder for a new run, which is made where it is not there: the one asked for or, where that has a
  /// run or a file of a name that this one will write, the first with `-2`, `-3` … behind its name that has
  /// none. Of runs that begin at the same time, each gets one of its own.
  ///
  /// A log without an epoch and without a model is what a run has left that was killed at its beginning: it is
  /// removed. Throws `RunFolderError` or `FileError`.
  package static func take(
    _ wanted: String
  ) throws -> (directory: String, file: CheckpointFile) {
    for directory in try RunFolder.names(wanted) where isFree(directory) {
      // Another run may have begun there, and ended, since it was looked at.
      guard let file = try open(directory), isFree(directory),
        file.isLocked || files(in: directory).isEmpty
      else { continue }
      for name in files(in: directory) { FileSystem.remove("\(directory)/\(name)") }
      return (directory, file)
    }
    throw RunFolderError.noFreeName(path: RunFolder.name(wanted), limit: RunFolder.nameLimit)
  }

  /// The model's file of a new run; nil where another process has it.
  private static func open(_ directory: String) throws(FileError) -> CheckpointFile? {
    do throws(FileError) {
      return try CheckpointFile(forNewRunAt: modelPath(in: directory), keepingFormer: true)
    } catch {
      guard case .locked = error else { throw error }
      return nil
    }
  }

  private static func files(in directory: String) -> [String] {
    fileNames.filter { FileSystem.exists("\(directory)/\($0)") }
  }

  /// Whether nothing is there that a run would replace, and that would be missed.
  private static func isFree(_ directory: String) -> Bool {
    let files = files(in: directory)
    return files.isEmpty || hasLeftovers(directory, files)
  }

  /// Whether the files are but the beginning of a log, of a run that was to be saved beside it.
  private static func hasLeftovers(_ directory: String, _ files: [String]) -> Bool {
    guard files.allSatisfy(["config.json", "metrics.csv"].contains),
      let begun = try? RunConfiguration.read("\(directory)/config.json"),
      let rows = try? MetricsRow.readLog(in: directory)
    else { return false }
    return rows.isEmpty
      && begun.modelPath == OutputTarget.absolutePath(modelPath(in: directory))
  }
}

extension RunLog {
  /// Refuses to put something else in the place of a run's file, its log's or its model. Throws `FileError`.
  package static func checkHasNone(at path: String) throws(FileError) {
    try OutputFile.checkStanding(
      at: path, what: "a file of a run", expected: "another"
    ) { !isOfRun($0) }
  }

  private static func isOfRun(_ start: [UInt8]) -> Bool {
    let text = String(decoding: start, as: UTF8.self)
    return text.hasPrefix(MetricsRow.formerHeader) || text.hasPrefix("{\n  \"version\": \"")
      || text.contains("<title id=\"curves-title\">Training curves</title>")
      || ["a safetensors file", "a PyTorch file"].contains(FileKind.name(start))
  }
}
