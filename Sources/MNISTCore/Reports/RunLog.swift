/// The folder that a run is logged to: `config.json`, `metrics.csv`, `curves.svg` and events for
/// TensorBoard. Rows and events are there after each epoch; the curves, which are written whole, at most two
/// seconds later, and at the end.
package final class RunLog {
  /// The folder that was taken.
  package let directory: String
  /// The files in it, but for TensorBoard's, whose names nobody chooses.
  static let fileNames = ["metrics.csv", "config.json", "curves.svg"]
  /// Whether it is another than was asked for, because that one holds another run.
  package let isElsewhere: Bool
  package private(set) var rows: [MetricsRow]
  /// Why the files are not up to date, nil where they are.
  package private(set) var failure: FileError?
  private let monitor: MonitoredFigure
  private let metrics: AppendingFile
  private let events: AppendingFile
  private var curvesLimit = RateLimit(seconds: 2)
  /// Whether the curves show all rows.
  private var curvesAreWhole = true

  /// Finds out, before a run begins or goes on, whether it could be logged; creates nothing. Throws
  /// `RunFolderError` or `FileError`.
  ///
  /// - Parameter isFixed: whether it is logged to the folder asked for and to no other.
  package static func checkWritable(
    _ wanted: String, resuming configuration: RunConfiguration?, isFixed: Bool = false
  ) throws {
    if let configuration, let own = try RunFolder.own(wanted, configuration, isFixed: isFixed) {
      _ = try MetricsRow.readLog(in: own.folder)
      for name in ["metrics.csv", "config.json"] {
        try OutputFile.checkWritable("\(own.folder)/\(name)", byteCount: 0)
      }
    } else {
      try NewFolder.checkWritable(isFixed ? wanted : RunFolder.free(wanted))
    }
  }

  /// Whether the folder, or one of those taken in its place, holds the log of the run with this configuration.
  package static func holds(_ wanted: String, _ configuration: RunConfiguration) -> Bool {
    (try? RunFolder.own(wanted, configuration)) != nil
  }

  /// Takes a folder for a run and writes its configuration.
  ///
  /// A folder that holds another run is never written to: the next name is taken. A run that goes on finds
  /// its own folder again, and so does one that was killed before its first epoch was over. Rows of epochs
  /// that will be trained again are taken out, those that are missing are put in; the command line stays that
  /// with which the run began. Throws `RunFolderError` or `FileError`.
  ///
  /// - Parameters:
  ///   - epoch: how many epochs are behind a run that goes on, nil for a new one.
  ///   - known: what the run's file tells of them.
  ///   - isFixed: whether it is the folder asked for and no other; throws where that holds another run.
  package init(
    _ wanted: String, _ configuration: RunConfiguration, resumingAfter epoch: Int? = nil,
    known: [LoggedEpoch] = [], isFixed: Bool = false
  ) throws {
    monitor = configuration.monitor
    if let (folder, begun) = try RunFolder.own(wanted, configuration, isFixed: isFixed),
      try epoch != nil
        || begun.modelPath == configuration.modelPath && MetricsRow.readLog(in: folder).isEmpty
    {
      let epoch = epoch ?? 0
      directory = folder
      let found = try MetricsRow.readLog(in: folder).filter { $0.epoch <= epoch }
      let missing = Self.rows(known, missingIn: found)
      rows = (found + missing).sorted { $0.epoch < $1.epoch }
        .map { $0.withLearningRate(configuration.onlyLearningRate) }
      let path = folder + "/metrics.csv"
      try OutputFile.write(Array(MetricsRow.table(rows).utf8), to: path)
      metrics = try AppendingFile(path)
      var configuration = configuration
      configuration.commandLine = begun.commandLine
      try OutputFile.write(Array(configuration.json.utf8), to: folder + "/config.json")
      events = try Self.makeEvents(in: folder, of: configuration, resumingAfter: epoch, missing)
    } else {
      (directory, metrics) = try Self.takeFolder(wanted, isFixed: isFixed)
      rows = Self.rows(known, missingIn: [])
        .map { $0.withLearningRate(configuration.onlyLearningRate) }
      do {
        try metrics.append(Array(MetricsRow.table(rows).utf8))
        try OutputFile.write(Array(configuration.json.utf8), to: directory + "/config.json")
        events = try Self.makeEvents(
          in: directory, of: configuration, resumingAfter: epoch, rows)
      } catch {
        RunFolder.remove(["metrics.csv", "config.json"], in: directory)
        throw error
      }
    }
    isElsewhere = directory != RunFolder.name(wanted)
  }

  /// Takes a folder by creating its `metrics.csv`, which only one process can: of two runs that begin at the
  /// same time, the other one looks for the next folder.
  private static func takeFolder(
    _ wanted: String, isFixed: Bool
  ) throws -> (String, AppendingFile) {
    while true {
      let folder = isFixed ? RunFolder.name(wanted) : try RunFolder.free(wanted)
      try NewFolder.make(folder)
      if let file = try AppendingFile.make("\(folder)/metrics.csv") { return (folder, file) }
      if isFixed { throw RunFolderError.taken(path: folder) }
    }
  }

  private static func rows(
    _ known: [LoggedEpoch], missingIn rows: [MetricsRow]
  ) -> [MetricsRow] {
    let found = Set(rows.map(\.epoch))
    return known.filter { !found.contains($0.epoch) }.map { MetricsRow($0) }
  }

  /// Each process of a run has a file of events; TensorBoard reads all of a folder as one run.
  ///
  /// - Parameter missing: the epochs that no file of the folder tells of.
  private static func makeEvents(
    in folder: String, of configuration: RunConfiguration, resumingAfter epoch: Int?,
    _ missing: [MetricsRow]
  ) throws(FileError) -> AppendingFile {
    let time = SystemClock.wallTime
    let name = TensorBoardEvents.fileName(
      wallTime: time, host: CLibrary.hostName ?? "localhost", process: Int(getpid()),
      user: Int(getuid()))
    let file = try AppendingFile("\(folder)/\(name)")
    try file.append(TensorBoardEvents.version(wallTime: time))
    try file.append(TensorBoardEvents.settings(configuration.settings, wallTime: time))
    for row in missing { try file.append(TensorBoardEvents.epoch(row, wallTime: time)) }
    if let epoch { try file.append(TensorBoardEvents.restart(step: epoch + 1, wallTime: time)) }
    return file
  }

  /// Writes an epoch's row to all files, and what could not be written before.
  package func append(_ row: MetricsRow) {
    rows.append(row)
    failure = nil
    attempt { () throws(FileError) in try metrics.append(Array((row.line + "\n").utf8)) }
    attempt { () throws(FileError) in
      try events.append(TensorBoardEvents.epoch(row, wallTime: SystemClock.wallTime))
    }
    curvesAreWhole = false
    if curvesLimit.lets() { writeCurves() }
  }

  /// Tells TensorBoard that the run has ended as it should.
  package func end() {
    attempt { () throws(FileError) in
      try events.append(TensorBoardEvents.end(wallTime: SystemClock.wallTime))
    }
  }

  /// Brings the curves up to date, to be called when no row follows.
  package func finish() {
    if !curvesAreWhole { writeCurves() }
  }

  private func writeCurves() {
    attempt { () throws(FileError) in
      try OutputFile.writeQuickly(
        Array(CurvesSVG.text(rows, monitor: monitor).utf8), to: directory + "/curves.svg")
      curvesAreWhole = true
    }
  }

  private func attempt(_ write: () throws(FileError) -> Void) {
    do throws(FileError) { try write() } catch { failure = failure ?? error }
  }
}
