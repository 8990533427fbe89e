import Foundation
import Synchronization
import Testing

@testable import MNISTCore

@Suite struct CheckpointFileTests {
  @Test func aPathIsTriedBeforeTheWorkAndLeftAsItWas() throws {
    try SmallSets.withFolder { folder throws in
      let settings = try SmallSets.checkpoint().settings
      do {
        let file = try CheckpointFile("\(folder)/m")
        #expect(file.isLocked)
        try file.checkRoom(for: settings)
        #expect(try SmallSets.names(folder) == [".m.lock"])
      }
      #expect(try SmallSets.names(folder).isEmpty)
      #expect(
        throws: FileError.missingFolder(path: "\(folder)/no/m", folder: "\(folder)/no")
      ) { try CheckpointFile("\(folder)/no/m") }
    }
  }

  @Test func whatKilledRunsHaveLeftIsRemovedAndNothingElse() throws {
    try SmallSets.withFolder { folder throws in
      let others = [
        ".m.tmp", ".m.tmp-", ".m.tmp-1", ".m.tmp-1-2-3", ".m.tmp-x-1", ".mm.tmp-1-2", "m",
        "m.tmp-1-2", ".m.tmp-1-", ".n.tmp-12-ab",
      ]
      for name in others + [".m.tmp-12-ab", ".m.tmp-4194304-ffffffff"] {
        try SmallSets.write([1], "\(folder)/\(name)")
      }
      #expect(symlink("m", "\(folder)/.m.tmp-13-ab") == 0)
      #expect(mkdir("\(folder)/.m.tmp-14-ab", 0o700) == 0)
      do { _ = try CheckpointFile("\(folder)/m") }
      #expect(try SmallSets.names(folder) == (others + [".m.tmp-14-ab"]).sorted())
      #expect(try SmallSets.content("\(folder)/m") == [1])
    }
  }

  @Test func aFileThatIsLockedIsNotWritten() throws {
    try SmallSets.withFolder { folder throws in
      let checkpoint = try SmallSets.checkpoint()
      let file = try CheckpointFile("\(folder)/m")
      #expect(throws: FileError.locked(path: "\(folder)/m", process: Int(getpid()))) {
        try checkpoint.write(to: "\(folder)/m")
      }
      try file.write(checkpoint)
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
    }
  }
}

@Suite struct CheckpointSaverTests {
  @Test(arguments: [0, 1_000.0]) func theLastOfManySavesStands(_ seconds: Double) throws {
    try SmallSets.withFolder { folder throws in
      let saver = CheckpointSaver(
        try CheckpointFile("\(folder)/m"), seconds: seconds, orIn: [])
      var checkpoint = try SmallSets.checkpoint()
      for draws in 0..<5 as Range<UInt64> {
        checkpoint.state.dropoutDraws = draws
        #expect(saver.take { checkpoint } == nil)
      }
      try saver.finish()
      try saver.finish()
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
      #expect(try SmallSets.names(folder) == [".m.lock", "m"])
    }
  }

  /// The first is saved at once, so that a file that cannot be written shows early.
  @Test func whatComesSoonAfterASaveWaits() throws {
    try SmallSets.withFolder { folder throws in
      for (seconds, saved) in [(1_000.0, 0), (0, 1)] as [(Double, UInt64)] {
        let saver = CheckpointSaver(try CheckpointFile("\(folder)/m"), seconds: seconds, orIn: [])
        var checkpoint = try SmallSets.checkpoint()
        for draws in 0..<3 as Range<UInt64> {
          checkpoint.state.dropoutDraws = draws
          #expect(saver.take { checkpoint } == nil)
        }
        // To be taken, the last has waited for the one before.
        let found = try Checkpoint(readingFrom: "\(folder)/m").state.dropoutDraws
        #expect(seconds == 0 ? found >= saved : found == saved)
        try saver.finish()
      }
    }
  }

