import Testing

@testable import MNISTCore

/// `--config` and `--print_config`.
@Suite struct SettingsFileTests {
  /// What comes of a file's text and the rest of the command line.
  private func parse(_ text: String, _ line: String = "--model_fn m") throws -> Invocation<
    TrainOptions
  > {
    var invocation: Invocation<TrainOptions>?
    try SmallSets.withFolder(["f": Array(text.utf8)]) { folder in
      invocation = TrainOptions.parse(["--config", "\(folder)/f"] + words(line))
      // Where it stands makes no difference.
      let last = TrainOptions.parse(words(line) + ["--config=\(folder)/f"])
      if case .options(let first)? = invocation, case .options(let second) = last {
        // A run that goes on keeps the command line as it was.
        #expect(first.settings == second.settings && first.modelPath == second.modelPath)
      } else {
        #expect(last == invocation)
      }
    }
    return try #require(invocation)
  }

  private func options(_ text: String, _ line: String = "--model_fn m") throws -> TrainOptions? {
    guard case .options(var options) = try parse(text, line) else { return nil }
    options.configPath = nil
    return options
  }

  /// The sentence about a file, with `f` for its path.
  private func sentence(_ text: String, _ line: String = "--model_fn m") throws -> String {
    guard case .mistake(let error) = try parse(text, line) else { return "no mistake" }
    guard case .inFile(_, let line, let problem) = error.problem else { return error.sentence }
    #expect(error.sentence.contains("/f: "))
    return UsageError.Problem.inFile(path: "f", line: line, problem).sentence
  }

  @Test func aLineIsAnOption() throws {
    var expected = TrainOptions(modelPath: "m")
    expected.settings.epochCount = 5
    expected.settings.learningRate = 0.002
    expected.settings.useDropout = true
    expected.givenWidths = [512, 256]
    expected.dataset = .digits
    expected.logDirectory = "a # b"
    expected.threadCount = 2
    let text = """
      \u{FEFF}# a comment\r
      \r
      n-epochs = 5\r
        lr=2e-3
      use_dropout = true
      transpose = false
      hidden_sizes = 512,256
      \tdataset = digits
      log_dir = a # b
      n_threads = 2
      """
    #expect(try options(text) == expected)
    #expect(try options("") == TrainOptions(modelPath: "m"))
  }

  @Test func aValueInQuotesIsAString() throws {
    #expect(try options(#"data_dir = " a\n""#)?.dataDirectory == " a\n")
  }

  @Test func theCommandLineWins() throws {
    let text = "n_epochs = 5\nbatch_size = 32\nhidden_sizes = 7"
    let found = try options(text, "--model_fn m --n_epochs 6 --n_layers 3")
    #expect(found?.settings.epochCount == 6 && found?.settings.batchSize == 32)
    #expect(found?.layerCount == 3 && found?.givenWidths == nil)
  }

