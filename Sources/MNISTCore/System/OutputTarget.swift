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
  private let folderPath: String
  /// Ends with a zero byte.
  let name: [CChar]
  /// The file that is there, `nil` where there is none.
  let old: OldFile?

  struct OldFile {
    let permissions: mode_t
    let owner: uid_t
    let group: gid_t
    let byteCount: Int

    init(_ status: stat) {
      permissions = status.st_mode & 0o777
      (owner, group) = (status.st_uid, status.st_gid)
      byteCount = Int(status.st_size)
    }
  }

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
    self.folderPath = Self.text(folderPath)
    self.name = name
    old = status.map(OldFile.init)
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

  /// The name under which the file that is there is kept, with a zero byte: `NAME.bak`.
  var backupName: [CChar] { name.dropLast() + Self.backupSuffix.utf8CString }

  static let backupSuffix = ".bak"

  /// The path of a name in the folder: beside the file itself, where `path` is a symbolic link to it.
  func path(of name: [CChar]) -> String {
    let start = folderPath == "." ? "" : FileSystem.withSlash(folderPath)
    return start + Self.text(name)
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

// MARK: - Before hours of work

extension OutputTarget {
  /// Finds out whether another file may take the name of the one that is there.
  func checkReplaceable() throws(FileError) { try checkReplaceable(name, path) }

  /// The same for `NAME.bak`.
  func checkBackupReplaceable() throws(FileError) {
    let path = path(of: backupName)
    guard let status = status(of: backupName) else {
      guard errno == ENOENT else {
        throw .cannotWrite(path: path, reason: SystemError.text(errno))
      }
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .notARegularFile(path: path, kind: SystemError.kind(mode: status.st_mode))
    }
    try checkReplaceable(backupName, path)
    if linkFailure(of: backupName) == EXDEV {
      throw .cannotWrite(path: path, reason: SystemError.text(EBUSY))
    }
    guard faccessat(folder, backupName, W_OK, 0) == 0 else {
      throw .cannotWrite(path: path, reason: SystemError.text(errno))
    }
  }

  private func checkReplaceable(_ name: [CChar], _ path: String) throws(FileError) {
    // As a regular file is no folder, this call never removes it. But it asks first what a renaming asks.
    guard unlinkat(folder, name, AT_REMOVEDIR) != 0, errno == EPERM || errno == EACCES else {
      return
    }
    let code = errno
    var status = stat()
    let isSticky = fstat(folder, &status) == 0 && status.st_mode & mode_t(S_ISVTX) != 0
    throw .cannotWrite(
      path: path,
      reason: SystemError.text(code)
        + (code == EPERM && isSticky
          ? " (it is another user's, and its folder lets only owners replace files)" : ""))
  }

  /// Why the file that is there cannot have a second name in its folder, as an error number; 0 where it can.
  ///
  /// `EXDEV` says that the file is mounted by itself, as no link leads from one mount to another: nothing else
  /// can take its name then, so that it is written in place.
  var linkFailure: Int32 { old == nil ? 0 : linkFailure(of: name) }

  private func linkFailure(of name: [CChar]) -> Int32 {
    let newName = TemporaryFile.newName(beside: self)
    guard SystemError.retrying({ linkat(folder, name, folder, newName, 0) }) == 0 else {
      return errno
    }
    unlinkat(folder, newName, 0)
    return 0
  }

  /// Refuses where the file system of the file has no room for it to grow to `byteCount` bytes.
  func checkRoomInPlace(for byteCount: Int) throws(FileError) {
    var system = statvfs()
    guard statvfs(PathText.bytes(path), &system) == 0 else { return }
    let growth = byteCount - (old?.byteCount ?? 0)
    let (free, overflow) = Int(system.f_bavail).multipliedReportingOverflow(
      by: Int(system.f_frsize))
    if growth > free, !overflow {
      throw .cannotWrite(path: path, reason: SystemError.text(ENOSPC))
    }
  }

  var backupByteCount: Int { status(of: backupName).map { Int($0.st_size) } ?? 0 }

  /// The first of the names for a whole file that could not take its place which is not taken.
  var freeRescueName: [CChar] {
    for suffix in Self.rescueSuffixes {
      let rescueName: [CChar] = name.dropLast() + suffix.utf8CString
      if status(of: rescueName) == nil { return rescueName }
    }
    return name
  }

  /// `.rescued`, `.rescued-2`, …
  static var rescueSuffixes: some Sequence<String> {
    (1...100_000).lazy.map { $0 == 1 ? ".rescued" : ".rescued-\($0)" }
  }

  /// The name of the file that a copy stands beside, `NAME.bak` or `NAME.rescued-2`; any other name as it is.
  static func nameWithoutCopySuffix(_ name: Substring) -> Substring {
    guard let dot = name.lastIndex(of: ".") else { return name }
    let suffix = name[dot...]
    let isCopy =
      suffix == backupSuffix || suffix == ".rescued"
      || suffix.hasPrefix(".rescued-") && suffix.dropFirst(9).allSatisfy { "0"..."9" ~= $0 }
    return isCopy ? nameWithoutCopySuffix(name[..<dot]) : name
  }

  private func status(of name: [CChar]) -> stat? {
    var status = stat()
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }
}
