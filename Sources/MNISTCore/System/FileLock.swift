/// A lock that keeps two runs from writing the same file.
///
/// It is an advisory lock (`flock`) on a small file `.NAME.lock` beside the file NAME. The small file holds
/// the process number of the run that has the lock, to be named in the other's error. When that run ends,
/// even by a kill, the system releases the lock. The small file is removed with the lock; the one that a
/// killed run leaves is used by the next run.
final class FileLock: Sendable {
  private let target: OutputTarget
  private let name: [CChar]
  private let descriptor: Int32
  /// False on a file system without locks, where the run goes on unprotected.
  let isHeld: Bool

  /// Takes the lock of the file at `path`; throws `FileError.locked` where another run has it.
  init(_ path: String) throws(FileError) {
    let target = try OutputTarget(path)
    let name = target.sideName(".lock")
    while true {
      let descriptor = SystemError.retrying {
        openat(target.folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      }
      guard descriptor >= 0 else {
        throw .cannotWrite(path: path, reason: SystemError.text(errno))
      }
      let code = SystemError.retrying { flock(descriptor, LOCK_EX | LOCK_NB) } == 0 ? 0 : errno
      switch code {
      case 0 where !Self.isNamed(name, in: target.folder, descriptor):
        // Between the two calls the last holder has removed the small file, so this is a lock on a file
        // without a name, which the next run would not see: try again.
        close(descriptor)
        continue
      case 0, ENOSYS, ENOLCK, EOPNOTSUPP:
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

  deinit {
    // First the name, then the lock: a run that gets the lock in between sees that the file has lost its
    // name, and tries again.
    unlinkat(target.folder, name, 0)
    close(descriptor)
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

  /// The process number that the small file holds.
  private static func process(in descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int(String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self))
  }
}
