// The epochs of a run as a model file has them.

extension LoggedEpoch {
  /// In the metadata.
  static let name = "logged_epochs"

  /// Of more, a file has the last ones: its header takes 8 MiB.
  static let limit = 50_000

  /// As many bytes as the text of an epoch has, or more.
  static let textByteCount = 135

  /// `1 0.5 0.4 0.9 0.4;2 …`, with the learning rate behind them where the run has more than one; the numbers come back
  /// bit for bit.
  static func text(_ epochs: [LoggedEpoch]) -> String {
    epochs.suffix(limit).map {
      "\($0.epoch) \($0.trainLoss) \($0.validLoss) \($0.validAccuracy) \($0.lowestLoss)"
        + ($0.learningRate.map { " \($0)" } ?? "")
    }.joined(separator: ";")
  }

  /// The epochs of a text, in order and none twice; nil where they cannot be those of a run that has `last`
  /// epochs behind it.
  static func read(_ text: String, upTo last: Int) -> [LoggedEpoch]? {
    var epochs: [LoggedEpoch] = []
    for row in text.split(separator: ";") {
      guard let epoch = LoggedEpoch(row), epoch.epoch > epochs.last?.epoch ?? 0 else { return nil }
      epochs.append(epoch)
    }
    return epochs.last?.epoch ?? 0 <= last ? epochs : nil
  }

  private init?(_ row: Substring) {
    let words = row.split(separator: " ", omittingEmptySubsequences: false)
    let numbers = words.dropFirst().compactMap { Double($0) }
    guard 5...6 ~= words.count, numbers.count == words.count - 1, let epoch = Int(words[0]),
      numbers.allSatisfy(\.isFinite), 0...1 ~= numbers[2]
    else { return nil }
    self.init(
      epoch: epoch, trainLoss: numbers[0], validLoss: numbers[1], validAccuracy: numbers[2],
      lowestLoss: numbers[3], learningRate: numbers.count > 4 ? numbers[4] : nil)
  }
}
