// The settings of a run as text, and back.

extension Checkpoint {
  var metadata: [String: String] {
    var texts = [
      // What readers of PyTorch's safetensors files look for.
      "format": "pt",
      "format_version": "\(Self.formatVersion)",
      "image_height": "\(settings.imageHeight)",
      "image_width": "\(settings.imageWidth)",
      "output_size": "\(settings.outputSize)",
      "hidden_sizes": settings.hiddenSizes.map { "\($0)" }.joined(separator: ","),
      "use_dropout": "\(settings.useDropout)",
      "dropout_p": "\(settings.dropoutProbability)",
      "train_ratio": "\(settings.trainRatio)",
      "batch_size": "\(settings.batchSize)",
      "n_epochs": "\(settings.epochCount)",
      "seed": "\(settings.seed)",
      "train_images_crc32": hexadecimal(settings.imagesCRC32),
      "train_labels_crc32": hexadecimal(settings.labelsCRC32),
      "dataset": settings.dataset.rawValue,
      "epoch": "\(state.epoch)",
      "train_batches": "\(state.progress.train.batches)",
      "train_loss_sum": "\(state.progress.train.loss)",
      "valid_batches": "\(state.progress.valid.batches)",
      "valid_loss_sum": "\(state.progress.valid.loss)",
      "lowest_loss": "\(state.lowestLoss)",
    ]
    // What the first files did not say is written where it is not as in them: a run with the defaults
    // still has the same bytes.
    if state.progress.valid.batches > 0 { texts["valid_correct"] = "\(state.progress.correct)" }
    if settings.learningRate != TrainingSettings.usualLearningRate {
      texts["learning_rate"] = "\(settings.learningRate)"
    }
    if settings.weightDecay != 0 { texts["weight_decay"] = "\(settings.weightDecay)" }
    if settings.decoupledWeightDecay { texts["decoupled_weight_decay"] = "true" }
    if settings.learningRateSchedule != .constant {
      texts["lr_schedule"] = settings.learningRateSchedule.rawValue
    }
    if settings.warmupEpochCount != 0 { texts["warmup_epochs"] = "\(settings.warmupEpochCount)" }
    if let patience = settings.patience {
      texts["patience"] = "\(patience)"
      texts["epochs_without_improvement"] = "\(state.epochsWithoutImprovement)"
    }
    return texts
  }
}

/// Reads one setting after the other, each within its range.
struct CheckpointMetadata {
  let texts: [String: String]
  /// How many tensors the file has: no more layers are believed than they could make up.
  let tensorCount: Int
  let path: String

  func settings() throws(CheckpointError) -> TrainingSettings {
    let version = try integer("format_version", in: 1...Int.max)
    guard version <= Checkpoint.formatVersion else {
      throw .newerVersion(path: path, expected: Checkpoint.formatVersion, found: version)
    }
    // Sizes stay small enough that no product of two of them overflows.
    let sizes = 1...Int(Int32.max)
    let schedule = try choice("lr_schedule", LearningRateSchedule.self, unlessThere: .constant)
    let epochCount = try integer("n_epochs", in: 1...schedule.epochLimit)
    return TrainingSettings(
      imageHeight: try integer("image_height", in: sizes),
      imageWidth: try integer("image_width", in: sizes),
      outputSize: try integer("output_size", in: 1...256),
      hiddenSizes: try hiddenSizes(each: sizes),
      useDropout: try value("use_dropout", expected: "true or false") { Bool($0) },
      dropoutProbability: try number("dropout_p", "at least 0 and less than 1") {
        $0 >= 0 && $0 < 1
      },
      trainRatio: try number("train_ratio", "greater than 0 and less than 1") {
        $0 > 0 && $0 < 1
      },
      batchSize: try integer("batch_size", in: 1...Int.max),
      epochCount: epochCount,
      seed: try value("seed", expected: "0 to \(UInt64.max)") { UInt64($0) },
      imagesCRC32: try checksum("train_images_crc32"),
      labelsCRC32: try checksum("train_labels_crc32"),
      dataset: try choice("dataset", DatasetChoice.self, unlessThere: .auto),
      learningRate: try optional("learning_rate") { name throws(CheckpointError) in
        try number(name, "a finite number greater than 0") { $0 > 0 && $0.isFinite }
      } ?? TrainingSettings.usualLearningRate,
      weightDecay: try optional("weight_decay") { name throws(CheckpointError) in
        try number(name, "a finite number of at least 0") { $0 >= 0 && $0.isFinite }
      } ?? 0,
      decoupledWeightDecay: try optional("decoupled_weight_decay") { name throws(CheckpointError) in
        try value(name, expected: "true or false") { Bool($0) }
      } ?? false,
      learningRateSchedule: schedule,
      warmupEpochCount: try optional("warmup_epochs") { name throws(CheckpointError) in
        try integer(name, in: 0...min(epochCount - 1, LearningRateSchedule.warmupLimit))
      } ?? 0,
      patience: try optional("patience") { name throws(CheckpointError) in
        try integer(name, in: 1...Int.max)
      })
  }

