/// Writing a whole file so that it is never lost and never half there.
///
/// Whoever opens the path, at any instant and after a power cut too, finds the old content or the
/// new. The bytes go to a temporary file beside the target, which takes the target's place only
/// after they were flushed to the storage and read back. A symbolic link stays and its target is
/// replaced; of hard links only the one named is; permissions, and owner and group where the process
/// may, are those of the old file. On a failure the old file stands as it was and the temporary file is
/// removed.
///
/// Only a file that is mounted by itself, whose name nothing can take, is written in place: see
/// `TemporaryFile.replaceTarget`.
///
/// A write beyond `ulimit -f` ends the process unless it ignores `SIGXFSZ`, as both tools must.
enum OutputFile {
  /// Replaces the file at `path`, or makes it, and waits until the storage holds it.
  ///
  /// - Parameter keepingOld: gives the file that is there the name `NAME.bak` as well, before it loses its
  ///   own; both names lead to a whole file at any instant.
  static func write(
    _ bytes: [UInt8], to path: String, keepingOld: Bool = false
  ) throws(FileError) {
    var file = try TemporaryFile(beside: OutputTarget(path))
    try file.fill(with: bytes)
    if keepingOld { try TemporaryFile.keepOld(path) }
    try file.replaceTarget(holding: bytes)
    try file.flushFolder()
  }

  /// The same without waiting for the storage, which takes longer than all the rest: after a power cut the
  /// file may be empty or the old one. For what is soon written again.
  static func writeQuickly(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try TemporaryFile(beside: OutputTarget(path))
    try file.append(bytes)
    try file.takeOverOwnership()
    try file.finish()
    try file.replaceTarget(holding: bytes)
  }

  /// Finds out before hours of work whether `write` of `byteCount` bytes could succeed now, by doing what
  /// it does without touching the file.
  ///
  /// Temporary files are made and removed again; on Linux the space is reserved in them, so that a full
  /// disk is found too.
  ///
  /// - Parameters:
  ///   - isWrittenAgain: whether there must be room for the file beside itself.
  ///   - keepingOld: as of `write`.
  static func checkWritable(
    _ path: String, byteCount: Int, isWrittenAgain: Bool = false, keepingOld: Bool = false
  ) throws(FileError) {
    let target = try OutputTarget(path)
    try target.checkReplaceable()
    let linkFailure = target.linkFailure
    let isMounted = linkFailure == EXDEV
    let oldByteCount = target.old?.byteCount ?? 0
    if isMounted { try target.checkRoomInPlace(for: byteCount) }
    var more: [Int] = []
    // The second time the first file is there, and what it has replaced is not.
    if isWrittenAgain, !isMounted {
      more.append(byteCount - (keepingOld ? target.backupByteCount : oldByteCount))
    }
    if keepingOld, linkFailure != 0 { more.append(oldByteCount) }

    let file = try TemporaryFile(beside: target)
    try file.takeOverOwnership()
    try file.reserve(byteCount)
    try reserve(more[...], path)
  }

  /// Reserves all of them at the same time.
  private static func reserve(_ byteCounts: ArraySlice<Int>, _ path: String) throws(FileError) {
    guard let byteCount = byteCounts.first else { return }
    let file = try TemporaryFile(beside: OutputTarget(path))
    try file.reserve(byteCount)
    try reserve(byteCounts.dropFirst(), path)
  }
}
