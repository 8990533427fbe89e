/// Where a file is to be written: the open folder and the name in it, symbolic links followed.
struct OutputTarget: ~Copyable {
  /// As it was asked for, for the sentences.
  let path: String
  /// Everything is done relative to this descriptor, so that long paths work and a folder renamed
  /// meanwhile does no harm.
  let folder: Int32
  /// Ends with a zero byte.
  let name: [CChar]
  /// The permissions of the file that is there, `nil` where there is none.
  let permissions: mode_t?

  /// Refuses what is there and is no regular file, or may not be written.
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
    // Replacing it would be allowed, yet whoever took the right to write away meant it.
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

  /// `.NAME` and the suffix: the name of a file beside this one that belongs to it, with a zero byte.
  ///
  /// A long NAME is cut short and told apart by its checksum.
  func sideName(_ suffix: String) -> [CChar] {
    // 255 bytes is what the usual file systems allow; the longest suffix is `.tmp-PID-RANDOM`.
    let room = 255 - 1 - 32
    var kept = name.dropLast()
    if kept.count > room {
      let bytes = kept.map { UInt8(bitPattern: $0) }
      let mark = "~" + hexadecimal(CRC32.checksum(bytes))
      var length = room - mark.utf8.count
      // No character is cut in two: the bytes after its first are 0x80 … 0xBF.
      while length > 0, 0x80...0xBF ~= bytes[length] { length -= 1 }
      kept = kept[..<length] + mark.utf8.map { CChar(bitPattern: $0) }
    }
    return [CChar(UInt8(ascii: "."))] + kept + suffix.utf8CString
  }

  /// Makes a new name in the folder last.
  func flushFolder() throws(FileError) {
    guard SystemError.retrying({ fsync(folder) }) != 0 else { return }
    // Some file systems cannot flush a folder and say so in these two ways.
    guard errno != EINVAL, errno != ENOTSUP else { return }
    throw .notDurable(path: path, reason: SystemError.text(errno))
  }

  /// The path from the root, its folder's symbolic links followed; as it is where the folder is not there.
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

extension SystemError {
  /// Calls again as long as a signal interrupts the call.
  static func retrying(_ call: () -> Int32) -> Int32 {
    while true {
      let result = call()
      guard result == -1, errno == EINTR else { return result }
    }
  }
}
