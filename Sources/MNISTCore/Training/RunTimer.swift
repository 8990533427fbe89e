/// Times a run from outside, by its events: the trainer knows no clock, so that equal runs report the
/// same. Times are seconds of any clock.
package struct RunTimer: Sendable {
  /// Training and validation images of an epoch.
  let imageCount: Double
  /// Those that were left to do when the epoch's time began: of an epoch that goes on, only the rest.
  private var imagesLeft: Double
  private var epochStart: Double
  /// The first batch warms up and is left out of estimates.
  private var firstBatchEnd: Double?
  private var lastBatchEnd = 0.0
  private var timedBatches = 0

  /// Begins when the run begins to train.
  package init(_ run: TrainingRun) { self.init(run, at: SystemClock.monotonicTime) }

  init(_ run: TrainingRun, at time: Double) {
    func done(_ pass: EpochProgress.Pass, of count: Int) -> Double {
      min(Double(pass.batches) * Double(run.settings.batchSize), Double(count))
    }
    let (train, valid) = (run.trainData.count, run.validData.count)
    imageCount = Double(train + valid)
    imagesLeft =
      imageCount - done(run.progress.train, of: train) - done(run.progress.valid, of: valid)
    epochStart = time
  }

  /// To be told of each iteration.
  package mutating func endBatch() { endBatch(at: SystemClock.monotonicTime) }

  mutating func endBatch(at time: Double) {
    if firstBatchEnd == nil { firstBatchEnd = time } else { timedBatches += 1 }
    lastBatchEnd = time
  }

  /// To be told of each epoch. What this process did of it, and how fast.
  package mutating func endEpoch() -> (seconds: Double, imagesPerSecond: Double) {
    endEpoch(at: SystemClock.monotonicTime)
  }

  mutating func endEpoch(at time: Double) -> (seconds: Double, imagesPerSecond: Double) {
    let seconds = time - epochStart
    let speed = seconds > 0 ? imagesLeft / seconds : 0
    (epochStart, imagesLeft) = (time, imageCount)
    return (seconds, speed)
  }

  /// The mean over the whole run; nil before there is one.
  var secondsPerBatch: Double? {
    guard let firstBatchEnd, timedBatches > 0 else { return nil }
    return (lastBatchEnd - firstBatchEnd) / Double(timedBatches)
  }
}
