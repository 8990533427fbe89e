import Foundation
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
      let saver = CheckpointSaver(try CheckpointFile("\(folder)/m"), seconds: seconds)
      var checkpoint = try SmallSets.checkpoint()
      for draws in 0..<5 as Range<UInt64> {
        checkpoint.state.dropoutDraws = draws
        #expect(saver.take { checkpoint } == nil)
      }
      try saver.finish(orSaveIn: [])
      try saver.finish(orSaveIn: [])
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
      #expect(try SmallSets.names(folder) == [".m.lock", "m"])
    }
  }

  /// The first is saved at once, so that a file that cannot be written shows early.
  @Test func whatComesSoonAfterASaveWaits() throws {
    try SmallSets.withFolder { folder throws in
      for (seconds, saved) in [(1_000.0, 0), (0, 1)] as [(Double, UInt64)] {
        let saver = CheckpointSaver(try CheckpointFile("\(folder)/m"), seconds: seconds)
        var checkpoint = try SmallSets.checkpoint()
        for draws in 0..<3 as Range<UInt64> {
          checkpoint.state.dropoutDraws = draws
          #expect(saver.take { checkpoint } == nil)
        }
        // To be taken, the last has waited for the one before.
        let found = try Checkpoint(readingFrom: "\(folder)/m").state.dropoutDraws
        #expect(seconds == 0 ? found >= saved : found == saved)
        try saver.finish(orSaveIn: [])
      }
    }
  }

  /// The folder has gone, as a disk that was unplugged.
  @Test func aSaveThatFailsIsToldAndTheLastOneGoesElsewhere() throws {
    try SmallSets.withFolder { folder throws in
      #expect(mkdir("\(folder)/disk", 0o700) == 0)
      let saver = CheckpointSaver(try CheckpointFile("\(folder)/disk/m"), seconds: 0)
      #expect(rename("\(folder)/disk", "\(folder)/gone") == 0)
      let checkpoint = try SmallSets.checkpoint()
      let failure = FileError.missingFolder(path: "\(folder)/disk/m", folder: "\(folder)/disk")
      #expect(saver.take { checkpoint } == nil)
      #expect(saver.take { checkpoint } == failure)
      try SmallSets.write([1], "\(folder)/m.rescued")
      let error = SaveError.savedElsewhere(failure, path: "\(folder)/m.rescued-2")
      #expect(throws: error) {
        try saver.finish(orSaveIn: ["\(folder)/no", folder])
      }
      #expect(try Checkpoint(readingFrom: "\(folder)/m.rescued-2") == checkpoint)
      #expect(
        error.description == "\(folder)/disk/m: cannot be written: there is no folder "
          + "\(folder)/disk; the run was saved as \(folder)/m.rescued-2 instead")
      #expect(saver.take { checkpoint } == nil)
      #expect(throws: SaveError.failed(failure)) {
        try saver.finish(orSaveIn: ["\(folder)/no"])
      }
    }
  }
}
