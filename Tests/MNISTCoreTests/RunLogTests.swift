import Testing

@testable import MNISTCore

@Suite struct RunLogTests {
  private let rows = [0.5, 0.3, 0.4].enumerated().map {
    SampleRuns.row($0.offset + 1, valid: $0.element)
  }

  @Test func eachEpochIsInEveryFileAtOnce() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/runs/a"
      let log = try RunLog(directory: directory + "/", SampleRuns.configuration())
      #expect(log.directory == directory)
      for (index, row) in rows.enumerated() {
        try log.append(row)
        let text = String(
          decoding: try SmallSets.content(directory + "/metrics.csv"), as: UTF8.self)
        #expect(text == MetricsRow.table(Array(rows[...index])))
        let curves = String(
          decoding: try SmallSets.content(directory + "/curves.svg"), as: UTF8.self)
        #expect(curves == CurvesSVG.text(Array(rows[...index])))
      }
      let names = try SmallSets.names(directory)
      #expect(names.count == 4)
      #expect(names.prefix(2) == ["config.json", "curves.svg"])
      #expect(names[2].hasPrefix("events.out.tfevents."))
      // The version's record has 40 bytes, a loss's 48, the accuracy's 52.
      #expect(try SmallSets.content(directory + "/" + names[2]).count == 40 + 3 * (48 + 48 + 52))
    }
  }

  @Test func anotherRunsFolderIsNeverWrittenTo() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      let configuration = SampleRuns.configuration()
      let first = try RunLog(directory: directory, configuration)
      try first.append(rows[0])
      let before = try SmallSets.names(directory)
      // Even the same settings are another run when it starts anew.
      let second = try RunLog(directory: directory, configuration)
      #expect(second.directory == directory + "-2")
      let third = try RunLog(directory: directory, SampleRuns.configuration(seed: 9))
      #expect(third.directory == directory + "-3")
      #expect(try SmallSets.names(directory) == before)
      #expect(try MetricsRow.read(directory + "/metrics.csv") == [rows[0]])
    }
  }

  @Test func aFolderWithOtherFilesIsTaken() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([1], folder + "/model.ckpt")
      #expect(try RunLog(directory: folder, SampleRuns.configuration()).directory == folder)
      #expect(try SmallSets.content(folder + "/model.ckpt") == [1])
    }
  }

  @Test func aResumedRunGoesOnInItsFolderWithEachEpochOnce() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      _ = try RunLog(directory: directory, SampleRuns.configuration(seed: 9))
      do {
        let log = try RunLog(directory: directory, SampleRuns.configuration())
        #expect(log.directory == directory + "-2")
        for row in rows { try log.append(row) }
      }
      // The last epoch was logged and not saved; the run goes on after the second, for more epochs.
      let log = try RunLog(
        directory: directory, SampleRuns.configuration(epochCount: 40), after: 2)
      #expect(log.directory == directory + "-2")
      #expect(log.rows == Array(rows[..<2]))
      try log.append(rows[2])
      #expect(try MetricsRow.read(log.directory + "/metrics.csv") == rows)
      #expect(
        try RunConfiguration.read(log.directory + "/config.json")
          == SampleRuns.configuration(epochCount: 40))
    }
  }

  @Test func aResumedRunWithoutAFolderTakesAFreeOne() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      _ = try RunLog(directory: directory, SampleRuns.configuration(seed: 9))
      let log = try RunLog(directory: directory, SampleRuns.configuration(), after: 5)
      #expect(log.directory == directory + "-2")
      #expect(log.rows == [])
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try SmallSets.withFolder { folder in
      try SmallSets.write([1], folder + "/file")
      let path = folder + "/file/a"
      let error = RunFolderError.cannotMake(path: path, reason: "Not a directory")
      #expect(throws: error) { try RunLog(directory: path, SampleRuns.configuration()) }
      #expect(error.description == "\(path): the folder cannot be made: Not a directory")
      #expect(throws: FileError.emptyPath) {
        try RunLog(directory: "", SampleRuns.configuration())
      }
    }
  }
}
