import Synchronization
import Testing

@testable import MNISTCore

@Suite struct FileLockTests {
  @Test func aSecondHolderIsRefusedAndToldWhoHasIt() throws {
    try SmallSets.withFolder { folder throws in
      let first = try FileLock("\(folder)/m")
      #expect(first.isHeld)
      let error = FileError.locked(path: "\(folder)/m", process: Int(getpid()))
      #expect(throws: error) { try FileLock("\(folder)/m") }
      #expect(throws: FileError.missingFolder(path: "\(folder)/no/m", folder: "\(folder)/no")) {
        try FileLock("\(folder)/no/m")
      }
      #expect(error.description == "\(folder)/m: is being written by process \(getpid())")
      #expect(throws: Never.self) { try FileLock("\(folder)/other") }
      withExtendedLifetime(first) {}
    }
  }

  @Test func aLockThatIsGivenBackLeavesNothing() throws {
    try SmallSets.withFolder { folder throws in
      for _ in 0..<3 {
        let lock = try FileLock("\(folder)/m")
        #expect(try SmallSets.names(folder) == [".m.lock"])
        withExtendedLifetime(lock) {}
      }
      #expect(try SmallSets.names(folder).isEmpty)
    }
  }

  /// A program that the tool starts would keep the lock.
  @Test func otherProgramsDoNotInheritIt() throws {
    try SmallSets.withFolder { folder throws in
      let lock = try FileLock("\(folder)/m")
      let inherited = (0..<256).filter { descriptor in
        var (found, own, around) = (stat(), stat(), stat())
        return fstat(Int32(descriptor), &found) == 0 && stat("\(folder)/.m.lock", &own) == 0
          && stat(folder, &around) == 0 && [own.st_ino, around.st_ino].contains(found.st_ino)
          && fcntl(Int32(descriptor), F_GETFD) & FD_CLOEXEC == 0
      }
      withExtendedLifetime(lock) { #expect(inherited.isEmpty) }
    }
  }

  /// Who may write in the folder could lead the run to any file.
  @Test func aLinkInPlaceOfTheSmallFileIsNotFollowed() throws {
    try SmallSets.withFolder { folder throws in
      #expect(symlink("elsewhere", "\(folder)/.m.lock") == 0)
      let error = FileError.cannotWrite(path: "\(folder)/m", reason: SystemError.text(ELOOP))
      #expect(throws: error) { try FileLock("\(folder)/m") }
      #expect(try SmallSets.names(folder) == [".m.lock"])
    }
  }

  /// Its file is still there, its lock is not: the system took it back.
  @Test func theFileOfAHolderThatWasKilledIsTakenOver() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.write(Array("12345678\n".utf8), "\(folder)/.m.lock")
      let lock = try FileLock("\(folder)/m")
      #expect(try SmallSets.content("\(folder)/.m.lock") == Array("\(getpid())\n".utf8))
      withExtendedLifetime(lock) {}
    }
  }

  @Test func twoNamesForOneFileAreOneLock() throws {
    try SmallSets.withFolder { folder throws in
      #expect(symlink("m", "\(folder)/link") == 0)
      let lock = try FileLock("\(folder)/link")
      #expect(throws: FileError.locked(path: "\(folder)/m", process: Int(getpid()))) {
        try FileLock("\(folder)/m")
      }
      withExtendedLifetime(lock) {}
    }
  }

  /// Names of 255 bytes that differ in the last one only.
  @Test func longNamesAreToldApart() throws {
    try SmallSets.withFolder { folder throws in
      let start = "\(folder)/" + String(repeating: "n", count: 254)
      let first = try FileLock(start + "a")
      let second = try FileLock(start + "b")
      #expect(try SmallSets.names(folder).count == 2)
      withExtendedLifetime((first, second)) {}
    }
  }

  /// As a run of another user may have left it, whatever the mask was.
  @Test func everybodyMayReadTheSmallFile() throws {
    try SmallSets.withFolder { folder throws in
      let mask = umask(0o077)
      defer { umask(mask) }
      let lock = try FileLock("\(folder)/m")
      var status = stat()
      #expect(stat("\(folder)/.m.lock", &status) == 0 && status.st_mode & 0o777 == 0o644)
      withExtendedLifetime(lock) {}
    }
  }

  /// Root may open everything, so that only others can see these.
  @Test(.disabled(if: geteuid() == 0, "runs as root"))
  func aSmallFileThatCannotBeWrittenIsLockedAndOneThatCannotBeReadIsNamed() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.write([], "\(folder)/.m.lock")
      #expect(chmod("\(folder)/.m.lock", 0o444) == 0)
      let lock = try FileLock("\(folder)/m")
      #expect(lock.isHeld)
      #expect(throws: FileError.locked(path: "\(folder)/m", process: nil)) {
        try FileLock("\(folder)/m")
      }
      #expect(chmod("\(folder)/.m.lock", 0) == 0)
      let error = FileError.cannotLock(
        path: "\(folder)/m", lock: "\(folder)/.m.lock", reason: "Permission denied")
      #expect(throws: error) { try FileLock("\(folder)/m") }
      withExtendedLifetime(lock) {}
    }
  }

  /// A holder removes the small file before it gives the lock back: whoever opened it before that has nothing.
  @Test func aLockOfASmallFileThatIsGoneIsNone() throws {
    try SmallSets.withFolder { folder throws in
      let end = ContinuousClock.now + .milliseconds(300)
      let lostCount = Mutex(0)
      let holderCount = Mutex(0)
      let threads = (0..<2).map { _ in
        SystemThread {
          while ContinuousClock.now < end {
            guard let lock = try? FileLock("\(folder)/m") else { continue }
            let isAlone = holderCount.withLock { count in
              count += 1
              return count == 1
            }
            let hasName = FileSystem.exists("\(folder)/.m.lock")
            holderCount.withLock { $0 -= 1 }
            withExtendedLifetime(lock) {}
            if !hasName || !isAlone { lostCount.withLock { $0 += 1 } }
          }
        }
      }
      for thread in threads { thread?.join() }
      #expect(lostCount.withLock { $0 } == 0)
    }
  }

  @Test func onlyAProcessThatIsThereIsNamed() throws {
    try SmallSets.withFolder { folder throws in
      let lock = try FileLock("\(folder)/m")
      let files = [("4194305\n", nil), ("0\n", nil), ("-1\n", nil), ("", nil), ("1\n", 1)]
      for (text, process) in files as [(String, Int?)] {
        let file = open("\(folder)/.m.lock", O_WRONLY | O_TRUNC)
        write(file, text, text.utf8.count)
        close(file)
        #expect(throws: FileError.locked(path: "\(folder)/m", process: process)) {
          try FileLock("\(folder)/m")
        }
      }
      withExtendedLifetime(lock) {}
    }
  }

  @Test func whatIsNotNamedByThisProgramIsNoLeftover() throws {
    let others = [
      ".m.tmp--1", ".m.tmp--1-2", ".m.tmp-1", ".m.tmp-1-", ".m.tmp-1--2", ".m.tmp-1-2g",
      ".m.tmp-xy-2",
    ]
    let names = others + [".m.tmp-1-2", ".m.tmp-12345-c0ffee"]
    try SmallSets.withFolder(Dictionary(uniqueKeysWithValues: names.map { ($0, []) })) { folder in
      try FileLock("\(folder)/m").removeLeftovers()
      #expect(try SmallSets.names(folder) == others)
    }
  }
}