  /// The folder has gone, as a disk that was unplugged, and comes back.
  @Test func aSaveThatFailsGoesElsewhereUntilOneSucceeds() throws {
    try SmallSets.withFolder { folder throws in
      #expect(mkdir("\(folder)/disk", 0o700) == 0)
      let saver = CheckpointSaver(
        try CheckpointFile("\(folder)/disk/m"), seconds: 0, orIn: ["\(folder)/no", folder])
      #expect(rename("\(folder)/disk", "\(folder)/gone") == 0)
      var checkpoint = try SmallSets.checkpoint()
      let failure = FileError.missingFolder(path: "\(folder)/disk/m", folder: "\(folder)/disk")
      let error = SaveError.savedElsewhere(failure, path: "\(folder)/m.rescued-2")
      try SmallSets.write([1], "\(folder)/m.rescued")
      #expect(saver.take { checkpoint } == nil)
      checkpoint.state.dropoutDraws += 1
      #expect(saver.take { checkpoint } == error)
      #expect(throws: error) { try saver.finish() }
      #expect(try Checkpoint(readingFrom: "\(folder)/m.rescued-2") == checkpoint)
      #expect(
        error.description == "\(folder)/disk/m: cannot be written: there is no folder "
          + "\(folder)/disk; the run was saved as \(folder)/m.rescued-2 instead")

      #expect(rename("\(folder)/gone", "\(folder)/disk") == 0)
      #expect(saver.take { checkpoint } == nil)
      try saver.finish()
      #expect(try Checkpoint(readingFrom: "\(folder)/disk/m") == checkpoint)
      #expect(try SmallSets.names(folder) == ["disk", "m.rescued"])
    }
  }

  @Test func aFileThatCannotTakeItsNameIsSavedBesideIt() throws {
    try SmallSets.withFolder { folder throws in
      #expect(mkdir("\(folder)/a", 0o700) == 0)
      let path = "\(folder)/a/m"
      let saver = CheckpointSaver(try CheckpointFile(path), whenSaved: { _, _ in })
      #expect(mkdir(path, 0o700) == 0)
      let checkpoint = try SmallSets.checkpoint()
      #expect(saver.take { checkpoint } == nil)
      let failure = FileError.notARegularFile(path: path, kind: "a folder")
      #expect(throws: SaveError.savedElsewhere(failure, path: "\(path).rescued")) {
        try saver.finish()
      }
      #expect(try Checkpoint(readingFrom: "\(path).rescued") == checkpoint)
    }
  }

  /// Training need not wait for the disk.
  @Test func aSaveHasAThreadOfItsOwn() throws {
    let checkpoint = try SmallSets.checkpoint()
    try SmallSets.withFolder { folder throws in
      let areCallers = Mutex<[Bool]>([])
      try Self.$isCaller.withValue(true) {
        let saver = CheckpointSaver(
          try CheckpointFile("\(folder)/m"), seconds: 0, orIn: [],
          whenSaved: { _, _ in areCallers.withLock { $0.append(Self.isCaller) } })
        #expect(saver.take { checkpoint } == nil)
        try saver.finish()
      }
      #expect(areCallers.withLock { $0 } == [false])
    }
  }

  @TaskLocal private static var isCaller = false

  /// The device may have lost what it held. Any other makes room for what is to be taken.
  @Test(arguments: [true, false])
  func onlyADeviceThatMayFailLeavesWhatWasTakenBefore(_ mayFail: Bool) throws {
    try SmallSets.withFolder { folder throws in
      struct Failure: Error {}
      let saver = CheckpointSaver(try CheckpointFile("\(folder)/m"), seconds: 1_000, orIn: [])
      var checkpoint = try SmallSets.checkpoint()
      for draws in 0..<2 as Range<UInt64> {
        checkpoint.state.dropoutDraws = draws
        #expect(saver.take(onFallibleDevice: true) { checkpoint } == nil)
      }
      let failing: () throws -> Checkpoint = { throw Failure() }
      #expect(throws: Failure.self) {
        try mayFail ? saver.take(onFallibleDevice: true, failing) : saver.take(failing)
      }
      try saver.finish()
      checkpoint.state.dropoutDraws = mayFail ? 1 : 0
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
    }
  }

  @Test func aRunThatCanBeSavedNowhereSaysWhereItWasTried() throws {
    try SmallSets.withFolder { folder throws in
      #expect(mkdir("\(folder)/disk", 0o700) == 0)
      let saver = CheckpointSaver(
        try CheckpointFile("\(folder)/disk/m"), seconds: 0,
        orIn: ["\(folder)/disk", "\(folder)/no"])
      #expect(rename("\(folder)/disk", "\(folder)/gone") == 0)
      #expect(saver.take({ try! SmallSets.checkpoint() }) == nil)
      let error = #expect(throws: SaveError.self) { try saver.finish() }
      #expect(
        error?.description == "\(folder)/disk/m: cannot be written: there is no folder "
          + "\(folder)/disk; nor could the run be saved in \(folder)/disk, \(folder)/no")
    }
  }
}

