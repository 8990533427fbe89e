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
  ///
  /// - Parameter dataFolder: where the run's images are, for `dataFolder(of:)`.
  package func write(
    _ checkpoint: Checkpoint, dataFolder: String? = nil
  ) throws(FileError) {
    try OutputFile.write(checkpoint.encoded(), to: path)
    if let dataFolder { FileAttribute.set(dataFolder, Self.attribute, of: path) }
  }

  /// Where the images of the run in a file were, from the root; nil where that is not known. It stands
  /// beside the file's content, for equal runs have equal bytes wherever they were made.
  package static func dataFolder(of path: String) -> String? {
    FileAttribute.text(attribute, of: path)
  }

  private static let attribute = "user.mnist-train.data"
}

/// Saves a run while it goes on. Each save has a thread of its own, so that training need not wait for the
/// disk; one runs at a time.
package final class CheckpointSaver {
  private let file: CheckpointFile
  private let dataFolder: String?
  private var save: Save?

  /// - Parameter data: where the run's images are from is kept beside the file.
  package init(_ file: CheckpointFile, for data: DataOrigin? = nil) {
    self.file = file
    dataFolder = data?.folder.map(OutputTarget.absolutePath)
  }

  deinit { _ = save?.wait() }

  /// Waits for the save before, begins this one, and returns why the one before failed, if it did.
  ///
  /// What is on the disk is thus never older than the save before the last.
  package func save(_ checkpoint: Checkpoint) -> FileError? {
    let failure = save?.wait()
    save = Save(checkpoint, to: file, dataFolder: dataFolder)
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
  private let dataFolder: String?
  private let thread = Mutex<SystemThread?>(nil)
  private let failure = Mutex<FileError?>(nil)

  init(_ checkpoint: Checkpoint, to file: CheckpointFile, dataFolder: String?) {
    self.checkpoint = checkpoint
    self.file = file
    self.dataFolder = dataFolder
    let thread = SystemThread { self.write() }
    // Where the system has no thread to give, the run waits.
    if thread == nil { write() }
    self.thread.withLock { $0 = thread }
  }

  private func write() {
    do throws(FileError) {
      try file.write(checkpoint, dataFolder: dataFolder)
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
