import Synchronization

/// The file that a run saves itself to, locked against other runs for as long as this object lives.
package final class CheckpointFile: Sendable {
  package let path: String
  /// The model that the first save of a new run replaces.
  package let former: FormerModel?
  /// Where that save keeps it, and what is there now; nil where it is not kept.
  package let backup: (path: String, former: FormerModel?)?
  /// Whether the file is mounted by itself, so that it is written in place.
  package let isMounted: Bool
  private let lock: FileLock
  /// Whether the next save is the first of a new run.
  private let isNew: Mutex<Bool>

  /// Takes the lock, removes what killed runs have left, and finds out whether the file could be written.
  package convenience init(_ path: String) throws(FileError) {
    try self.init(path, FileLock(path), isNew: false, keepingFormer: false)
  }

  /// The same for a new run: makes the folder of the file, and refuses to replace anything but a model.
  ///
  /// - Parameter keepingFormer: whether a model that is there stands as `NAME.bak` beside the run's own, from
  ///   the instant of its first save on.
  package convenience init(
    forNewRunAt path: String, keepingFormer: Bool
  ) throws(FileError) {
    try self.init(
      path, FileLock(path, makingFolder: true), isNew: true, keepingFormer: keepingFormer)
  }

  private init(
    _ path: String, _ lock: FileLock, isNew: Bool, keepingFormer: Bool
  ) throws(FileError) {
    lock.removeLeftovers()
    let former = isNew ? try FormerModel(at: path) : nil
    let backup = former != nil && keepingFormer ? try Self.checkedBackup(of: path) : nil
    try OutputFile.checkWritable(path, byteCount: 0, keepingOld: backup != nil)
    isMounted = try OutputTarget(path).linkFailure == EXDEV
    (self.path, self.lock, self.former, self.backup) = (path, lock, former, backup)
    self.isNew = Mutex(isNew)
  }

  /// Finds out whether the model could be kept: what bears the name that it gets must be a model too.
  private static func checkedBackup(
    of path: String
  ) throws(FileError) -> (path: String, former: FormerModel?) {
    do throws(FileError) {
      let target = try OutputTarget(path)
      let backupPath = target.path(of: target.backupName)
      try target.checkBackupReplaceable()
      // Nor may another run be writing it.
      try FileLock.check(backupPath)
      return (backupPath, try FormerModel(at: backupPath))
    } catch {
      throw .cannotKeep(path: path, error)
    }
  }

  /// Whether the file system has locks; where it has none, two runs on one file are not noticed.
  package var isLocked: Bool { lock.isHeld }

  /// From the root.
  package var absolutePath: String { OutputTarget.absolutePath(path) }

  /// Finds out whether there is room for a run of these settings, which is saved beside its former save.
  package func checkRoom(for settings: TrainingSettings) throws(FileError) {
    try OutputFile.checkWritable(
      path, byteCount: Checkpoint.byteCount(for: settings),
      isWrittenAgain: settings.epochCount > 1, keepingOld: backup != nil)
  }

  /// Replaces the file; see `OutputFile`.
  package func write(_ checkpoint: Checkpoint) throws(FileError) {
    let isNew = isNew.withLock { $0 }
    // Something else may have come there since the run began.
    if isNew { _ = try FormerModel(at: path) }
    do throws(FileError) {
      try OutputFile.write(
        checkpoint.encoded(), to: path, keepingOld: isNew && backup != nil)
    } catch {
      if case .notDurable = error { self.isNew.withLock { $0 = false } }
      throw error
    }
    self.isNew.withLock { $0 = false }
  }
}

