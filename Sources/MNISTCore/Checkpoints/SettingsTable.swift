/// A row of the table of settings: all that is known of one setting beside its value.
///
/// The table drives what a model file's metadata and `config.json` hold, by what runs are compared, and what
/// a run that goes on refuses. A new setting is a property of `TrainingSettings` with its usual value, a row
/// here, and an option of the command line.
struct TrainingSetting: Sendable {
  /// When a model file tells the setting. Where it does not, the setting has its usual value, that of
  /// `TrainingSettings()`.
  enum Presence {
    case always
    /// It is always written, but older files do not have it.
    case alwaysInNewFiles
    /// Left out where it is usual, so that a usual run has the bytes it had before there was the setting.
    case unlessUsual
    /// `config.json` and other files leave it out there too: what a usual run had before there was the setting is
    /// what it has now, in all of its files.
    case onlyWhereUnusual
  }

  /// What the command line may say of the setting of a run that goes on.
  enum Resuming {
    /// Only what the run began with: every batch depends on it.
    case fixed
    /// Anything: it only says when the run ends.
    case changeable
    /// Anything, and the run keeps what it began with: the setting describes the data, whose own
    /// checksums are compared, or the model that it began from.
    case ofTheData
  }

  /// In the metadata of a model file.
  let name: String
  /// In `config.json`, in tables, and as an option of the command line without its dashes.
  let shownName: String
  let presence: Presence
  let resuming: Resuming
  /// Whether its range depends on settings that are read before it.
  let dependsOnOthers: Bool

  /// As a model file has it; nil where it is left out.
  let text: @Sendable (TrainingSettings) -> String?
  /// As `config.json` has it; nil where it is left out.
  let json: @Sendable (TrainingSettings) -> String?
  /// As a sentence has it.
  let words: @Sendable (TrainingSettings) -> String
  /// Takes the setting from a model file's text. Returns nil, or what was expected in the text's place.
  let read:
    @Sendable (_ text: String, _ tensorCount: Int, _ settings: inout TrainingSettings) -> String?
  let isEqual: @Sendable (TrainingSettings, TrainingSettings) -> Bool
  let copy: @Sendable (_ from: TrainingSettings, _ to: inout TrainingSettings) -> Void

  private typealias Property<Value> = WritableKeyPath<TrainingSettings, Value> & Sendable

  private init<Value>(
    _ name: String, _ property: Property<Value>, _ text: SettingText<Value>,
    _ presence: Presence = .always, _ resuming: Resuming = .fixed
  ) {
    self.init(
      name, shownAs: name, property, presence, resuming, dependsOnOthers: false
    ) { _, _ in text }
  }

  /// - Parameter text: what may stand in a model file, by the settings read before this one and the
  ///   number of the file's tensors.
  private init<Value>(
    _ name: String, shownAs shownName: String? = nil, _ property: Property<Value>,
    _ presence: Presence = .always, _ resuming: Resuming = .fixed, dependsOnOthers: Bool = true,
    _ text: @escaping @Sendable (TrainingSettings, _ tensorCount: Int) -> SettingText<Value>
  ) {
    self.name = name
    self.shownName = shownName ?? name
    self.presence = presence
    self.resuming = resuming
    self.dependsOnOthers = dependsOnOthers
    let usual = TrainingSettings()
    // How a value is written does not depend on its range.
    let writing = text(usual, 0)
    self.text = { settings in
      let value = settings[keyPath: property]
      let isLeftOut =
        [.unlessUsual, .onlyWhereUnusual].contains(presence) && value == usual[keyPath: property]
      return isLeftOut ? nil : writing.write(value)
    }
    json = { settings in
      let value = settings[keyPath: property]
      let isLeftOut = presence == .onlyWhereUnusual && value == usual[keyPath: property]
      return isLeftOut ? nil : writing.json(value)
    }
    words = { writing.words($0[keyPath: property]) }
    read = { found, tensorCount, settings in
      let text = text(settings, tensorCount)
      guard let value = text.read(found) else { return text.expected }
      settings[keyPath: property] = value
      return nil
    }
    isEqual = { $0[keyPath: property] == $1[keyPath: property] }
    copy = { $1[keyPath: property] = $0[keyPath: property] }
  }
}

extension TrainingSetting {
  /// What only tells apart the samples of one experiment.
  static let seedName = "seed"

