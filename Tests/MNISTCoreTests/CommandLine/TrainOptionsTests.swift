import Testing

@testable import MNISTCore

@Suite struct TrainOptionsTests {
  @Test func theDefaultsAreTheMirroredProjects() {
    guard case .options(let options) = TrainOptions.parse(["--model_fn", "model.ckpt"]) else {
      Issue.record("expected options")
      return
    }
    #expect(options == TrainOptions(modelPath: "model.ckpt"))
    #expect(options.modelPath == "model.ckpt")
    #expect(options.dataset == nil)
    #expect(options.dataDirectory == nil)
    #expect(options.mirror == nil)
    #expect(options.gpuID == nil)
    #expect(options.settings.trainRatio == 0.8)
    #expect(options.settings.batchSize == 256)
    #expect(options.settings.epochCount == 20)
    #expect(options.hiddenSizes(inputSize: 784, outputSize: 10) == [630, 476, 322, 168])
    #expect(options.layerCount == nil && options.givenWidths == nil && options.startPath == nil)
    #expect(!options.settings.useDropout)
    #expect(options.settings.dropoutProbability == 0.3)
    #expect(options.verbosity == 1)
    #expect(options.seed == nil)
    #expect(options.threadCount == nil)
    #expect(options.settings.learningRate == 0.001)
    #expect(options.settings.weightDecay == 0)
    #expect(!options.settings.decoupledWeightDecay)
    #expect(options.settings.learningRateSchedule == .constant)
    #expect(options.settings.warmupEpochCount == 0)
    #expect(options.settings.patience == nil)
    #expect(options.settings.monitor == .validLoss && options.settings.classWeighting == .equal)
    #expect(options.settings.labelSmoothing == 0 && options.settings.gradientNormLimit == nil)
  }

  @Test func everyOptionReachesItsValue() {
    var expected = TrainOptions(modelPath: "m")
    expected.dataset = .fashionMNIST
    expected.dataDirectory = "d"
    expected.mirror = "https://example.org/sets"
    expected.gpuID = 1
    expected.settings.trainRatio = 0.9
    expected.settings.batchSize = 100
    expected.settings.epochCount = 9
    expected.layerCount = 3
    expected.settings.useDropout = true
    expected.settings.dropoutProbability = 0.1
    expected.verbosity = 2
    expected.seed = 18_446_744_073_709_551_615
    expected.threadCount = 4
    expected.logDirectory = "runs/a"
    expected.settings.learningRate = 0.002
    expected.settings.weightDecay = 0.05
    expected.settings.decoupledWeightDecay = true
    expected.settings.learningRateSchedule = .cosine
    expected.settings.warmupEpochCount = 1
    expected.settings.patience = 3
    let line = """
      --model_fn m --data_dir d --gpu_id 1 --train_ratio 0.9 --batch_size 100 --n_epochs 9 \
      --n_layers 3 --use_dropout --dropout_p 0.1 --verbose 2 --seed 18446744073709551615 \
      --n_threads 4 --dataset fashion-mnist --mirror https://example.org/sets \
      --log_dir runs/a \
      --learning_rate 2e-3 --weight_decay .05 --decoupled_weight_decay --lr_schedule cosine \
      --warmup_epochs 1 --patience 3
      """
    #expect(TrainOptions.parse(words(line)) == .options(expected))
  }