/// Saves a run while it goes on. Each save has a thread of its own, so that training need not wait for the
/// disk; one runs at a time.
///
/// Where a save fails, the run is written to another place at once, so that nothing is lost if it ends
/// before a save succeeds again; then that file is removed.
package final class CheckpointSaver {
  private let file: CheckpointFile
  private let rescue: Rescue
  private var save: Save?

  /// - Parameter folders: where the run is written when it cannot be saved; the first that takes it.
  package init(_ file: CheckpointFile, orIn folders: [String]) {
    self.file = file
    rescue = Rescue(of: file.path, in: folders)
  }

  /// The folder of the file, that of temporary files, and the current one.
  package convenience init(_ file: CheckpointFile) {
    let folder = file.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { file.path[...$0] } ?? "."
    let folders = [String(folder), CLibrary.environment("TMPDIR"), ".", "/tmp"].compactMap(\.self)
    self.init(file, orIn: folders)
  }

  deinit { _ = save?.wait() }

  /// Waits for the save before, begins this one, and returns why the one before failed, if it did.
  ///
  /// What is on the disk is thus never older than the save before the last.
  package func save(_ checkpoint: Checkpoint) -> SaveError? {
    let failure = save?.wait()
    save = Save(checkpoint, to: file, or: rescue)
    return failure
  }

  /// Waits for the last save.
  package func finish() throws(SaveError) {
    guard let save else { return }
    self.save = nil
    if let failure = save.wait() { throw failure }
  }
}

/// A save of a run failed.
package enum SaveError: Error, Equatable, CustomStringConvertible {
  case failed(FileError)
  case savedElsewhere(FileError, path: String)
  case savedNowhere(FileError, folders: [String])

  package var description: String {
    switch self {
    case .failed(let error): "\(error)"
    case .savedElsewhere(let error, let path): "\(error); the run was saved as \(path) instead"
    case .savedNowhere(let error, let folders):
      "\(error); nor could the run be saved in \(folders.joined(separator: ", "))"
    }
  }
}

/// The other place of a run that cannot be saved where it should be: `FOLDER/NAME.rescued`, with a number
/// where that is taken.
private final class Rescue: Sendable {
  private let path: String
  private let folders: [String]
  private let takenPath = Mutex<String?>(nil)

  init(of path: String, in folders: [String]) {
    (self.path, self.folders) = (path, folders)
  }

  /// Writes to the place of the last time, else to the first folder that takes it.
  func write(_ checkpoint: Checkpoint, because error: FileError) -> SaveError {
    let taken = takenPath.withLock { $0 }
    for path in [taken].compactMap(\.self) + folders.map(freePath)
    where (try? checkpoint.write(to: path)) != nil {
      if let taken, taken != path { FileSystem.remove(taken) }
      takenPath.withLock { $0 = path }
      return .savedElsewhere(error, path: path)
    }
    return taken.map { .savedElsewhere(error, path: $0) } ?? .savedNowhere(error, folders: folders)
  }

  /// The run is where it should be.
  func remove() {
    if let path = takenPath.withLock({ $0.take() }) { FileSystem.remove(path) }
  }

  private func freePath(in folder: String) -> String {
    let name = path.split(separator: "/").last ?? "model"
    let start = (folder.hasSuffix("/") ? folder : folder + "/") + name
    let paths = OutputTarget.rescueSuffixes.lazy.map { start + $0 }
    return paths.first { !FileSystem.exists($0) } ?? start
  }
}

/// One save under way.
private final class Save: Sendable {
  private let checkpoint: Checkpoint
  private let file: CheckpointFile
  private let rescue: Rescue
  private let thread = Mutex<SystemThread?>(nil)
  private let failure = Mutex<SaveError?>(nil)

  init(_ checkpoint: Checkpoint, to file: CheckpointFile, or rescue: Rescue) {
    (self.checkpoint, self.file, self.rescue) = (checkpoint, file, rescue)
    let thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
    self.thread.withLock { $0 = thread }
  }

  private func write() {
    do throws(FileError) {
      try file.write(checkpoint)
      rescue.remove()
    } catch {
      // The file is there all the same.
      let isThere = if case .notDurable = error { true } else { false }
      let outcome = isThere ? .failed(error) : rescue.write(checkpoint, because: error)
      failure.withLock { $0 = outcome }
    }
  }

  /// Returns why the save failed, if it did, once it has ended.
  func wait() -> SaveError? {
    let thread = thread.withLock { $0.take() }
    thread?.join()
    return failure.withLock { $0 }
  }
}
