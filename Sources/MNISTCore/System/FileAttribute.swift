/// A short text that the file system keeps beside a file, outside its content: an extended attribute.
///
/// It is a hint and no more: not every file system has them, a copy is made without, and a file that is
/// replaced loses its own. So nothing here fails.
enum FileAttribute {
  /// Keeps `text` under a name that begins with `user.`, where that can be.
  static func set(_ text: String, _ name: String, of path: String) {
    let bytes = PathText.bytes(text).dropLast().map { UInt8(bitPattern: $0) }
    guard !bytes.isEmpty else { return }
    #if canImport(Darwin)
      setxattr(PathText.bytes(path), name, bytes, bytes.count, 0, 0)
    #else
      let set: Calls.Set? = CLibrary.function("setxattr")
      _ = set?(PathText.bytes(path), name, bytes, bytes.count, 0)
    #endif
  }

  /// The text that is kept, of at most 4,096 bytes; nil where there is none.
  static func text(_ name: String, of path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    #if canImport(Darwin)
      let count = getxattr(PathText.bytes(path), name, &bytes, bytes.count, 0, 0)
    #else
      let get: Calls.Get? = CLibrary.function("getxattr")
      let count = get?(PathText.bytes(path), name, &bytes, bytes.count) ?? 0
    #endif
    return count > 0 ? PathText.text(bytes.prefix(count)) : nil
  }

  #if !canImport(Darwin)
    /// Swift's modules of Linux's C libraries leave these two out; the libraries have them.
    private enum Calls {
      typealias Set =
        @convention(c) (
          _ path: UnsafePointer<CChar>, _ name: UnsafePointer<CChar>, _ value: UnsafeRawPointer,
          _ size: Int, _ flags: Int32
        ) -> Int32
      typealias Get =
        @convention(c) (
          _ path: UnsafePointer<CChar>, _ name: UnsafePointer<CChar>,
          _ value: UnsafeMutableRawPointer, _ size: Int
        ) -> Int
    }
  #endif
}
