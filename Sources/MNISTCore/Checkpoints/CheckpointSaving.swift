import Synchronization

/// The file that a run saves itself to, locked against other runs for as long as this object lives.
package final class CheckpointFile: Sendable {
  package let path: String
  private let lock: FileLock

  /// Takes the lock, removes what killed runs have left, and finds out whether the file could be written.
  package init(_ path: String) throws(FileError) {
    lock = try FileLock(path)
    self.path = path
    lock.removeLeftovers()
    try OutputFile.checkWritable(path, byteCount: 0)
  }

  /// Whether the file system has locks; where it has none, two runs on one file are not noticed.
  package var isLocked: Bool { lock.isHeld }

  /// From the root.
  package var absolutePath: String { OutputTarget.absolutePath(path) }

  /// Finds out whether there is room for a run of these settings.
  package func checkRoom(for settings: TrainingSettings) throws(FileError) {
    try OutputFile.checkWritable(path, byteCount: Checkpoint.byteCount(for: settings))
  }

  /// Replaces the file; see `OutputFile`.
  package func write(_ checkpoint: Checkpoint) throws(FileError) {
    try OutputFile.write(checkpoint.encoded(), to: path)
  }
}

/// Saves a run while it goes on. Each save has a thread of its own, so that training need not wait for the
/// disk; one runs at a time.
package final class CheckpointSaver {
  private let file: CheckpointFile
  private let whenSaved: @Sendable (Checkpoint) -> Void
  private var save: Save?

  /// - Parameter whenSaved: is told of each save that has succeeded, on its own thread.
  package init(
    _ file: CheckpointFile, whenSaved: @escaping @Sendable (Checkpoint) -> Void = { _ in }
  ) {
    self.file = file
    self.whenSaved = whenSaved
  }

  deinit { _ = save?.wait() }

  /// Waits for the save before, begins this one, and returns why the one before failed, if it did.
  ///
  /// What is on the disk is thus never older than the save before the last.
  package func save(_ checkpoint: Checkpoint) -> FileError? {
    let failure = save?.wait()
    save = Save(checkpoint, to: file, whenSaved)
    return failure
  }

  /// Waits for the last save. Where it failed, what was to be saved is written to another place once:
  /// to one of `folders`, the first that takes it.
  package func finish(orSaveIn folders: [String]) throws(SaveError) {
    guard let save else { return }
    self.save = nil
    guard let failure = save.wait() else { return }
    // The file is there all the same.
    if case .notDurable = failure { throw .failed(failure) }
    for folder in folders {
      let path = Self.freePath(in: folder, like: file.path)
      if (try? save.checkpoint.write(to: path)) != nil {
        throw .savedElsewhere(failure, path: path)
      }
    }
    throw .failed(failure)
  }

  /// `FOLDER/NAME.rescued`, with a number where that is taken.
  private static func freePath(in folder: String, like path: String) -> String {
    let name = path.split(separator: "/").last ?? "model"
    let start = (folder.hasSuffix("/") ? folder : folder + "/") + name + ".rescued"
    var candidate = start
    var number = 1
    while FileSystem.exists(candidate) {
      number += 1
      candidate = "\(start)-\(number)"
    }
    return candidate
  }
}

/// The last save of a run failed.
package enum SaveError: Error, Equatable, CustomStringConvertible {
  case failed(FileError)
  case savedElsewhere(FileError, path: String)

  package var description: String {
    switch self {
    case .failed(let error): "\(error)"
    case .savedElsewhere(let error, let path): "\(error); the run was saved as \(path) instead"
    }
  }
}

/// One save under way.
private final class Save: Sendable {
  let checkpoint: Checkpoint
  private let file: CheckpointFile
  private let thread = Mutex<SystemThread?>(nil)
  private let failure = Mutex<FileError?>(nil)
  private let whenSaved: @Sendable (Checkpoint) -> Void

  init(
    _ checkpoint: Checkpoint, to file: CheckpointFile,
    _ whenSaved: @escaping @Sendable (Checkpoint) -> Void
  ) {
    self.checkpoint = checkpoint
    self.file = file
    self.whenSaved = whenSaved
    let thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
    self.thread.withLock { $0 = thread }
  }

  private func write() {
    do throws(FileError) {
      try StopSignal.duringSave { () throws(FileError) in try file.write(checkpoint) }
      whenSaved(checkpoint)
    } catch {
      failure.withLock { $0 = error }
    }
  }

  /// Returns why the save failed, if it did, once it has ended.
  func wait() -> FileError? {
    let thread = thread.withLock { $0.take() }
    thread?.join()
    return failure.withLock { $0 }
  }
}
