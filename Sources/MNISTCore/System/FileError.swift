/// What can go wrong between this program and the file system.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// `reason` is the operating system's own text, such as `No such file or directory`.
  case cannotRead(path: String, reason: String)
  /// `reason` is the operating system's own text, such as `Permission denied`.
  case cannotWrite(path: String, reason: String)
  /// Another process is writing the file; `process` is its number, nil where that is not known.
  case locked(path: String, process: Int?)
  /// The lock file of `path` cannot be opened, so that it is not known whether another run has it.
  case cannotLock(path: String, lock: String, reason: String)
  /// What is there is not what may be replaced; `what` says what it is.
  case notReplaced(path: String, what: String)
  /// What is there is to be kept under another name, which cannot be.
  indirect case cannotKeep(path: String, FileError)
  /// The name of a file was expected, and there was no text.
  case emptyPath
  /// A file cannot be made because its folder is not there.
  case missingFolder(path: String, folder: String)
  /// The storage took the bytes without complaint and gave other bytes back.
  case readBackDiffers(path: String)
  /// The file was written, but a power cut may still bring the old content back.
  case notDurable(path: String, reason: String)
  /// `kind` is a noun with its article, such as `a directory`.
  case notARegularFile(path: String, kind: String)
  /// The file has more bytes than its reader takes.
  case tooLarge(path: String, limitBytes: Int, foundBytes: Int)
  /// The file's length changed between opening it and reading its end.
  case changedWhileRead(path: String, expectedBytes: Int, foundBytes: Int)

  /// One sentence with the path.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .locked(let path, let process):
      "\(path): is being written by "
        + (process.map { "process \($0)" } ?? "another process")
    case .cannotLock(let path, let lock, let reason):
      "\(path): cannot be locked: \(lock), which another user's run has left, cannot be opened: "
        + "\(reason) (remove it if that run is over)"
    case .notReplaced(let path, let what):
      "\(path): not replaced: \(what)"
    case .cannotKeep(let path, let error):
      "\(path): the model there cannot be kept: \(error)"
    case .emptyPath:
      "the path is empty (expected the name of a file)"
    case .missingFolder(let path, let folder):
      "\(path): cannot be written: there is no folder \(folder)"
    case .readBackDiffers(let path):
      "\(path): cannot be written: what was read back differs from what was written"
    case .notDurable(let path, let reason):
      "\(path): written, but may be lost in a power cut: \(reason)"
    case .notARegularFile(let path, let kind):
      "\(path): not a file (expected a regular file, found \(kind))"
    case .tooLarge(let path, let limit, let found):
      "\(path): too large (expected at most \(limit) bytes, found \(found))"
    case .changedWhileRead(let path, let expected, let found):
      "\(path): changed while it was read (expected \(expected) bytes, found \(found))"
    }
  }
}

/// What the operating system says about a failed call.
enum SystemError {
  /// The system's text for an error number, such as `No space left on device`.
  static func text(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }

  static var noMemory: String { text(ENOMEM) }

  /// What something that is no regular file is, with its article.
  static func kind(mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a named pipe"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    case S_IFLNK: "a symbolic link"
    default: "something else"
    }
  }

  /// Whether a failed call may succeed when it is made again: a signal has interrupted it, or a descriptor that
  /// does not block had nothing, or no room, just then.
  static func mayPass(_ code: Int32) -> Bool { [EINTR, EAGAIN, EWOULDBLOCK].contains(code) }

  /// Waits until the descriptor is ready, for `POLLIN` to be read or for `POLLOUT` to be written, or has failed,
  /// which the next call tells. False where the time was over first.
  @discardableResult
  static func wait(for event: Int32, on descriptor: Int32, milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    let count = poll(&request, 1, milliseconds)
    return count > 0 || count < 0 && errno != EINTR
  }

  /// Calls again as long as a signal interrupts the call.
  static func retrying(_ call: () -> Int32) -> Int32 {
    while true {
      let result = call()
      guard result == -1, errno == EINTR else { return result }
    }
  }
}
