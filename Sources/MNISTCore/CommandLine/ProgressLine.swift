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
  /// Of the last epoch that is over; nil in the first.
  var validAccuracy: Double?
  /// Nil as long as nothing can be estimated.
  var secondsPerBatch: Double?

  /// `Epoch 3/20  [=======>            ] 81/235  loss 0.0723  accuracy 0.9712  21,300 images/s  epoch 2s, run 1:02 left`,
  /// without color. What is told elsewhere too is left out first, the times last, until it fits and leaves room for the
  /// `^C` that a terminal shows.
  package func text(columns: Int) -> String {
    let limit = max(0, columns - 3)
    let width = 20
    let done = min(width, width * batch / batchCount)
    let bar = String(repeating: "=", count: done) + (done < width ? ">" : "")
    let space = String(repeating: " ", count: max(0, width - done - 1))
    // With the order in which they are left out.
    var parts: [(text: String, order: Int)] = [
      ("Epoch \(epoch)/\(epochCount)", 9),
      ("[\(bar)\(space)] \(batch)/\(batchCount)", 1), ("\(batch)/\(batchCount)", 3),
      ("loss \(NumberText.fixed(runningLoss))", 4),
    ]
    if let validAccuracy {
      parts.append(("accuracy \(NumberText.fixed(validAccuracy))", 5))
    }
    if let secondsPerBatch, secondsPerBatch > 0 {
      parts.append(("\(Self.grouped(imagesPerBatch / secondsPerBatch)) images/s", 2))
      // Not in integers: someone may have asked for very many epochs.
      let inEpoch = Double(batchCount - batch)
      let inRun = Double(epochCount - epoch) * Double(batchCount) + inEpoch
      let times = [inEpoch, inRun].map { NumberText.duration($0 * secondsPerBatch) }
      parts.append(("epoch \(times[0]), run \(times[1]) left", 6))
    }
    while true {
      let hasBar = parts.contains { $0.order == 1 }
      let text = parts.filter { !hasBar || $0.order != 3 }.map(\.text).joined(separator: "  ")
      guard text.count > limit, parts.count > 1,
        let first = parts.indices.min(by: { parts[$0].order < parts[$1].order })
      else { return String(text.prefix(limit)) }
      parts.remove(at: first)
    }
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
    validAccuracy = run.loggedEpochs.last?.validAccuracy
    secondsPerBatch = timer.secondsPerBatch
  }
}
