/// Paths as text that keeps every byte.
///
/// A path is any bytes, and Swift's text holds UTF-8 only. A byte b that is not part of UTF-8 becomes the
/// scalar U+10FF00 + b, one of U+10FF80 … U+10FFFF in a private plane, much as in Python's
/// `surrogateescape`. Where a path holds such a scalar itself, its bytes are treated as not UTF-8 too, so
/// that two different paths are never the same text.
enum PathText {
  private static let base: UInt32 = 0x10FF00

  /// The text of a path that the system gave.
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ byte($0) == nil })
    {
      return text
    }
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      let scalars = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars
      if let scalars, scalars.count == 1, let scalar = scalars.first, byte(scalar) == nil {
        text.append(scalar)
        rest = rest.dropFirst(length)
      } else {
        // A byte below 0x80 is UTF-8 by itself.
        text.append(Unicode.Scalar(base + UInt32(first)) ?? "\u{FFFD}")
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The byte that a scalar stands for, nil if it is a letter like any other.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    scalar.value >= base + 0x80 && scalar.value <= base + 0xFF
      ? UInt8(scalar.value - base) : nil
  }

  /// The bytes that `text` spells and a zero byte, for a system call.
  static func bytes(_ text: String) -> [CChar] {
    text.unicodeScalars.flatMap { scalar in
      byte(scalar).map { [CChar(bitPattern: $0)] }
        ?? UTF8.encode(scalar).map { $0.map { CChar(bitPattern: $0) } } ?? []
    } + [0]
  }
}

/// A folder that is made when something is to be put into it.
enum NewFolder {
  /// Finds out whether `make` could succeed and files could be written then; makes nothing.
  static func checkWritable(_ path: String) throws(FileError) {
    for ancestor in ancestors(path).reversed() {
      // The slash makes the call fail where the name is a file's.
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

  /// Waits until the storage has the new folder's name.
  static func flushParent(of path: String) {
    let parent = open(PathText.bytes(path + "/.."), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { return }
    fsync(parent)
    close(parent)
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

/// The folders that had to be made around a file. Those that are empty when this object goes are removed.
final class MadeFolders: Sendable {
  private let paths: [String]

  /// Makes the folders of the file at `path`; the empty path needs none.
  init(around path: String) throws(FileError) {
    var made: [String] = []
    guard let end = path.utf8.lastIndex(of: UInt8(ascii: "/")), end > path.startIndex else {
      paths = made
      return
    }
    guard path.utf8.last != UInt8(ascii: "/") || FileSystem.exists(path) else {
      throw .notARegularFile(path: path, kind: "the name of a folder")
    }
    var failure: Int32 = 0
    for folder in NewFolder.ancestors(String(path[..<end])) where !FileSystem.exists(folder) {
      guard failure == 0 else { break }
      if mkdir(PathText.bytes(folder), 0o777) == 0 {
        made.append(folder)
        NewFolder.flushParent(of: folder)
      } else if errno != EEXIST {
        failure = errno
      }
    }
    paths = made
    // From here on the folders are removed by `deinit`.
    if failure != 0 { throw .cannotWrite(path: path, reason: SystemError.text(failure)) }
  }

  deinit {
    for path in paths.reversed() { FileSystem.removeFolder(path) }
  }
}

/// Questions about what stands under a path, and its removal.
enum FileSystem {
  /// Whether anything has this name, be it a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(PathText.bytes(path), &status) == 0
  }

  /// Whether the name leads to something that is there, symbolic links followed.
  static func leadsToFile(_ path: String) -> Bool { access(PathText.bytes(path), F_OK) == 0 }

  /// Whether a directory has this name, nil where nothing has it. A link that leads nowhere counts as a file,
  /// so that reading it fails with its name; passed over, it would stay unnoticed.
  static func isDirectory(_ path: String) throws(FileError) -> Bool? {
    var status = stat()
    if stat(PathText.bytes(path), &status) == 0 {
      return status.st_mode & S_IFMT == S_IFDIR
    }
    let reason = errno
    guard reason == ENOENT || reason == ENOTDIR else {
      throw .cannotRead(path: path, reason: SystemError.text(reason))
    }
    return exists(path) ? false : nil
  }

  /// The absolute path without symbolic links; of what is not there, as far as something is.
  static func place(of path: String) -> String {
    let ancestors = NewFolder.ancestors(path)
    for (index, ancestor) in ancestors.enumerated().reversed() {
      guard let resolved = realpath(PathText.bytes(ancestor), nil) else { continue }
      defer { free(resolved) }
      let start = PathText.text((0..<strlen(resolved)).map { UInt8(bitPattern: resolved[$0]) })
      return place(of: parts(path).dropFirst(index), from: parts(start)[...])
    }
    return path
  }

  /// Where a way leads that begins in a folder, told by its names from the root: `..` leads back.
  static func place(of way: ArraySlice<String>, from folder: ArraySlice<String>) -> String {
    var parts = folder
    for part in way where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The way that leads from one folder to a place, both told by their names from the root.
  static func way(from folder: some Collection<String>, to place: [String]) -> String {
    let shared = zip(folder, place).prefix { $0 == $1 }.count
    let way = [String](repeating: "..", count: folder.count - shared) + place.dropFirst(shared)
    return way.isEmpty ? "." : way.joined(separator: "/")
  }

  /// The path, from the root, as the way from `folder` where that is shorter.
  static func shortest(_ path: String, from folder: String) -> String {
    guard path.hasPrefix("/"), folder.hasPrefix("/") else { return path }
    let way = Self.way(from: parts(folder), to: parts(path))
    return way.utf8.count < path.utf8.count ? way : path
  }

  /// The names in a path, in order.
  static func parts(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The folder with its slash, or nothing, and the name in it.
  static func split(_ path: String) -> (folder: String, name: String) {
    var path = path[...]
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return ("", String(path)) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  /// A folder's path with a slash at its end, for a name to follow.
  static func withSlash(_ folder: String) -> String {
    folder.hasSuffix("/") ? folder : folder + "/"
  }

  /// The names in a folder in the order of their bytes, which is that of the letters' numbers, without `.` and
  /// `..`; at most `limit` of them.
  static func names(in folder: String, limit: Int = 100_000) throws(FileError) -> [String] {
    guard let list = opendir(PathText.bytes(folder)) else {
      throw .cannotRead(path: folder, reason: SystemError.text(errno))
    }
    defer { closedir(list) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(list) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        PathText.text(bytes.prefix { $0 != 0 })
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes the file, if there is one.
  static func remove(_ path: String) { unlink(PathText.bytes(path)) }

  /// Removes the folder, if there is one and it is empty.
  static func removeFolder(_ path: String) { rmdir(PathText.bytes(path)) }
}
