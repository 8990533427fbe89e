/// A file that grows line by line, such as a log. Other programs see each addition at once.
final class AppendingFile {
  private let path: String
  private let descriptor: Int32
  /// What could not be written yet.
  private var rest: [UInt8] = []

  /// Opens the file, and makes it where there is none.
  convenience init(_ path: String) throws(FileError) {
    try self.init(path, Self.opened(path, 0))
  }

  /// Makes the file; nil where there is one of that name.
  static func make(_ path: String) throws(FileError) -> AppendingFile? {
    let descriptor = opened(path, O_EXCL)
    guard descriptor >= 0 || errno != EEXIST else { return nil }
    return try AppendingFile(path, descriptor)
  }

  private static func opened(_ path: String, _ more: Int32) -> Int32 {
    let name = PathText.bytes(path)
    return SystemError.retrying {
      open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | more, 0o666)
    }
  }

  private init(_ path: String, _ descriptor: Int32) throws(FileError) {
    guard descriptor >= 0 else {
      throw .cannotWrite(path: path, reason: SystemError.text(errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notARegularFile(path: path, kind: SystemError.kind(mode: status.st_mode))
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Writes the bytes, and before them what an earlier call could not write.
  func append(_ bytes: [UInt8]) throws(FileError) {
    rest += bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest, rest.count)
      if count > 0 {
        rest.removeFirst(count)
      } else if count == 0 || !SystemError.mayPass(errno) {
        throw .cannotWrite(path: path, reason: SystemError.text(count == 0 ? EIO : errno))
      } else {
        SystemError.wait(for: POLLOUT, on: descriptor, milliseconds: 100)
      }
    }
  }
}
