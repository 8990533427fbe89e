import Testing

@testable import MNISTCore

@Suite struct RunComparisonTests {
  private func comparison() throws -> RunComparison {
    RunComparison(
      try [
        SampleRuns.run("runs/a", seed: 1, losses: [0.5, 0.25, 0.3], accuracy: 0.90),
        SampleRuns.run("runs/b", seed: 2, losses: [0.5, 0.35], accuracy: 0.92),
        SampleRuns.run("runs/c", seed: 1, batchSize: 64, losses: [0.125], accuracy: 0.95),
      ].map { try #require($0) })
  }

  @Test func runsAreSortedByTheLowestLossAndOnlyDifferencesAreNamed() throws {
    let comparison = try comparison()
    #expect(comparison.runs.map(\.name) == ["runs/c", "runs/a", "runs/b"])
    #expect(comparison.differingSettings == ["seed", "batch_size"])
  }

  @Test func runsThatDifferInTheSeedAloneAreSummedUp() throws {
    let groups = try comparison().groups
    #expect(groups.count == 1)
    #expect(groups[0].runs.map(\.name) == ["runs/a", "runs/b"])
    #expect(abs(groups[0].validLoss.mean - 0.3) < 1e-15)
    #expect(abs(groups[0].validLoss.standardDeviation - 0.07071067811865477) < 1e-15)
    #expect(abs(groups[0].validAccuracy.mean - 0.91) < 1e-15)
  }

  @Test func theTableIsAlignedAndSorted() throws {
    #expect(
      try ComparisonText.table(comparison()) == """
        run     seed  batch_size  epochs  best epoch  train loss  valid loss  accuracy  time
        runs/c     1          64       1           1  5.0000e-01  1.2500e-01    0.9500    2s
        runs/a     1         256       3           2  5.0000e-01  2.5000e-01    0.9000    6s
        runs/b     2         256       2           2  5.0000e-01  3.5000e-01    0.9200    4s

        runs that differ in the seed alone  batch_size               valid loss         accuracy
        2                                          256  3.0000e-01 ± 7.0711e-02  0.9100 ± 0.0141
        """)
  }

  @Test func aSettingThatARunLacksDiffers() throws {
    let run = try #require(SampleRuns.run("a", losses: [0.5]))
    var configuration = run.configuration
    configuration.settings.removeAll { $0.name == "lr_schedule" }
    let other = try #require(
      LoggedRun(name: "b", configuration: configuration, rows: run.rows))
    let comparison = RunComparison([other, run])
    #expect(comparison.differingSettings == ["lr_schedule"])
    #expect(ComparisonText.table(comparison).contains("\nb              -       1"))
  }

  @Test func aFolderIsReadAsItWasLogged() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      let log = try RunLog(directory: directory, SampleRuns.configuration())
      #expect(throws: RunFolderError.noEpoch(path: directory)) {
        try LoggedRun(readingFrom: directory)
      }
      let rows = [SampleRuns.row(1, valid: 0.5), SampleRuns.row(2, valid: 0.4)]
      for row in rows { try log.append(row) }
      let run = try LoggedRun(readingFrom: directory)
      #expect(run.rows == rows)
      #expect(run.best == rows[1])
      #expect(run.seconds == 4)
      #expect(run.configuration == SampleRuns.configuration())
      let missing = folder + "/config.json"
      #expect(
        throws: FileError.cannotRead(path: missing, reason: "No such file or directory")
      ) { try LoggedRun(readingFrom: folder) }
    }
  }
}