  /// All settings, in the order in which `config.json` has them.
  static let all: [TrainingSetting] = [
    Self(seedName, \.seed, .integer(0...UInt64.max)),
    Self("n_epochs", \.epochCount, .always, .changeable) { settings, _ in
      .integer(1...settings.learningRateSchedule.epochLimit)
    },
    Self("batch_size", \.batchSize, .integer(1...Int.max)),
    Self(
      "train_ratio", \.trainRatio,
      .number("greater than 0 and less than 1") { $0 > 0 && $0 < 1 }),
    Self("hidden_sizes", shownAs: "n_layers", \.hiddenSizes) { _, tensorCount in
      .layers(each: sizes, tensorCount: tensorCount)
    },
    Self("use_dropout", \.useDropout, .flag(on: "dropout", off: "batch normalisation")),
    Self(
      "dropout_p", \.dropoutProbability,
      .number("at least 0 and less than 1") { $0 >= 0 && $0 < 1 }),
    Self(
      "learning_rate", \.learningRate,
      .number("a finite number greater than 0") { $0 > 0 && $0.isFinite }, .unlessUsual),
    Self(
      "weight_decay", \.weightDecay,
      .number("a finite number of at least 0") { $0 >= 0 && $0.isFinite }, .unlessUsual),
    Self(
      "decoupled_weight_decay", \.decoupledWeightDecay, .flag(on: "AdamW", off: "Adam"),
      .unlessUsual),
    Self("lr_schedule", \.learningRateSchedule, .choice, .unlessUsual),
    Self("warmup_epochs", \.warmupEpochCount, .unlessUsual) { settings, _ in
      .integer(
        0...(settings.learningRateSchedule == .oneCycle
          ? 0 : min(settings.epochCount - 1, LearningRateSchedule.warmupLimit)))
    },
    Self(
      "lr_per_batch", \.isScheduledPerBatch,
      .flag(on: "from batch to batch", off: "from epoch to epoch"),
      .onlyWhereUnusual),
    Self("lr_step_size", \.learningRateStepSize, .integer(1...Int.max), .onlyWhereUnusual),
    Self(
      "lr_factor", \.learningRateFactor,
      .number("greater than 0 and less than 1") { $0 > 0 && $0 < 1 }, .onlyWhereUnusual),
    Self("lr_patience", \.learningRatePatience, .integer(0...Int.max), .onlyWhereUnusual),
    Self("lr_cooldown", \.learningRateCooldown, .integer(0...Int.max), .onlyWhereUnusual),
    Self("dataset", \.dataset, .choice, .alwaysInNewFiles, .ofTheData),
    Self("image_height", \.imageHeight, .integer(sizes), .always, .ofTheData),
    Self("image_width", \.imageWidth, .integer(sizes), .always, .ofTheData),
    Self(
      "fitted_pictures", \.fittedPictures, .flag(on: "fitted", off: "as they are"), .unlessUsual,
      .ofTheData),
    Self(
      "transpose", \.isTransposed, .flag(on: "rows and columns swapped", off: "as they are"),
      .unlessUsual, .ofTheData),
    Self("output_size", \.outputSize, .integer(1...256), .always, .ofTheData),
    Self("class_names", \.classNames, .unlessUsual, .ofTheData) { settings, _ in
      SettingText.classNames(count: settings.outputSize).optional
    },
    Self("train_images_crc32", \.imagesCRC32, .checksum, .always, .ofTheData),
    Self("train_labels_crc32", \.labelsCRC32, .checksum, .always, .ofTheData),
    Self(
      "patience", \.patience, SettingText.integer(1...Int.max).optional, .unlessUsual, .changeable),
    Self("monitor", \.monitor, .choice, .onlyWhereUnusual),
    Self("class_weights", \.classWeighting, .choice, .onlyWhereUnusual),
    Self(
      "label_smoothing", \.labelSmoothing,
      .number("at least 0 and less than 1") { $0 >= 0 && $0 < 1 }, .onlyWhereUnusual),
    Self(
      "clip_grad_norm", \.gradientNormLimit,
      SettingText.number("a finite number greater than 0") { $0 > 0 && $0.isFinite }.optional,
      .onlyWhereUnusual),
    Self("augment", \.augmentationKinds, .kinds, .onlyWhereUnusual),
    Self(
      "augment_strength", \.augmentationStrength,
      .number("a finite number greater than 0") { $0 > 0 && $0.isFinite }, .onlyWhereUnusual),
    Self(
      "start_from_crc32", \.startCRC32, SettingText.checksum.optional, .onlyWhereUnusual,
      .ofTheData),
    Self("device", \.device, .deviceName, .unlessUsual, .changeable),
  ]

  /// Small enough that no product of two of them overflows.
  private static let sizes = 1...Int(Int32.max)

  /// First the settings whose range stands by itself, then those whose range depends on them.
  static let inReadingOrder = all.filter { !$0.dependsOnOthers } + all.filter(\.dependsOnOthers)
}