  @Test(arguments: [
    ("28", 28, 28), ("28x20", 28, 20), ("1X1000", 1, 1000), ("20×28", 20, 28), (" 7 ", 7, 7),
  ])
  func picturesAreBroughtToASize(_ text: String, _ height: Int, _ width: Int) {
    var expected = TrainOptions(modelPath: "m")
    expected.imageSize = ImageSize(height: height, width: width)
    expected.settings.isTransposed = true
    let options = TrainOptions.parse(["--model_fn", "m", "--image_size", text, "--transpose"])
    #expect(options == .options(expected))
    #expect(
      expected.preparation == ImagePreparation(pictureSize: expected.imageSize, isTransposed: true))
  }

  @Test(arguments: ["", "0", "28x", "x28", "28x28x1", "1001", "-1", "a", "28,28", "1e1"])
  func anImpossibleSizeIsRefused(_ text: String) {
    for mistake in [
      error(of: TrainOptions.parse(["--model_fn", "m", "--image_size", text])),
      error(of: PredictOptions.parse(["--model_fn", "m", "--image_size", text])),
    ] {
      #expect(
        mistake?.problem.sentence
          == "argument --image_size: must be a height and width from 1 to 1000, such as 28 or "
          + "28x20, found '\(text)'")
    }
  }

  private func error<Options>(of invocation: Invocation<Options>) -> UsageError? {
    if case .mistake(let error) = invocation { error } else { nil }
  }

  /// Their images are known.
  @Test func nothingIsDoneToASetByItsName() {
    let line = "--model_fn m --dataset mnist --image_size 28 --transpose"
    guard case .options(let options) = TrainOptions.parse(words(line)) else {
      Issue.record("expected options")
      return
    }
    #expect(options.preparation == ImagePreparation())
    #expect(
      options.optionsWithoutEffect == [
        "--image_size has no effect with --dataset mnist",
        "--transpose has no effect with --dataset mnist",
      ])
  }

  @Test func aMistypedRequiredFlagIsAnsweredToo() {
    guard case .mistake(let error) = TrainOptions.parse(["--modle_fn", "x"]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.description == """
        mnist-train: error: the following arguments are required: --model_fn
        did you mean --model_fn?
        usage: mnist-train --model_fn PATH [OPTION ...] (see --help)
        """)
  }

  /// The sentence first, so that it is seen.
  @Test func aMistakeComesWithAShortUsage() {
    guard case .mistake(let error) = TrainOptions.parse([]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.problem == .missing(options: ["--model_fn"]))
    #expect(
      error.description == """
        mnist-train: error: the following arguments are required: --model_fn
        usage: mnist-train --model_fn PATH [OPTION ...] (see --help)
        """)
  }

  @Test func theWholeUsageIsPartOfTheHelp() {
    let command = TrainOptions.command
    #expect(command.help.contains("\n\n" + command.usage + "\n\n"))
    #expect(
      command.usage == """
        usage: mnist-train [-h] --model_fn PATH [--gpu_id N] [--train_ratio R]
                           [--batch_size N] [--n_epochs N] [--n_layers N]
                           [--hidden_sizes N,N] [--use_dropout] [--dropout_p P]
                           [--verbose N] [--data_dir DIR] [--seed N] [--n_threads N]
                           [--resume] [--overwrite] [--patience N] [--monitor NAME]
                           [--class_weights NAME] [--label_smoothing S]
                           [--clip_grad_norm N] [--augment KIND,KIND]
                           [--augment_strength K] [--show_augmentation FILE]
                           [--recipe NAME] [--start_from FILE] [--learning_rate R]
                           [--weight_decay W] [--decoupled_weight_decay]
                           [--lr_schedule NAME] [--warmup_epochs N] [--lr_per_batch]
                           [--lr_step_size N] [--lr_factor F] [--lr_patience N]
                           [--lr_cooldown N] [--lr_find FILE] [--dataset SET]
                           [--mirror URL] [--image_size HxW] [--transpose]
                           [--log_dir DIR] [--run_dir DIR] [--compare DIR [DIR ...]]
                           [--sort KEY] [--reverse] [--output FILE] [--devices]
                           [--config FILE] [--print_config] [--stop_after N]
                           [--sweep FILE] [--sweep_dir DIR] [--print_runs]
                           [--sweep_run N] [--completions SHELL] [--version]
        """)
  }

  @Test func theHintIsALineOfItsOwn() {
    guard case .mistake(let error) = TrainOptions.parse(["--model_fn", "m", "--n_epoch5"]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.problem == .unrecognized(arguments: ["--n_epoch5"], nearest: "--n_epochs"))
    #expect(
      error.description.hasPrefix(
        "mnist-train: error: unrecognized arguments: --n_epoch5\ndid you mean --n_epochs?\nusage: ")
    )
  }

  @Test(
    arguments: [
      ("--n_epochs", "0", "at least 1"), ("--n_epochs", "-1", "at least 1"),
      ("--n_epochs", "9223372036854775808", "at most 9223372036854775807"),
      ("--n_epochs", "-9223372036854775809", "at least 1"),
      ("--batch_size", "0", "at least 1"), ("--batch_size", "-5", "at least 1"),
      ("--batch_size", "1", "at least 2 without --use_dropout"),
      ("--n_layers", "0", "from 2 to 1000"), ("--n_layers", "-1", "from 2 to 1000"),
      ("--n_layers", "1", "from 2 to 1000"), ("--n_layers", "1001", "from 2 to 1000"),
      ("--n_layers", "1000000", "from 2 to 1000"),
      ("--n_threads", "0", "from 1 to 1024"), ("--n_threads", "1025", "from 1 to 1024"),
      ("--verbose", "-1", "at least 0"), ("--gpu_id", "-2", "at least -1"),
      ("--seed", "-1", "from 0 to 18446744073709551615"),
      ("--seed", "18446744073709551616", "from 0 to 18446744073709551615"),
      ("--seed", "999999999999999999999999999999999999999999", "from 0 to 18446744073709551615"),
      ("--train_ratio", "0", "greater than 0 and less than 1"),
      ("--train_ratio", "-0.0", "greater than 0 and less than 1"),
      ("--train_ratio", "1", "greater than 0 and less than 1"),
      ("--train_ratio", "1.5", "greater than 0 and less than 1"),
      ("--train_ratio", "-1", "greater than 0 and less than 1"),
      ("--train_ratio", "nan", "greater than 0 and less than 1"),
      ("--train_ratio", "inf", "greater than 0 and less than 1"),
      ("--train_ratio", "1e400", "greater than 0 and less than 1"),
      ("--train_ratio", "1e-400", "greater than 0 and less than 1"),
      ("--dropout_p", "1", "at least 0 and less than 1"),
      ("--dropout_p", "1.5", "at least 0 and less than 1"),
      ("--dropout_p", "-0.1", "at least 0 and less than 1"),
      ("--dropout_p", "nan", "at least 0 and less than 1"),
      ("--learning_rate", "0", "greater than 0 and finite"),
      ("--learning_rate", "-1e-3", "greater than 0 and finite"),
      ("--learning_rate", "nan", "greater than 0 and finite"),
      ("--learning_rate", "inf", "greater than 0 and finite"),
      ("--learning_rate", "1e400", "greater than 0 and finite"),
      ("--learning_rate", "1e-400", "greater than 0 and finite"),
      ("--weight_decay", "-0.1", "at least 0 and finite"),
      ("--weight_decay", "nan", "at least 0 and finite"),
      ("--weight_decay", "inf", "at least 0 and finite"),
      ("--warmup_epochs", "-1", "from 0 to 100000"),
      ("--warmup_epochs", "100001", "from 0 to 100000"),
      ("--warmup_epochs", "20", "less than --n_epochs, 20"),
      ("--patience", "0", "at least 1"), ("--patience", "-1", "at least 1"),
    ] as [(String, String, String)])
  func aValueOutOfRangeIsRefusedWithTheRange(_ option: String, _ value: String, _ allowed: String) {
    let invocation = TrainOptions.parse(["--model_fn", "m", "\(option)=\(value)"])
    guard case .mistake(let error) = invocation else {
      Issue.record("expected a mistake, found \(invocation)")
      return
    }
    #expect(error.problem == .outOfRange(option: option, allowed: allowed, found: value))
    #expect(
      error.description.hasPrefix(
        "mnist-train: error: argument \(option): must be \(allowed), found \(value)\nusage: "))
  }

  @Test(arguments: [
    (
      "--decoupled_weight_decay",
      "argument --weight_decay: must be greater than 0 with --decoupled_weight_decay, found 0"
    ),
    (
      "--decoupled_weight_decay --weight_decay 0",
      "argument --weight_decay: must be greater than 0 with --decoupled_weight_decay, found 0"
    ),
    (
      "--warmup_epochs 3 --n_epochs 3",
      "argument --warmup_epochs: must be less than --n_epochs, 3, found 3"
    ),
    (
      "--lr_schedule cosine --n_epochs 100001",
      "argument --n_epochs: must be at most 100000 with --lr_schedule cosine, found 100001"
    ),
    ("--compare a --seed 1", "argument --compare: not allowed with argument --model_fn"),
    (
      "--compare a --sort valid",
      "argument --sort: invalid choice: 'valid' (choose from "
        + RunOrder.keys.map { "'\($0)'" }.joined(separator: ", ") + ")"
    ),
    ("--devices --compare a", "argument --compare: not allowed with argument --model_fn"),
    (
      "--lr_schedule linear",
      "argument --lr_schedule: invalid choice: 'linear' (choose from 'constant', 'cosine', "
        + "'step', 'plateau', 'one-cycle')"
    ),
  ])
  func settingsThatMeanNothingTogetherAreRefused(_ line: String, _ sentence: String) {
    guard case .mistake(let error) = TrainOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.problem.sentence == sentence)
  }

  @Test func theValueIsShownAsItWasTyped() {
    guard case .mistake(let error) = TrainOptions.parse(["--n_epochs", "\n-0_0 "]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.problem.sentence == "argument --n_epochs: must be at least 1, found -0_0")
  }

  @Test(arguments: [
    ["--n_epochs", "1"], ["--n_epochs", "9223372036854775807"], ["--batch_size", "2"],
    ["--batch_size", "9223372036854775807"], ["--batch_size", "1", "--use_dropout"],
    ["--n_layers", "2"], ["--n_layers", "1000"], ["--n_threads", "1"], ["--n_threads", "1024"],
    ["--verbose", "0"], ["--verbose", "3"], ["--gpu_id", "0"], ["--seed", "0"],
    ["--seed", "18446744073709551615"], ["--train_ratio", "1e-300"],
    ["--train_ratio", "0.9999999999999999"], ["--dropout_p", "0"], ["--dropout_p", "-0.0"],
    ["--dropout_p", "0.9999999999999999"], ["--learning_rate", "1e300"],
    ["--learning_rate", "1e-300"], ["--weight_decay", "0"], ["--weight_decay", "1e300"],
    ["--warmup_epochs", "19"], ["--warmup_epochs", "0", "--n_epochs", "1"],
    ["--warmup_epochs", "5", "--lr_schedule", "constant"], ["--patience", "1"],
    ["--patience", "9223372036854775807"], ["--lr_schedule", "cosine", "--n_epochs", "100000"],
  ])
  func theEdgesOfTheRangesAreAllowed(_ arguments: [String]) {
    let invocation = TrainOptions.parse(["--model_fn", "m"] + arguments)
    guard case .options = invocation else {
      Issue.record("expected options, found \(invocation)")
      return
    }
  }

  @Test(arguments: [["--model_fn="], ["--model_fn", ""], ["--model_fn", "m", "--data_dir", ""]])
  func anEmptyPathIsRefused(_ arguments: [String]) {
    guard case .mistake(let error) = TrainOptions.parse(arguments) else {
      Issue.record("expected a mistake")
      return
    }
    let option = arguments.count > 2 ? "--data_dir" : "--model_fn"
    #expect(error.problem == .emptyValue(option: option))
    #expect(error.problem.sentence == "argument \(option): must not be empty")
  }

  // MARK: - Going on with a run

  /// 100 training images, in batches of 25.
  private let begun = TrainingSettings(
    imageHeight: 2, imageWidth: 3, outputSize: 3, hiddenSizes: [5, 4], useDropout: true,
    dropoutProbability: 0.25, trainRatio: 0.8, batchSize: 25, epochCount: 7, seed: 11,
    imagesCRC32: 1, labelsCRC32: 2, dataset: .auto)

  private func resumed(_ line: String) throws -> TrainingSettings {
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m --resume \(line)"))
    else {
      throw UsageError.Problem.emptyValue(option: line)
    }
    return try options.settings(resuming: begun, imageCount: 125)
  }

  @Test(arguments: [
    "", "--n_epochs 7", "--batch_size 25 --n_layers 3 --use_dropout --dropout_p .25 --seed 11",
    "--train_ratio 8e-1 --n_threads 2 --verbose 0 --data_dir elsewhere",
  ])
  func whatTheCommandLineDoesNotSayIsTheFiles(_ line: String) throws {
    #expect(try resumed(line) == begun)
  }

  @Test func onlyTheNumberOfEpochsMayGrow() throws {
    var expected = begun
    expected.epochCount = 9
    #expect(try resumed("--n_epochs 9") == expected)
  }

  @Test(arguments: [
    ("--n_epochs 6", "argument --n_epochs: must be at least 7, as in the run to resume, found 6"),
    (
      "--batch_size 26",
      "argument --batch_size: not as in the run to resume, m (expected 25, found 26)"
    ),
    ("--n_layers 4", "argument --n_layers: not as in the run to resume, m (expected 3, found 4)"),
    (
      "--dropout_p 0.3",
      "argument --dropout_p: not as in the run to resume, m (expected 0.25, found 0.3)"
    ),
    ("--seed 12", "argument --seed: not as in the run to resume, m (expected 11, found 12)"),
    (
      "--train_ratio 0.9",
      "argument --train_ratio: not as in the run to resume, m (expected 0.8, found 0.9)"
    ),
  ])
  func aFlagThatContradictsTheFileIsRefused(_ line: String, _ sentence: String) {
    let error = #expect(throws: UsageError.self) { try resumed(line) }
    #expect(error?.problem.sentence == sentence)
  }

  /// Another run than `begun`, with every setting of the optimiser.
  private var scheduled: TrainingSettings {
    var settings = begun
    settings.learningRate = 0.002
    settings.weightDecay = 0.05
    settings.decoupledWeightDecay = true
    settings.learningRateSchedule = .cosine
    settings.warmupEpochCount = 2
    settings.patience = 3
    return settings
  }

  private func resumedScheduled(_ line: String) throws -> TrainingSettings {
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m --resume \(line)"))
    else {
      throw UsageError.Problem.emptyValue(option: line)
    }
    return try options.settings(resuming: scheduled, imageCount: 125)
  }

  @Test(arguments: [
    "", "--n_epochs 7 --patience 3", "--decoupled_weight_decay",
    "--learning_rate 2e-3 --weight_decay .05 --lr_schedule cosine --warmup_epochs 2",
  ])
  func theOptimizersSettingsAreTheFilesToo(_ line: String) throws {
    #expect(try resumedScheduled(line) == scheduled)
  }

  @Test(arguments: [
    (
      "--learning_rate 0.001",
      "argument --learning_rate: not as in the run to resume, m (expected 0.002, found 0.001)"
    ),
    (
      "--weight_decay 0",
      "argument --weight_decay: not as in the run to resume, m (expected 0.05, found 0.0)"
    ),
    (
      "--lr_schedule constant",
      "argument --lr_schedule: not as in the run to resume, m (expected cosine, found constant)"
    ),
    (
      "--warmup_epochs 1",
      "argument --warmup_epochs: not as in the run to resume, m (expected 2, found 1)"
    ),
    (
      "--n_epochs 9",
      "argument --n_epochs: must be 7, as in the run to resume, whose cosine schedule has that "
        + "length, found 9"
    ),
    (
      "--n_epochs 6",
      "argument --n_epochs: must be 7, as in the run to resume, whose cosine schedule has that "
        + "length, found 6"
    ),
  ])
  func aFlagThatContradictsTheFilesOptimizerIsRefused(_ line: String, _ sentence: String) {
    let error = #expect(throws: UsageError.self) { try resumedScheduled(line) }
    #expect(error?.problem.sentence == sentence)
  }

  @Test func weightDecayIsDecoupledFromTheStartOrNotAtAll() {
    let error = #expect(throws: UsageError.self) { try resumed("--decoupled_weight_decay") }
    #expect(
      error?.problem.sentence == "argument --decoupled_weight_decay: not as in the run to resume, "
        + "m (expected Adam, found AdamW)")
  }

  @Test(arguments: [1, 2, 30])
  func patienceMayBeChanged(_ patience: Int) throws {
    var expected = scheduled
    expected.patience = patience
    #expect(try resumedScheduled("--patience \(patience)") == expected)
    var begun = begun
    begun.patience = patience
    #expect(try resumed("--patience \(patience)") == begun)
  }

  /// The run that began was cut down to all its 100 images a batch: the same words ask for it again.
  @Test func aClippedBatchSizeIsNoContradiction() throws {
    var begun = begun
    begun.batchSize = 100
    let words = ["--model_fn", "m", "--resume", "--batch_size", "5000"]
    guard case .options(let options) = TrainOptions.parse(words) else {
      Issue.record("expected options")
      return
    }
    #expect(try options.settings(resuming: begun, imageCount: 125) == begun)
  }

  /// Each option that asks for another value than a run began with.
  private static let contradictions = [
    "seed": "--seed 12", "batch_size": "--batch_size 26", "train_ratio": "--train_ratio 0.9",
    "n_layers": "--n_layers 4", "use_dropout": "--use_dropout", "dropout_p": "--dropout_p 0.3",
    "learning_rate": "--learning_rate 0.1", "weight_decay": "--weight_decay 0.1",
    "decoupled_weight_decay": "--decoupled_weight_decay", "lr_schedule": "--lr_schedule cosine",
    "warmup_epochs": "--warmup_epochs 1", "monitor": "--monitor valid_accuracy",
    "class_weights": "--class_weights balanced", "label_smoothing": "--label_smoothing 0.1",
    "clip_grad_norm": "--clip_grad_norm 1", "lr_per_batch": "--lr_per_batch",
    "lr_step_size": "--lr_step_size 3", "lr_factor": "--lr_factor 0.5",
    "lr_patience": "--lr_patience 1", "lr_cooldown": "--lr_cooldown 1",
    "augment": "--augment affine", "augment_strength": "--augment_strength 2",
  ]

  @Test(arguments: TrainingSetting.all.filter { $0.resuming == .fixed }.map(\.shownName))
  func whatMayNotChangeIsRefused(_ name: String) throws {
    var begun = begun
    begun.useDropout = name != "use_dropout"
    let line = try #require(Self.contradictions[name])
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m --resume \(line)"))
    else {
      Issue.record("expected options")
      return
    }
    let error = #expect(throws: UsageError.self) {
      try options.settings(resuming: begun, imageCount: 125)
    }
    guard case .contradictsRun("--\(name)", "m", let expected, let found)? = error?.problem else {
      Issue.record("\(error?.description ?? "no error")")
      return
    }
    #expect(expected != found)
  }

  @Test(arguments: [
    "auto", "mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-letters", "emnist-digits",
    "emnist-balanced", "emnist-byclass", "emnist-bymerge", "emnist-mnist", "digits",
  ])
  func everySetIsAChoice(_ name: String) {
    var expected = TrainOptions(modelPath: "m")
    expected.dataset = DatasetChoice(rawValue: name)
    #expect(TrainOptions.parse(["--model_fn", "m", "--dataset", name]) == .options(expected))
  }

  @Test(arguments: [
    ("MNIST", "'MNIST'"), ("", "''"), ("kmnist2", "'kmnist2'"), ("\u{1b}[2J", #"'\x1b[2J'"#),
  ])
  func anythingElseIsRefusedAsArgparseDoes(_ name: String, _ quoted: String) {
    guard case .mistake(let error) = TrainOptions.parse(["--model_fn", "m", "--dataset", name])
    else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.problem.sentence == "argument --dataset: invalid choice: \(quoted) "
        + "(choose from 'auto', 'mnist', 'fashion-mnist', 'kmnist', 'qmnist', 'emnist-letters', "
        + "'emnist-digits', 'emnist-balanced', 'emnist-byclass', 'emnist-bymerge', "
        + "'emnist-mnist', 'digits')")
  }

  @Test(arguments: ["", "x", "ftp://x", "file:///x", "http://", "https:x", "\nhttp://x"])
  func aMirrorIsAWebAddress(_ text: String) {
    guard case .mistake(let error) = TrainOptions.parse(["--model_fn", "m", "--mirror", text])
    else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.problem.sentence == "argument --mirror: must be an address that begins with https:// "
        + "or http://, found \(PythonSyntax.quoted(text))")
  }

  // MARK: - Help

  @Test func theHelpIsForANewcomer() {
    #expect(TrainOptions.parse(["--help"]) == .answer(TrainOptions.command.help))
    let help = TrainOptions.command.help
    #expect(
      help.hasPrefix(
        """
        Trains a digit classifier on MNIST and saves the best model it finds.

        examples:
          mnist-train --model_fn model.ckpt
          mnist-train --model_fn model.ckpt --n_layers 3 --n_epochs 5 --seed 1
          mnist-train --model_fn model.pth
          mnist-train --model_fn model.ckpt --resume
          mnist-train --model_fn model.ckpt --log_dir runs/a
          mnist-train --run_dir runs/a
          mnist-train --lr_find rates.svg
          mnist-train --sweep sweep.txt --sweep_dir runs
          mnist-train --compare runs --output runs.html

        usage: mnist-train [-h] --model_fn PATH
        """))
    #expect(
      help.contains(
        """

        training:
          --train_ratio R     share of the training images to train on; the rest
                              validates (greater than 0 and less than 1; default: 0.8)
          --batch_size N      images in a batch (at least 1; default: 256)
          --n_epochs N        passes over the training images (at least 1; default:
                              20)

        """.dropLast()))
    #expect(help.contains("\n  --decoupled_weight_decay  as of torch.optim.AdamW"))
    #expect(help.contains("A last training batch of one image\n  joins the batch before it"))
    #expect(help.contains("in DIR/MNIST/raw or in DIR itself"))
    #expect(help.contains("\n  2  the command line was wrong\n"))
  }

  /// 78 characters: "usage: t " has nine, and each flag four around its name.
  @Test(arguments: [(30, false), (31, true)])
  func aLineOfTheUsageIsFilled(_ length: Int, _ isBroken: Bool) {
    let names = [String(repeating: "a", count: 30), String(repeating: "b", count: length)]
    let command = CommandDescription<TrainOptions>(
      name: "t", summary: "", examples: [],
      options: names.map { .flag($0, \.resume, .files, "") }, notes: [])
    let space = isBroken ? "\n         " : " "
    #expect(command.usage == "usage: t [--\(names[0])]\(space)[--\(names[1])]")
  }

  @Test func theHelpFitsEightyColumns() {
    for line in TrainOptions.command.help.split(separator: "\n") {
      #expect(line.count < 80, "\(line)")
      #expect(line.last != " ", "\(line)")
    }
  }

  @Test func theHelpNamesEveryOption() {
    let help = TrainOptions.command.help
    #expect(TrainOptions.command.options.count == 57)
    for option in TrainOptions.command.options {
      #expect(help.contains(" \(option.invocation) "), "\(option.flag)")
      #expect(help.split(separator: /\s+/).joined(separator: " ").contains(option.help))
    }
  }

  /// But for the data: what was named outright is never replaced, and it counts as named here.
  @Test func theDefaultsInTheHelpAreTheDefaults() {
    var checked = 0
    for option in TrainOptions.command.options {
      guard let text = option.defaultText,
        ![
          "seed", "n_threads", "gpu_id", "mirror", "patience", "data_dir", "dataset", "image_size",
          "hidden_sizes", "clip_grad_norm", "augment", "recipe", "stop_after", "sweep_run",
          "sort",
        ].contains(option.name)
      else { continue }
      checked += 1
      var expected = TrainOptions(modelPath: "m")
      let reasons = [
        "dropout_p": "--use_dropout", "augment_strength": "--augment",
        "lr_step_size": "--lr_schedule step", "lr_factor": "--lr_schedule step or plateau",
        "lr_patience": "--lr_schedule plateau", "lr_cooldown": "--lr_schedule plateau",
      ]
      expected.optionsWithoutEffect =
        reasons[option.name].map {
          ["\(option.flag) has no effect without \($0)"]
        } ?? []
      // It is known whether it was given.
      if option.name == "n_layers" { expected.layerCount = TrainOptions.usualLayerCount }
      #expect(
        TrainOptions.parse(["--model_fn", "m", option.flag, text]) == .options(expected),
        "\(option.flag)")
    }
    #expect(checked == 18)
  }

  @Test func theExamplesInTheHelpAreUnderstood() {
    for example in TrainOptions.command.examples {
      let arguments = example.split(separator: " ").dropFirst().map(String.init)
      guard case .options = TrainOptions.parse(arguments) else {
        Issue.record("\(example)")
        continue
      }
    }
  }

  @Test func theVersionIsOneLine() {
    #expect(TrainOptions.parse(["--version"]) == .answer("mnist-train 1.1.0"))
  }

  // MARK: - What the data decides

  @Test func theHiddenSizesFallEvenly() {
    #expect(options(layers: 5).hiddenSizes(inputSize: 784, outputSize: 10) == [630, 476, 322, 168])
    #expect(options(layers: 2).hiddenSizes(inputSize: 784, outputSize: 10) == [397])
    #expect(options(layers: 3).hiddenSizes(inputSize: 140, outputSize: 4) == [95, 50])
    #expect(options(layers: 4).hiddenSizes(inputSize: 10, outputSize: 12) == [10, 10, 10])
    #expect(options(layers: 3).hiddenSizes(inputSize: 2, outputSize: 12) == [5, 8])
    let single = options(layers: 774).hiddenSizes(inputSize: 784, outputSize: 10)
    #expect(single == (11...783).reversed())
    #expect(
      options(layers: 775).hiddenSizes(inputSize: 784, outputSize: 10)
        == [Int](repeating: 784, count: 774))
  }

  @Test func everyHiddenSizeLiesBetweenInputAndOutput() {
    for layers in 2...60 {
      for (input, output) in [(784, 10), (1, 1), (2, 1), (1, 50), (49, 7), (7, 49), (61, 1)] {
        let sizes = options(layers: layers).hiddenSizes(inputSize: input, outputSize: output)
        #expect(sizes.count == layers - 1)
        #expect(sizes.allSatisfy { min(input, output) <= $0 && $0 <= max(input, output) })
      }
    }
  }

  @Test(arguments: [
    (0.8, 60_000), (0.5, 4), (0.67, 3), (0.9999999999999999, 60_000), (0.00004, 60_000),
  ])
  func aSplitWithEnoughOnBothSidesPasses(_ ratio: Double, _ rows: Int) throws {
    try options(ratio: ratio).checkAgainst(rowCount: rows, inputSize: 784, outputSize: 10)
  }

  @Test(arguments: [
    (0.00001, 60_000, 0, 60_000), (0.00003, 60_000, 1, 59_999), (0.8, 2, 1, 1), (0.5, 3, 1, 2),
    (0.8, 1, 0, 1), (0.8, 0, 0, 0),
  ])
  func aSplitWithTooFewIsRefused(_ ratio: Double, _ rows: Int, _ training: Int, _ rest: Int) {
    let error = #expect(throws: UsageError.self) {
      try options(ratio: ratio).checkAgainst(rowCount: rows, inputSize: 784, outputSize: 10)
    }
    #expect(error?.problem == .split(ratio: ratio, images: rows, training: training))
    #expect(
      error?.description.hasPrefix(
        "mnist-train: error: argument --train_ratio: \(ratio) of \(rows) images leaves "
          + "\(training) for training and \(rest) for validation (expected at least 2 and 1)\n")
        == true)
  }

  @Test func asManyLayersAsFitInMemoryPass() throws {
    try options(layers: 774).checkAgainst(rowCount: 60_000, inputSize: 784, outputSize: 10)
    try options(layers: 873).checkAgainst(rowCount: 60_000, inputSize: 784, outputSize: 10)
    try options(layers: 1_000).checkAgainst(rowCount: 100, inputSize: 140, outputSize: 4)
    try options(layers: 2).checkAgainst(rowCount: 100, inputSize: 1, outputSize: 1)
    // Exactly as many parameters as a model may have.
    try options(layers: 3).checkAgainst(rowCount: 100, inputSize: 14_116, outputSize: 12_629)
  }

  @Test func moreLayersThanFitInMemoryAreRefused() {
    for layers in [874, 875, 1_000] {
      let error = #expect(throws: UsageError.self) {
        try options(layers: layers).checkAgainst(rowCount: 60_000, inputSize: 784, outputSize: 10)
      }
      #expect(
        error?.problem.sentence
          == "argument --n_layers: must be at most 873 for 784 inputs and 10 outputs, "
          + "found \(layers)")
    }
    let error = #expect(throws: UsageError.self) {
      try options(layers: 5).checkAgainst(rowCount: 100, inputSize: 30_000, outputSize: 10)
    }
    #expect(
      error?.problem.sentence
        == "argument --n_layers: must be at most 2 for 30000 inputs and 10 outputs, found 5")
  }

  /// The first by one parameter.
  @Test(
    arguments: [(32_766, 1), (1_000_000, 10), (Int.max, 1), (1, Int.max), (Int.max, Int.max)])
  func dataTooWideForAnyModelIsRefused(_ inputs: Int, _ outputs: Int) {
    let error = #expect(throws: UsageError.self) {
      try options(layers: 5).checkAgainst(rowCount: 100, inputSize: inputs, outputSize: outputs)
    }
    #expect(
      error?.problem.sentence
        == "argument --n_layers: no number of layers fits \(inputs) inputs and \(outputs) outputs "
        + "(a model may have at most 536870912 parameters; --hidden_sizes makes layers narrower, "
        + "--image_size pictures smaller)")
  }

  private func options(layers: Int = 5, ratio: Double = 0.8) -> TrainOptions {
    var options = TrainOptions(modelPath: "m")
    options.layerCount = layers
    options.settings.trainRatio = ratio
    return options
  }
}
