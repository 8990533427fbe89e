import Testing

@testable import MNISTCore

@Suite struct LoggedEpochTests {
  @Test func aFileKeepsTheEpochsOfARun() throws {
    var checkpoint = try SmallSets.checkpoint()
    #expect(
      checkpoint.metadata[LoggedEpoch.name] == LoggedEpoch.text(checkpoint.state.loggedEpochs))
    #expect(checkpoint.state.loggedEpochs.map(\.epoch) == [1, 2])
    let reports = (1...2).map {
      EpochReport(
        epoch: $0, epochCount: 2, trainLoss: 0.1, validLoss: 1.0 / 3, validAccuracy: 0.75,
        lowestLoss: .leastNonzeroMagnitude, learningRate: 0.1)
    }
    for epochs in [[], reports.map { LoggedEpoch($0) }] {
      checkpoint.state.loggedEpochs = epochs
      let file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
      #expect(try Checkpoint(file, path: "m") == checkpoint)
    }
    #expect(
      checkpoint.metadata[LoggedEpoch.name]
        == "1 0.1 0.3333333333333333 0.75 5e-324;2 0.1 0.3333333333333333 0.75 5e-324")
  }

  @Test(arguments: [
    "x", "1 1 1 1", "1 1 1 1 1 1 1", "1 1 1 1 1 nan", "0 1 1 1 1", "-1 1 1 1 1", "1 nan 1 1 1",
    "1 1 inf 1 1",
    "1 1 1 1.5 1", "1 1 1 -0.5 1", "1  1 1 1", "1 1 1 1 1;1 1 1 1 1", "2 1 1 1 1;1 1 1 1 1",
    "1 1 1 1 1;4 1 1 1 1", "4 1 1 1 1", "1 1 1 1 1,2 1 1 1 1", "1  1 1 1 1",
    "1 1 1 1 1;3 1 1 1 1;2 1 1 1 1",
  ])
  func whatCannotBeTheEpochsOfARunIsRefused(_ text: String) throws {
    #expect(LoggedEpoch.read(text, upTo: 3) == nil)
    var texts = try SmallSets.checkpoint().metadata
    texts[LoggedEpoch.name] = text
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointMetadata(texts: texts, tensorCount: 65, path: "m").loggedEpochs(upTo: 3)
    }
    #expect(
      error?.description.hasPrefix(
        "m: logged_epochs in __metadata__ is out of range (expected an epoch's number up to 3, three "
          + "losses and an accuracy for each, found ") == true)
  }

  @Test func ofARunWithMoreThanOneLearningRateEachEpochsIsKept() throws {
    let report = EpochReport(
      epoch: 1, epochCount: 1, trainLoss: 1, validLoss: 0.5, validAccuracy: 0.25, lowestLoss: 0.5,
      learningRate: 0.1 + 0.2)
    let epoch = LoggedEpoch(report, isScheduled: true)
    let text = LoggedEpoch.text([epoch])
    #expect(text == "1 1.0 0.5 0.25 0.5 0.30000000000000004")
    #expect(LoggedEpoch.read(text, upTo: 1) == [epoch])
    #expect(LoggedEpoch.text([LoggedEpoch(report)]) == "1 1.0 0.5 0.25 0.5")
  }

  @Test func anAccuracyIsFromZeroToOneAndThereMayBeNone() {
    let epochs = LoggedEpoch.read("1 1 1 0 1;2 1 1 1 1", upTo: 2)
    #expect(epochs?.map(\.validAccuracy) == [0, 1])
    #expect(LoggedEpoch.read("", upTo: 0) == [])
    let report = EpochReport(
      epoch: 1, epochCount: 1, trainLoss: 1, validLoss: 1, validAccuracy: nil, lowestLoss: 1,
      learningRate: 1)
    #expect(LoggedEpoch(report).validAccuracy == 0)
  }

  /// The header of a file is bounded.
  @Test func ofVeryManyTheLastAreKept() throws {
    let report = { (epoch: Int) in
      LoggedEpoch(
        EpochReport(
          epoch: epoch, epochCount: 60_000, trainLoss: 1.2345678901234567e-307,
          validLoss: 1.2345678901234567e-307, validAccuracy: 0.12345678901234568,
          lowestLoss: 1.2345678901234567e-307, learningRate: 1.2345678901234567e-307),
        isScheduled: true)
    }
    var checkpoint = try SmallSets.checkpoint()
    let epochs = (1...LoggedEpoch.limit + 1).map(report)
    checkpoint.state.loggedEpochs = epochs
    _ = checkpoint.encoded()
    let text = LoggedEpoch.text(epochs)
    #expect(LoggedEpoch.read(text, upTo: 60_000) == Array(epochs.dropFirst()))
  }
}
