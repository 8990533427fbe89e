import Foundation

/// What this process has open.
enum OpenFiles {
  /// The descriptors of the file at `path`.
  static func descriptors(of path: String) -> [Int32] {
    (0..<4_096).filter { descriptor in
      var (found, own) = (stat(), stat())
      return fstat(descriptor, &found) == 0 && lstat(path, &own) == 0
        && found.st_ino == own.st_ino && found.st_dev == own.st_dev
    }
  }

  /// Those of them that a program which this process starts would get.
  static func inherited(of path: String) -> [Int32] {
    descriptors(of: path).filter { fcntl($0, F_GETFD) & FD_CLOEXEC == 0 }
  }
}
