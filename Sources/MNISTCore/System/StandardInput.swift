/// Reading what another program sends.
enum StandardInput {
  /// All that comes until the end; `name` stands for a path in errors.
  ///
  /// Memory grows with what really came, and nothing is read beyond one byte more than `limit`.
  static func read(limit: Int, name: String) throws(FileError) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(&buffer, min(buffer.count, limit + 1 - content.count))
      if count < 0 {
        guard errno == EINTR else {
          throw .cannotRead(path: name, reason: SystemError.text(errno))
        }
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

  // Inside the type the name `read` is its own.
  private static func systemRead(_ buffer: inout [UInt8], _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(STDIN_FILENO, &buffer, count)
    #elseif canImport(Musl)
      Musl.read(STDIN_FILENO, &buffer, count)
    #else
      Darwin.read(STDIN_FILENO, &buffer, count)
    #endif
  }
}
