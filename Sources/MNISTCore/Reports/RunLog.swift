#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder that a run is logged to: `config.json`, `metrics.csv`, `curves.svg` and events for
/// TensorBoard, all of them up to date after each epoch.
public final class RunLog {
  /// The folder that was taken: the one asked for, or one with `-2`, `-3` … behind its name.
  public let directory: String
  public private(set) var rows: [MetricsRow]
  private let metrics: AppendingFile
  private let events: AppendingFile

  /// Takes a folder for a run and writes its configuration.
  ///
  /// A folder that holds another run is never written to: the next name is tried, up to `-1000`. A
  /// run that goes on after `epoch` finds its own folder again; rows of later epochs, which will be
  /// trained again, are taken out. Throws `RunFolderError` or `FileError`.
  ///
  /// - Parameter epoch: how many epochs are behind the run; 0 for a new one.
  public init(
    directory wanted: String, _ configuration: RunConfiguration, after epoch: Int = 0
  ) throws {
    let directory = try Self.findFolder(wanted, configuration, after: epoch)
    try Self.makeFolder(directory)
    let path = directory + "/metrics.csv"
    rows =
      epoch > 0 && fileExists(path)
      ? try MetricsRow.read(path).filter { $0.epoch <= epoch } : []
    try OutputFile.write(Array(MetricsRow.table(rows).utf8), to: path)
    try OutputFile.write(Array(configuration.json.utf8), to: directory + "/config.json")
    let time = Self.wallTime()
    let name = TensorBoardEvents.fileName(
      wallTime: time, host: Self.hostName(), process: Int(getpid()), user: Int(getuid()))
    metrics = try AppendingFile(path)
    events = try AppendingFile(directory + "/" + name)
    self.directory = directory
    try events.append(TensorBoardEvents.version(wallTime: time))
  }

  /// Writes an epoch's row to all files. Throws `FileError`.
  public func append(_ row: MetricsRow) throws {
    rows.append(row)
    try metrics.append(Array((row.line + "\n").utf8))
    try events.append(TensorBoardEvents.epoch(row, wallTime: Self.wallTime()))
    try OutputFile.write(Array(CurvesSVG.text(rows).utf8), to: directory + "/curves.svg")
  }

  // MARK: The folder

  private static let nameLimit = 1_000

  private static func findFolder(
    _ wanted: String, _ configuration: RunConfiguration, after epoch: Int
  ) throws -> String {
    guard !wanted.isEmpty else { throw FileError.emptyPath }
    var base = wanted
    while base.utf8.count > 1, base.hasSuffix("/") { base.removeLast() }
    var firstFree: String?
    for number in 1...nameLimit {
      let folder = number == 1 ? base : "\(base)-\(number)"
      let isFree =
        !fileExists(folder + "/config.json") && !fileExists(folder + "/metrics.csv")
      if isFree {
        guard epoch > 0 else { return folder }
        firstFree = firstFree ?? folder
        // Folders are taken in order: behind the first that is not there, there is none.
        if !fileExists(folder) { break }
      } else if epoch > 0,
        let found = try? RunConfiguration.read(folder + "/config.json"),
        found.isSameRun(as: configuration)
      {
        return folder
      }
    }
    guard let firstFree else { throw RunFolderError.noFreeName(path: base, limit: nameLimit) }
    return firstFree
  }

  private static func wallTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes the folder and those around it, where they are not there.
  static func makeFolder(_ path: String) throws(RunFolderError) {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o777) == 0 { return }
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .cannotMake(path: path, reason: SystemError.text(code))
    }
  }
}

private func fileExists(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}
