import Testing

@testable import MNISTCore

@Suite struct MetricsRowTests {
  private let row = MetricsRow(
    epoch: 3, trainLoss: 0.1, validLoss: 0.30000000000000004, validAccuracy: 0.9711666,
    lowestLoss: 1e-7, seconds: 2.34567, imagesPerSecond: 21_512.345,
    learningRate: 0.1 + 0.2)

  @Test func aRowIsALineWhoseLossesComeBackExactly() {
    #expect(
      row.line == "3,0.1,0.30000000000000004,0.9711666,1e-07,2.346,21512.3,0.30000000000000004")
    let found = MetricsRow(line: row.line)
    #expect(found?.validLoss == row.validLoss)
    #expect(found?.lowestLoss == row.lowestLoss)
    #expect(found?.line == row.line)
    #expect(found?.learningRate == 0.1 + 0.2)
  }

  @Test func aRowOfVersion11HasNoLearningRateUntilItIsGivenOne() throws {
    let former = "epoch,train_loss,valid_loss,valid_accuracy,lowest_loss,seconds,images_per_second"
    try SmallSets.withFolder { folder in
      let path = folder + "/metrics.csv"
      try SmallSets.write(Array("\(former)\n1,0.5,0.4,0.9,0.4,2.000,100.0\n".utf8), path)
      let rows = try MetricsRow.read(path)
      #expect(rows.map(\.lowestLoss) == [0.4] && rows[0].learningRate.isNaN)
      #expect(rows[0].withLearningRate(nil).learningRate.isNaN)
      #expect(rows[0].withLearningRate(0.25).line == "1,0.5,0.4,0.9,0.4,2.000,100.0,0.25")
      #expect(row.withLearningRate(0.25) == row)
    }
  }

  @Test func aLossThatIsNoNumberComesBackToo() {
    let row = SampleRuns.row(1, train: .infinity, valid: .nan, lowest: .infinity)
    let found = MetricsRow(line: row.line)
    #expect(found?.trainLoss == .infinity)
    #expect(found?.validLoss.isNaN == true)
  }

  @Test(arguments: [
    "", "1,2,3", "0,1,1,1,1,1,1", "x,1,1,1,1,1,1", "1,1,1,1,1,1,", "1,1,1,1,1,1,1,1,1",
    "1,1,1,1,1,1,1,", "1,,1,1,1,1,1,1", "1,1,1,1,1,1,1,x",
  ])
  func anythingElseIsNoRow(_ line: String) {
    #expect(MetricsRow(line: line) == nil)
  }

  /// By what is monitored, and of equals the last.
  @Test func theBestRowIsThatWhoseModelIsKept() {
    let rows = [(0.5, 0.9), (0.25, 0.95), (0.25, 0.96), (0.3, 0.96), (.nan, .nan)].enumerated().map
    {
      SampleRuns.row($0.offset + 1, valid: $0.element.0, accuracy: $0.element.1)
    }
    #expect(MetricsRow.best(of: rows)?.epoch == 3)
    #expect(MetricsRow.best(of: rows, by: .validAccuracy)?.epoch == 4)
    #expect(MetricsRow.best(of: Array(rows.suffix(1)), by: .validAccuracy) == nil)
  }

  @Test func aTableIsReadBackWithoutALineThatWasCutOff() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/metrics.csv"
      let rows = [SampleRuns.row(1, valid: 0.5), SampleRuns.row(2, valid: 0.25)]
      let text = MetricsRow.table(rows)
      #expect(text.hasPrefix("epoch,train_loss,valid_loss,valid_accuracy,lowest_loss,seconds,"))
      try SmallSets.write(Array((text + "3,0.1,0.2").utf8), path)
      #expect(try MetricsRow.read(path) == rows)
    }
  }

  @Test func aTableThatIsNoneIsRefused() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/metrics.csv"
      try SmallSets.write(Array("a,b\n1,2\n".utf8), path)
      #expect(throws: RunFolderError.wrongHeader(path: path, expected: MetricsRow.header)) {
        try MetricsRow.read(path)
      }
      try SmallSets.write(Array((MetricsRow.header + "\n1,2\n").utf8), path)
      let error = RunFolderError.wrongRow(path: path, line: 2)
      #expect(throws: error) { try MetricsRow.read(path) }
      #expect(
        error.description
          == "\(path): not a row of a run's metrics in line 2 (expected seven or eight numbers)")
      try SmallSets.write([], path)
      #expect(throws: RunFolderError.wrongHeader(path: path, expected: MetricsRow.header)) {
        try MetricsRow.read(path)
      }
    }
  }

  /// A file with a hole in it takes no room.
  @Test func aTableBeyondTheLimitIsRefusedUnread() throws {
    try SmallSets.withFolder(["metrics.csv": []]) { folder in
      let path = folder + "/metrics.csv"
      #expect(truncate(path, 268_435_457) == 0)
      #expect(
        throws: FileError.tooLarge(path: path, limitBytes: 268_435_456, foundBytes: 268_435_457)
      ) { try MetricsRow.read(path) }
    }
  }

  @Test func theBestEpochIsTheLastOfTheLowest() {
    let rows = [0.5, 0.25, 0.25, .nan, 0.3].enumerated().map {
      SampleRuns.row($0.offset + 1, valid: $0.element)
    }
    #expect(MetricsRow.best(of: rows)?.epoch == 3)
    #expect(MetricsRow.best(of: [SampleRuns.row(1, valid: .nan)]) == nil)
  }
}
