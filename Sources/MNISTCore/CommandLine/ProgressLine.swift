/// The line that tells how far an epoch is, redrawn in place on a terminal.
public struct ProgressLine: Equatable, Sendable {
  public var epoch: Int
  public var epochCount: Int
  /// Batches done, of training and then of validation.
  public var batch: Int
  public var batchCount: Int
  public var imagesPerBatch: Int
  /// The mean over this epoch's training batches.
  public var runningLoss: Double
  /// Since the end of the run's first batch, which warms up and is left out of all estimates.
  public var seconds: Double
  /// Batches done in `seconds`, over all epochs.
  public var timedBatches: Int

  public init(
    epoch: Int, epochCount: Int, batch: Int, batchCount: Int, imagesPerBatch: Int,
    runningLoss: Double, seconds: Double, timedBatches: Int
  ) {
    self.epoch = epoch
    self.epochCount = epochCount
    self.batch = batch
    self.batchCount = batchCount
    self.imagesPerBatch = imagesPerBatch
    self.runningLoss = runningLoss
    self.seconds = seconds
    self.timedBatches = timedBatches
  }

  /// A line is not drawn again before this much time is over.
  public static let shortestPause = 0.05

  /// Whether there is any progress line: not without a terminal on standard error, not on a dumb one,
  /// not when asked to be quiet.
  public static func isShown(
    environment: [String: String], isTerminal: Bool, verbosity: Int
  ) -> Bool {
    isTerminal && verbosity > 0 && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  /// Back to the line's start, and clear it: before a redraw, and when something else is printed.
  public static let clear = "\r\u{1B}[K"

  /// `Epoch 3/20  [=======>            ] 81/235  loss 0.0723  21,300 images/s  1:02 left`, without
  /// color. Parts are left out from the end until it fits into `columns` − 1.
  public func text(columns: Int = 80) -> String {
    let width = 20
    let done = batchCount > 0 ? min(width, width * batch / batchCount) : 0
    let bar = String(repeating: "=", count: done) + (done < width ? ">" : "")
    var parts = [
      "Epoch \(epoch)/\(epochCount)",
      "[\(bar)\(String(repeating: " ", count: max(0, width - done - 1)))] \(batch)/\(batchCount)",
      "loss \(NumberText.fixed(runningLoss))",
    ]
    if timedBatches > 0, seconds > 0 {
      let speed = Double(timedBatches * imagesPerBatch) / seconds
      parts.append("\(Self.grouped(speed)) images/s")
      let left = (epochCount - epoch) * batchCount + batchCount - batch
      parts.append("\(Self.duration(Double(left) * seconds / Double(timedBatches))) left")
    }
    var text = parts.joined(separator: "  ")
    while parts.count > 1, text.count > columns - 1 {
      parts.removeLast()
      text = parts.joined(separator: "  ")
    }
    return String(text.prefix(max(0, columns - 1)))
  }

  /// `12s`, `1:02`, `1:02:03`; whole seconds.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let total = max(0, Int(seconds.rounded()))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
    return minutes > 0 ? "\(minutes):\(two(rest))" : "\(rest)s"
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
