#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that grows: what is appended can be read by others at once.
final class AppendingFile {
  private let path: String
  private let descriptor: Int32

  /// Opens the file, and makes it where there is none.
  init(_ path: String) throws(FileError) {
    let descriptor = SystemError.retrying {
      open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
    }
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

  func append(_ bytes: [UInt8]) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest, rest.count)
      if count > 0 {
        rest.removeFirst(count)
      } else if count == 0 || errno != EINTR {
        throw .cannotWrite(path: path, reason: SystemError.text(count == 0 ? EIO : errno))
      }
    }
  }
}
