/// The folder that a run is logged to: `config.json`, `metrics.csv`, `curves.svg` and events for
/// TensorBoard, all of them up to date after each epoch.
package final class RunLog {
  /// The folder that was taken.
  package let directory: String
  /// Whether it is not the one that was asked for, which holds another run.
  package let isElsewhere: Bool
  package private(set) var rows: [MetricsRow]
  /// Why the files are not up to date, nil where they are.
  package private(set) var failure: FileError?
  private let metrics: AppendingFile
  private let events: AppendingFile

  /// Finds out before a run has begun, or goes on, whether it could be logged; makes nothing. Throws
  /// `RunFolderError` or `FileError`.
  package static func checkWritable(
    _ wanted: String, resuming configuration: RunConfiguration?
  ) throws {
    if let configuration, let own = try RunFolder.own(wanted, configuration) {
      _ = try MetricsRow.readLog(in: own.folder)
      for name in ["metrics.csv", "config.json"] {
        try OutputFile.checkWritable("\(own.folder)/\(name)", byteCount: 0)
      }
    } else {
      try NewFolder.checkWritable(RunFolder.free(wanted))
    }
  }

  /// Takes a folder for a run and writes its configuration.
  ///
  /// A folder that holds another run is never written to: the next name is taken. A run that goes on finds
  /// its own folder again, and so does one that was killed before its first epoch was over; rows of later epochs, which will be trained again, are taken out, and what began
  /// the run stays its command line. Throws `RunFolderError` or `FileError`.
  ///
  /// - Parameter epoch: how many epochs are behind a run that goes on, nil for a new one.
  package init(
    _ wanted: String, _ configuration: RunConfiguration, resumingAfter epoch: Int? = nil
  ) throws {
    if let (folder, found) = try RunFolder.own(wanted, configuration),
      try epoch != nil
        || found.modelPath == configuration.modelPath && MetricsRow.readLog(in: folder).isEmpty
    {
      let epoch = epoch ?? 0
      directory = folder
      rows = try MetricsRow.readLog(in: folder).filter { $0.epoch <= epoch }
      let path = folder + "/metrics.csv"
      try OutputFile.write(Array(MetricsRow.table(rows).utf8), to: path)
      metrics = try AppendingFile(path)
      var configuration = configuration
      configuration.commandLine = found.commandLine
      try OutputFile.write(Array(configuration.json.utf8), to: folder + "/config.json")
      events = try Self.makeEvents(in: folder, resumingAfter: epoch)
    } else {
      (directory, metrics) = try Self.takeFolder(wanted)
      rows = []
      do {
        try metrics.append(Array(MetricsRow.table([]).utf8))
        try OutputFile.write(Array(configuration.json.utf8), to: directory + "/config.json")
        events = try Self.makeEvents(in: directory, resumingAfter: epoch)
      } catch {
        RunFolder.remove(["metrics.csv", "config.json"], in: directory)
        throw error
      }
    }
    isElsewhere = directory != RunFolder.name(wanted)
  }

  /// Of two runs that begin at the same time, one makes the file, the other looks for another folder.
  private static func takeFolder(_ wanted: String) throws -> (String, AppendingFile) {
    while true {
      let folder = try RunFolder.free(wanted)
      try NewFolder.make(folder)
      if let file = try AppendingFile.make("\(folder)/metrics.csv") { return (folder, file) }
    }
  }

  /// TensorBoard reads all such files of a folder as one run.
  private static func makeEvents(
    in folder: String, resumingAfter epoch: Int?
  ) throws(FileError) -> AppendingFile {
    let time = SystemClock.wallTime
    let name = TensorBoardEvents.fileName(
      wallTime: time, host: hostName(), process: Int(getpid()), user: Int(getuid()))
    let file = try AppendingFile("\(folder)/\(name)")
    try file.append(TensorBoardEvents.version(wallTime: time))
    if let epoch { try file.append(TensorBoardEvents.restart(step: epoch + 1, wallTime: time)) }
    return file
  }

  /// Writes an epoch's row to all files, and what could not be written before.
  package func append(_ row: MetricsRow) {
    rows.append(row)
    failure = nil
    func attempt(_ write: () throws(FileError) -> Void) {
      do throws(FileError) { try write() } catch { failure = failure ?? error }
    }
    attempt { () throws(FileError) in try metrics.append(Array((row.line + "\n").utf8)) }
    attempt { () throws(FileError) in
      try events.append(TensorBoardEvents.epoch(row, wallTime: SystemClock.wallTime))
    }
    attempt { () throws(FileError) in
      try OutputFile.writeQuickly(Array(CurvesSVG.text(rows).utf8), to: directory + "/curves.svg")
    }
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
