/// A lock that keeps two runs from writing the same file.
///
/// It is an advisory lock (`flock`) on a small file `.NAME.lock` beside the file NAME. The small file holds
/// the process number of the run that has the lock, to be named in the other's error. When that run ends,
/// even by a kill, the system releases the lock. The small file is removed with the lock; the one that a
/// killed run leaves is used by the next run, of another user too: everybody may read it, which is enough to
/// lock it.
final class FileLock: Sendable {
  private let target: OutputTarget
  private let name: [CChar]
  private let descriptor: Int32
  /// False on a file system without locks, where the run goes on unprotected.
  let isHeld: Bool
  private let madeFolders: MadeFolders

  /// Takes the lock of the file at `path`; throws `FileError.locked` where another run has it.
  ///
  /// - Parameter makingFolder: makes the file's folder where there is none. It is removed with the lock if it
  ///   is empty then.
  init(_ path: String, makingFolder: Bool = false) throws(FileError) {
    madeFolders = try MadeFolders(around: makingFolder ? path : "")
    let target = try OutputTarget(path)
    let name = target.sideName(".lock")
    while true {
      let descriptor = try Self.opened(name, of: target)
      let code = SystemError.retrying { flock(descriptor, LOCK_EX | LOCK_NB) } == 0 ? 0 : errno
      switch code {
      case 0 where !Self.isNamed(name, in: target.folder, descriptor):
        // Between the two calls the last holder has removed the small file, so this is a lock on a file
        // without a name, which the next run would not see: try again.
        close(descriptor)
        continue
      // Network file systems want a descriptor that writes, which another user's small file has not.
      case 0, ENOSYS, ENOLCK, EOPNOTSUPP, EBADF:
        isHeld = code == 0
      case EWOULDBLOCK:
        defer { close(descriptor) }
        throw .locked(path: path, process: Self.process(in: descriptor))
      default:
        close(descriptor)
        throw .cannotWrite(path: path, reason: SystemError.text(code))
      }
      self.target = target
      self.name = name
      self.descriptor = descriptor
      break
    }
    // The number only serves other runs' errors: a full disk, where it cannot be written, is no obstacle.
    let text = Array("\(getpid())\n".utf8)
    if isHeld, ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  /// Throws `FileError.locked` where a run has the lock of the file at `path`; makes nothing.
  static func check(_ path: String) throws(FileError) {
    let target = try OutputTarget(path)
    if FileSystem.exists(target.path(of: target.sideName(".lock"))) { _ = try FileLock(path) }
  }

  deinit {
    // First the name, then the lock: a run that gets the lock in between sees that the file has lost its
    // name, and tries again.
    unlinkat(target.folder, name, 0)
    close(descriptor)
  }

  private static func opened(
    _ name: [CChar], of target: borrowing OutputTarget
  ) throws(FileError) -> Int32 {
    let flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    var descriptor = SystemError.retrying {
      openat(target.folder, name, O_RDWR | O_CREAT | flags, 0o666)
    }
    if descriptor >= 0 {
      // Whatever the mask says; where the small file is another user's, it stays as it is.
      _ = fchmod(descriptor, 0o644)
      return descriptor
    }
    let code = errno
    if code == EACCES {
      descriptor = SystemError.retrying { openat(target.folder, name, O_RDONLY | flags) }
      if descriptor >= 0 { return descriptor }
      if errno == EACCES {
        throw .cannotLock(
          path: target.path, lock: target.path(of: name), reason: SystemError.text(code))
      }
    }
    throw .cannotWrite(path: target.path, reason: SystemError.text(code))
  }

  /// Removes the temporary files of earlier runs that were killed while they wrote the file.
  func removeLeftovers() {
    if isHeld { TemporaryFile.removeLeftovers(beside: target) }
  }

  /// Whether the open file still has the name `name` in the folder.
  private static func isNamed(_ name: [CChar], in folder: Int32, _ descriptor: Int32) -> Bool {
    var (own, named) = (stat(), stat())
    return fstat(descriptor, &own) == 0
      && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0
      && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  /// The process number that the small file holds; nil for one of a process that is no more, where the
  /// holder could not write its own.
  private static func process(in descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    guard let number = pid_t(text), number > 0, kill(number, 0) == 0 || errno == EPERM else {
      return nil
    }
    return Int(number)
  }
}
