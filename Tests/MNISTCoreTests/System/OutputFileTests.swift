import Foundation
import Testing

@testable import MNISTCore

@Suite struct OutputFileTests {
  @Test(arguments: [0, 1, 262_144, 700_001])
  func whatIsWrittenStandsInTheFile(_ count: Int) throws {
    try SmallSets.withFolder { folder in
      // No piece is like another.
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 &+ $0 >> 11) }
      try OutputFile.write(bytes, to: "\(folder)/model")
      #expect(try SmallSets.content("\(folder)/model") == bytes)
      #expect(try SmallSets.names(folder) == ["model"])
    }
  }

  @Test func theOldContentIsReplacedAsAWhole() throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/model"
      try OutputFile.write(Array("a long old content".utf8), to: path)
      try OutputFile.write(Array("new".utf8), to: path)
      #expect(try SmallSets.content(path) == Array("new".utf8))
      #expect(try SmallSets.names(folder) == ["model"])
    }
  }

  /// A reader that opened the file before goes on with the old one; so does another hard link.
  @Test func whoHasTheOldFileKeepsIt() throws {
    try SmallSets.withFolder { folder in
      try OutputFile.write([1, 2], to: "\(folder)/model")
      #expect(link("\(folder)/model", "\(folder)/other") == 0)
      let reader = try #require(FileHandle(forReadingAtPath: "\(folder)/model"))
      try OutputFile.write([3], to: "\(folder)/model")
      #expect(try SmallSets.content("\(folder)/other") == [1, 2])
      #expect(try reader.readToEnd() == Data([1, 2]))
    }
  }

  @Test(arguments: [0o600, 0o640, 0o664, 0o755] as [mode_t])
  func thePermissionsOfAnExistingFileAreKept(_ permissions: mode_t) throws {
    try SmallSets.withFolder { folder in
      try OutputFile.write([1], to: "\(folder)/model")
      #expect(chmod("\(folder)/model", permissions) == 0)
      try OutputFile.write([2], to: "\(folder)/model")
      #expect(try self.permissions("\(folder)/model") == permissions)
      #expect(try SmallSets.content("\(folder)/model") == [2])
    }
  }

  /// Only root may give a file away.
  @Test(.enabled(if: geteuid() == 0, "does not run as root"))
  func theOwnerAndGroupOfAnExistingFileAreKept() throws {
    try SmallSets.withFolder { folder in
      try OutputFile.write([1], to: "\(folder)/model")
      #expect(chown("\(folder)/model", 12_345, 23_456) == 0)
      #expect(chmod("\(folder)/model", 0o640) == 0)
      try OutputFile.checkWritable("\(folder)/model", byteCount: 1)
      try OutputFile.write([2], to: "\(folder)/model")
      var status = stat()
      #expect(stat("\(folder)/model", &status) == 0)
      #expect(status.st_uid == 12_345 && status.st_gid == 23_456)
      #expect(status.st_mode & 0o777 == 0o640)
    }
  }

  @Test func aNewFileHasThePermissionsOfAnyNewFile() throws {
    try SmallSets.withFolder { folder in
      try OutputFile.write([1], to: "\(folder)/model")
      let opened = open("\(folder)/opened", O_WRONLY | O_CREAT, 0o666)
      #expect(opened >= 0)
      close(opened)
      #expect(try permissions("\(folder)/model") == permissions("\(folder)/opened"))
    }
  }

  @Test func aSymbolicLinkStaysAndItsTargetIsReplaced() throws {
    try SmallSets.withFolder { folder in
      #expect(mkdir("\(folder)/real", 0o777) == 0)
      try OutputFile.write([1], to: "\(folder)/real/model")
      #expect(symlink("real/model", "\(folder)/relative") == 0)
      #expect(symlink("\(folder)/relative", "\(folder)/absolute") == 0)
      for (index, name) in ["relative", "absolute"].enumerated() {
        let bytes = [UInt8(index) + 2]
        try OutputFile.checkWritable("\(folder)/\(name)", byteCount: 1)
        try OutputFile.write(bytes, to: "\(folder)/\(name)")
        #expect(try SmallSets.content("\(folder)/real/model") == bytes)
      }
      let links = FileManager.default
      #expect(try links.destinationOfSymbolicLink(atPath: "\(folder)/relative") == "real/model")
      #expect(
        try links.destinationOfSymbolicLink(atPath: "\(folder)/absolute") == "\(folder)/relative")
      #expect(try SmallSets.names("\(folder)/real") == ["model"])
    }
  }

  @Test func aLinkToNothingYetIsFollowed() throws {
    try SmallSets.withFolder { folder in
      #expect(symlink("later", "\(folder)/model") == 0)
      try OutputFile.write([7], to: "\(folder)/model")
      #expect(try SmallSets.content("\(folder)/later") == [7])
      #expect(try SmallSets.names(folder) == ["later", "model"])
    }
  }

  @Test func asManyLinksAreFollowedAsTheSystemFollows() throws {
    try SmallSets.withFolder { folder in
      for number in 1...40 {
        #expect(symlink("l\(number - 1)", "\(folder)/l\(number)") == 0)
      }
      try OutputFile.write([1], to: "\(folder)/l39")
      #expect(try SmallSets.content("\(folder)/l0") == [1])
      let error = FileError.cannotWrite(path: "\(folder)/l40", reason: SystemError.text(ELOOP))
      #expect(throws: error) { try OutputFile.write([2], to: "\(folder)/l40") }
    }
  }

  /// It is no copy: a large model is kept in no time, and takes no more room.
  @Test func theOldFileIsKeptAsItIs() throws {
    try SmallSets.withFolder(["m": [5]]) { folder in
      let path = "\(folder)/m"
      let number = try inode(path)
      func openStreams() -> [Int32] { (0...2).filter { fcntl($0, F_GETFD) >= 0 } }
      let streams = openStreams()
      try OutputFile.write([], to: path, keepingOld: true)
      #expect(try inode("\(path).bak") == number)
      #expect(try SmallSets.content("\(path).bak") == [5])
      // In which there is nothing is not kept.
      try OutputFile.write([6], to: path, keepingOld: true)
      #expect(try inode("\(path).bak") == number)
      #expect(try SmallSets.content(path) == [6])
      #expect(try SmallSets.names(folder) == ["m", "m.bak"])
      // What is closed once is not closed again, as something else.
      #expect(openStreams() == streams)
    }
  }

  private func inode(_ path: String) throws -> ino_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_ino
  }

  @Test func aLongNameIsWritten() throws {
    try SmallSets.withFolder { folder in
      for name in [String(repeating: "n", count: 255), String(repeating: "漢", count: 85)] {
        try OutputFile.checkWritable("\(folder)/\(name)", byteCount: 10)
        try OutputFile.write([1], to: "\(folder)/\(name)")
        #expect(try SmallSets.content("\(folder)/\(name)") == [1])
      }
      #expect(try SmallSets.names(folder).count == 2)
    }
  }

  @Test func aNameThatIsTooLongForACopyBesideItIsRefused() throws {
    try SmallSets.withFolder { folder in
      let paths = [251, 252].map { "\(folder)/" + String(repeating: "n", count: $0) }
      try OutputTarget(paths[0]).checkBackupReplaceable()
      let reason = SystemError.text(ENAMETOOLONG)
      #expect(throws: FileError.cannotWrite(path: "\(paths[1]).bak", reason: reason)) {
        try OutputTarget(paths[1]).checkBackupReplaceable()
      }
    }
  }

  /// 222 bytes leave room for a helper's dot and suffix.
  @Test(arguments: [
    (String(repeating: "n", count: 222), String(repeating: "n", count: 222)),
    (String(repeating: "n", count: 223), String(repeating: "n", count: 205) + "~4bbeed52703fca29"),
    // Of two bytes each, of which the last is 0xBF and 0x80: none is cut in two.
    (String(repeating: "¿", count: 127), String(repeating: "¿", count: 102) + "~a53d160f9f11936a"),
    (String(repeating: "À", count: 127), String(repeating: "À", count: 102) + "~d0bccb7bac0a4cde"),
  ])
  func aHelperOfALongNameIsNamedByItsBeginningAndAChecksum(
    _ name: String, _ kept: String
  ) throws {
    try SmallSets.withFolder { folder in
      let target = try OutputTarget("\(folder)/\(name)")
      let helper = target.sideName(".lock")
      #expect(helper == Array(".\(kept).lock".utf8CString))
    }
  }

  @Test func aHelpersNameIsOneOfItsOwn() throws {
    try SmallSets.withFolder { folder in
      let target = try OutputTarget("\(folder)/m")
      let names = (0..<100).map { _ in target.path(of: TemporaryFile.newName(beside: target)) }
      #expect(Set(names).count == 100)
      let start = "\(folder)/.m.tmp-\(getpid())-"
      for name in names {
        #expect(name.hasPrefix(start) && name.dropFirst(start.count).allSatisfy(\.isHexDigit))
      }
    }
  }

  @Test func whatStandsBesideAFileHasItsName() throws {
    try SmallSets.withFolder { folder in
      let target = try OutputTarget("\(folder)/m")
      let first = target.path(of: target.freeRescueName)
      try SmallSets.write([], "\(folder)/m.rescued")
      let second = target.path(of: target.freeRescueName)
      #expect([first, second] == ["\(folder)/m.rescued", "\(folder)/m.rescued-2"])
      let before = target.backupByteCount
      try SmallSets.write([1, 2, 3], "\(folder)/m.bak")
      let after = target.backupByteCount
      #expect(before == 0 && after == 3)
    }
    let target = try OutputTarget("/no-such-file-of-mnist-train")
    let place = target.path(of: target.name)
    #expect(place == "/no-such-file-of-mnist-train")
  }

  @Test(arguments: [
    ("m.pt.bak", "m.pt"), ("m.rescued", "m"), ("m.rescued-90.bak", "m"), ("m.rescued-9x", nil),
    ("m.rescued-x9", nil),
    ("bak", nil), ("m.pt", nil),
  ])
  func aCopysNameTellsWhatItIsACopyOf(_ name: String, _ whole: String?) {
    #expect(String(OutputTarget.nameWithoutCopySuffix(name[...])) == whole ?? name)
  }

  @Test func whatIsWrittenInPlaceNeedsRoomForWhatIsMoreThanBefore() throws {
    try SmallSets.withFolder(["m": []]) { folder in
      func refusal(_ name: String, _ byteCount: Int) -> FileError? {
        do throws(FileError) {
          try OutputTarget("\(folder)/\(name)").checkRoomInPlace(for: byteCount)
          return nil
        } catch {
          return error
        }
      }
      // Of which nothing is on the disk.
      #expect(truncate("\(folder)/m", 1 << 43) == 0)
      // Its room is free once it is replaced, and it is kept as it is.
      try OutputFile.checkWritable("\(folder)/m", byteCount: 1, isWrittenAgain: true)
      try OutputFile.checkWritable("\(folder)/m", byteCount: 1, keepingOld: true)
      #expect(link("\(folder)/m", "\(folder)/new.bak") == 0)
      try OutputFile.checkWritable(
        "\(folder)/new", byteCount: 1, isWrittenAgain: true, keepingOld: true)
      #expect(refusal("m", 1 << 43) == nil)
      let error = FileError.cannotWrite(path: "\(folder)/m", reason: SystemError.text(ENOSPC))
      #expect(refusal("m", 1 << 62) == error)
      // Nobody knows yet what it will be written to.
      #expect(refusal("new", 1 << 62) == nil)
    }
  }

  /// A program that the tool starts does not get the file.
  @Test func otherProgramsDoNotInheritIt() throws {
    try SmallSets.withFolder { folder in
      let file = try TemporaryFile(beside: OutputTarget("\(folder)/m"))
      let inherited = OpenFiles.inherited(of: "\(folder)/\(try SmallSets.names(folder)[0])")
      try file.append([1])
      #expect(inherited == [])
    }
  }

  @Test func aFileWithoutANameIsReadAllTheSame() throws {
    try SmallSets.withFolder { folder in
      let file = try TemporaryFile(beside: OutputTarget("\(folder)/m"))
      try file.append([1, 2, 3])
      file.removeName()
      #expect(try SmallSets.names(folder) == [])
      let bytes = try file.reader().read(1..<3)
      #expect(bytes == [2, 3])
    }
  }

  @Test func whatIsReadBackMustBeWhatWasWritten() throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/model"
      let file = try TemporaryFile(beside: OutputTarget(path))
      try file.append([1, 2, 3])
      let others: [[UInt8]] = [[1, 2, 3], [1, 2, 4], [0, 2, 3], [1, 2], [1, 2, 3, 4], []]
      var found: [FileError?] = []
      for other in others {
        do throws(FileError) {
          try file.check(holds: other)
          found.append(nil)
        } catch {
          found.append(error)
        }
      }
      #expect(found == [nil] + [FileError?](repeating: .readBackDiffers(path: path), count: 5))
    }
  }

  @Test func aCheckLeavesNothingBehind() throws {
    try SmallSets.withFolder { folder in
      try OutputFile.checkWritable("\(folder)/model", byteCount: 1_000_000)
      #expect(try SmallSets.names(folder) == [])
      try OutputFile.write([1], to: "\(folder)/model")
      try OutputFile.checkWritable("\(folder)/model", byteCount: 0)
      #expect(try SmallSets.content("\(folder)/model") == [1])
      #expect(try SmallSets.names(folder) == ["model"])
    }
  }

  @Test func aNameWithoutAFolderIsInTheCurrentOne() throws {
    let name = "output-file-test-\(UInt64.random(in: .min ... .max))"
    defer { unlink(name) }
    try OutputFile.write([5], to: name)
    #expect(try SmallSets.content(name) == [5])
  }

  // MARK: Refusing

  /// What goes wrong after the file was begun.
  @Test(.timeLimit(.minutes(1))) func whyAFileCannotBeFinishedIsSaid() throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/m"
      func reason(_ body: () throws(FileError) -> Void) -> String? {
        do throws(FileError) {
          try body()
          return nil
        } catch {
          guard case .cannotWrite(path, let reason) = error else { return "\(error)" }
          return reason
        }
      }
      var file = try TemporaryFile(beside: OutputTarget(path))
      let name = "\(folder)/\(try SmallSets.names(folder)[0])"
      #if os(Linux)
        try FullFile.extend(name, room: 3)
        for descriptor in OpenFiles.descriptors(of: name) { lseek(descriptor, 0, SEEK_END) }
        #expect(
          reason { () throws(FileError) in try file.append([1, 2, 3, 4]) }
            == SystemError.text(EFBIG))
      #endif
      #expect(mkdir(path, 0o700) == 0)
      let taken = SystemError.text(EISDIR)
      #expect(reason { () throws(FileError) in try file.replaceTarget() } == taken)
      #expect(reason { () throws(FileError) in try file.replaceTarget(holding: []) } == taken)
      #expect(unlink(name) == 0)
      #expect(
        reason { () throws(FileError) in try file.check(holds: [1]) } == SystemError.text(ENOENT))
      #expect(mkdir(name, 0o700) == 0)
      #expect(
        reason { () throws(FileError) in try file.check(holds: [1]) } == SystemError.text(EISDIR))
      #expect(try SmallSets.names(folder).count == 2)
    }
  }

  /// `FOLDER` stands for the test's own.
  @Test(arguments: [
    ("", FileError.emptyPath),
    ("FOLDER", .notARegularFile(path: "FOLDER", kind: "a folder")),
    ("FOLDER/", .notARegularFile(path: "FOLDER/", kind: "a folder")),
    ("FOLDER/link", .notARegularFile(path: "FOLDER/link", kind: "a folder")),
    ("FOLDER/pipe", .notARegularFile(path: "FOLDER/pipe", kind: "a named pipe")),
    ("/dev/null", .notARegularFile(path: "/dev/null", kind: "a device")),
    ("FOLDER/no/model", .missingFolder(path: "FOLDER/no/model", folder: "FOLDER/no")),
    ("FOLDER/no/", .missingFolder(path: "FOLDER/no/", folder: "FOLDER/no")),
    ("FOLDER/file/model", .cannotWrite(path: "FOLDER/file/model", reason: "Not a directory")),
    (
      "FOLDER/loop",
      .cannotWrite(path: "FOLDER/loop", reason: String(cString: strerror(ELOOP)))
    ),
    (
      "FOLDER/\(String(repeating: "n", count: 256))",
      .cannotWrite(
        path: "FOLDER/\(String(repeating: "n", count: 256))", reason: "File name too long")
    ),
    (
      "FOLDER/a\0b",
      .cannotWrite(path: "FOLDER/a\0b", reason: "a path cannot hold a zero byte")
    ),
  ])
  func whatCannotBeWrittenIsRefusedAtOnce(_ path: String, _ expected: FileError) throws {
    try SmallSets.withFolder { folder in
      #expect(symlink(".", "\(folder)/link") == 0)
      #expect(symlink("loop", "\(folder)/loop") == 0)
      #expect(mkfifo("\(folder)/pipe", 0o666) == 0)
      try OutputFile.write([1], to: "\(folder)/file")
      let before = try SmallSets.names(folder)
      let place = path.replacing("FOLDER", with: folder)
      for attempt in 0..<2 {
        let error = #expect(throws: FileError.self) {
          if attempt == 0 {
            try OutputFile.checkWritable(place, byteCount: 100)
          } else {
            try OutputFile.write([1, 2], to: place)
          }
        }
        let found = try #require(error).description.replacing(folder, with: "FOLDER")
        #expect(found == expected.description)
      }
      #expect(try SmallSets.names(folder) == before)
      #expect(try SmallSets.content("\(folder)/file") == [1])
    }
  }

  #if os(Linux)
    @Test(arguments: ["/proc/model", "/proc/version"], [0, 100])
    func aFolderThatTakesNoFilesIsRefused(_ path: String, _ byteCount: Int) {
      #expect(cannotBeWritten(path, byteCount: byteCount))
    }

    @Test func aDiskThatIsTooSmallIsFoundByTheCheck() throws {
      try SmallSets.withFolder { folder in
        #expect(cannotBeWritten("\(folder)/model", byteCount: 1 << 62))
        let left = try SmallSets.names(folder)
        #expect(left == [])
      }
    }
  #endif

  /// Root may write everywhere, so that only others can see this refusal.
  @Test(.disabled(if: geteuid() == 0, "runs as root"))
  func whatIsReadOnlyIsRefused() throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/model"
      let expected = FileError.cannotWrite(path: path, reason: "Permission denied")
      try OutputFile.write([1], to: path)
      #expect(chmod(path, 0o444) == 0)
      #expect(throws: expected) { try OutputFile.checkWritable(path, byteCount: 1) }
      #expect(throws: expected) { try OutputFile.write([2], to: path) }
      #expect(chmod(path, 0o644) == 0 && chmod(folder, 0o555) == 0)
      #expect(throws: expected) { try OutputFile.checkWritable(path, byteCount: 1) }
      #expect(throws: expected) { try OutputFile.write([2], to: path) }
      #expect(chmod(folder, 0o755) == 0)
      #expect(try SmallSets.content(path) == [1])
    }
  }

  @Test func everyRefusalIsOneSentence() {
    let sentences = [
      FileError.emptyPath,
      .missingFolder(path: "no/model", folder: "no"),
      .cannotLock(path: "model", lock: ".model.lock", reason: "Permission denied"),
      .notReplaced(path: "model", what: "no model (expected …)"),
      .cannotKeep(path: "model", .notARegularFile(path: "model.bak", kind: "a folder")),
      .readBackDiffers(path: "model"),
      .notDurable(path: "model", reason: "Input/output error"),
    ].map(\.description)
    #expect(
      sentences == [
        "the path is empty (expected the name of a file)",
        "no/model: cannot be written: there is no folder no",
        "model: cannot be locked: .model.lock, which another user's run has left, cannot be opened: "
          + "Permission denied (remove it if that run is over)",
        "model: not replaced: no model (expected …)",
        "model: the model there cannot be kept: model.bak: not a file (expected a regular file, "
          + "found a folder)",
        "model: cannot be written: what was read back differs from what was written",
        "model: written, but may be lost in a power cut: Input/output error",
      ])
  }

  // MARK: Helpers

  /// Whether the check says so, in whatever words this file system has for it.
  private func cannotBeWritten(_ path: String, byteCount: Int) -> Bool {
    do throws(FileError) {
      try OutputFile.checkWritable(path, byteCount: byteCount)
      return false
    } catch {
      guard case .cannotWrite(path, _) = error else { return false }
      return true
    }
  }

  private func permissions(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o777
  }

  @Test func aPathFromTheRootFollowsItsFolder() throws {
    try SmallSets.withFolder { folder in
      let real = OutputTarget.absolutePath(folder + "/m")
      #expect(symlink(folder, folder + "/link") == 0)
      #expect(real.hasSuffix("/m"))
      #expect(OutputTarget.absolutePath(folder + "/link/m") == real)
      #expect(OutputTarget.absolutePath("/m") == "/m")
      #expect(OutputTarget.absolutePath("/no/such/m") == "/no/such/m")
      let here = FileManager.default.currentDirectoryPath
      #expect(OutputTarget.absolutePath("m") == OutputTarget.absolutePath(here + "/m"))
    }
  }
}
