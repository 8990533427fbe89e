import Testing

@testable import MNISTCore

@Suite struct RunTimerTests {
  /// 24 images: 19 to train on in batches of 8, 5 to validate on.
  private let run: TrainingRun = {
    let images = SmallSets.fields(24)
    return TrainingRun(SmallSets.settings(images, batchSize: 8), images: images)
  }()

  @Test func anEpochLastsFromTheEndOfTheOneBeforeIt() {
    var timer = RunTimer(run, at: 10)
    #expect(timer.endEpoch(at: 12) == (2, 12))
    #expect(timer.endEpoch(at: 15) == (3, 8))
  }

  @Test func theFirstBatchIsNotTimed() {
    var timer = RunTimer(run, at: 0)
    #expect(timer.secondsPerBatch == nil)
    timer.endBatch(at: 5)
    #expect(timer.secondsPerBatch == nil)
    timer.endBatch(at: 6)
    #expect(timer.secondsPerBatch == 1)
    timer.endBatch(at: 7.5)
    #expect(timer.secondsPerBatch == 1.25)
  }

  /// Of an epoch that goes on, only the rest counts: here eight images.
  @Test func theRestOfAnEpochHasItsOwnSpeed() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try run.train { if case .trainIteration(2, _, _) = $0 { throw Stop() } }
    }
    var timer = RunTimer(run, at: 0)
    #expect(timer.endEpoch(at: 2) == (2, 4))
    #expect(timer.endEpoch(at: 4) == (2, 12))
  }

  /// 80 images to train on are done, and of the 20 to validate on eight.
  @Test func whatIsValidatedIsDoneToo() throws {
    struct Stop: Error {}
    let images = SmallSets.fields(100)
    let run = TrainingRun(SmallSets.settings(images, batchSize: 8), images: images)
    #expect(throws: Stop.self) {
      try run.train { if case .validIteration = $0 { throw Stop() } }
    }
    var timer = RunTimer(run, at: 0)
    #expect(timer.endEpoch(at: 2) == (2, 6))
  }

  @Test func noTimeIsNoSpeedAndAShortTimeIsOne() {
    var timer = RunTimer(run, at: 1)
    #expect(timer.endEpoch(at: 1) == (0, 0))
    #expect(timer.endEpoch(at: 1.5) == (0.5, 48))
  }
}
