import Testing

@testable import MNISTCore

@Suite struct InputFileTests {
  @Test(arguments: [0, 1, 4095, 4096, 100_000]) func aFileComesBackWhole(_ size: Int) throws {
    try SmallSets.withFolder { folder in
      let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try SmallSets.write(content, folder + "/file")
      #expect(try InputFile.read(folder + "/file", limit: size) == content)
    }
  }

  @Test func aFileBeyondTheLimitIsRefusedWithBothSizes() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/file"
      try SmallSets.write([UInt8](repeating: 0, count: 11), path)
      let error = FileError.tooLarge(path: path, limitBytes: 10, foundBytes: 11)
      #expect(throws: error) { try InputFile.read(path, limit: 10) }
      #expect(error.description == "\(path): too large (expected at most 10 bytes, found 11)")
    }
  }

  /// Of which nothing is on the disk.
  @Test func aFileBeyondTheMemoryIsRefused() throws {
    try SmallSets.withFolder(["file": []]) { folder in
      let path = folder + "/file"
      #expect(truncate(path, 1 << 43) == 0)
      #expect(throws: FileError.cannotRead(path: path, reason: SystemError.noMemory)) {
        try InputFile.read(path, limit: .max)
      }
    }
  }

  @Test(arguments: ["/missing", "/missing/deeper"]) func aMissingFileIsNamed(
    _ name: String
  ) throws {
    try SmallSets.withFolder { folder in
      let error = FileError.cannotRead(
        path: folder + name, reason: "No such file or directory")
      #expect(throws: error) { try InputFile.read(folder + name, limit: 10) }
      #expect(
        error.description == "\(folder)\(name): cannot be read: No such file or directory")
    }
  }

  @Test func aLinkIsFollowedAndOneThatLeadsNowhereIsNamed() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([7], folder + "/file")
      symlink("file", folder + "/good")
      symlink("nothing", folder + "/bad")
      #expect(try InputFile.read(folder + "/good", limit: 1) == [7])
      #expect(
        throws: FileError.cannotRead(
          path: folder + "/bad", reason: "No such file or directory")
      ) { try InputFile.read(folder + "/bad", limit: 1) }
    }
  }

  @Test func aDirectoryAndANamedPipeAreRefusedWithoutWaiting() throws {
    try SmallSets.withFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      #expect(throws: FileError.notARegularFile(path: folder, kind: "a folder")) {
        try InputFile.read(folder, limit: 10)
      }
      let error = FileError.notARegularFile(path: folder + "/pipe", kind: "a named pipe")
      #expect(throws: error) { try InputFile.read(folder + "/pipe", limit: 10) }
      #expect(
        error.description
          == "\(folder)/pipe: not a file (expected a regular file, found a named pipe)")
    }
  }

  @Test func anEndlessDeviceIsRefused() {
    #expect(throws: FileError.notARegularFile(path: "/dev/zero", kind: "a device")) {
      try InputFile.read("/dev/zero", limit: .max)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the administrator may read everything"))
  func aFileWithoutReadPermissionIsNamed() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([7], folder + "/file")
      chmod(folder + "/file", 0)
      #expect(
        throws: FileError.cannotRead(path: folder + "/file", reason: "Permission denied")
      ) { try InputFile.read(folder + "/file", limit: 1) }
    }
  }

  @Test func aFileThatShrinksIsNoticed() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/file"
      try SmallSets.write([1, 2, 3, 4, 5], path)
      let file = try InputFile(path, limit: 5)
      truncate(path, 3)
      let error = FileError.changedWhileRead(path: path, expectedBytes: 5, foundBytes: 3)
      #expect(throws: error) {
        // The end is no error, whatever went wrong before.
        errno = EIO
        return try file.read(1..<5)
      }
      #expect(try file.read(1..<3) == [2, 3])
    }
  }

  #if os(Linux)
    // The kernel gives such files size 0 and then content, as if they grew while they were read.
    @Test func aFileThatGrowsIsNoticed() {
      let error = FileError.changedWhileRead(
        path: "/proc/self/status", expectedBytes: 0, foundBytes: 1)
      #expect(throws: error) { try InputFile.read("/proc/self/status", limit: 10) }
      #expect(
        error.description
          == "/proc/self/status: changed while it was read (expected 0 bytes, found 1)")
    }
  #endif

  #if os(Linux)
    /// The kernel gives its own files in pieces of a page or less.
    @Test func whatComesInPiecesIsWhole() throws {
      let path = "/proc/kallsyms"
      guard let text = SystemFile.text(path, limit: 20_000), text.utf8.count == 20_000 else {
        return
      }
      let file = try InputFile(path, limit: 0)
      #expect(try file.read(0..<20_000) == Array(text.utf8))
      #expect(try file.read(7..<19_000) == Array(Array(text.utf8)[7..<19_000]))
    }
  #endif

  /// A program that the tool starts does not get the file.
  @Test func otherProgramsDoNotInheritIt() throws {
    try SmallSets.withFolder(["file": []]) { folder in
      let file = try InputFile("\(folder)/file", limit: 0)
      let inherited = OpenFiles.inherited(of: "\(folder)/file")
      #expect(try file.read(0..<0) == [])
      #expect(inherited == [])
    }
  }

  @Test func aPieceEndsWhereTheFileDoes() throws {
    try SmallSets.withFolder(["f": [1, 2, 3, 4]]) { folder in
      for file in [try FileBytes("\(folder)/f", limit: 4), FileBytes([1, 2, 3, 4], path: "f")] {
        #expect(try file.read(2) == [1, 2])
        #expect(try file.read(2, from: 1) == [2, 3])
        #expect(try file.read(9, from: 3) == [4])
        #expect(try file.read(1, from: 4) == [])
      }
    }
  }

  #if os(Linux)
    /// Nothing is in memory at the address 0.
    @Test(.timeLimit(.minutes(1))) func aFileThatCannotBeReadIsNamedWithTheReason() {
      let path = "/proc/self/mem"
      let error = FileError.cannotRead(path: path, reason: SystemError.text(EIO))
      #expect(throws: error) { try InputFile.read(path, limit: 0) }
      #expect(throws: error) { try InputFile(path, limit: 0).read(0..<8) }
    }
  #endif

  /// A file in its place: no other test reads it.
  @Test(.timeLimit(.minutes(1))) func standardInputIsReadUpToTheLimit() throws {
    let long = (0..<140_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try SmallSets.withFolder(["long": long, "short": [1, 2, 3, 4, 5], "one": [9]]) {
      folder throws in
      let own = dup(STDIN_FILENO)
      guard own >= 0 else { return }
      defer {
        dup2(own, STDIN_FILENO)
        close(own)
      }
      func read(_ name: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = open("\(folder)/\(name)", O_RDONLY)
        dup2(file, STDIN_FILENO)
        close(file)
        return try InputFile.readStandardInput(limit: limit, name: "input")
      }
      #expect(try read("long", limit: 140_000) == long)
      #expect(try read("short", limit: 5) == [1, 2, 3, 4, 5])
      #expect(try read("one", limit: 1) == [9])
      // Of what is too much, one byte more than the limit is read.
      for (name, limit) in [("long", 70_000), ("long", 4), ("short", 4)] {
        let error = FileError.tooLarge(path: "input", limitBytes: limit, foundBytes: limit + 1)
        #expect(throws: error) { try read(name, limit: limit) }
      }
      #expect(throws: FileError.cannotRead(path: "input", reason: SystemError.text(EISDIR))) {
        try read(".", limit: 5)
      }
    }
  }
}
