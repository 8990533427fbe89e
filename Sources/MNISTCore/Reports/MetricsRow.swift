/// What one epoch of a run came to, as a row of `metrics.csv`.
package struct MetricsRow: Equatable, Sendable {
  /// From 1.
  package let epoch: Int
  /// The mean over the training batches.
  package let trainLoss: Double
  /// The mean over the validation batches.
  package let validLoss: Double
  /// The share of validation images whose class was found.
  package let validAccuracy: Double
  /// The lowest validation loss so far, this epoch included.
  package let lowestLoss: Double
  /// How long the epoch took, not-a-number where that is not known. Of an epoch that was stopped and went on
  /// later: the part after that.
  package let seconds: Double
  /// Training and validation images in a second.
  package let imagesPerSecond: Double
  /// In the last training batch, not-a-number where that is not known.
  package var learningRate: Double

  /// A row of these figures.
  package init(
    epoch: Int, trainLoss: Double, validLoss: Double, validAccuracy: Double, lowestLoss: Double,
    seconds: Double, imagesPerSecond: Double, learningRate: Double = .nan
  ) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.validLoss = validLoss
    self.validAccuracy = validAccuracy
    self.lowestLoss = lowestLoss
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
    self.learningRate = learningRate
  }

  /// - Parameter time: how long the epoch took.
  package init(_ report: EpochReport, _ time: (seconds: Double, imagesPerSecond: Double)) {
    self.init(
      epoch: report.epoch, trainLoss: report.trainLoss, validLoss: report.validLoss,
      validAccuracy: report.validAccuracy ?? .nan, lowestLoss: report.lowestLoss,
      seconds: time.seconds,
      imagesPerSecond: time.imagesPerSecond, learningRate: report.learningRate)
  }

  /// The row of an epoch that the run's file tells of: how long it took is not known any more.
  init(_ epoch: LoggedEpoch) {
    self.init(
      epoch: epoch.epoch, trainLoss: epoch.trainLoss, validLoss: epoch.validLoss,
      validAccuracy: epoch.validAccuracy, lowestLoss: epoch.lowestLoss, seconds: .nan,
      imagesPerSecond: .nan, learningRate: epoch.learningRate ?? .nan)
  }

  /// The row with this learning rate where its own is not known: version 1.1 did not tell.
  func withLearningRate(_ rate: Double?) -> MetricsRow {
    var row = self
    if row.learningRate.isNaN, let rate { row.learningRate = rate }
    return row
  }

  /// The first line of the file.
  static let header = formerHeader + ",learning_rate"

  /// That of version 1.1.
  static let formerHeader =
    "epoch,train_loss,valid_loss,valid_accuracy,lowest_loss,seconds,images_per_second"

  /// The row as a line; the losses, the accuracy and the learning rate come back exactly.
  var line: String {
    let exact = [trainLoss, validLoss, validAccuracy, lowestLoss].map { "\($0)" }
    let rough = [
      NumberText.fixed(seconds, decimals: 3), NumberText.fixed(imagesPerSecond, decimals: 1),
    ]
    return (["\(epoch)"] + exact + rough + ["\(learningRate)"]).joined(separator: ",")
  }

  /// Reads a line back, of version 1.1 without a learning rate; nil if it is none.
  init?(line: some StringProtocol) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = fields.dropFirst().compactMap { Double($0) }
    guard 7...8 ~= fields.count, numbers.count == fields.count - 1, let epoch = Int(fields[0]),
      epoch >= 1
    else {
      return nil
    }
    self.init(
      epoch: epoch, trainLoss: numbers[0], validLoss: numbers[1], validAccuracy: numbers[2],
      lowestLoss: numbers[3], seconds: numbers[4], imagesPerSecond: numbers[5],
      learningRate: numbers.count > 6 ? numbers[6] : .nan)
  }
}

extension MetricsRow {
  /// The whole file.
  static func table(_ rows: [MetricsRow]) -> String {
    ([header] + rows.map(\.line)).map { $0 + "\n" }.joined()
  }

  /// What is logged in a run's folder; nothing where there is no file yet, or one without a line, as a power
  /// cut may leave it.
  static func readLog(in folder: String) throws -> [MetricsRow] {
    let path = folder + "/metrics.csv"
    guard FileSystem.exists(path) else { return [] }
    let lines = try lines(path)
    return lines.isEmpty ? [] : try rows(lines, path)
  }

  /// Reads the file at `path`. Throws `FileError` or `RunFolderError`.
  static func read(_ path: String) throws -> [MetricsRow] { try rows(lines(path), path) }

  /// A last line without its end was cut off by whatever ended the run: it is left out.
  private static func lines(_ path: String) throws -> [Substring] {
    let bytes = try InputFile.read(path, limit: 256 << 20)
    return String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  private static func rows(_ lines: [Substring], _ path: String) throws -> [MetricsRow] {
    guard let first = lines.first, [header, formerHeader].contains(String(first)) else {
      throw RunFolderError.wrongHeader(path: path, expected: header)
    }
    return try lines.enumerated().dropFirst().map { index, line in
      guard let row = MetricsRow(line: line) else {
        throw RunFolderError.wrongRow(path: path, line: index + 1)
      }
      return row
    }
  }

  /// What the epoch came to.
  package func value(of figure: MonitoredFigure) -> Double {
    figure == .validLoss ? validLoss : validAccuracy
  }

  /// The row of the epoch whose model is kept: of the best values the last, as the trainer has it.
  package static func best(
    of rows: [MetricsRow], by monitor: MonitoredFigure = .validLoss
  ) -> MetricsRow? {
    monitor.best(of: rows) { $0.value(of: monitor) }
  }
}
