/// A file that somebody else wrote, open for reading.
///
/// All of it is read through one descriptor: where another file takes over its name meanwhile, the one that
/// was opened is read to its end.
struct InputFile: ~Copyable {
  let path: String
  let size: Int
  private let descriptor: Int32

  /// Opens the regular file at `path`. A named pipe or a device is refused, not waited for.
  init(_ path: String, limit: Int) throws(FileError) {
    (descriptor, size) = try Self.opened(path, limit: limit)
    self.path = path
  }

  private static func opened(
    _ path: String, limit: Int
  ) throws(FileError) -> (descriptor: Int32, size: Int) {
    let name = PathText.bytes(path)
    let descriptor = SystemError.retrying { open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    return (descriptor, try size(descriptor, path, limit: limit))
  }

  /// What `descriptor` has open, which is closed with this value; −1 stands for an error number.
  init(_ path: String, _ descriptor: Int32) throws(FileError) {
    size = try Self.size(descriptor, path, limit: .max)
    self.path = path
    self.descriptor = descriptor
  }

  /// The size of what the descriptor has open, which is closed where it is none to be read.
  private static func size(
    _ descriptor: Int32, _ path: String, limit: Int
  ) throws(FileError) -> Int {
    guard descriptor >= 0 else {
      throw .cannotRead(path: path, reason: SystemError.text(errno))
    }
    var status = stat()
    let refusal: FileError?
    if fstat(descriptor, &status) != 0 {
      refusal = .cannotRead(path: path, reason: SystemError.text(errno))
    } else if status.st_mode & S_IFMT != S_IFREG {
      refusal = .notARegularFile(path: path, kind: SystemError.kind(mode: status.st_mode))
    } else if status.st_size > limit {
      refusal = .tooLarge(path: path, limitBytes: limit, foundBytes: Int(status.st_size))
    } else {
      refusal = nil
    }
    if let refusal {
      close(descriptor)
      throw refusal
    }
    return Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// The file's whole content. Memory is asked for only after its size is known and within `limit`.
  static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try InputFile(path, limit: limit)
    let bytes = try file.read(0..<file.size)
    try file.checkEnd()
    return bytes
  }

  /// The bytes of a range inside the file.
  func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    // All empty arrays share one place in memory, to which the initializer below would write: a race
    // between threads.
    guard !range.isEmpty else { return [] }
    guard SystemMemory.has(range.count) else {
      throw .cannotRead(path: path, reason: SystemError.noMemory)
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let got = pread(
          descriptor, buffer.baseAddress! + count, range.count - count,
          off_t(range.lowerBound + count))
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
    guard bytes.count == range.count else {
      throw .changedWhileRead(
        path: path, expectedBytes: size, foundBytes: range.lowerBound + bytes.count)
    }
    return bytes
  }

  /// Refuses a file that has grown since it was opened.
  func checkEnd() throws(FileError) {
    var byte: UInt8 = 0
    var count: Int
    repeat { count = pread(descriptor, &byte, 1, off_t(size)) } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .cannotRead(path: path, reason: SystemError.text(errno)) }
    guard count == 0 else {
      throw .changedWhileRead(path: path, expectedBytes: size, foundBytes: size + count)
    }
  }
}

// MARK: - Standard input

extension InputFile {
  /// All that another program sends to standard input, to its end; `name` stands for a path in errors.
  ///
  /// Memory grows with what really came, and nothing is read beyond one byte more than `limit`.
  static func readStandardInput(limit: Int, name: String) throws(FileError) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(STDIN_FILENO, &buffer, min(buffer.count, limit + 1 - content.count))
      if count < 0 {
        guard SystemError.mayPass(errno) else {
          throw .cannotRead(path: name, reason: SystemError.text(errno))
        }
        SystemError.wait(for: POLLIN, on: STDIN_FILENO, milliseconds: 100)
      } else if count == 0 {
        return content
      } else {
        content += buffer[..<count]
        guard content.count <= limit else {
          throw .tooLarge(path: name, limitBytes: limit, foundBytes: content.count)
        }
      }
    }
  }
}

/// The system's `read`; inside `InputFile` that name is the type's own.
private func systemRead(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
  read(descriptor, &buffer, count)
}
