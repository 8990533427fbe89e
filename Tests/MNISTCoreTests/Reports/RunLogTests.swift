import Foundation
import Testing

@testable import MNISTCore

@Suite struct RunLogTests {
  private let rows = [0.5, 0.3, 0.4].enumerated().map {
    SampleRuns.row($0.offset + 1, valid: $0.element)
  }

  @Test func eachEpochIsInTheMetricsAtOnceAndInTheCurvesSoon() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/runs/a"
      let log = try RunLog(directory + "/", SampleRuns.configuration())
      #expect(log.directory == directory)
      log.finish()
      #expect(!FileManager.default.fileExists(atPath: directory + "/curves.svg"))
      func curves() throws -> String {
        String(decoding: try SmallSets.content(directory + "/curves.svg"), as: UTF8.self)
      }
      for (index, row) in rows.enumerated() {
        log.append(row)
        let text = String(
          decoding: try SmallSets.content(directory + "/metrics.csv"), as: UTF8.self)
        #expect(text == MetricsRow.table(Array(rows[...index])))
        if index == 0 { #expect(try curves() == CurvesSVG.text([row])) }
      }
      log.finish()
      #expect(try curves() == CurvesSVG.text(rows))
      // Written only where something is missing.
      try FileManager.default.removeItem(atPath: directory + "/curves.svg")
      log.finish()
      #expect(!FileManager.default.fileExists(atPath: directory + "/curves.svg"))
      log.append(rows[2])
      log.finish()
      #expect(try curves() == CurvesSVG.text(rows + [rows[2]]))
      try FileManager.default.removeItem(atPath: directory)
    }
  }

  /// Bytes of TensorBoard's: the version's record has 40; then come the settings.
  private func begun(_ configuration: RunConfiguration) -> Int {
    40 + TensorBoardEvents.settings(configuration.settings, wallTime: 1).count
  }

  /// And of an epoch: a loss's record has 48, the accuracy's 52, the learning rate's 51.
  private let epoch = 48 + 48 + 52 + 51

  @Test func theFilesOfALogAreThoseOfItsDescription() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/runs/a"
      let log = try RunLog(directory, SampleRuns.configuration())
      for row in rows { log.append(row) }
      let names = try SmallSets.names(directory)
      #expect(names.count == 4)
      #expect(names.prefix(2) == ["config.json", "curves.svg"])
      #expect(names[2].hasPrefix("events.out.tfevents."))
      #expect(
        try SmallSets.content(directory + "/" + names[2]).count
          == begun(SampleRuns.configuration()) + 3 * epoch)
    }
  }

  @Test func anotherRunsFolderIsNeverWrittenTo() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      let configuration = SampleRuns.configuration()
      let first = try RunLog(directory, configuration)
      first.append(rows[0])
      let before = try SmallSets.names(directory)
      #expect(!first.isElsewhere)
      // Even the same settings are another run when it starts anew.
      let second = try RunLog(directory, configuration)
      #expect(second.directory == directory + "-2")
      #expect(second.isElsewhere)
      let third = try RunLog(directory, SampleRuns.configuration(seed: 9))
      #expect(third.directory == directory + "-3")
      #expect(try SmallSets.names(directory) == before)
      #expect(try MetricsRow.read(directory + "/metrics.csv") == [rows[0]])
    }
  }

  @Test func ofAThousandNamesThatAreTakenNoneIsFree() throws {
    try SmallSets.withFolder { folder in
      let wanted = folder + "/a"
      let paths = (["a"] + (2...1_000).map { "a-\($0)" }).map { "\($0)/config.json" }
      try SmallSets.put(
        Dictionary(uniqueKeysWithValues: paths.map { ($0, [] as [UInt8]) }), in: folder)
      let error = RunFolderError.noFreeName(path: wanted, limit: 1_000)
      #expect(throws: error) { try RunFolder.free(wanted) }
      #expect(
        error.description
          == "\(wanted): holds another run, and so do \(wanted)-2 to \(wanted)-1000")
      #expect(unlink("\(wanted)-1000/config.json") == 0)
      #expect(try RunFolder.free(wanted) == "\(wanted)-1000")
    }
  }

  @Test func aFoldersNameHasNoSlashAtItsEndButTheRoots() {
    #expect(["/", "//", "a//", "a/b", "a"].map(RunFolder.name) == ["/", "/", "a", "a/b", "a"])
  }

  @Test func aFolderWithOtherFilesIsTaken() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([1], folder + "/model.ckpt")
      #expect(try RunLog(folder, SampleRuns.configuration()).directory == folder)
      #expect(try SmallSets.content(folder + "/model.ckpt") == [1])
    }
  }

  @Test func aResumedRunGoesOnInItsFolderWithEachEpochOnce() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      _ = try RunLog(directory, SampleRuns.configuration(seed: 9))
      do {
        let log = try RunLog(directory, SampleRuns.configuration())
        #expect(log.directory == directory + "-2")
        for row in rows { log.append(row) }
      }
      // The last epoch was logged and not saved; the run goes on after the second, for more epochs.
      let log = try RunLog(directory, SampleRuns.configuration(epochCount: 40), resumingAfter: 2)
      #expect(log.directory == directory + "-2")
      #expect(log.rows == Array(rows[..<2]))
      log.append(rows[2])
      #expect(try MetricsRow.read(log.directory + "/metrics.csv") == rows)
      #expect(
        try RunConfiguration.read(log.directory + "/config.json")
          == SampleRuns.configuration(epochCount: 40))
      // Steps of TensorBoard's: the first file's three, then that the third is told again.
      let events = try SmallSets.names(log.directory).filter { $0.hasPrefix("events") }
        .flatMap { try SmallSets.content("\(log.directory)/\($0)") }
      let restart = TensorBoardEvents.restart(step: 3, wallTime: 1)
      let (former, later) = (
        begun(SampleRuns.configuration()), begun(SampleRuns.configuration(epochCount: 40))
      )
      #expect(events.count == former + 3 * epoch + later + restart.count + epoch)
      #expect(try restarts(in: log.directory) == [3])
    }
  }

  @Test func whatBeganARunStaysItsCommandLine() throws {
    try SmallSets.withFolder { folder in
      var configuration = SampleRuns.configuration()
      _ = try RunLog(folder, configuration)
      configuration.commandLine = ["mnist-train", "--resume"]
      _ = try RunLog(folder, configuration, resumingAfter: 0)
      #expect(
        try RunConfiguration.read(folder + "/config.json") == SampleRuns.configuration())
    }
  }

  /// Before its first epoch is over, too.
  @Test func aRunThatWasStoppedInItsFirstEpochFindsItsFolder() throws {
    try SmallSets.withFolder { folder in
      _ = try RunLog(folder + "/a", SampleRuns.configuration())
      let log = try RunLog(folder + "/a", SampleRuns.configuration(), resumingAfter: 0)
      #expect(log.directory == folder + "/a" && !log.isElsewhere)
    }
  }

  /// The process was killed while it wrote the third row.
  @Test func aRowThatWasCutOffIsTakenOut() throws {
    try SmallSets.withFolder { folder in
      let log = try RunLog(folder, SampleRuns.configuration())
      for row in rows { log.append(row) }
      let path = folder + "/metrics.csv"
      try SmallSets.write(SmallSets.content(path).dropLast(3), path)
      let resumed = try RunLog(folder, SampleRuns.configuration(), resumingAfter: 2)
      #expect(resumed.rows == Array(rows[..<2]))
      resumed.append(rows[2])
      #expect(try MetricsRow.read(path) == rows)
    }
  }

  /// Rows that were never written stay missing: what they would say is not known any more.
  @Test func epochsThatWereNotLoggedStayMissing() throws {
    try SmallSets.withFolder { folder in
      let log = try RunLog(folder, SampleRuns.configuration())
      log.append(rows[0])
      let resumed = try RunLog(folder, SampleRuns.configuration(), resumingAfter: 2)
      resumed.append(rows[2])
      #expect(try MetricsRow.read(folder + "/metrics.csv") == [rows[0], rows[2]])
      #expect(
        TrainingText.missingRows(resumed, of: 5)
          == "mnist-train: \(folder): 3 of the 5 epochs done so far were not logged there")
      #expect(TrainingText.missingRows(resumed, of: 2) == nil)
    }
  }

  /// From the run's file, which does not know how long they took.
  @Test func epochsThatTheFileKnowsAreNotMissing() throws {
    try SmallSets.withFolder { folder in
      let known = try #require(
        LoggedEpoch.read("1 0.5 0.5 0.9 0.5;2 0.5 0.3 0.9 0.3;3 0.5 0.4 0.9 0.3", upTo: 3))
      do {
        let log = try RunLog(folder + "/a", SampleRuns.configuration())
        log.append(rows[1])
      }
      let log = try RunLog(
        folder + "/a", SampleRuns.configuration(), resumingAfter: 3, known: known)
      #expect(TrainingText.missingRows(log, of: 3) == nil)
      let read = try MetricsRow.readLog(in: folder + "/a")
      #expect(read.map(\.epoch) == [1, 2, 3])
      #expect(read[1] == rows[1] && read[0].validLoss == 0.5 && read[0].seconds.isNaN)
      #expect(
        LoggedRun(name: "a", configuration: SampleRuns.configuration(), rows: read)?.seconds == 2)
      let new = try RunLog(
        folder + "/b", SampleRuns.configuration(), resumingAfter: 3, known: known)
      #expect(try MetricsRow.readLog(in: new.directory).map(\.lowestLoss) == [0.5, 0.3, 0.3])
      let events = try #require(
        SmallSets.names(new.directory).first { $0.hasPrefix("events") })
      let restart = TensorBoardEvents.restart(step: 4, wallTime: 1)
      #expect(
        try SmallSets.content("\(new.directory)/\(events)").count
          == begun(SampleRuns.configuration()) + 3 * epoch + restart.count)
    }
  }

  /// As on a full disk: the run goes on, and so does what can be written.
  @Test func aFileThatCannotBeWrittenIsToldAndTriedAgain() throws {
    try SmallSets.withFolder { folder in
      let log = try RunLog(folder, SampleRuns.configuration())
      let path = folder + "/curves.svg"
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
      log.append(rows[0])
      #expect(log.failure == .notARegularFile(path: path, kind: "a folder"))
      #expect(try MetricsRow.read(folder + "/metrics.csv") == [rows[0]])
      try FileManager.default.removeItem(atPath: path)
      log.append(rows[1])
      log.finish()
      #expect(log.failure == nil)
      #expect(
        String(decoding: try SmallSets.content(path), as: UTF8.self)
          == CurvesSVG.text(Array(rows[..<2])))
    }
  }

  @Test func aLogThatIsDamagedIsFoundBeforeTheRunGoesOn() throws {
    try SmallSets.withFolder { folder in
      let images = SmallSets.fields(24)
      let configuration = RunConfiguration(
        version: "1", commandLine: [], modelPath: "/no/m", SmallSets.settings(images))
      _ = try RunLog(folder, configuration)
      let path = folder + "/metrics.csv"
      try SmallSets.write(Array("\(MetricsRow.header)\n1,2\n".utf8), path)
      let error = RunFolderError.wrongRow(path: path, line: 2)
      #expect(throws: error) { try RunLog.checkWritable(folder, resuming: configuration) }
      #expect(throws: Never.self) { try RunLog.checkWritable(folder, resuming: nil) }
    }
  }

  /// As a power cut may leave it.
  @Test func aRunWhoseRowsWereLostGoesOn() throws {
    try SmallSets.withFolder { folder in
      let configuration = SampleRuns.configuration()
      _ = try RunLog(folder, configuration)
      for left in ["", "epoch,tra", nil] {
        try FileManager.default.removeItem(atPath: folder + "/metrics.csv")
        if let left { try SmallSets.write(Array(left.utf8), folder + "/metrics.csv") }
        try RunLog.checkWritable(folder, resuming: configuration)
        let log = try RunLog(folder, configuration, resumingAfter: 2)
        #expect(log.directory == folder && log.rows.isEmpty)
        #expect(try MetricsRow.read(folder + "/metrics.csv") == [])
      }
    }
  }

  /// The same command again: no epoch is lost, so that there is nothing to keep apart.
  @Test func aRunThatWasKilledInItsFirstEpochTakesItsFolderAgain() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      let configuration = SampleRuns.configuration()
      _ = try RunLog(directory, configuration)
      let log = try RunLog(directory, configuration)
      #expect(log.directory == directory)
      #expect(try restarts(in: directory) == [1])
      log.append(rows[0])
      #expect(try MetricsRow.read(directory + "/metrics.csv") == [rows[0]])
      // A run that is saved elsewhere may be under way.
      let other = try RunLog(
        folder + "/b", SampleRuns.configuration(modelPath: "/no/b.ckpt"))
      #expect(try RunLog(folder + "/b", configuration).directory == other.directory + "-2")
    }
  }

  /// Twins in all but where they are saved.
  @Test func aRunOfTheSameSettingsIsNotTakenForTheOneThatGoesOn() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      for name in ["first", "second", "third"] { try SmallSets.write([], "\(folder)/\(name)") }
      func configuration(_ name: String) -> RunConfiguration {
        SampleRuns.configuration(modelPath: "\(folder)/\(name)")
      }
      for name in ["first", "second"] {
        let log = try RunLog(directory, configuration(name))
        for row in rows { log.append(row) }
      }
      func resumed(_ name: String) throws -> String {
        try RunLog(directory, configuration(name), resumingAfter: 1).directory
      }
      #expect(try resumed("second") == directory + "-2")
      #expect(try MetricsRow.read(directory + "/metrics.csv") == rows)
      #expect(try resumed("third") == directory + "-3")
      // A model that is not where it was has been moved.
      #expect(unlink(folder + "/first") == 0)
      #expect(try resumed("fourth") == directory)
      #expect(try MetricsRow.read(directory + "/metrics.csv") == [rows[0]])
    }
  }

  @Test func aResumedRunWithoutAFolderTakesAFreeOne() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      _ = try RunLog(directory, SampleRuns.configuration(seed: 9))
      let log = try RunLog(directory, SampleRuns.configuration(), resumingAfter: 5)
      #expect(log.directory == directory + "-2")
      #expect(log.rows == [])
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([1], folder + "/file")
      let path = folder + "/file/a"
      let error = FileError.cannotWrite(path: path, reason: "Not a directory")
      #expect(throws: error) { try RunLog(path, SampleRuns.configuration()) }
      #expect(throws: error) { try RunLog.checkWritable(path, resuming: nil) }
      #expect(throws: FileError.emptyPath) { try RunLog.checkWritable("", resuming: nil) }
      #expect(try SmallSets.names(folder) == ["file"])
    }
  }

  // MARK: -

  /// The steps that TensorBoard is to forget, they and all later ones.
  private func restarts(in folder: String) throws -> [UInt64] {
    var rest = try SmallSets.names(folder).filter { $0.hasPrefix("events") }
      .flatMap { try SmallSets.content("\(folder)/\($0)") }[...]
    var steps: [UInt64] = []
    while !rest.isEmpty {
      // The length in eight bytes and its checksum, the event, its checksum.
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let event = try ProtobufReader(rest.dropFirst(12).prefix(length))
      if event.fieldNumbers.contains(7) { steps += event.numbers(2) }
      rest = rest.dropFirst(length + 16)
    }
    return steps
  }
}
