/// Writing a whole file so that it is never lost and never half there.
///
/// Whoever opens the path, at any instant and after a power cut too, finds the old content or the
/// new. The bytes go to a temporary file beside the target, which takes the target's place only
/// after they were flushed to the storage and read back. A symbolic link stays and its target is
/// replaced; of hard links only the one named is; the permissions of an existing file are kept.
/// On a failure the old file stands as it was and the temporary file is removed.
///
/// A write beyond `ulimit -f` ends the process unless it ignores `SIGXFSZ`, as both tools must.
enum OutputFile {
  /// Replaces the file at `path`, or makes it, and waits until the storage holds it.
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try TemporaryFile(beside: OutputTarget(path))
    try file.append(bytes)
    try file.takeOverPermissions()
    try file.flush()
    try file.finish()
    try file.check(holds: bytes)
    try file.replaceTarget()
    try file.flushFolder()
  }

  /// The same without waiting for the storage, which takes longer than all the rest: after a power cut the
  /// file may be empty or the old one. For what is soon written again.
  static func writeQuickly(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try TemporaryFile(beside: OutputTarget(path))
    try file.append(bytes)
    try file.takeOverPermissions()
    try file.finish()
    try file.replaceTarget()
  }

  /// Finds out before hours of work whether `write` of `byteCount` bytes could succeed now.
  ///
  /// A temporary file is made and removed again; on Linux the space is reserved in it, so that a
  /// full disk is found too.
  static func checkWritable(_ path: String, byteCount: Int) throws(FileError) {
    let file = try TemporaryFile(beside: OutputTarget(path))
    try file.takeOverPermissions()
    try file.reserve(byteCount)
  }
}

/// A new file beside the one it is to replace, removed when it goes unused.
struct TemporaryFile: ~Copyable {
  private let target: OutputTarget
  /// `.NAME.tmp-PID-RANDOM` and a zero byte; see `OutputTarget.sideName`.
  private let name: [CChar]
  private var descriptor: Int32
  private var isInPlace = false
  private static let mark = ".tmp-"

  init(beside target: consuming OutputTarget) throws(FileError) {
    var name: [CChar]
    var descriptor: Int32
    var attempts = 0
    repeat {
      let random = String(UInt32.random(in: .min ... .max), radix: 16)
      name = target.sideName("\(Self.mark)\(getpid())-\(random)")
      descriptor = SystemError.retrying {
        // With the old file's permissions from the start, so that nobody can read the new content who
        // may not read the old.
        openat(
          target.folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
          target.permissions ?? 0o666)
      }
      attempts += 1
    } while descriptor < 0 && errno == EEXIST && attempts < 10
    guard descriptor >= 0 else {
      throw .cannotWrite(path: target.path, reason: SystemError.text(errno))
    }
    self.target = target
    self.name = name
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isInPlace { unlinkat(target.folder, name, 0) }
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

  /// Gives the file the permissions of the one that it is to replace.
  func takeOverPermissions() throws(FileError) {
    guard let permissions = target.permissions else { return }
    try ensure(SystemError.retrying { fchmod(descriptor, permissions) } == 0, errno)
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
  mutating func replaceTarget() throws(FileError) {
    let result = SystemError.retrying {
      renameat(target.folder, name, target.folder, target.name)
    }
    try ensure(result == 0, errno)
    isInPlace = true
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
