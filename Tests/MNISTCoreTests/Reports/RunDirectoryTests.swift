import Foundation
import Testing

@testable import MNISTCore

@Suite struct RunDirectoryTests {
  private let rows = [0.5, 0.3].enumerated().map {
    SampleRuns.row($0.offset + 1, valid: $0.element)
  }

  /// What a run in `folder/name` would say of itself.
  private func configuration(_ name: String, in folder: String, seed: UInt64 = 1)
    -> RunConfiguration
  {
    SampleRuns.configuration(
      seed: seed, modelPath: OutputTarget.absolutePath("\(folder)/\(name)/model.ckpt"))
  }

  private func taken(_ wanted: String) throws -> String {
    try RunDirectory.take(wanted).directory
  }

  @Test(arguments: ["/", "//", "a", "a/", "a/b//"])
  func theModelIsInTheFolder(_ directory: String) {
    let paths = ["/": "/", "//": "/", "a": "a/", "a/": "a/", "a/b//": "a/b/"]
    #expect(RunDirectory.modelPath(in: directory) == paths[directory].map { $0 + "model.ckpt" })
  }

  @Test func aFolderIsMadeAndIsGoneWhereNothingIsPutIntoIt() throws {
    try SmallSets.withFolder { folder in
      let run = try RunDirectory.take("\(folder)/runs/a/")
      #expect(run.directory == "\(folder)/runs/a")
      #expect(run.file.path == "\(folder)/runs/a/model.ckpt")
      #expect(try SmallSets.names("\(folder)/runs/a") == [".model.ckpt.lock"])
      withExtendedLifetime(run.file) {}
    }
    try SmallSets.withFolder { folder in
      _ = try RunDirectory.take("\(folder)/runs/a")
      #expect(try SmallSets.names(folder).isEmpty)
    }
  }

  /// Whatever is in it.
  @Test(arguments: RunDirectory.fileNames)
  func aFileThatARunWritesIsNotReplaced(_ name: String) throws {
    try SmallSets.withFolder(["a/\(name)": [1], "a-2/\(name)": []]) { folder throws in
      #expect(try taken("\(folder)/a") == "\(folder)/a-3")
      #expect(try SmallSets.content("\(folder)/a/\(name)") == [1])
    }
  }

  @Test func aLinkToNothingIsNotReplacedEither() throws {
    try SmallSets.withFolder(["a/notes": []]) { folder throws in
      #expect(symlink("nowhere", "\(folder)/a/model.ckpt") == 0)
      #expect(try taken("\(folder)/a") == "\(folder)/a-2")
    }
  }

  @Test func otherThingsInAFolderStayThere() throws {
    try SmallSets.withFolder(["a/notes.txt": [1], "a/model.pth": [2]]) { folder throws in
      #expect(try taken("\(folder)/a") == "\(folder)/a")
      #expect(try SmallSets.names("\(folder)/a") == ["model.pth", "notes.txt"])
    }
  }

  @Test func runsThatBeginAtTheSameTimeDoNotMeet() throws {
    try SmallSets.withFolder { folder in
      let first = try RunDirectory.take("\(folder)/a")
      let second = try RunDirectory.take("\(folder)/a")
      #expect([first.directory, second.directory] == ["\(folder)/a", "\(folder)/a-2"])
      withExtendedLifetime((first.file, second.file)) {}
    }
  }

  /// Not of one that has an epoch, nor of one that is saved elsewhere and may be under way.
  @Test func whatAKilledRunHasLeftIsRemoved() throws {
    try SmallSets.withFolder { folder in
      let directory = "\(folder)/a"
      func begin(_ configuration: RunConfiguration) throws -> RunLog {
        try? FileManager.default.removeItem(atPath: directory)
        return try RunLog(directory, configuration)
      }
      _ = try begin(configuration("a", in: folder))
      #expect(try taken(directory) == directory)
      let left = try SmallSets.names(directory)
      #expect(left.count == 1 && left[0].hasPrefix("events."))

      // Of another seed the new run's log is there all the same.
      _ = try begin(configuration("a", in: folder))
      let run = try RunDirectory.take(directory)
      let log = try RunLog(
        run.directory, configuration("a", in: folder, seed: 9), isFixed: true)
      #expect(log.directory == directory)
      withExtendedLifetime(run.file) {}

      try begin(configuration("a", in: folder)).append(rows[0])
      #expect(try taken(directory) == directory + "-2")
      _ = try begin(configuration("b", in: folder))
      #expect(try taken(directory) == directory + "-2")
      #expect(FileManager.default.fileExists(atPath: "\(directory)/config.json"))
    }
  }

