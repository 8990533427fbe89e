/// A folder that is made when something is to be put into it.
enum NewFolder {
  /// Finds out whether `make` could succeed and files could be written then; makes nothing.
  static func checkWritable(_ path: String) throws(FileError) {
    for ancestor in ancestors(path).reversed() {
      // With the stroke, a file is not taken for a folder.
      if access(PathText.bytes(ancestor + "/"), F_OK) == 0 {
        guard access(PathText.bytes(ancestor), W_OK | X_OK) == 0 else { break }
        return
      }
      guard errno == ENOENT else { break }
    }
    throw .cannotWrite(path: path, reason: SystemError.text(errno))
  }

  /// Makes the folder and those around it where they are not there.
  static func make(_ path: String) throws(FileError) {
    for ancestor in ancestors(path)
    where mkdir(PathText.bytes(ancestor), 0o777) != 0 && errno != EEXIST {
      throw .cannotWrite(path: path, reason: SystemError.text(errno))
    }
  }

  /// `a/b/c` gives `.`, `a`, `a/b`, `a/b/c`, and `/a/b` gives `/`, `/a`, `/a/b`.
  static func ancestors(_ path: String) -> [String] {
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    var ancestors = [isAbsolute ? "/" : "."]
    var prefix = isAbsolute ? "/" : ""
    for part in path.utf8.split(separator: UInt8(ascii: "/")) {
      prefix += String(decoding: part, as: UTF8.self)
      ancestors.append(prefix)
      prefix += "/"
    }
    return ancestors
  }
}
