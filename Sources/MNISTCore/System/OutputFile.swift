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
