/// What can be wrong with the folder that a run is logged to.
public enum RunFolderError: Error, Equatable, CustomStringConvertible {
  case noFreeName(path: String, limit: Int)
  /// Of `metrics.csv`; lines count from 1.
  case wrongHeader(path: String, expected: String)
  case wrongRow(path: String, line: Int)
  /// Of `config.json`.
  case wrongConfiguration(path: String, reason: String)
  case noRun(path: String)
  /// No epoch with a validation loss that is a number is logged.
  case noEpoch(path: String)

  public var description: String {
    switch self {
    case .noFreeName(let path, let limit):
      "\(path): holds another run, and so do \(path)-2 to \(path)-\(limit)"
    case .wrongHeader(let path, let expected):
      "\(path): not the metrics of a run (expected \(expected) in the first line)"
    case .wrongRow(let path, let line):
      "\(path): not a row of a run's metrics in line \(line) (expected seven numbers)"
    case .wrongConfiguration(let path, let reason):
      "\(path): not the configuration of a run: \(reason)"
    case .noRun(let path):
      "\(path): not the folder of a run (expected config.json and metrics.csv in it, as "
        + "mnist-train --log_dir writes them)"
    case .noEpoch(let path):
      "\(path): nothing to compare (expected an epoch with a validation loss in metrics.csv)"
    }
  }
}
