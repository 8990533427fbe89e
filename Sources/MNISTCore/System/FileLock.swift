/// The right to write a file, which one process has at a time.
///
/// It is an advisory lock (`flock`) of a file `.NAME.lock` beside it, in which the holder's process number
/// stands. The system takes it back when its holder ends, however it ends; the file is removed with the
/// lock, or by the next holder.
final class FileLock: Sendable {
  private let target: OutputTarget
  private let name: [CChar]
  private let descriptor: Int32
  /// False on a file system that has no locks.
  let isHeld: Bool

  /// Throws `FileError.locked` where another process has it.
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
        // Its last holder has removed it in between.
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
    // Only tells others: where there is no room for it, the lock is held all the same.
    let text = Array("\(getpid())\n".utf8)
    if isHeld, ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  deinit {
    // In this order: whoever locks the file meanwhile sees that it has lost its name.
    unlinkat(target.folder, name, 0)
    close(descriptor)
  }

  /// Removes what earlier holders were killed over.
  func removeLeftovers() {
    if isHeld { TemporaryFile.removeLeftovers(beside: target) }
  }

  private static func isNamed(_ name: [CChar], in folder: Int32, _ descriptor: Int32) -> Bool {
    var (own, named) = (stat(), stat())
    return fstat(descriptor, &own) == 0
      && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0
      && own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  private static func process(in descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int(String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self))
  }
}
