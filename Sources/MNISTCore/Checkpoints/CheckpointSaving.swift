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
      path, byteCount: Checkpoint.byteCount(for: settings, in: container),
      isWrittenAgain: settings.epochCount > 1, keepingOld: backup != nil)
  }

  /// Replaces the file; see `OutputFile`.
  package func write(_ checkpoint: Checkpoint) throws(FileError) {
    try write(checkpoint.encoded(as: container))
  }

  /// How the file holds the run; so does the copy of a run that cannot be saved there.
  var container: TensorFile.Container { TensorFile.Container(path: path) }

  /// The same with a checkpoint's bytes.
  func write(_ content: [UInt8]) throws(FileError) {
    let isNew = isNew.withLock { $0 }
    // Something else may have come there since the run began.
    if isNew { _ = try FormerModel(at: path) }
    do throws(FileError) {
      try OutputFile.write(content, to: path, keepingOld: isNew && backup != nil)
    } catch {
      if case .notDurable = error { self.isNew.withLock { $0 = false } }
      throw error
    }
    self.isNew.withLock { $0 = false }
  }

  /// Notes where the run's images are, for `dataFolder(of:)`.
  package func setDataFolder(_ data: DataOrigin) {
    guard let folder = data.folder else { return }
    FileAttribute.set(OutputTarget.absolutePath(folder), Self.attribute, of: path)
  }

  /// Where the images of the run in a file were, from the root; nil where that is not known. It stands
  /// beside the file's content, for equal runs have equal bytes wherever they were made.
  package static func dataFolder(of path: String) -> String? {
    FileAttribute.text(attribute, of: path)
  }

  private static let attribute = "user.mnist-train.data"
}

/// Saves a run while it goes on: at once the first time, then at most every two seconds, and what is left at
/// the end. Each save has a thread of its own, so that training need not wait for the disk; one runs at a time.
///
/// Where a save fails, the run is written to another place at once, so that nothing is lost if it ends
/// before a save succeeds again; then that file is removed.
package final class CheckpointSaver {
  // A small run has ten epochs in the time that a disk takes to save one.
  private var limit: RateLimit
  private let file: CheckpointFile
  private let rescue: Rescue
  private let whenSaved: WhenSaved
  /// The save under way, or how the last one ended.
  private var save: Save?
  /// What the run has come to since.
  private var unsaved: Checkpoint?

  /// What is told of a save that has succeeded, on its own thread: how far the run was.
  package typealias WhenSaved = @Sendable (_ epoch: Int, _ progress: EpochProgress) -> Void

  package convenience init(_ file: CheckpointFile, whenSaved: @escaping WhenSaved) {
    let folder = file.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { file.path[...$0] } ?? "."
    let folders = [String(folder), CLibrary.environment("TMPDIR"), ".", "/tmp"].compactMap(\.self)
    self.init(file, seconds: 2, orIn: folders, whenSaved: whenSaved)
  }

  /// - Parameter folders: where the run is written when it cannot be saved; the first that takes it.
  init(
    _ file: CheckpointFile, seconds: Double, orIn folders: [String],
    whenSaved: @escaping WhenSaved = { _, _ in }
  ) {
    self.file = file
    self.whenSaved = whenSaved
    rescue = Rescue(of: file.path, in: folders)
    limit = RateLimit(seconds: seconds)
  }

  deinit { _ = save?.wait() }

  /// Waits for the save before, takes the run as it is now, and begins to save it if it is time. Returns why
  /// the one before failed, if it did.
  ///
  /// Nothing of it is in memory twice: the run is taken only when what was taken before is gone.
  ///
  /// - Parameter checkpoint: may throw where the run is `onFallibleDevice`. Then what was taken before is there all the
  ///   same, in memory until then.
  package func take(
    onFallibleDevice mayFail: Bool = false, _ checkpoint: () throws -> Checkpoint
  ) rethrows -> SaveError? {
    let failure = save?.wait()
    save = nil
    if !mayFail { unsaved = nil }
    let checkpoint = try checkpoint()
    unsaved = nil
    if limit.lets() {
      save = save(checkpoint)
    } else {
      unsaved = checkpoint
    }
    return failure
  }

  /// Saves what was taken last, where that is not done, and waits for it; no signal but SIGQUIT ends that.
  package func finish() throws(SaveError) {
    try StopSignal.duringSave { () throws(SaveError) in
      if let last = unsaved.take() {
        _ = save?.wait()
        save = save(last)
      }
      if let failure = save.take()?.wait() { throw failure }
    }
  }

  private func save(_ checkpoint: Checkpoint) -> Save {
    Save(checkpoint, to: file, or: rescue, whenSaved)
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
  func write(_ content: [UInt8], because error: FileError) -> SaveError {
    let taken = takenPath.withLock { $0 }
    for path in [taken].compactMap(\.self) + folders.map(freePath)
    where (try? OutputFile.write(content, to: path)) != nil {
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
    let start = FileSystem.withSlash(folder) + name
    let paths = OutputTarget.rescueSuffixes.lazy.map { start + $0 }
    return paths.first { !FileSystem.exists($0) } ?? start
  }
}

/// One save under way. Of the run and of its file's content nothing is kept longer than it is needed.
private final class Save: Sendable {
  private let file: CheckpointFile
  private let rescue: Rescue
  private let whenSaved: CheckpointSaver.WhenSaved
  private let checkpoint: Mutex<Checkpoint?>
  private let thread = Mutex<SystemThread?>(nil)
  private let failure = Mutex<SaveError?>(nil)

  init(
    _ checkpoint: Checkpoint, to file: CheckpointFile, or rescue: Rescue,
    _ whenSaved: @escaping CheckpointSaver.WhenSaved
  ) {
    (self.file, self.rescue, self.whenSaved) = (file, rescue, whenSaved)
    self.checkpoint = Mutex(checkpoint)
    let thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
    self.thread.withLock { $0 = thread }
  }

  private func write() {
    guard let taken = checkpoint.withLock({ $0.take() }) else { return }
    let (epoch, progress) = (taken.state.epoch, taken.state.progress)
    let content = (consume taken).encoded(as: file.container)
    do throws(FileError) {
      try StopSignal.duringSave { () throws(FileError) in try file.write(content) }
      rescue.remove()
      whenSaved(epoch, progress)
    } catch {
      let outcome: SaveError =
        // The file is there all the same.
        if case .notDurable = error { .failed(error) } else {
          rescue.write(content, because: error)
        }
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
