import Testing

@testable import MNISTCore

@Suite struct ProgressLineTests {
  private let line = ProgressLine(
    epoch: 3, epochCount: 20, batch: 94, batchCount: 235, runningLoss: 0.07234,
    imagesPerBatch: 256, validAccuracy: 0.97123, secondsPerBatch: 0.01199)

  @Test func theLineTellsHowFarItIs() {
    #expect(
      line.text(columns: 120)
        == "Epoch 3/20  [========>           ] 94/235  loss 0.0723  accuracy 0.9712  "
        + "21,351 images/s  epoch 2s, run 50s left")
  }

  @Test func onANarrowTerminalTheTimesAreTheLastToGo() {
    var line = line
    (line.epoch, line.secondsPerBatch) = (13, 0.111)
    #expect(
      line.text(columns: 100)
        == "Epoch 13/20  94/235  loss 0.0723  accuracy 0.9712  2,306 images/s  "
        + "epoch 16s, run 3:18 left")
    #expect(
      line.text(columns: 80)
        == "Epoch 13/20  94/235  loss 0.0723  accuracy 0.9712  epoch 16s, run 3:18 left")
    #expect(
      line.text(columns: 70)
        == "Epoch 13/20  loss 0.0723  accuracy 0.9712  epoch 16s, run 3:18 left")
    #expect(line.text(columns: 60) == "Epoch 13/20  accuracy 0.9712  epoch 16s, run 3:18 left")
    #expect(line.text(columns: 40) == "Epoch 13/20  epoch 16s, run 3:18 left")
    #expect(line.text(columns: 39) == "Epoch 13/20")
    #expect(line.text(columns: 13) == "Epoch 13/2")
  }

  @Test func beforeThereIsATimedBatchNothingIsEstimated() {
    var line = line
    (line.secondsPerBatch, line.batch, line.epoch) = (nil, 1, 1)
    line.validAccuracy = nil
    #expect(line.text(columns: 80) == "Epoch 1/20  [>                   ] 1/235  loss 0.0723")
  }

  @Test func ofBatchesThatTookNoTimeNothingIsEstimated() {
    var line = line
    line.secondsPerBatch = 0
    #expect(
      line.text(columns: 100)
        == "Epoch 3/20  [========>           ] 94/235  loss 0.0723  accuracy 0.9712")
  }

  @Test func aFullBarHasNoTip() {
    var line = line
    line.batch = 235
    #expect(line.text(columns: 120).contains("[====================] 235/235"))
  }

  @Test(
    arguments: [
      (0.4, "0"), (999.4, "999"), (999.5, "1,000"), (1_234_567, "1,234,567"),
      (999_999_999_999_999, "999,999,999,999,999"), (1e15, "?"), (.infinity, "?"),
    ] as [(Double, String)])
  func theSpeedIsWholeWithACommaBeforeEachThreeDigits(_ images: Double, _ text: String) {
    var line = line
    line.imagesPerBatch = images
    line.secondsPerBatch = 1
    #expect(line.text(columns: 200).contains("  accuracy 0.9712  \(text) images/s  "))
  }

  @Test(arguments: 0...90) func theLineFitsIntoTheTerminal(_ columns: Int) {
    #expect(line.text(columns: columns).count <= max(0, columns - 3))
  }

  @Test func veryManyEpochsTakeUnknownTime() {
    var line = line
    line.epochCount = .max
    #expect(line.text(columns: 200).hasSuffix(", run ? left"))
  }

  /// 24 images: 19 to train on in batches of 8, 5 to validate on.
  @Test func aRunTellsHowFarItIs() throws {
    let images = SmallSets.fields(24)
    let run = TrainingRun(SmallSets.settings(images, batchSize: 8), images: images)
    var timer = RunTimer(run, at: 0)
    var losses: [Double] = []
    var lines: [ProgressLine] = []
    try run.train { event in
      if case .epoch = event { return }
      if case .trainIteration(_, _, let loss) = event { losses.append(loss) }
      timer.endBatch(at: Double(lines.count) * 0.5)
      lines.append(ProgressLine(run, timer))
    }
    #expect(lines.map(\.batch) == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(lines.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(
      lines.map(\.runningLoss) == [
        losses[0], (losses[0] + losses[1]) / 2, (losses[0] + losses[1] + losses[2]) / 3,
        (losses[0] + losses[1] + losses[2]) / 3, losses[3], (losses[3] + losses[4]) / 2,
        (losses[3] + losses[4] + losses[5]) / 3, (losses[3] + losses[4] + losses[5]) / 3,
      ])
    #expect(
      lines.map { $0.validAccuracy != nil } == [false, false, false, false, true, true, true, true])
    #expect(lines.map(\.secondsPerBatch) == [nil] + [Double?](repeating: 0.5, count: 7))
    #expect(lines.allSatisfy { $0.batchCount == 4 && $0.imagesPerBatch == 6 })
  }
}
