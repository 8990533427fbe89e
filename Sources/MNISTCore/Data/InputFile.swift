#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reading a whole file that somebody else wrote.
enum InputFile {
  /// The content of the regular file at `path`, read through one descriptor.
  ///
  /// Memory is asked for only after the file's own size is known and within `limit`. A named pipe or
  /// a device is refused, not waited for.
  static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .cannotRead(path: path, reason: SystemError.text(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotRead(path: path, reason: SystemError.text(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .notARegularFile(path: path, kind: SystemError.kind(mode: status.st_mode))
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw .tooLarge(path: path, limitBytes: limit, foundBytes: size)
    }
    // An array that finds no memory ends the process, so it is asked for first in a way that can fail.
    var memory: UnsafeMutableRawPointer?
    let code = posix_memalign(&memory, 64, size + 1)
    guard code == 0 else {
      throw .cannotRead(path: path, reason: SystemError.text(code))
    }
    free(memory)
    // One byte more than the size, so that a file that grew meanwhile is noticed.
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      while count < buffer.count {
        let got = pread(
          descriptor, buffer.baseAddress! + count, buffer.count - count, off_t(count))
        if got > 0 {
          count += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else {
      throw .cannotRead(path: path, reason: SystemError.text(failure))
    }
    guard bytes.count == size else {
      throw .changedWhileRead(path: path, expectedBytes: size, foundBytes: bytes.count)
    }
    return bytes
  }
}
