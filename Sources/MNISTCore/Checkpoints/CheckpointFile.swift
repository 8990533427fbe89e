/// The file that a run saves itself to, locked against other runs for as long as this object lives.
public final class CheckpointFile: Sendable {
  public let path: String
  private let lock: FileLock

  /// Takes the lock, removes what killed runs have left, and finds out whether the file could be written.
  public init(_ path: String) throws(FileError) {
    lock = try FileLock(path)
    self.path = path
    lock.removeLeftovers()
    try OutputFile.checkWritable(path, byteCount: 0)
  }

  /// Whether the file system has locks; where it has none, two runs on one file are not noticed.
  public var isLocked: Bool { lock.isHeld }

  /// From the root.
  public var absolutePath: String { OutputTarget.absolutePath(path) }

  /// Finds out whether there is room for a run of these settings.
  public func checkRoom(for settings: TrainingSettings) throws(FileError) {
    try OutputFile.checkWritable(path, byteCount: Checkpoint.byteCount(for: settings))
  }

  /// Replaces the file; see `OutputFile`.
  public func write(_ checkpoint: Checkpoint) throws(FileError) {
    try OutputFile.write(checkpoint.encoded(), to: path)
  }
}
