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

/// Saves a run while it goes on: one save at a time, on a thread of its own, for a disk takes its time.
package final class CheckpointSaver {
  private let file: CheckpointFile
  private var save: Save?

  package init(_ file: CheckpointFile) { self.file = file }

  deinit { _ = save?.wait() }

  /// Begins to save when the save before it has ended, and returns why that one failed, if it did.
  ///
  /// At most one save is thus ever behind the run.
  package func save(_ checkpoint: Checkpoint) -> FileError? {
    let failure = save?.wait()
    save = Save(checkpoint, to: file)
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
    var status = stat()
    while lstat(PathText.bytes(candidate), &status) == 0 {
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
private final class Save: @unchecked Sendable {
  let checkpoint: Checkpoint
  private let file: CheckpointFile
  private var thread: SystemThread?
  /// Written by the thread, read after it has ended.
  private var failure: FileError?

  init(_ checkpoint: Checkpoint, to file: CheckpointFile) {
    self.checkpoint = checkpoint
    self.file = file
    thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
  }

  func write() {
    do throws(FileError) {
      try file.write(checkpoint)
    } catch {
      failure = error
    }
  }

  func wait() -> FileError? {
    thread?.join()
    thread = nil
    return failure
  }
}
