/// A new file beside the one it is to replace, removed when it goes unused.
struct TemporaryFile: ~Copyable {
  private let target: OutputTarget
  /// `.NAME.tmp-PID-RANDOM` and a zero byte; see `OutputTarget.sideName`.
  private let name: [CChar]
  private var descriptor: Int32
  private var isInPlace = false

  init(beside target: consuming OutputTarget) throws(FileError) {
    var name: [CChar]
    var descriptor: Int32
    var attempts = 0
    repeat {
      let random = String(UInt32.random(in: .min ... .max), radix: 16)
      name = target.sideName("\(Self.mark)\(getpid())-\(random)")
      descriptor = SystemError.retrying {
        // Never open to more people than the file it replaces, not even for a moment.
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
    try require(code == 0, code)
  }

  /// Asks the file system for the space of `byteCount` bytes, where the system knows how to.
  func reserve(_ byteCount: Int) throws(FileError) {
    #if os(Linux)
      guard byteCount > 0 else { return }
      var code: Int32
      repeat { code = posix_fallocate(descriptor, 0, off_t(byteCount)) } while code == EINTR
      // Not every file system can reserve; that is no reason to refuse it.
      try require(code == 0 || code == EOPNOTSUPP || code == EINVAL, code)
    #endif
  }

  func takeOverPermissions() throws(FileError) {
    guard let permissions = target.permissions else { return }
    try require(SystemError.retrying { fchmod(descriptor, permissions) } == 0, errno)
  }

  /// Waits until the storage holds the bytes.
  func flush() throws(FileError) {
    #if canImport(Darwin)
      // Here fsync stops at the drive's cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    try require(SystemError.retrying { fsync(descriptor) } == 0, errno)
  }

  /// Closes the file: some network file systems tell of a failed write only now.
  mutating func finish() throws(FileError) {
    let result = close(descriptor)
    let code = errno
    descriptor = -1
    // An interrupted close has closed all the same.
    try require(result == 0 || code == EINTR, code)
  }

  /// Reads the file back.
  func check(holds bytes: [UInt8]) throws(FileError) {
    let reader = SystemError.retrying {
      openat(target.folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    }
    try require(reader >= 0, errno)
    defer { close(reader) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var position = 0
    while true {
      let count = read(reader, &buffer, buffer.count)
      if count < 0 {
        try require(errno == EINTR, errno)
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

  /// Puts the file in the target's place.
  mutating func replaceTarget() throws(FileError) {
    let result = SystemError.retrying {
      renameat(target.folder, name, target.folder, target.name)
    }
    try require(result == 0, errno)
    isInPlace = true
  }

  /// Makes that stay after a power cut.
  func flushFolder() throws(FileError) { try target.flushFolder() }

  private func require(_ condition: Bool, _ code: Int32) throws(FileError) {
    guard condition else {
      throw .cannotWrite(path: target.path, reason: SystemError.text(code))
    }
  }

  private static let mark = ".tmp-"

  /// Removes what runs that were killed have left beside `target`. Its lock must be held: then no other
  /// run is writing.
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

  /// `PID-RANDOM`
  private static func isOwnSuffix(_ suffix: ArraySlice<CChar>) -> Bool {
    let parts = suffix.split(separator: CChar(UInt8(ascii: "-")), omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy { Character(Unicode.Scalar(UInt8(bitPattern: $0))).isHexDigit }
      }
  }
}
