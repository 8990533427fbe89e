/// The line that tells how far an epoch is, redrawn in place on a terminal.
package struct ProgressLine: Equatable, Sendable {
  var epoch: Int
  var epochCount: Int
  /// Batches done, of training and then of validation.
  var batch: Int
  var batchCount: Int
  /// The mean over this epoch's training batches.
  var runningLoss: Double
  var imagesPerBatch: Double
  /// Nil as long as nothing can be estimated.
  var secondsPerBatch: Double?

  /// `Epoch 3/20  [=======>            ] 81/235  loss 0.0723  21,300 images/s  1:02 left`, without
  /// color. Parts are left out from the end until it fits and leaves room for the `^C` that a terminal shows.
  package func text(columns: Int) -> String {
    let limit = max(0, columns - 3)
    let width = 20
    let done = min(width, width * batch / batchCount)
    let bar = String(repeating: "=", count: done) + (done < width ? ">" : "")
    var parts = [
      "Epoch \(epoch)/\(epochCount)",
      "[\(bar)\(String(repeating: " ", count: max(0, width - done - 1)))] \(batch)/\(batchCount)",
      "loss \(NumberText.fixed(runningLoss))",
    ]
    if let secondsPerBatch, secondsPerBatch > 0 {
      parts.append("\(Self.grouped(imagesPerBatch / secondsPerBatch)) images/s")
      // Not in integers: someone may have asked for very many epochs.
      let left = Double(epochCount - epoch) * Double(batchCount) + Double(batchCount - batch)
      parts.append("\(NumberText.duration(left * secondsPerBatch)) left")
    }
    var text = parts.joined(separator: "  ")
    while parts.count > 1, text.count > limit {
      parts.removeLast()
      text = parts.joined(separator: "  ")
    }
    return String(text.prefix(limit))
  }

  /// Whole, with a comma before each three digits.
  private static func grouped(_ number: Double) -> String {
    guard number.isFinite, number < 1e15 else { return "?" }
    var digits = "\(Int(number.rounded()))"
    var result = ""
    while digits.count > 3 {
      result = ",\(digits.suffix(3))\(result)"
      digits.removeLast(3)
    }
    return digits + result
  }
}

extension ProgressLine {
  /// Where a run stands between two batches.
  package init(_ run: TrainingRun, _ timer: RunTimer) {
    let (train, valid) = (run.progress.train, run.progress.valid)
    epoch = run.epoch + 1
    epochCount = run.settings.epochCount
    batchCount = run.batchCount
    batch = min(train.batches, batchCount) + min(valid.batches, batchCount)
    runningLoss = train.loss / Double(train.batches)
    imagesPerBatch = timer.imageCount / Double(batchCount)
    secondsPerBatch = timer.secondsPerBatch
  }
}