  @Test func aFileIsNoFolder() throws {
    try SmallSets.withFolder(["file": []]) { folder throws in
      for name in ["file", "file/a"] {
        let path = "\(folder)/\(name)/model.ckpt"
        #expect(throws: FileError.cannotWrite(path: path, reason: "Not a directory")) {
          try RunDirectory.take("\(folder)/\(name)")
        }
      }
      #expect(symlink("nowhere", "\(folder)/link") == 0)
      #expect(
        throws: FileError.missingFolder(
          path: "\(folder)/link/model.ckpt", folder: "\(folder)/link")
      ) { try RunDirectory.take("\(folder)/link") }
      #expect(throws: FileError.emptyPath) { try RunDirectory.take("") }
      #expect(try SmallSets.names(folder) == ["file", "link"])
    }
  }

  // MARK: - The log in it

  /// Moved, or copied while the first still is where it was.
  @Test func aRunThatGoesOnFindsItsLogWhereverItsFolderIs() throws {
    try SmallSets.withFolder { folder in
      do {
        let log = try RunLog("\(folder)/a", configuration("a", in: folder))
        for row in rows { log.append(row) }
      }
      try SmallSets.write([], "\(folder)/a/model.ckpt")
      try FileManager.default.copyItem(atPath: "\(folder)/a", toPath: "\(folder)/b")
      let copy = configuration("b", in: folder)
      try RunLog.checkWritable("\(folder)/b", resuming: copy, isFixed: true)
      let log = try RunLog("\(folder)/b/", copy, resumingAfter: 1, isFixed: true)
      #expect(log.directory == "\(folder)/b" && !log.isElsewhere)
      #expect(try MetricsRow.readLog(in: "\(folder)/b") == [rows[0]])
      #expect(try RunConfiguration.read("\(folder)/b/config.json") == copy)
      #expect(try MetricsRow.readLog(in: "\(folder)/a") == rows)
      #expect(try SmallSets.names(folder) == ["a", "b"])
    }
  }

  @Test func aRunWithoutALogGetsOne() throws {
    try SmallSets.withFolder(["a/model.ckpt": []]) { folder in
      let configuration = configuration("a", in: folder)
      try RunLog.checkWritable("\(folder)/a", resuming: configuration, isFixed: true)
      let log = try RunLog("\(folder)/a", configuration, resumingAfter: 2, isFixed: true)
      #expect(log.directory == "\(folder)/a" && log.rows == [])
    }
  }

  @Test func anotherRunsLogIsRefused() throws {
    try SmallSets.withFolder { folder in
      let directory = "\(folder)/a"
      let own = configuration("a", in: folder)
      _ = try RunLog(directory, configuration("a", in: folder, seed: 9))
      let other = RunFolderError.otherRun(
        path: directory, model: own.modelPath, name: TrainingSetting.seedName, expected: "1",
        found: "9")
      #expect(throws: other) { try RunLog.checkWritable(directory, resuming: own, isFixed: true) }
      #expect(throws: other) { try RunLog(directory, own, resumingAfter: 1, isFixed: true) }

      try FileManager.default.removeItem(atPath: "\(directory)/config.json")
      let half = RunFolderError.noRun(path: directory)
      #expect(throws: half) { try RunLog.checkWritable(directory, resuming: own, isFixed: true) }
      #expect(throws: half) { try RunLog(directory, own, resumingAfter: 1, isFixed: true) }
      #expect(try SmallSets.names(folder) == ["a"])
    }
  }

  /// Where a file system has no locks.
  @Test func aLogThatHasBegunMeanwhileIsLeftAlone() throws {
    try SmallSets.withFolder { folder in
      let directory = "\(folder)/a"
      let log = try RunLog(directory, configuration("a", in: folder), isFixed: true)
      log.append(rows[0])
      let error = RunFolderError.taken(path: directory)
      #expect(throws: error) {
        try RunLog(directory, configuration("a", in: folder), isFixed: true)
      }
      #expect(error.description == "\(directory): another run has begun to log there")
      #expect(try MetricsRow.readLog(in: directory) == [rows[0]])
    }
  }

  @Test func onlyFilesOfARunAreKnownAsSuch() throws {
    let rows = [SampleRuns.row(1, valid: 0.5)]
    let comparison = RunComparison([try #require(SampleRuns.run("a", losses: [0.5]))])
    let checkpoint = try SmallSets.checkpoint()
    let ofRun: [String: [UInt8]] = [
      "metrics.csv": Array(MetricsRow.table(rows).utf8),
      "former.csv": Array((MetricsRow.formerHeader + "\n").utf8),
      "config.json": Array(SampleRuns.configuration().json.utf8),
      "curves.svg": Array(CurvesSVG.text(rows).utf8), "m": checkpoint.encoded(),
      "m.pth": checkpoint.encoded(as: .pyTorch),
    ]
    let others: [String: [UInt8]] = [
      "b.csv": Array(comparison.csv.utf8), "b.json": Array(comparison.json.utf8),
      "b.svg": Array(ComparisonSVG.text(comparison).utf8),
      "b.html": Array(ComparisonPage(comparison).html.utf8),
      "p.csv": Array("index,predicted,probability\n".utf8), "none": [],
      "mine": Array("notes".utf8),
    ]
    try SmallSets.withFolder(ofRun.merging(others) { one, _ in one }) { folder throws in
      for name in ofRun.keys {
        let error = #expect(throws: FileError.self) {
          try RunLog.checkHasNone(at: "\(folder)/\(name)")
        }
        #expect(error?.description.contains("not replaced: a file of a run ") == true, "\(name)")
      }
      for name in others.keys {
        #expect(throws: Never.self) { try RunLog.checkHasNone(at: "\(folder)/\(name)") }
      }
      #expect(throws: Never.self) { try RunLog.checkHasNone(at: "\(folder)/nothing") }
    }
  }
}
