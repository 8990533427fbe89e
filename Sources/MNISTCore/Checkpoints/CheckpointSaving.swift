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
    try write(checkpoint.encoded())
  }

  /// The same with a checkpoint's bytes.
  func write(_ content: [UInt8]) throws(FileError) { try OutputFile.write(content, to: path) }
}

/// Saves a run while it goes on: at once the first time, then at most every two seconds, and what is left at
/// the end. Each save has a thread of its own, so that training need not wait for the disk; one runs at a time.
package final class CheckpointSaver {
  // A small run has ten epochs in the time that a disk takes to save one.
  private var limit: RateLimit
  private let file: CheckpointFile
  private let whenSaved: WhenSaved
  /// The save under way, or how the last one ended.
  private var save: Save?
  /// What the run has come to since.
  private var unsaved: Checkpoint?

  /// What is told of a save that has succeeded, on its own thread: how far the run was.
  package typealias WhenSaved = @Sendable (_ epoch: Int, _ progress: EpochProgress) -> Void

  package convenience init(_ file: CheckpointFile, whenSaved: @escaping WhenSaved = { _, _ in }) {
    self.init(file, seconds: 2, whenSaved: whenSaved)
  }

  init(_ file: CheckpointFile, seconds: Double, whenSaved: @escaping WhenSaved = { _, _ in }) {
    self.file = file
    self.whenSaved = whenSaved
    limit = RateLimit(seconds: seconds)
  }

  deinit { _ = save?.wait() }

  /// Waits for the save before, takes the run as it is now, and begins to save it if it is time. Returns why
  /// the one before failed, if it did.
  ///
  /// Nothing of it is in memory twice: the run is taken only when what was taken before is gone.
  package func take(_ checkpoint: () -> Checkpoint) -> FileError? {
    let failure = save?.wait()?.error
    (save, unsaved) = (nil, nil)
    let checkpoint = checkpoint()
    if limit.lets() {
      save = Save(checkpoint, to: file, whenSaved)
    } else {
      unsaved = checkpoint
    }
    return failure
  }

  /// Saves what was taken last, where that is not done, and waits for it. Where it fails, it is written to
  /// another place once: to one of `folders`, the first that takes it.
  package func finish(orSaveIn folders: [String]) throws(SaveError) {
    if let last = unsaved.take() {
      _ = save?.wait()
      save = Save(last, to: file, whenSaved)
    }
    guard let save = save.take(), let failure = save.wait() else { return }
    // The file is there all the same.
    if case .notDurable = failure.error { throw .failed(failure.error) }
    for folder in folders {
      let path = Self.freePath(in: folder, like: file.path)
      if (try? CheckpointFile(path).write(failure.content)) != nil {
        throw .savedElsewhere(failure.error, path: path)
      }
    }
    throw .failed(failure.error)
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

/// One save under way. Of the run and of its file's content nothing is kept longer than it is needed.
private final class Save: Sendable {
  private let file: CheckpointFile
  private let checkpoint: Mutex<Checkpoint?>
  private let thread = Mutex<SystemThread?>(nil)
  private let failure = Mutex<Failure?>(nil)
  private let whenSaved: CheckpointSaver.WhenSaved

  struct Failure {
    let error: FileError
    /// What could not be written.
    let content: [UInt8]
  }

  init(
    _ checkpoint: Checkpoint, to file: CheckpointFile,
    _ whenSaved: @escaping CheckpointSaver.WhenSaved
  ) {
    self.file = file
    self.checkpoint = Mutex(checkpoint)
    self.whenSaved = whenSaved
    let thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
    self.thread.withLock { $0 = thread }
  }

  private func write() {
    let taken = checkpoint.withLock { $0.take() }.map {
      ($0.encoded(), $0.state.epoch, $0.state.progress)
    }
    guard let (content, epoch, progress) = taken else { return }
    do throws(FileError) {
      try StopSignal.duringSave { () throws(FileError) in try file.write(content) }
      whenSaved(epoch, progress)
    } catch {
      failure.withLock { $0 = Failure(error: error, content: content) }
    }
  }

  /// Returns why the save failed, if it did, once it has ended.
  func wait() -> Failure? {
    let thread = thread.withLock { $0.take() }
    thread?.join()
    return failure.withLock { $0 }
  }
}
