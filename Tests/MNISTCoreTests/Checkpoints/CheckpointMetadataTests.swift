import Testing

@testable import MNISTCore

@Suite struct CheckpointMetadataTests {
  /// All that shaped the result, and nothing of where or how fast it was made: no path, no number of
  /// threads, no time of day.
  @Test func theMetadataIsTheSettings() {
    #expect(
      Checkpoint(settings: settings, state: state).metadata == [
        "format": "pt", "format_version": "1", "image_height": "10", "image_width": "14",
        "output_size": "4", "hidden_sizes": "9,6", "use_dropout": "true", "dropout_p": "0.25",
        "train_ratio": "0.8", "batch_size": "9223372036854775807", "n_epochs": "20",
        "seed": "18446744073709551615", "train_images_crc32": "0x00000abc",
        "train_labels_crc32": "0xffffffff", "dataset": "fashion-mnist", "epoch": "3",
        "train_batches": "7", "train_loss_sum": "2.5", "valid_batches": "1",
        "valid_loss_sum": "0.1", "valid_correct": "12", "lowest_loss": "0.0625",
      ])
  }

  /// As files were before these settings.
  @Test func whatIsUsualIsNotWritten() throws {
    let plain = Checkpoint(settings: settings, state: state).metadata
    var later = settings
    later.learningRate = 0.002
    later.weightDecay = 0.5
    later.decoupledWeightDecay = true
    later.learningRateSchedule = .cosine
    later.warmupEpochCount = 4
    later.patience = 3
    later.monitor = .validAccuracy
    later.classWeighting = .balanced
    later.labelSmoothing = 0.1
    later.gradientNormLimit = 2.5
    later.startCRC32 = 0xABC
    var state = state
    #expect(state.epochsWithoutImprovement == 0)
    state.epochsWithoutImprovement = 2
    state.highestAccuracy = 0.975
    let texts = Checkpoint(settings: later, state: state).metadata
    #expect(
      texts.filter { plain[$0.key] == nil } == [
        "learning_rate": "0.002", "weight_decay": "0.5", "decoupled_weight_decay": "true",
        "lr_schedule": "cosine", "warmup_epochs": "4", "patience": "3",
        "epochs_without_improvement": "2", "monitor": "valid_accuracy",
        "highest_accuracy": "0.975", "class_weights": "balanced", "label_smoothing": "0.1",
        "clip_grad_norm": "2.5", "start_from_crc32": "0x00000abc",
      ])
    #expect(texts.filter { plain[$0.key] != nil } == plain)
    let reader = CheckpointMetadata(texts: texts, tensorCount: 65, path: "m")
    #expect(try reader.settings() == later)
    #expect(try reader.epochsWithoutImprovement(of: later, epoch: 3) == 2)
    #expect(try reader.highestAccuracy(of: later, epoch: 3) == 0.975)
    #expect(try reader.highestAccuracy(of: later, epoch: 0) == nil)
    #expect(try self.reader().settings() == settings)
    #expect(try self.reader().highestAccuracy(of: settings, epoch: 3) == nil)
    #expect(try self.reader().epochsWithoutImprovement(of: settings, epoch: 3) == 0)
    #expect(
      throws: CheckpointError.missingSetting(path: "m", name: "epochs_without_improvement")
    ) { try readAll(["patience": "3"]) }
    #expect(throws: CheckpointError.missingSetting(path: "m", name: "highest_accuracy")) {
      try readAll(["monitor": "valid_accuracy"])
    }
  }

  @Test func settingsAreReadAsTheyWereWritten() throws {
    let metadata = reader()
    #expect(try metadata.settings() == settings)
    #expect(try metadata.epoch(of: 20) == 3)
    #expect(try metadata.progress() == state.progress)
    #expect(try metadata.lowestLoss() == 0.0625)
  }

  /// Bit for bit, although they are decimals.
  @Test(arguments: [0.1, 1.0 / 3, .leastNonzeroMagnitude, 0.9999999999999999, 1e-7])
  func numbersSurvive(_ number: Double) throws {
    var settings = settings
    (settings.dropoutProbability, settings.trainRatio) = (number, number)
    (settings.learningRate, settings.weightDecay) = (number, number)
    let texts = Checkpoint(settings: settings, state: state).metadata
    #expect(
      try CheckpointMetadata(texts: texts, tensorCount: 100, path: "m").settings() == settings)
  }

  @Test(arguments: [
    "format_version", "image_height", "image_width", "output_size", "hidden_sizes", "use_dropout",
    "dropout_p", "train_ratio", "batch_size", "n_epochs", "seed", "train_images_crc32",
    "train_labels_crc32", "epoch", "train_batches", "train_loss_sum", "valid_batches",
    "valid_loss_sum", "lowest_loss",
  ])
  func aMissingSettingIsNamed(_ name: String) {
    #expect(throws: CheckpointError.missingSetting(path: "m", name: name)) {
      try readAll([name: nil])
    }
  }

  @Test(
    arguments: [
      ("format_version", ["", "0", "-1", "1.0", "x", "9223372036854775808"], "1 to \(Int.max)"),
      ("image_height", ["", "0", "-28", "28.0", " 28", "2147483648", "1e1"], "1 to 2147483647"),
      ("image_width", ["", "0", "-28", "2147483648"], "1 to 2147483647"),
      ("output_size", ["", "0", "-1", "257"], "1 to 256"),
      (
        "hidden_sizes",
        [
          "", ",", "0", "9,0", "9,", ",9", "9,,6", "9, 6", "-9", "9;6", "2147483648", "1,1,1,1,1,1",
          String(repeating: "1,", count: 1_000) + "1",
        ], "sizes of 1 or more, separated by commas, at most 5 with 65 tensors"
      ),
      ("use_dropout", ["", "True", "1", "yes"], "true or false"),
      ("dropout_p", ["", "1", "-0.1", "nan", "inf", "1e400", "0,5"], "at least 0 and less than 1"),
      (
        "train_ratio", ["", "0", "1", "-0.5", "nan", "inf", "1e-400"],
        "greater than 0 and less than 1"
      ),
      ("batch_size", ["", "0", "-1", "9223372036854775808"], "1 to \(Int.max)"),
      ("n_epochs", ["", "0", "-1", "9223372036854775808"], "1 to \(Int.max)"),
      ("seed", ["", "-1", "18446744073709551616", "1.0"], "0 to 18446744073709551615"),
      ("train_images_crc32", ["", "0x", "0xg", "0x100000000", "-1"], "eight hexadecimal digits"),
      ("train_labels_crc32", ["", "0x100000000"], "eight hexadecimal digits"),
      ("epoch", ["", "-1", "21"], "0 to 20"),
      ("train_batches", ["", "-1", "9223372036854775808"], "0 to \(Int.max)"),
      ("train_loss_sum", ["", "nan", "inf", "x"], "a finite number"),
      ("valid_batches", ["", "-1", "1.0"], "0 to \(Int.max)"),
      ("valid_loss_sum", ["", "nan", "-inf"], "a finite number"),
      ("valid_correct", ["", "-1", "1.0", "4294967296"], "0 to 4294967295"),
      (
        "dataset", ["", "MNIST", "fashionMNIST", "auto "],
        datasets
      ),
      ("lowest_loss", ["", "nan", "-nan", "x"], "a number"),
      (
        "learning_rate", ["", "0", "-0.001", "nan", "inf", "1e400", "1e-400"],
        "a finite number greater than 0"
      ),
      ("weight_decay", ["", "-0.1", "nan", "inf", "1e400"], "a finite number of at least 0"),
      ("decoupled_weight_decay", ["", "True", "1"], "true or false"),
      ("lr_schedule", ["", "Cosine", "linear"], "constant, cosine, step, plateau, one-cycle"),
      ("warmup_epochs", ["", "-1", "20", "1.0"], "0 to 19"),
      ("monitor", ["", "accuracy", "valid_loss "], "valid_loss, valid_accuracy"),
      ("class_weights", ["", "Balanced", "true"], "none, balanced"),
      ("label_smoothing", ["", "1", "-0.1", "nan"], "at least 0 and less than 1"),
      ("clip_grad_norm", ["", "0", "-1", "nan", "inf"], "a finite number greater than 0"),
      ("start_from_crc32", ["", "0x", "0x100000000"], "eight hexadecimal digits"),
      ("patience", ["", "0", "-1", "9223372036854775808"], "1 to \(Int.max)"),
      ("device", ["", String(repeating: "d", count: 201)], "1 to 200 characters"),
    ] as [(String, [String], String)])
  func aSettingOutOfRangeIsNamed(_ name: String, _ texts: [String], _ expected: String) {
    for text in texts {
      let error = CheckpointError.invalidSetting(
        path: "m", name: name, expected: expected, found: text)
      #expect(throws: error, "\(name) \(text.prefix(30))") { try readAll([name: text]) }
    }
  }

  @Test(arguments: [
    ("image_height", "2147483647"), ("output_size", "256"), ("hidden_sizes", "1"),
    ("hidden_sizes", "1,1,1,1,1"), ("hidden_sizes", "2147483647,2147483647"), ("dropout_p", "0"),
    ("epoch", "0"), ("epoch", "20"), ("train_batches", "0"), ("lowest_loss", "inf"), ("seed", "0"),
    ("batch_size", "1"), ("learning_rate", "1e300"), ("weight_decay", "0"),
    ("warmup_epochs", "19"), ("decoupled_weight_decay", "false"), ("device", "d"),
    ("device", String(repeating: "d", count: 200)),
  ])
  func theLimitsThemselvesAreAllowed(_ name: String, _ text: String) {
    #expect(throws: Never.self) { try readAll([name: text]) }
  }

  /// What would take forever to compute, or was never counted.
  @Test func whatTwoSettingsDoNotAllowIsRefused() {
    for (changes, name, expected, found) in [
      (["lr_schedule": "cosine", "n_epochs": "100001"], "n_epochs", "1 to 100000", "100001"),
      (
        ["warmup_epochs": "100001", "n_epochs": "200000"], "warmup_epochs", "0 to 100000", "100001"
      ),
      (
        ["patience": "1", "epochs_without_improvement": "3"], "epochs_without_improvement",
        "0 to 2", "3"
      ),
      (
        ["monitor": "valid_accuracy", "highest_accuracy": "1.5"], "highest_accuracy", "0 to 1",
        "1.5"
      ),
      (
        ["monitor": "valid_accuracy", "highest_accuracy": "nan"], "highest_accuracy", "0 to 1",
        "nan"
      ),
      (
        ["patience": "1", "epochs_without_improvement": "1", "epoch": "1"],
        "epochs_without_improvement", "0 to 0", "1"
      ),
      (
        ["patience": "1", "epochs_without_improvement": "1", "epoch": "0"],
        "epochs_without_improvement", "0 to 0", "1"
      ),
    ] {
      #expect(
        throws: CheckpointError.invalidSetting(
          path: "m", name: name, expected: expected, found: found)
      ) { try readAll(changes) }
    }
  }

  /// Of a file with fewer tensors than a hidden layer needs, none is believed.
  @Test(arguments: [9, 19]) func fewTensorsMakeNoHiddenLayer(_ tensorCount: Int) {
    let error = CheckpointError.invalidSetting(
      path: "m", name: "hidden_sizes",
      expected: "sizes of 1 or more, separated by commas, at most 0 with \(tensorCount) tensors",
      found: "9")
    #expect(throws: error) {
      try CheckpointMetadata(
        texts: reader(["hidden_sizes": "9"]).texts, tensorCount: tensorCount, path: "m"
      ).settings()
    }
  }

  /// As the first files did, which were about what lay in the folder.
  @Test func aFileNeedNotSayWhichDataItIsFrom() throws {
    var expected = settings
    expected.dataset = .auto
    #expect(try reader(["dataset": nil]).settings() == expected)
  }

  /// As the first files did not; what they had validated by then is validated again.
  @Test func aFileNeedNotSayHowManyWereRight() throws {
    #expect(
      try reader(["valid_correct": nil]).progress()
        == EpochProgress(train: .init(batches: 7, loss: 2.5)))
    var state = state
    state.progress.valid = .init()
    #expect(Checkpoint(settings: settings, state: state).metadata["valid_correct"] == nil)
  }

  @Test func aNewerFormatIsNamed() {
    #expect(throws: CheckpointError.newerVersion(path: "m", expected: 1, found: 2)) {
      // What else a newer format holds cannot be known.
      try readAll(["format_version": "2", "image_height": nil])
    }
  }

  // MARK: -

  private let settings = TrainingSettings(
    imageHeight: 10, imageWidth: 14, outputSize: 4, hiddenSizes: [9, 6], useDropout: true,
    dropoutProbability: 0.25, trainRatio: 0.8, batchSize: .max, epochCount: 20, seed: .max,
    imagesCRC32: 0xABC, labelsCRC32: .max, dataset: .fashionMNIST)

  private let state = TrainingState(
    epoch: 3,
    progress: EpochProgress(
      train: .init(batches: 7, loss: 2.5), valid: .init(batches: 1, loss: 0.1),
      correct: 12),
    lowestLoss: 0.0625, best: StateDictionary(), last: StateDictionary(), optimizer: [],
    generator: RandomGenerator(seed: 0).state, dropoutDraws: 0)

  private func reader(_ changes: [String: String?] = [:]) -> CheckpointMetadata {
    var texts = Checkpoint(settings: settings, state: state).metadata
    for (name, text) in changes { texts[name] = text }
    return CheckpointMetadata(texts: texts, tensorCount: 65, path: "m")
  }

  private func readAll(_ changes: [String: String?]) throws {
    let metadata = reader(changes)
    let settings = try metadata.settings()
    let epoch = try metadata.epoch(of: settings.epochCount)
    _ = try metadata.epochsWithoutImprovement(of: settings, epoch: epoch)
    _ = try metadata.highestAccuracy(of: settings, epoch: epoch)
    _ = try metadata.progress()
    _ = try metadata.lowestLoss()
  }
}

private let datasets = DatasetChoice.allCases.map(\.rawValue).joined(separator: ", ")
