/// What can go wrong between this program and the file system.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// `reason` is the operating system's own text, such as `No such file or directory`.
  case cannotRead(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// `process` is the number of the one that has the file, where it is known.
  case locked(path: String, process: Int?)
  case emptyPath
  case missingFolder(path: String, folder: String)
  /// The storage took the bytes without complaint and gave other bytes back.
  case readBackDiffers(path: String)
  /// The new content stands under its name, but a power cut may still bring the old one back.
  case notDurable(path: String, reason: String)
  /// `kind` is a noun with its article, such as `a directory`.
  case notARegularFile(path: String, kind: String)
  case tooLarge(path: String, limitBytes: Int, foundBytes: Int)
  case changedWhileRead(path: String, expectedBytes: Int, foundBytes: Int)

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .locked(let path, let process):
      "\(path): is being written by "
        + (process.map { "process \($0)" } ?? "another process")
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
