/// A new file beside the one it is to replace, removed when it goes unused.
struct TemporaryFile: ~Copyable {
  private let target: OutputTarget
  /// `.NAME.tmp-PID-RANDOM` and a zero byte; see `OutputTarget.sideName`.
  private var name: [CChar]
  private var descriptor: Int32
  /// Whether the name is one that stays.
  private var isPlaced = false
  private static let mark = ".tmp-"

  init(beside target: consuming OutputTarget) throws(FileError) {
    // With the old file's permissions from the start, so that nobody can read the new content who
    // may not read the old.
    let permissions = target.old?.permissions ?? 0o666
    try self.init(beside: target) { folder, name in
      openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
    }
  }

  /// - Parameter make: makes the file in the folder and gives its descriptor, or −1 and an error number.
  private init(
    beside target: consuming OutputTarget, _ make: (Int32, [CChar]) -> Int32
  ) throws(FileError) {
    var name: [CChar]
    var descriptor: Int32
    var attempts = 0
    repeat {
      name = Self.newName(beside: target)
      descriptor = SystemError.retrying { make(target.folder, name) }
      attempts += 1
    } while descriptor < 0 && errno == EEXIST && attempts < 10
    guard descriptor >= 0 else {
      throw .cannotWrite(path: target.path, reason: SystemError.text(errno))
    }
    self.target = target
    self.name = name
    self.descriptor = descriptor
  }

