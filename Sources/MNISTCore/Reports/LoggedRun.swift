/// A run as its folder tells it.
public struct LoggedRun: Equatable, Sendable {
  /// The folder's path.
  public let name: String
  public let configuration: RunConfiguration
  /// At least one.
  public let rows: [MetricsRow]
  /// The epoch with the lowest validation loss.
  public let best: MetricsRow

  /// Reads `config.json` and `metrics.csv` in the folder. Throws `RunFolderError` or `FileError`.
  public init(readingFrom directory: String) throws {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    if RunFolder.exists(directory), !RunFolder.exists(directory + "/config.json") {
      throw RunFolderError.noRun(path: directory)
    }
    let configuration = try RunConfiguration.read(directory + "/config.json")
    let rows = try MetricsRow.read(directory + "/metrics.csv")
    guard let run = LoggedRun(name: directory, configuration: configuration, rows: rows) else {
      throw RunFolderError.noEpoch(path: directory)
    }
    self = run
  }

  /// Nil where no epoch has a validation loss that is a number.
  init?(name: String, configuration: RunConfiguration, rows: [MetricsRow]) {
    guard let best = MetricsRow.best(of: rows) else { return nil }
    self.name = name
    self.configuration = configuration
    self.rows = rows
    self.best = best
  }

  /// How long all epochs took.
  public var seconds: Double { rows.reduce(0) { $0 + $1.seconds } }
}
