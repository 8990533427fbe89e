import Testing

@testable import MNISTCore

@Suite struct RunConfigurationTests {
  @Test func theFileIsJSONWithASettingALine() {
    let configuration = RunConfiguration(
      version: "1.0.0", commandLine: ["mnist-train", "a\"b"], modelPath: "/a\"b",
      settings: [
        .init(name: "seed", json: "18446744073709551615"),
        .init(name: "train_ratio", json: "0.1"), .init(name: "use_dropout", json: "false"),
        .init(name: "lr_schedule", json: "\"cosine\""),
      ])
    #expect(
      configuration.json == """
        {
          "version": "1.0.0",
          "command_line": ["mnist-train", "a\\"b"],
          "model_fn": "/a\\"b",
          "settings": {
            "seed": 18446744073709551615,
            "train_ratio": 0.1,
            "use_dropout": false,
            "lr_schedule": "cosine"
          }
        }

        """)
    #expect(configuration.setting("lr_schedule")?.text == "cosine")
    #expect(configuration.setting("train_ratio")?.text == "0.1")
  }

  @Test func aRunsSettingsAreNamedAsItsFlags() {
    #expect(
      SampleRuns.configuration().settings.map { "\($0.name)=\($0.text)" } == [
        "seed=1", "n_epochs=20", "batch_size=256", "train_ratio=0.8", "n_layers=3",
        "use_dropout=false", "dropout_p=0.3", "learning_rate=0.001", "weight_decay=0.0",
        "decoupled_weight_decay=false", "lr_schedule=constant", "warmup_epochs=0", "dataset=auto",
        "image_height=10", "image_width=14", "fitted_pictures=false", "transpose=false",
        "output_size=4",
        "train_images_crc32=\(hexadecimal(SmallSets.fields(24).imagesCRC32))",
        "train_labels_crc32=\(hexadecimal(SmallSets.fields(24).labelsCRC32))", "device=CPU",
      ])
  }

  @Test func whatARunMonitorsIsReadFromItsConfiguration() {
    var configuration = SampleRuns.configuration()
    #expect(configuration.monitor == .validLoss)
    configuration.settings.append(.init(name: "monitor", json: "\"valid_accuracy\""))
    #expect(configuration.monitor == .validAccuracy)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/config.json"
      let configuration = SampleRuns.configuration(seed: .max)
      try SmallSets.write(Array(configuration.json.utf8), path)
      #expect(try RunConfiguration.read(path) == configuration)
    }
  }

  @Test(arguments: [
    ("{", "not JSON at byte 1 (expected a name in quotes, found the end)"),
    ("[]", "wrong value at byte 0 (expected an object, found an array)"),
    ("{\"version\":1}", "wrong value at byte 11 (expected a string, found a number)"),
    (
      "{\"version\":\"1\"}",
      "not JSON at byte 0 (expected version, command_line, model_fn and settings, found version)"
    ),
  ])
  func whatIsNoConfigurationIsRefused(_ text: String, _ reason: String) throws {
    try SmallSets.withFolder { folder in
      let path = folder + "/config.json"
      try SmallSets.write(Array(text.utf8), path)
      #expect(throws: RunFolderError.wrongConfiguration(path: path, reason: reason)) {
        try RunConfiguration.read(path)
      }
    }
  }

  /// A file with a hole in it takes no room.
  @Test func aFileBeyondTheLimitIsRefusedUnread() throws {
    try SmallSets.withFolder(["config.json": []]) { folder in
      let path = folder + "/config.json"
      #expect(truncate(path, 4_194_305) == 0)
      #expect(
        throws: FileError.tooLarge(path: path, limitBytes: 4_194_304, foundBytes: 4_194_305)
      ) { try RunConfiguration.read(path) }
    }
  }

  @Test func aRunIsTheSameWithMoreEpochsButNotWithAnotherSeed() {
    let run = SampleRuns.configuration()
    #expect(run.hasSettings(of: SampleRuns.configuration(epochCount: 30)))
    #expect(!run.hasSettings(of: SampleRuns.configuration(seed: 2)))
    #expect(!run.hasSettings(of: SampleRuns.configuration(batchSize: 9)))
  }

  @Test func aRunIsTheSameWithMorePatienceButNotWithAnotherLearningRate() {
    var settings = SmallSets.settings(SmallSets.fields(24))
    func configuration() -> RunConfiguration {
      RunConfiguration(version: "1.0.0", commandLine: [], modelPath: "/m", settings)
    }
    let run = configuration()
    #expect(run.setting("patience") == nil)
    #expect(run.setting("weight_decay")?.json == "0.0")
    settings.patience = 3
    #expect(configuration().setting("patience")?.json == "3")
    #expect(run.hasSettings(of: configuration()))
    settings.learningRate = 0.002
    #expect(configuration().setting("learning_rate")?.json == "0.002")
    #expect(!run.hasSettings(of: configuration()))
  }

  @Test func whatShapesTheLearningRateIsInIt() {
    var settings = SmallSets.settings(SmallSets.fields(24), epochCount: 20)
    settings.decoupledWeightDecay = true
    settings.learningRateSchedule = .cosine
    settings.warmupEpochCount = 4
    let run = RunConfiguration(version: "1.0.0", commandLine: [], modelPath: "/m", settings)
    #expect(
      ["decoupled_weight_decay", "lr_schedule", "warmup_epochs"].map { run.setting($0)?.json }
        == ["true", "\"cosine\"", "4"])
  }
}
