// The settings of a run, and where it stands, as the text of a model file, and back.

extension Checkpoint {
  var metadata: [String: String] {
    var texts = [
      // What readers of PyTorch's safetensors files look for.
      "format": "pt",
      "format_version": "\(Self.formatVersion)",
      "epoch": "\(state.epoch)",
      "train_batches": "\(state.progress.train.batches)",
      "train_loss_sum": "\(state.progress.train.loss)",
      "valid_batches": "\(state.progress.valid.batches)",
      "valid_loss_sum": "\(state.progress.valid.loss)",
      "lowest_loss": "\(state.lowestLoss)",
    ]
    // What follows came later than the format. It is written only where it says something, so that all
    // other runs have the bytes they had before.
    if state.progress.valid.batches > 0 { texts["valid_correct"] = "\(state.progress.correct)" }
    if settings.patience != nil {
      texts["epochs_without_improvement"] = "\(state.epochsWithoutImprovement)"
    }
    if let accuracy = state.highestAccuracy { texts["highest_accuracy"] = "\(accuracy)" }
    if !state.loggedEpochs.isEmpty {
      texts[LoggedEpoch.name] = LoggedEpoch.text(state.loggedEpochs)
    }
    for setting in TrainingSetting.all { texts[setting.name] = setting.text(settings) }
    return texts
  }
}

/// Reads one text of a model file after the other, each within its range.
struct CheckpointMetadata {
  let texts: [String: String]
  /// How many tensors the file has: no more layers are believed than they could make up.
  let tensorCount: Int
  let path: String

  func settings() throws(CheckpointError) -> TrainingSettings {
    let version = try value("format_version", .integer(1...Int.max))
    guard version <= Checkpoint.formatVersion else {
      throw .newerVersion(path: path, expected: Checkpoint.formatVersion, found: version)
    }
    var settings = TrainingSettings()
    for setting in TrainingSetting.inReadingOrder {
      guard let text = texts[setting.name] else {
        guard setting.presence != .always else {
          throw .missingSetting(path: path, name: setting.name)
        }
        continue
      }
      if let expected = setting.read(text, tensorCount, &settings) {
        throw .invalidSetting(path: path, name: setting.name, expected: expected, found: text)
      }
    }
    return settings
  }

  func epoch(of epochCount: Int) throws(CheckpointError) -> Int {
    try value("epoch", .integer(0...epochCount))
  }

  /// Counted only in a run with patience.
  func epochsWithoutImprovement(
    of settings: TrainingSettings, epoch: Int
  ) throws(CheckpointError) -> Int {
    guard settings.patience != nil else { return 0 }
    // The first epoch always improves.
    return try value("epochs_without_improvement", .integer(0...max(0, epoch - 1)))
  }

  func progress() throws(CheckpointError) -> EpochProgress {
    let train = EpochProgress.Pass(
      batches: try value("train_batches", .integer(0...Int.max)),
      loss: try value("train_loss_sum", .number("a finite number") { $0.isFinite }))
    let valid = EpochProgress.Pass(
      batches: try value("valid_batches", .integer(0...Int.max)),
      loss: try value("valid_loss_sum", .number("a finite number") { $0.isFinite }))
    // The first files do not have it. Their validation starts again, which changes nothing in the model.
    guard texts["valid_correct"] != nil else { return EpochProgress(train: train) }
    return EpochProgress(
      train: train, valid: valid,
      correct: try value("valid_correct", .integer(0...Int(UInt32.max))))
  }

  func loggedEpochs(upTo epoch: Int) throws(CheckpointError) -> [LoggedEpoch] {
    guard let text = texts[LoggedEpoch.name] else { return [] }
    guard let epochs = LoggedEpoch.read(text, upTo: epoch) else {
      throw .invalidSetting(
        path: path, name: LoggedEpoch.name,
        expected: "an epoch's number up to \(epoch), three losses and an accuracy for each",
        found: text)
    }
    return epochs
  }

  func lowestLoss() throws(CheckpointError) -> Double {
    try value("lowest_loss", .number("a number") { !$0.isNaN })
  }

  /// Kept only in a run that monitors it, from its first epoch on.
  func highestAccuracy(
    of settings: TrainingSettings, epoch: Int
  ) throws(CheckpointError) -> Double? {
    guard settings.monitor == .validAccuracy, epoch > 0 else { return nil }
    return try value("highest_accuracy", .number("0 to 1") { 0...1 ~= $0 })
  }

  private func value<Value>(
    _ name: String, _ text: SettingText<Value>
  ) throws(CheckpointError) -> Value {
    guard let found = texts[name] else { throw .missingSetting(path: path, name: name) }
    guard let value = text.read(found) else {
      throw .invalidSetting(path: path, name: name, expected: text.expected, found: found)
    }
    return value
  }
}

extension CheckpointMetadata {
  init(_ listing: TensorFile.Listing, path: String) {
    self.init(texts: listing.metadata, tensorCount: listing.entries.count, path: path)
  }
}