  @Test func whatTheFileMakesVoidIsNotWarnedOf() throws {
    #expect(try options("dropout_p = 0.5")?.optionsWithoutEffect == [])
    #expect(
      try options("dropout_p = 0.5", "--model_fn m --dropout_p 0.4")?.optionsWithoutEffect == [
        "--dropout_p has no effect without --use_dropout"
      ])
  }

  @Test(arguments: [
    (
      "n_epoch = 5",
      "f: line 1: unknown key 'n_epoch' (expected the name of an option, without its dashes)\n"
        + "did you mean n_epochs?"
    ),
    (
      "\nzzzzzzzz = 5",
      "f: line 2: unknown key 'zzzzzzzz' (expected the name of an option, without its dashes)"
    ),
    ("n_epochs = 5\n#\nn-epochs = 5", "f: line 3: argument --n_epochs: already given in line 1"),
    ("lr = 1\nlearning_rate = 2", "f: line 2: argument --learning_rate: already given in line 1"),
    ("n_epochs 5", "f: line 1: not a setting (expected key = value, found 'n_epochs 5')"),
    ("= 5", "f: line 1: not a setting (expected key = value, found '= 5')"),
    ("n_epochs =", "f: line 1: argument --n_epochs: expected one argument"),
    ("n_epochs = 0", "f: line 1: argument --n_epochs: must be at least 1, found 0"),
    ("n_epochs = x", "f: line 1: argument --n_epochs: invalid int value: 'x'"),
    (
      "use_dropout = yes",
      "f: line 1: argument --use_dropout: invalid choice: 'yes' (choose from 'true', 'false')"
    ),
    (
      "monitor = loss",
      "f: line 1: argument --monitor: invalid choice: 'loss' (choose from 'valid_loss', "
        + "'valid_accuracy')"
    ),
    (
      "n_layers = 3\nhidden_sizes = 5",
      "f: line 2: argument --hidden_sizes: not allowed with argument --n_layers"
    ),
    (
      "data_dir = \"a",
      "f: line 1: not a value in quotes (expected a string as JSON has it, found '\"a')"
    ),
    (
      "warmup_epochs = 20",
      "f: line 1: argument --warmup_epochs: must be less than --n_epochs, 20, found 20"
    ),
    ("model_fn = m", "f: line 1: argument --model_fn: only allowed on the command line"),
    ("resume = true", "f: line 1: argument --resume: only allowed on the command line"),
    ("overwrite = true", "f: line 1: argument --overwrite: only allowed on the command line"),
    ("config = g", "f: line 1: argument --config: only allowed on the command line"),
    ("help = true", "f: line 1: argument -h/--help: only allowed on the command line"),
    ("compare = a", "f: line 1: argument --compare: only allowed on the command line"),
    ("devices = true", "f: line 1: argument --devices: only allowed on the command line"),
    ("stop_after = 1", "f: line 1: argument --stop_after: only allowed on the command line"),
    (
      "{\"a\": 1}",
      "f: line 1: not JSON at byte 0 (expected settings, as a run's config.json has them, found a)"
    ),
    (
      "{\n\"settings\": {\n\"n_epochs\": 0}}",
      "f: line 3: argument --n_epochs: must be at least 1, found 0"
    ),
    (
      "{\n\"settings\": {\n\"n_epochs\": 1,\n\"n_epochs\": 1}}",
      "f: line 4: duplicate name \"n_epochs\" at byte 31"
    ),
    (
      "{\n\"settings\": {\n\"new_thing\": 1}}",
      "f: line 3: unknown key 'new_thing' (expected the name of an option, without its dashes)"
    ),
    ("{\"settings\": 3}", "f: line 1: wrong value at byte 13 (expected an object, found a number)"),
  ])
  func aFileThatIsWrongIsRefusedWithTheLine(_ text: String, _ expected: String) throws {
    #expect(try sentence(text) == expected)
  }

  /// Also where the command line wins over it.
  @Test func allOfTheFileIsChecked() throws {
    #expect(
      try sentence("n_epochs = 0", "--model_fn m --n_epochs 3")
        == "f: line 1: argument --n_epochs: must be at least 1, found 0")
    // What the command line says wrong is not the file's.
    #expect(
      try sentence("n_epochs = 3", "--model_fn m --warmup_epochs 9")
        == "argument --warmup_epochs: must be less than --n_epochs, 3, found 9")
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(throws: UsageError.Problem.inFile(path: "f", line: 2, .notUTF8)) {
      try SettingsFile([0x23, 0x0A, 0xFF], path: "f")
    }
  }

  @Test func aFileThatIsNotThereIsNoMistakeOfTheCommandLine() {
    #expect(
      TrainOptions.parse(["--model_fn", "m", "--config", "/no/f"])
        == .failure(.cannotRead(path: "/no/f", reason: "No such file or directory")))
  }

  /// A log's settings without what only the data says.
  @Test func theSettingsOfALogAreTaken() throws {
    var settings = SmallSets.settings(SmallSets.fields(24), hiddenSizes: [9, 6])
    settings.fittedPictures = true
    settings.isTransposed = true
    settings.monitor = .validAccuracy
    settings.dropoutProbability = 0
    settings.patience = 3
    settings.classNames = ["a", "b", "c", "d"]
    settings.startCRC32 = 7
    let log = RunConfiguration(
      version: "1", commandLine: ["mnist-train"], modelPath: "/elsewhere", settings)
    var expected = TrainOptions(modelPath: "m")
    expected.settings.isTransposed = true
    expected.settings.monitor = .validAccuracy
    expected.settings.patience = 3
    expected.settings.batchSize = 16
    expected.settings.epochCount = 2
    expected.seed = 3
    expected.dataset = .auto
    expected.givenWidths = [9, 6]
    expected.imageSize = ImageSize(height: 10, width: 14)
    #expect(try options(log.json) == expected)
    // Without dropout its probability meant nothing.
    #expect(try options(log.json, "--model_fn m --use_dropout")?.settings.dropoutProbability == 0.3)
  }

  /// Each option that a file may have, with another value than its usual one.
  private static let values = [
    "gpu_id": "-1", "train_ratio": "0.7", "batch_size": "100", "n_epochs": "9", "n_layers": "3",
    "hidden_sizes": "512,256", "use_dropout": "true", "dropout_p": "0.1", "verbose": "2",
    "data_dir": "\" d\"", "seed": "18446744073709551615", "n_threads": "4", "patience": "3",
    "monitor": "valid_accuracy", "class_weights": "balanced", "label_smoothing": "0.1",
    "clip_grad_norm": "1.5", "augment": "affine,stroke", "augment_strength": "0.5",
    "start_from": "s.pth", "learning_rate": "3e-05", "weight_decay": "0.05",
    "decoupled_weight_decay": "true", "lr_schedule": "cosine", "lr_per_batch": "true",
    "lr_step_size": "3", "lr_factor": "0.5", "lr_patience": "1", "lr_cooldown": "1",
    "warmup_epochs": "1", "dataset": "digits", "mirror": "https://example.org/sets",
    "image_size": "28x20", "transpose": "true", "log_dir": "runs/a",
  ]

  @Test(arguments: TrainOptions.command.options.filter(\.isSetting).map(\.name))
  func everySettingIsPrintedAsItIsRead(_ name: String) throws {
    let value = try #require(Self.values[name], "no value for \(name)")
    var text = "\(name) = \(value)"
    if name == "decoupled_weight_decay" { text += "\nweight_decay = 0.1" }
    let first = try #require(try options(text))
    #expect(first != TrainOptions(modelPath: "m"))
    guard case .answer(let printed) = try parse(text, "--print_config") else {
      Issue.record("expected an answer")
      return
    }
    #expect(printed.split(separator: "\n").contains("\(name) = \(value)"))
    var again = try #require(try options(printed))
    // What is usual is said outright then.
    if first.layerCount == nil { again.layerCount = nil }
    #expect(again == first)
  }

  @Test func whatHasNoValueIsPrintedAsAComment() throws {
    guard case .answer(let text) = TrainOptions.parse(words("--print_config --hidden_sizes 5,4"))
    else {
      Issue.record("expected an answer")
      return
    }
    let lines = text.split(separator: "\n")
    for line in [
      "# seed: a random one, printed", "hidden_sizes = 5,4", "n_epochs = 20", "# log_dir: none",
      "use_dropout = false", "# patience: never",
    ] {
      #expect(lines.contains(Substring(line)), "\(line)")
    }
    #expect(!text.contains("n_layers") && !text.contains("model_fn"))
  }

  @Test func nothingIsPrintedOfARunThatGoesOn() {
    guard case .mistake(let error) = TrainOptions.parse(words("--print_config --resume")) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.sentence == "argument --print_config: not allowed with argument --resume")
  }

  /// As the command line's: what the run began with, or nothing.
  @Test func aRunThatGoesOnIsHeldAgainstTheFile() throws {
    var begun = SmallSets.settings(SmallSets.fields(100), hiddenSizes: [9, 6], useDropout: true)
    let resume = "--model_fn m --resume"
    func settings(_ text: String, _ line: String = "") throws -> TrainingSettings {
      try #require(try options(text, "\(resume) \(line)"))
        .settings(resuming: begun, imageCount: 100)
    }
    #expect(try settings("batch_size = 16\nn_epochs = 4").epochCount == 4)
    #expect(try settings("batch_size = 17", "--batch_size 16") == begun)
    for (text, option) in [
      ("batch_size = 17", "batch_size"), ("use_dropout = false", "use_dropout"),
    ] {
      let error = #expect(throws: UsageError.self) { try settings(text) }
      guard case .contradictsRun("--\(option)", "m", _, _)? = error?.problem else {
        Issue.record("\(text)")
        continue
      }
    }
    begun.useDropout = false
    #expect(try settings("use_dropout = false") == begun)
  }
}