@Suite struct FormerModelTests {
  @Test func theFirstSaveOfANewRunKeepsTheModelThatWasThere() throws {
    try SmallSets.withFolder { folder throws in
      let old = try SmallSets.checkpoint(seed: 5)
      var new = try SmallSets.checkpoint(seed: 6)
      try old.write(to: "\(folder)/m")
      #expect(chmod("\(folder)/m", 0o600) == 0)
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      #expect(
        file.former?.run
          == .init(seed: 5, epoch: 2, epochCount: 2, lowestLoss: old.state.lowestLoss))
      #expect(file.backup?.path == "\(folder)/m.bak" && file.backup?.former == nil)
      #expect(try SmallSets.names(folder) == [".m.lock", "m"])
      for draws in 7..<10 as Range<UInt64> {
        new.state.dropoutDraws = draws
        try file.write(new)
        #expect(try Checkpoint(readingFrom: "\(folder)/m") == new)
        #expect(try Checkpoint(readingFrom: "\(folder)/m.bak") == old)
        #expect(try SmallSets.names(folder) == [".m.lock", "m", "m.bak"])
      }
      var status = stat()
      #expect(stat("\(folder)/m.bak", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func oneGenerationIsKept() throws {
    try SmallSets.withFolder { folder throws in
      for seed in 1...4 as ClosedRange<UInt64> {
        let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
        #expect(file.former?.run?.seed == (seed > 1 ? seed - 1 : nil))
        #expect(file.backup?.former?.run?.seed == (seed > 2 ? seed - 2 : nil))
        try file.write(SmallSets.checkpoint(seed: seed))
      }
      #expect(try SmallSets.names(folder) == ["m", "m.bak"])
      #expect(try Checkpoint(readingFrom: "\(folder)/m.bak").settings.seed == 3)
    }
  }

  /// As a run leaves it that was killed between the two renamings.
  @Test func aModelThatHasBothNamesAlreadyIsKept() throws {
    try SmallSets.withFolder { folder throws in
      let old = try SmallSets.checkpoint(seed: 5)
      try old.write(to: "\(folder)/m")
      #expect(link("\(folder)/m", "\(folder)/m.bak") == 0)
      try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
        .write(SmallSets.checkpoint())
      #expect(try Checkpoint(readingFrom: "\(folder)/m.bak") == old)
      #expect(try SmallSets.names(folder) == ["m", "m.bak"])
    }
  }

