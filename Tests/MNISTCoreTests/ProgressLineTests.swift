import Testing

@testable import MNISTCore

@Suite struct ProgressLineTests {
  private let line = ProgressLine(
    epoch: 3, epochCount: 20, batch: 94, batchCount: 235, imagesPerBatch: 256,
    runningLoss: 0.07234, seconds: 6.75, timedBatches: 563)

  @Test func theLineTellsHowFarItIs() {
    #expect(
      line.text(columns: 100)
        == "Epoch 3/20  [========>           ] 94/235  loss 0.0723  21,352 images/s  50s left")
  }

  @Test func beforeThereIsATimedBatchNothingIsEstimated() {
    var line = line
    (line.seconds, line.timedBatches, line.batch, line.epoch) = (0, 0, 1, 1)
    #expect(line.text() == "Epoch 1/20  [>                   ] 1/235  loss 0.0723")
  }

  @Test func aFullBarHasNoTip() {
    var line = line
    line.batch = 235
    #expect(line.text(columns: 100).contains("[====================] 235/235"))
  }

  @Test(arguments: 0...90) func theLineFitsIntoTheTerminal(_ columns: Int) {
    #expect(line.text(columns: columns).count <= max(0, columns - 1))
  }

  @Test(
    arguments: [
      (0, "0s"), (11.6, "12s"), (59.4, "59s"), (59.6, "1:00"), (62, "1:02"), (3599.9, "1:00:00"),
      (3723, "1:02:03"), (360_000, "100:00:00"), (-1, "0s"), (.infinity, "?"), (.nan, "?"),
    ] as [(Double, String)])
  func aDurationIsShort(_ seconds: Double, _ expected: String) {
    #expect(ProgressLine.duration(seconds) == expected)
  }

  @Test func thereIsNoneWithoutATerminalOrWhenQuiet() {
    func isShown(_ term: String?, _ isTerminal: Bool, _ verbosity: Int) -> Bool {
      ProgressLine.isShown(
        environment: term.map { ["TERM": $0] } ?? [:], isTerminal: isTerminal,
        verbosity: verbosity)
    }
    #expect(isShown("xterm", true, 1))
    #expect(!isShown("xterm", false, 1))
    #expect(!isShown("dumb", true, 1))
    #expect(!isShown(nil, true, 1))
    #expect(!isShown("xterm", true, 0))
  }
}
