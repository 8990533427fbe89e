import Testing

@testable import MNISTCore

/// The table of settings against `TrainingSettings`: a property that is not in it is found here.
@Suite struct SettingsTableTests {
  /// No property has its usual value.
  private static let unusual = TrainingSettings(
    imageHeight: 10, imageWidth: 14, fittedPictures: true, isTransposed: true, outputSize: 4,
    classNames: ["T-shirt/top, \"new\"", "line\nend", "日本 🐈‍⬛", "=1"], hiddenSizes: [9, 6],
    useDropout: true,
    dropoutProbability: 0.25, trainRatio: 0.7, batchSize: 25, epochCount: 9, seed: .max,
    imagesCRC32: 0xABC, labelsCRC32: .max, dataset: .fashionMNIST, learningRate: 0.1 + 0.2,
    weightDecay: 0.5, decoupledWeightDecay: true, learningRateSchedule: .cosine,
    warmupEpochCount: 2, isScheduledPerBatch: true, learningRateStepSize: 3,
    learningRateFactor: 0.5, learningRatePatience: 2, learningRateCooldown: 1, patience: 3,
    monitor: .validAccuracy, classWeighting: .balanced,
    labelSmoothing: 0.1, gradientNormLimit: 0.5, startCRC32: 0xABCD,
    augmentationKinds: [.affine, .stroke], augmentationStrength: 0.5,
    device: "NVIDIA H100 80GB HBM3"
  )

  @Test func everyPropertyHasAnUnusualValueHere() {
    let usual = Mirror(reflecting: TrainingSettings()).children
    for (usual, unusual) in zip(usual, Mirror(reflecting: Self.unusual).children) {
      #expect("\(usual.value)" != "\(unusual.value)", "\(unusual.label ?? "?")")
    }
    #expect(usual.count == TrainingSetting.all.count)
  }

  /// A property that no row writes and reads would come back as it usually is.
  @Test func whatTheTableWritesItReadsBack() throws {
    var read = TrainingSettings()
    for setting in TrainingSetting.inReadingOrder {
      let text = try #require(setting.text(Self.unusual), "\(setting.name)")
      #expect(!setting.isEqual(read, Self.unusual), "\(setting.name)")
      #expect(setting.read(text, 100, &read) == nil, "\(setting.name)")
      #expect(setting.isEqual(read, Self.unusual), "\(setting.name)")
      #expect(setting.text(read) == text, "\(setting.name)")
    }
    #expect(read == Self.unusual)
  }

  @Test func everySettingIsShownInTheRunsConfiguration() throws {
    for setting in TrainingSetting.all {
      var settings = Self.unusual
      let json = try #require(setting.json(settings), "\(setting.name)")
      #expect(try JSONReader.value(in: Array(json.utf8)[...]).json == json)
      setting.copy(TrainingSettings(), &settings)
      #expect(setting.json(settings) != json, "\(setting.name)")
      #expect(setting.words(settings) != setting.words(Self.unusual), "\(setting.name)")
    }
    #expect(
      RunConfiguration(version: "", commandLine: [], modelPath: "", Self.unusual).settings.count
        // The widths of the hidden layers have two: their number gives others.
        == TrainingSetting.all.count + 1)
  }

  /// A log from before there was the setting is still that of a usual run.
  @Test func theNewestSettingsAreLeftOutOfTheConfigurationToo() {
    let usual = TrainingSetting.all.filter { $0.json(TrainingSettings()) == nil }.map(\.name)
    #expect(
      usual == [
        "lr_per_batch", "lr_step_size", "lr_factor", "lr_patience", "lr_cooldown", "class_names",
        "patience", "monitor", "class_weights", "label_smoothing", "clip_grad_norm", "augment",
        "augment_strength", "start_from_crc32",
      ])
  }

  @Test func aCopyTakesOneSettingAlone() {
    for setting in TrainingSetting.all {
      var settings = TrainingSettings()
      setting.copy(Self.unusual, &settings)
      for other in TrainingSetting.all {
        #expect(
          other.isEqual(settings, TrainingSettings()) == (other.name != setting.name),
          "\(setting.name) \(other.name)")
      }
    }
  }

  @Test func theNamesAreUnique() {
    #expect(Set(TrainingSetting.all.map(\.name)).count == TrainingSetting.all.count)
    #expect(Set(TrainingSetting.all.map(\.shownName)).count == TrainingSetting.all.count)
  }

  /// What a usual run wrote before there was a setting, it writes still.
  @Test func onlySettingsAsTheyUsuallyAreAreLeftOut() {
    let usual = TrainingSetting.all.filter { $0.text(TrainingSettings()) == nil }.map(\.name)
    #expect(
      usual == [
        "learning_rate", "weight_decay", "decoupled_weight_decay", "lr_schedule", "warmup_epochs",
        "lr_per_batch", "lr_step_size", "lr_factor", "lr_patience", "lr_cooldown",
        "fitted_pictures", "transpose", "class_names", "patience", "monitor", "class_weights",
        "label_smoothing", "clip_grad_norm", "augment", "augment_strength", "start_from_crc32",
        "device",
      ])
    #expect(TrainingSetting.all.allSatisfy { $0.text(Self.unusual) != nil })
  }
}