  @Test func whereItIsNotAskedForNothingIsKept() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      // What is no model would only matter as the name of one that is kept.
      #expect(mkdir("\(folder)/m.bak", 0o700) == 0)
      for _ in 0..<2 {
        let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: false)
        #expect(file.former != nil && file.backup == nil)
        try file.write(SmallSets.checkpoint(seed: 9))
      }
      try CheckpointFile("\(folder)/m").write(SmallSets.checkpoint())
      #expect(try SmallSets.names(folder) == ["m", "m.bak"])
    }
  }

  /// `touch` and `mktemp` make one.
  @Test func anEmptyFileIsNothingToKeep() throws {
    try SmallSets.withFolder(["m": []]) { folder throws in
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      try file.write(SmallSets.checkpoint())
      #expect(try SmallSets.names(folder) == [".m.lock", "m"])
    }
  }

  @Test func aLinkStaysAndTheModelIsKeptBesideTheFile() throws {
    try SmallSets.withFolder { folder throws in
      let old = try SmallSets.checkpoint(seed: 5)
      #expect(mkdir("\(folder)/real", 0o700) == 0 && symlink("real/m", "\(folder)/l") == 0)
      try old.write(to: "\(folder)/real/m")
      let file = try CheckpointFile(forNewRunAt: "\(folder)/l", keepingFormer: true)
      #expect(file.backup?.path == "\(folder)/real/m.bak")
      try file.write(SmallSets.checkpoint())
      #expect(try Checkpoint(readingFrom: "\(folder)/real/m.bak") == old)
      #expect(try SmallSets.names(folder) == ["l", "real"])
    }
  }

  @Test func weightsAloneAreAModelToo() throws {
    try SmallSets.withFolder { folder throws in
      try SavedModel(SmallSets.checkpoint()).makeModel().save(to: "\(folder)/m")
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      #expect(file.former != nil && file.former?.run == nil && file.backup != nil)
    }
  }

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13], "a PNG image"),
      ([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1], "an IDX file"),
      (Array("#!/bin/sh\necho train\n".utf8), "a script"),
      (Array("dear diary".utf8), "a text file"), (Array("a".utf8), "a text file"),
      ([0x80, 2, 0x8A, 10, 0x6C, 0xFC], "a Python pickle"),
    ] as [([UInt8], String)])
  func whatIsNoModelIsNotReplaced(_ bytes: [UInt8], _ found: String) throws {
    try SmallSets.withFolder(["m": bytes]) { folder throws in
      let error = FileError.notReplaced(
        path: "\(folder)/m",
        what: "no model (expected one that mnist-train wrote or no file, found \(found))")
      for keeping in [true, false] {
        #expect(throws: error) {
          try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: keeping)
        }
      }
      #expect(try SmallSets.names(folder) == ["m"])
      #expect(try SmallSets.content("\(folder)/m") == bytes)
    }
  }

  @Test func aDamagedModelIsNotReplaced() throws {
    try SmallSets.withFolder { folder throws in
      let bytes = try SmallSets.checkpoint().encoded().dropLast()
      try SmallSets.write(Array(bytes), "\(folder)/m")
      let error = #expect(throws: FileError.self) {
        try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      }
      let sentence = error?.description ?? ""
      #expect(sentence.hasPrefix("\(folder)/m: not replaced: truncated (expected "), "\(sentence)")
    }
  }

  /// Its tensors are told by its header.
  @Test func aRunThatLacksATensorIsNotReplaced() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/m"
      var file = try TensorFile(parsing: SmallSets.checkpoint().encoded(), path: path)
      file.tensors["generator.words"] = nil
      try SmallSets.write(file.encoded(), path)
      let error = FileError.notReplaced(path: path, what: "missing tensors: generator.words")
      #expect(throws: error) { try CheckpointFile(forNewRunAt: path, keepingFormer: true) }
    }
  }

  @Test func whereNothingCanBeNobodyKnowsThatThereIsNothing() throws {
    try SmallSets.withFolder(["m": []]) { folder throws in
      let path = "\(folder)/m/n"
      #expect(throws: FileError.cannotRead(path: path, reason: "Not a directory")) {
        try FormerModel(at: path)
      }
    }
  }

  /// Something came there while the run trained.
  @Test func theFirstSaveLooksAgain() throws {
    try SmallSets.withFolder { folder throws in
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: true)
      try SmallSets.write(Array("dear diary".utf8), "\(folder)/m")
      #expect(throws: FileError.self) { try file.write(SmallSets.checkpoint()) }
      #expect(try SmallSets.content("\(folder)/m") == Array("dear diary".utf8))
    }
  }

  @Test func whatIsNoModelKeepsTheNameOfTheOneThatWouldBeKept() throws {
    try SmallSets.withFolder { folder throws in
      let (path, backup) = ("\(folder)/m", "\(folder)/m.bak")
      try SmallSets.checkpoint().write(to: path)
      func refusal() -> FileError? {
        #expect(throws: FileError.self) {
          try CheckpointFile(forNewRunAt: path, keepingFormer: true)
        }
      }
      try SmallSets.write(Array("dear diary".utf8), backup)
      let text = "no model (expected one that mnist-train wrote or no file, found a text file)"
      #expect(
        refusal() == .cannotKeep(path: path, .notReplaced(path: backup, what: text)))
      unlink(backup)
      #expect(mkdir(backup, 0o700) == 0)
      #expect(
        refusal() == .cannotKeep(path: path, .notARegularFile(path: backup, kind: "a folder")))
      rmdir(backup)
      #expect(symlink("m", backup) == 0)
      #expect(
        refusal()
          == .cannotKeep(path: path, .notARegularFile(path: backup, kind: "a symbolic link")))
      unlink(backup)
      let other = try CheckpointFile(backup)
      #expect(refusal() == .cannotKeep(path: path, .locked(path: backup, process: Int(getpid()))))
      withExtendedLifetime(other) {}
    }
  }

  // MARK: - Folders

  @Test func theFoldersOfANewRunAreMadeAndTakenAwayUnlessItIsSaved() throws {
    try SmallSets.withFolder { folder throws in
      func file() throws -> CheckpointFile {
        try CheckpointFile(forNewRunAt: "\(folder)/runs/a/m", keepingFormer: true)
      }
      do {
        let file = try file()
        #expect(try SmallSets.names("\(folder)/runs/a") == [".m.lock"])
        withExtendedLifetime(file) {}
      }
      #expect(try SmallSets.names(folder).isEmpty)
      try file().write(SmallSets.checkpoint())
      #expect(try SmallSets.names("\(folder)/runs/a") == ["m"])
    }
  }

  @Test func foldersThatCannotBeMadeLeaveNothing() throws {
    try SmallSets.withFolder(["file": []]) { folder throws in
      for (path, error) in [
        (
          "\(folder)/file/a/m",
          FileError.cannotWrite(path: "\(folder)/file/a/m", reason: "Not a directory")
        ),
        (
          "\(folder)/a/b/",
          .notARegularFile(path: "\(folder)/a/b/", kind: "the name of a folder")
        ),
        (
          "\(folder)/a/\(String(repeating: "n", count: 256))/m",
          .cannotWrite(
            path: "\(folder)/a/\(String(repeating: "n", count: 256))/m",
            reason: "File name too long")
        ),
      ] {
        #expect(throws: error) { try CheckpointFile(forNewRunAt: path, keepingFormer: true) }
        #expect(try SmallSets.names(folder) == ["file"])
      }
    }
  }
}
