/// Measures how fast a run goes, by the events it reports. The trainer itself knows no clock: what equal
/// runs report is equal. Times are seconds of any clock.
package struct RunTimer: Sendable {
  /// Training and validation images of an epoch.
  let imageCount: Double
  /// Images of this epoch that this process has to do: all, or of an epoch that was stopped and goes on,
  /// the rest.
  private var imagesLeft: Double
  private var epochStart: Double
  /// When the first batch was done. It fills caches and is slower than the others: estimates leave it out.
  private var firstBatchEnd: Double?
  private var lastBatchEnd = 0.0
  private var timedBatches = 0

  /// To be made just before the run begins to train.
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

  /// To be called after each batch, of training and of validation.
  package mutating func endBatch() { endBatch(at: SystemClock.monotonicTime) }

  mutating func endBatch(at time: Double) {
    if firstBatchEnd == nil { firstBatchEnd = time } else { timedBatches += 1 }
    lastBatchEnd = time
  }

  /// To be called after each epoch. Returns how long this process took for its part of it, and how many
  /// images it did in a second.
  package mutating func endEpoch() -> (seconds: Double, imagesPerSecond: Double) {
    endEpoch(at: SystemClock.monotonicTime)
  }

  mutating func endEpoch(at time: Double) -> (seconds: Double, imagesPerSecond: Double) {
    let seconds = time - epochStart
    let speed = seconds > 0 ? imagesLeft / seconds : 0
    (epochStart, imagesLeft) = (time, imageCount)
    return (seconds, speed)
  }

  /// The mean over the whole run; nil before the second batch is done.
  var secondsPerBatch: Double? {
    guard let firstBatchEnd, timedBatches > 0 else { return nil }
    return (lastBatchEnd - firstBatchEnd) / Double(timedBatches)
  }
}
