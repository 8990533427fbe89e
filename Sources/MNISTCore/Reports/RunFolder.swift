/// Finds the folder that a run is logged to: the one asked for or, where that holds another run, the first
/// with `-2`, `-3` … behind its name that does not.
enum RunFolder {
  private static let nameLimit = 1_000

  /// The first folder without a run; it need not exist yet. Throws `RunFolderError` or `FileError`.
  static func free(_ wanted: String) throws -> String {
    let free = try names(wanted).first { folder in
      !FileSystem.exists(folder + "/config.json") && !FileSystem.exists(folder + "/metrics.csv")
    }
    guard let free else { throw RunFolderError.noFreeName(path: wanted, limit: nameLimit) }
    return free
  }

  /// The folder that the run with this configuration was logged to before, and the configuration in it; nil
  /// where there is none.
  ///
  /// Runs with the same settings are told apart by the model file they write. Where several were saved to
  /// this one, the last folder counts. Where none was, the last folder counts whose model file does not exist
  /// any more: this run's may have been moved since.
  static func own(
    _ wanted: String, _ configuration: RunConfiguration
  ) throws -> (folder: String, RunConfiguration)? {
    // Names are taken in order: behind the first that is not there, there is none.
    var (own, moved): ((String, RunConfiguration)?, (String, RunConfiguration)?)
    for folder in try names(wanted).prefix(while: FileSystem.exists) {
      if let found = try? RunConfiguration.read(folder + "/config.json"),
        found.hasSettings(of: configuration)
      {
        if found.modelPath == configuration.modelPath {
          own = (folder, found)
        } else if !FileSystem.exists(found.modelPath) {
          moved = (folder, found)
        }
      }
    }
    return own ?? moved
  }

  private static func names(
    _ wanted: String
  ) throws(FileError) -> LazyMapSequence<ClosedRange<Int>, String> {
    guard !wanted.isEmpty else { throw .emptyPath }
    let base = name(wanted)
    return (1...nameLimit).lazy.map { $0 == 1 ? base : "\(base)-\($0)" }
  }

  /// The folder's path without strokes at its end.
  static func name(_ path: String) -> String {
    var name = path
    while name.utf8.count > 1, name.hasSuffix("/") { name.removeLast() }
    return name
  }

  /// Removes what a run that could not begin has left: the files, and the folder if it is empty then.
  static func remove(_ names: [String], in folder: String) {
    for name in names { FileSystem.remove("\(folder)/\(name)") }
    FileSystem.removeFolder(folder)
  }
}

/// What can be wrong with the folder that a run is logged to.
package enum RunFolderError: Error, Equatable, CustomStringConvertible {
  case noFreeName(path: String, limit: Int)
  /// Of `metrics.csv`; lines count from 1.
  case wrongHeader(path: String, expected: String)
  case wrongRow(path: String, line: Int)
  /// Of `config.json`.
  case wrongConfiguration(path: String, reason: String)
  case noRun(path: String)
  /// The folder holds the log of another run than that in the file `model`; `name` tells them apart.
  case otherRun(path: String, model: String, name: String, expected: String, found: String)
  /// No epoch with a validation loss that is a number is logged.
  case noEpoch(path: String)
  /// Of a comparison's file.
  case noRunToWrite(path: String)

  package var description: String {
    switch self {
    case .noFreeName(let path, let limit):
      "\(path): holds another run, and so do \(path)-2 to \(path)-\(limit)"
    case .wrongHeader(let path, let expected):
      "\(path): not the metrics of a run (expected \(expected) in the first line)"
    case .wrongRow(let path, let line):
      "\(path): not a row of a run's metrics in line \(line) (expected seven or eight numbers)"
    case .wrongConfiguration(let path, let reason):
      "\(path): not the configuration of a run: \(reason)"
    case .noRun(let path):
      "\(path): not the folder of a run (expected config.json and metrics.csv in it)"
    case .otherRun(let path, let model, let name, let expected, let found):
      "\(path): the log of another run than that in \(model) (expected \(name) \(expected), "
        + "found \(found))"
    case .noEpoch(let path):
      "\(path): nothing to compare (expected an epoch with a validation loss in metrics.csv)"
    case .noRunToWrite(let path):
      "\(path): not written, for there is no run to compare"
    }
  }
}
