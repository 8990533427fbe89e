/// The place of a file that is to be written: its folder, which is open, and its name there.
///
/// Symbolic links are followed to the file that they lead to, so that the link stays and that file is
/// replaced.
struct OutputTarget: ~Copyable {
  /// As the caller spelled it, for errors.
  let path: String
  /// Every call names files relative to this descriptor, so that a long path works, and so does a folder
  /// that is renamed meanwhile.
  let folder: Int32
  /// Ends with a zero byte.
  let name: [CChar]
  /// The permissions of the file that is there, `nil` where there is none.
  let permissions: mode_t?

  /// Refuses a path at which there is no regular file, such as a folder, or one without write permission.
  init(_ path: String) throws(FileError) {
    guard !path.isEmpty else { throw .emptyPath }
    guard !path.utf8.contains(0) else {
      throw .cannotWrite(path: path, reason: "a path cannot hold a zero byte")
    }
    let (place, status) = try Self.followLinks(PathText.bytes(path), path: path)
    if let status, status.st_mode & S_IFMT != S_IFREG {
      throw .notARegularFile(path: path, kind: SystemError.kind(mode: status.st_mode))
    }
    let (folderPath, name) = Self.split(place)
    let folder = SystemError.retrying { open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard folder >= 0 else {
      let code = errno
      throw code == ENOENT
        ? .missingFolder(path: path, folder: Self.text(folderPath))
        : .cannotWrite(path: path, reason: SystemError.text(code))
    }
    // Renaming a new file onto a read-only one would succeed, for that takes the folder's permission
    // alone. But whoever made the file read-only wants to keep it.
    if status != nil, faccessat(folder, name, W_OK, 0) != 0 {
      let code = errno
      close(folder)
      throw .cannotWrite(path: path, reason: SystemError.text(code))
    }
    self.path = path
    self.folder = folder
    self.name = name
    permissions = status.map { $0.st_mode & 0o777 }
  }

  deinit {
    close(folder)
  }

  /// The name of a helper file beside this one, such as its lock: `.NAME`, the suffix and a zero byte.
  ///
  /// A NAME too long for that is cut, and a checksum of the whole NAME follows, so that the helpers of two
  /// long names with the same beginning differ.
  func sideName(_ suffix: String) -> [CChar] {
    // 255 bytes is what the usual file systems allow; the longest suffix is `.tmp-PID-RANDOM`.
    let room = 255 - 1 - 32
    var kept = name.dropLast()
    if kept.count > room {
      let bytes = kept.map { UInt8(bitPattern: $0) }
      // FNV-1a with 64 bits.
      let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01B3
      }
      let mark = "~" + String(hash, radix: 16)
      var length = room - mark.utf8.count
      // A character of UTF-8 is not cut in two: its bytes after the first are 0x80 … 0xBF.
      while length > 0, 0x80...0xBF ~= bytes[length] { length -= 1 }
      kept = kept[..<length] + mark.utf8.map { CChar(bitPattern: $0) }
    }
    return [CChar(UInt8(ascii: "."))] + kept + suffix.utf8CString
  }

  /// Waits until the storage has the folder's list of names, so that a file's new name is still there
  /// after a power cut.
  func flushFolder() throws(FileError) {
    guard SystemError.retrying({ fsync(folder) }) != 0 else { return }
    // Some file systems cannot do that for a folder; these are the two errors they give then.
    guard errno != EINVAL, errno != ENOTSUP else { return }
    throw .notDurable(path: path, reason: SystemError.text(errno))
  }

  /// The absolute path, without symbolic links in its folder; `path` itself where there is no such folder.
  static func absolutePath(_ path: String) -> String {
    let (folder, name) = split(PathText.bytes(path))
    guard let resolved = realpath(folder, nil) else { return path }
    defer { free(resolved) }
    let place = (0..<strlen(resolved)).map { resolved[$0] }
    return text((place.last == slash ? place : place + [slash]) + name)
  }

  /// The path that `start` leads to, and what is there, `nil` where nothing is.
  private static func followLinks(
    _ start: [CChar], path: String
  ) throws(FileError) -> (place: [CChar], status: stat?) {
    var place = start
    // As many links as Linux follows.
    for _ in 0..<40 {
      var status = stat()
      guard lstat(place, &status) == 0 else {
        if errno == ENOENT { return (place, nil) }
        throw .cannotWrite(path: path, reason: SystemError.text(errno))
      }
      guard status.st_mode & S_IFMT == S_IFLNK else { return (place, status) }
      var link = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(place, &link, link.count)
      guard count >= 0 else { throw .cannotWrite(path: path, reason: SystemError.text(errno)) }
      guard count < link.count else {
        throw .cannotWrite(path: path, reason: SystemError.text(ENAMETOOLONG))
      }
      let target = link[...count]
      place =
        target.first == slash ? Array(target) : split(place).folder.dropLast() + [slash] + target
    }
    throw .cannotWrite(path: path, reason: SystemError.text(ELOOP))
  }

  private static let slash = CChar(UInt8(ascii: "/"))

  /// Folder and name, each ending with a zero byte.
  private static func split(_ path: [CChar]) -> (folder: [CChar], name: [CChar]) {
    guard let last = path.lastIndex(of: slash) else {
      return ([CChar(UInt8(ascii: ".")), 0], path)
    }
    return (path[..<max(last, 1)] + [0], Array(path[(last + 1)...]))
  }

  private static func text(_ path: [CChar]) -> String {
    PathText.text(path.dropLast().map { UInt8(bitPattern: $0) })
  }
}