  /// The target's own file, to be written in place.
  private init(inPlaceOf target: consuming OutputTarget) throws(FileError) {
    let name = target.name
    descriptor = SystemError.retrying {
      openat(target.folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      throw .cannotWrite(path: target.path, reason: SystemError.text(errno))
    }
    self.target = target
    self.name = name
    isPlaced = true
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isPlaced { unlinkat(target.folder, name, 0) }
  }

  static func newName(beside target: borrowing OutputTarget) -> [CChar] {
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    return target.sideName("\(mark)\(getpid())-\(random)")
  }

  /// Makes it a whole file that holds `bytes`, waits until the storage has it, and reads it back.
  mutating func fill(with bytes: [UInt8]) throws(FileError) {
    try append(bytes)
    try takeOverOwnership()
    try flush()
    try finish()
    try check(holds: bytes)
  }

  func append(_ bytes: [UInt8]) throws(FileError) {
    let code: Int32 = bytes.withUnsafeBytes { source in
      var remaining = source[...]
      while !remaining.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: remaining.prefix(1 << 30))
        let count = write(descriptor, chunk.baseAddress, chunk.count)
        if count > 0 {
          remaining = remaining.dropFirst(count)
        } else if count == 0 {
          return EIO
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
    try ensure(code == 0, code)
  }

  /// Takes the file's name away: it is gone with the last that has it open, and with the process however that
  /// ends. For what is only to be read again.
  func removeName() { unlinkat(target.folder, name, 0) }

  /// What was written by now, for reading.
  func reader() throws(FileError) -> InputFile {
    try InputFile(
      target.path, SystemError.retrying { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) })
  }

  /// Asks the file system for the space of `byteCount` bytes, where the system knows how to.
  func reserve(_ byteCount: Int) throws(FileError) {
    #if os(Linux)
      guard byteCount > 0 else { return }
      var code: Int32
      repeat { code = posix_fallocate(descriptor, 0, off_t(byteCount)) } while code == EINTR
      // Not every file system can reserve; that is no reason to refuse it.
      try ensure(code == 0 || code == EOPNOTSUPP || code == EINVAL, code)
    #endif
  }

  /// Gives the file the permissions of the one that it is to replace, and its owner and group where this
  /// process may.
  func takeOverOwnership() throws(FileError) {
    guard let old = target.old else { return }
    // Root may give both away; others at most a group of theirs.
    if fchown(descriptor, old.owner, old.group) != 0 {
      _ = fchown(descriptor, uid_t.max, old.group)
    }
    // After the owner: a change of it can take permissions away.
    try ensure(SystemError.retrying { fchmod(descriptor, old.permissions) } == 0, errno)
  }

  /// Waits until the storage holds the bytes.
  func flush() throws(FileError) {
    #if canImport(Darwin)
      // Here fsync stops at the drive's cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    try ensure(SystemError.retrying { fsync(descriptor) } == 0, errno)
  }

  /// Closes the file: some network file systems tell of a failed write only now.
  mutating func finish() throws(FileError) {
    let result = close(descriptor)
    let code = errno
    descriptor = -1
    // An interrupted close has closed all the same.
    try ensure(result == 0 || code == EINTR, code)
  }

  /// Reads the file back and compares it with `bytes`.
  func check(holds bytes: [UInt8]) throws(FileError) {
    let reader = SystemError.retrying {
      openat(target.folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    }
    try ensure(reader >= 0, errno)
    defer { close(reader) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var position = 0
    while true {
      let count = read(reader, &buffer, buffer.count)
      if count < 0 {
        try ensure(errno == EINTR, errno)
        continue
      }
      let isSame = bytes.withUnsafeBytes { expected in
        let part = expected.dropFirst(position).prefix(count)
        return part.count == count
          && (count == 0
            || memcmp(UnsafeRawBufferPointer(rebasing: part).baseAddress!, buffer, count) == 0)
      }
      position += count
      guard isSame, count > 0 || position == bytes.count else {
        throw .readBackDiffers(path: target.path)
      }
      if count == 0 { return }
    }
  }

  /// Gives the file the target's name; the old file loses it in the same instant.
  ///
  /// A file that is mounted by itself, as Docker mounts one, cannot lose its name. It is written in place,
  /// while this one stands as `NAME.rescued` beside it, and is removed when the storage holds the other:
  /// a kill or a power cut in between leaves that one damaged and this one whole.
  mutating func replaceTarget(holding bytes: [UInt8]) throws(FileError) {
    let code = rename(to: target.name)
    if code == EBUSY {
      let rescueCode = rename(to: target.freeRescueName)
      try ensure(rescueCode == 0, rescueCode)
      try flushFolder()
      try Self.overwrite(OutputTarget(target.path), with: bytes)
      unlinkat(target.folder, name, 0)
    } else {
      try ensure(code == 0, code)
    }
    isPlaced = true
  }

  /// The same for a target that can lose its name.
  mutating func replaceTarget() throws(FileError) {
    let code = rename(to: target.name)
    try ensure(code == 0, code)
    isPlaced = true
  }

  /// Gives the file another name in its folder. Returns 0 or an error number.
  private mutating func rename(to newName: [CChar]) -> Int32 {
    let result = SystemError.retrying { renameat(target.folder, name, target.folder, newName) }
    guard result == 0 else { return errno }
    name = newName
    return 0
  }

  private static func overwrite(
    _ target: consuming OutputTarget, with bytes: [UInt8]
  ) throws(FileError) {
    let oldByteCount = target.old?.byteCount ?? 0
    var file = try TemporaryFile(inPlaceOf: target)
    do throws(FileError) {
      try file.reserve(bytes.count)
    } catch {
      // Nothing is overwritten yet.
      try file.cut(to: oldByteCount)
      throw error
    }
    try file.append(bytes)
    try file.cut(to: bytes.count)
    try file.flush()
    try file.finish()
    try file.check(holds: bytes)
  }

  private func cut(to byteCount: Int) throws(FileError) {
    try ensure(SystemError.retrying { ftruncate(descriptor, off_t(byteCount)) } == 0, errno)
  }

  /// Gives the file at `path`, if one is there and not empty, the name `NAME.bak` as well, whose own file
  /// is replaced in the same instant: as a hard link or, where the file system has none, as a copy.
  static func keepOld(_ path: String) throws(FileError) {
    let target = try OutputTarget(path)
    guard let old = target.old, old.byteCount > 0 else { return }
    let (folder, name, backupName) = (target.folder, target.name, target.backupName)
    if target.linkFailure == 0 {
      // A link has no descriptor.
      var link = try TemporaryFile(beside: OutputTarget(path)) { _, newName in
        linkat(folder, name, folder, newName, 0)
      }
      link.descriptor = -1
      try link.keep(as: backupName)
    } else {
      let bytes = try InputFile.read(path, limit: .max)
      var copy = try TemporaryFile(beside: OutputTarget(path))
      try copy.fill(with: bytes)
      try copy.keep(as: backupName)
    }
    do throws(FileError) {
      try target.flushFolder()
    } catch .notDurable(let path, let reason) {
      // Nothing is replaced yet.
      throw .cannotWrite(path: path, reason: reason)
    }
  }

  /// Gives the file that name; its own is removed with this value, also where both names are of one file
  /// already, when the call does nothing.
  private func keep(as backupName: [CChar]) throws(FileError) {
    let result = SystemError.retrying {
      renameat(target.folder, name, target.folder, backupName)
    }
    try ensure(result == 0, errno)
  }

  /// Waits until the new name survives a power cut.
  func flushFolder() throws(FileError) { try target.flushFolder() }

  /// Throws the error number `code` as this file's where a call has failed.
  private func ensure(_ condition: Bool, _ code: Int32) throws(FileError) {
    guard condition else {
      throw .cannotWrite(path: target.path, reason: SystemError.text(code))
    }
  }

  /// Removes the temporary files that killed runs have left beside `target`. The caller must hold the
  /// target's `FileLock`; otherwise a file could be one that another run is writing just now.
  static func removeLeftovers(beside target: borrowing OutputTarget) {
    let own = openat(target.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { return }
    guard let list = fdopendir(own) else {
      close(own)
      return
    }
    defer { closedir(list) }
    let start = target.sideName(mark).dropLast()
    while let entry = readdir(list) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
      }
      guard name.starts(with: start), isOwnSuffix(name.dropFirst(start.count)) else { continue }
      // A folder of this name is somebody else's, and is not removed by this.
      unlinkat(target.folder, name + [0], 0)
    }
  }

  /// Whether `suffix` has the form `PID-RANDOM`, both in hexadecimal digits.
  private static func isOwnSuffix(_ suffix: ArraySlice<CChar>) -> Bool {
    let parts = suffix.split(separator: CChar(UInt8(ascii: "-")), omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy { Character(Unicode.Scalar(UInt8(bitPattern: $0))).isHexDigit }
      }
  }
}