  func epoch(of epochCount: Int) throws(CheckpointError) -> Int {
    try integer("epoch", in: 0...epochCount)
  }

  /// Counted only where there is patience.
  func epochsWithoutImprovement(
    of settings: TrainingSettings, epoch: Int
  ) throws(CheckpointError) -> Int {
    guard settings.patience != nil else { return 0 }
    // The first epoch always improves.
    return try integer("epochs_without_improvement", in: 0...max(0, epoch - 1))
  }

  func progress() throws(CheckpointError) -> EpochProgress {
    let train = EpochProgress.Pass(
      batches: try integer("train_batches", in: 0...Int.max),
      loss: try number("train_loss_sum", "a finite number") { $0.isFinite })
    let valid = EpochProgress.Pass(
      batches: try integer("valid_batches", in: 0...Int.max),
      loss: try number("valid_loss_sum", "a finite number") { $0.isFinite })
    // The first files did not count it. Validation, which changes nothing, then starts again.
    guard texts["valid_correct"] != nil else { return EpochProgress(train: train) }
    return EpochProgress(
      train: train, valid: valid,
      correct: try integer("valid_correct", in: 0...Int(UInt32.max)))
  }

  func lowestLoss() throws(CheckpointError) -> Double {
    try number("lowest_loss", "a number") { !$0.isNaN }
  }

  private func hiddenSizes(each range: ClosedRange<Int>) throws(CheckpointError) -> [Int] {
    // A linear layer alone has ten: its weight and bias, each as best and last value and with the
    // three of the optimiser. The last layer is not hidden.
    let limit = max(0, tensorCount / 10 - 1)
    let expected =
      "sizes of 1 or more, separated by commas, at most \(limit) with \(tensorCount) tensors"
    return try value("hidden_sizes", expected: expected) { text in
      guard text.utf8.count(where: { $0 == UInt8(ascii: ",") }) < limit else { return nil }
      let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      return sizes.allSatisfy { $0.map(range.contains) ?? false } ? sizes.compactMap { $0 } : nil
    }
  }

  /// The first files did not say everything, and were as `start` has it.
  private func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ type: Choice.Type, unlessThere start: Choice
  ) throws(CheckpointError) -> Choice {
    try optional(name) { name throws(CheckpointError) in
      try value(name, expected: type.allCases.map(\.rawValue).joined(separator: ", ")) {
        Choice(rawValue: $0)
      }
    } ?? start
  }

  private func optional<Value>(
    _ name: String, _ read: (String) throws(CheckpointError) -> Value
  ) throws(CheckpointError) -> Value? {
    texts[name] == nil ? nil : try read(name)
  }

  private func checksum(_ name: String) throws(CheckpointError) -> UInt32 {
    try value(name, expected: "eight hexadecimal digits") {
      UInt32($0.hasPrefix("0x") ? $0.dropFirst(2) : $0[...], radix: 16)
    }
  }

  private func integer(
    _ name: String, in range: ClosedRange<Int>
  ) throws(CheckpointError) -> Int {
    let expected = "\(range.lowerBound) to \(range.upperBound)"
    return try value(name, expected: expected) { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  private func number(
    _ name: String, _ expected: String, where isAllowed: (Double) -> Bool
  ) throws(CheckpointError) -> Double {
    try value(name, expected: expected) { text in
      Double(text).flatMap { isAllowed($0) ? $0 : nil }
    }
  }

  private func value<Value>(
    _ name: String, expected: String, _ parse: (String) -> Value?
  ) throws(CheckpointError) -> Value {
    guard let text = texts[name] else { throw .missingSetting(path: path, name: name) }
    guard let value = parse(text) else {
      throw .invalidSetting(path: path, name: name, expected: expected, found: text)
    }
    return value
  }
}
