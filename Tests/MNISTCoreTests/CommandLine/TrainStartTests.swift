import Foundation
import Testing

@testable import MNISTCore

/// `--start_from` and `--hidden_sizes`, and what a run is told to choose by.
@Suite struct TrainStartTests: ToolRuns {
  static let usual = "--n_epochs 2"

  private let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)

  private func options(_ line: String) throws -> TrainOptions {
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m \(line)")) else {
      throw UsageError.Problem.emptyValue(option: line)
    }
    return options
  }

  private func sentence(_ line: String) -> String? {
    guard case .mistake(let error) = TrainOptions.parse(words("--model_fn m \(line)")) else {
      return nil
    }
    return error.problem.sentence
  }

  // MARK: - Widths by hand

  @Test(arguments: [
    ("512,256", [512, 256]), ("1", [1]), ("7, 8,2147483647", [7, 8, 2_147_483_647]),
  ])
  func widthsAreNumbersWithCommas(_ text: String, _ widths: [Int]) {
    var expected = TrainOptions(modelPath: "m")
    expected.givenWidths = widths
    #expect(
      TrainOptions.parse(["--model_fn", "m", "--hidden_sizes", text]) == .options(expected))
    #expect(expected.hiddenSizes(inputSize: 784, outputSize: 10) == widths)
  }

  @Test(arguments: ["", ",", "512,", "0", "512,-1", "5x5", "2147483648", "a", "1.5", "1e3"])
  func widthsThatAreNoneAreRefused(_ text: String) {
    guard
      case .mistake(let error) = TrainOptions.parse(["--model_fn", "m", "--hidden_sizes", text])
    else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.problem.sentence == "argument --hidden_sizes: must be 1 to 999 widths of at least 1 "
        + "with commas between them, such as 512,256, found '\(text)'")
  }

  @Test func moreWidthsThanLayersMayBeAreRefused() {
    let most = [String](repeating: "9", count: 999).joined(separator: ",")
    #expect(sentence("--hidden_sizes \(most)") == nil)
    #expect(sentence("--hidden_sizes \(most),9")?.contains("1 to 999 widths") == true)
  }

  /// As argparse has it of a group of which one may be given: the later one is named first.
  @Test func widthsAndTheirNumberDoNotGoTogether() {
    #expect(
      sentence("--n_layers 3 --hidden_sizes 9,8")
        == "argument --hidden_sizes: not allowed with argument --n_layers")
    #expect(
      sentence("--hidden_sizes 9,8 --n_layers 5")
        == "argument --n_layers: not allowed with argument --hidden_sizes")
  }

  @Test func aModelTooLargeByItsWidthsIsRefused() throws {
    func check(_ line: String) throws {
      try options(line).checkAgainst(rowCount: 60_000, inputSize: 784, outputSize: 10)
    }
    #expect(throws: Never.self) { try check("--hidden_sizes 20000,20000") }
    let error = #expect(throws: UsageError.self) { try check("--hidden_sizes 40000,20000") }
    #expect(
      error?.problem.sentence == "argument --hidden_sizes: must be a model of at most 536870912 "
        + "parameters for 784 inputs and 10 outputs, found 40000,20000")
    // Where no number of layers fits, widths do.
    #expect(throws: UsageError.self) {
      try options("").checkAgainst(rowCount: 100, inputSize: 1_000_000, outputSize: 10)
    }
    #expect(throws: Never.self) {
      try options("--hidden_sizes 100")
        .checkAgainst(rowCount: 100, inputSize: 1_000_000, outputSize: 10)
    }
  }

  @Test func theConfigurationTellsWidthsThatTheirNumberDoesNotGive() {
    func text(_ widths: [Int], _ name: String) -> String? {
      RunConfiguration(
        version: "1", commandLine: [], modelPath: "/m",
        SmallSets.settings(images, hiddenSizes: widths)
      ).setting(name)?.text
    }
    #expect(text([5, 4], "n_layers") == "3" && text([5, 4], "hidden_sizes") == nil)
    #expect(text([7, 2], "n_layers") == "3" && text([7, 2], "hidden_sizes") == "7,2")
  }

  @Test(
    arguments: [
      ("--hidden_sizes 7,2", nil), ("", nil),
      (
        "--hidden_sizes 7,3",
        "--hidden_sizes: not as in the run to resume, m (expected 7,2, found 7,3)"
      ),
      ("--n_layers 3", "--n_layers: not as in the run to resume, m (expected 7,2, found 5,4)"),
      ("--n_layers 4", "--n_layers: not as in the run to resume, m (expected 3, found 4)"),
    ] as [(String, String?)])
  func aRunGoesOnWithItsWidths(_ line: String, _ sentence: String?) throws {
    let begun = SmallSets.settings(images, hiddenSizes: [7, 2])
    let options = try options("--resume \(line)")
    guard let sentence else {
      #expect(try options.settings(resuming: begun, imageCount: 24) == begun)
      return
    }
    let error = #expect(throws: UsageError.self) {
      try options.settings(resuming: begun, imageCount: 24)
    }
    #expect(error?.problem.sentence == "argument \(sentence)")
  }

  // MARK: - The model to start from

  @Test func theModelsWidthsAreTaken() throws {
    let model = SavedModel(try SmallSets.checkpoint())
    let options = try options("--start_from s").starting(from: model, on: images)
    #expect(options.givenWidths == [5, 4])
    for line in ["--n_layers 3", "--hidden_sizes 5,4"] {
      #expect(
        try self.options("--start_from s \(line)").starting(from: model, on: images).givenWidths
          == [5, 4])
    }
  }

  @Test(arguments: [
    ("--hidden_sizes 5,5", "--hidden_sizes", "5,4", "5,5"),
    ("--n_layers 4", "--n_layers", "3", "4"),
    ("--use_dropout", "--use_dropout", "batch normalisation", "dropout"),
  ])
  func optionsThatAskForAnotherModelAreRefused(
    _ line: String, _ option: String, _ expected: String, _ found: String
  ) throws {
    let model = SavedModel(try SmallSets.checkpoint())
    let error = #expect(throws: UsageError.self) {
      try options("--start_from s \(line)").starting(from: model, on: images)
    }
    #expect(
      error?.problem.sentence == "argument \(option): not as in the model to start from, s "
        + "(expected \(expected), found \(found))")
  }

  @Test func aModelWithDropoutNeedsDropout() throws {
    let model = SavedModel(try SmallSets.checkpoint(useDropout: true))
    let error = #expect(throws: UsageError.self) {
      try options("--start_from s").starting(from: model, on: images)
    }
    #expect(
      error?.problem.sentence == "argument --use_dropout: not as in the model to start from, s "
        + "(expected dropout, found batch normalisation)")
    #expect(throws: Never.self) {
      try options("--start_from s --use_dropout").starting(from: model, on: images)
    }
  }

  @Test func aRunThatGoesOnStartsFromNothingElse() {
    #expect(
      sentence("--resume --start_from s")
        == "argument --start_from: not allowed with argument --resume")
    #expect(
      sentence("--start_from s --resume")
        == "argument --resume: not allowed with argument --start_from")
  }

  @Test func whatIsNotTakenOverIsTold() throws {
    let options = try options("--start_from s")
    let checkpoint = try SmallSets.checkpoint()
    let model = SavedModel(checkpoint)
    func notes(
      _ model: SavedModel, _ change: (inout TrainingSettings) -> Void = { _ in }
    ) -> [String] {
      var settings = checkpoint.settings
      change(&settings)
      return TrainingText.notes(onStartingFrom: model, options, settings)
    }
    #expect(notes(model) == [])
    #expect(
      notes(model) { $0.outputSize = 1 } == [
        "mnist-train: s: a model of 3 classes, and the data has 1 class: its last layer begins anew"
      ])
    #expect(
      notes(model) { $0.classNames = ["a", "b", "c"] } == [
        "mnist-train: s: its classes are called 0, 1, 2, the data's a, b, c: its last layer is "
          + "taken over all the same"
      ])
    // Numbers are what a class without a name is called, and weights alone do not say.
    #expect(notes(model) { $0.classNames = ["0", "1", "2"] } == [])
    let weights = try SavedModel(try #require(checkpoint.state.best).safeTensors, path: "w")
    #expect(notes(weights) { $0.classNames = ["a", "b", "c"] } == [])
  }

  @Test func fineTuningIsARunOfItsOwn() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --hidden_sizes 7,2", in: folder).exitCode == 0)
      let first = try Checkpoint(readingFrom: "\(folder)/m")
      #expect(first.settings.hiddenSizes == [7, 2] && first.settings.startCRC32 == nil)
      let line = "--seed 2 --start_from m"
      let tuned = try await train("--model_fn n \(line)", in: folder)
      #expect(tuned.exitCode == 0 && tuned.error == "")
      let second = try Checkpoint(readingFrom: "\(folder)/n")
      #expect(second.settings.hiddenSizes == [7, 2])
      #expect(
        second.settings.startCRC32 == SavedModel(first).startingCRC32(classCount: 3))
      // Equal settings give equal bytes: from weights alone, too.
      #expect(
        try await BuiltTool.predict.run(
          words("--model_fn m --export w.pth"), in: folder
        ).exitCode == 0)
      _ = try await train("--model_fn o --seed 2 --start_from w.pth", in: folder)
      #expect(try SmallSets.content("\(folder)/o") == SmallSets.content("\(folder)/n"))
      // The file may be the one that is replaced.
      #expect(try await train(line, in: folder).exitCode == 0)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/n"))
      // It goes on by itself.
      let more = try await train("--model_fn n --resume --n_epochs 3", in: folder)
      #expect(more.exitCode == 0)
      #expect(try Checkpoint(readingFrom: "\(folder)/n").settings.startCRC32 != nil)
    }
  }

  @Test func aModelThatCannotBeStartedFromLeavesNothing() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array("no model".utf8), "\(folder)/bad")
      for (name, sentence) in [
        ("none", "mnist-train: error: none: "), ("bad", "mnist-train: error: bad: "),
      ] {
        let run = try await train("--model_fn new/m --start_from \(name)", in: folder)
        #expect(run.exitCode == 1 && run.output == "")
        #expect(
          run.error.hasPrefix(sentence) && run.error.count { $0 == "\n" } == 1, "\(run.error)")
      }
      #expect(try SmallSets.names(folder) == ["bad", "d"])
    }
  }

  @Test func otherClassesBeginAnewAndOtherImagesAreRefused() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --n_layers 3", in: folder).exitCode == 0)
      try SmallSets.put(
        SmallSets.fields(24, height: 2, width: 3, classes: 2), in: "\(folder)/two")
      let run = try await train(
        "--model_fn n --data_dir two --seed 1 --start_from m", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.error == "mnist-train: m: a model of 3 classes, and the data has 2 classes: its last "
          + "layer begins anew\n")
      try SmallSets.put(
        SmallSets.fields(24, height: 3, width: 3, classes: 3), in: "\(folder)/wide")
      let wide = try await train(
        "--model_fn o --data_dir wide --seed 1 --start_from m", in: folder)
      #expect(wide.exitCode == 1)
      #expect(
        wide.error == "mnist-train: error: m: the model to start from takes images of another size "
          + "than the data's (expected 3×3, found 2×3)\n")
      #expect(try SmallSets.names(folder) == ["d", "m", "n", "two", "wide"])
    }
  }

  // MARK: - What is chosen by

  @Test func everySettingReachesItsValue() {
    var expected = TrainOptions(modelPath: "m")
    expected.settings.monitor = .validAccuracy
    expected.settings.classWeighting = .balanced
    expected.settings.labelSmoothing = 0.1
    expected.settings.gradientNormLimit = 2.5
    expected.startPath = "s"
    #expect(
      TrainOptions.parse(
        words(
          "--model_fn m --monitor valid_accuracy --class_weights balanced --label_smoothing .1 "
            + "--clip_grad_norm 2.5 --start_from s")) == .options(expected))
  }

  @Test(arguments: [
    ("--label_smoothing 1", "--label_smoothing: must be at least 0 and less than 1, found 1"),
    ("--label_smoothing nan", "--label_smoothing: must be at least 0 and less than 1, found nan"),
    ("--clip_grad_norm 0", "--clip_grad_norm: must be greater than 0 and finite, found 0"),
    ("--clip_grad_norm inf", "--clip_grad_norm: must be greater than 0 and finite, found inf"),
    (
      "--monitor accuracy",
      "--monitor: invalid choice: 'accuracy' (choose from 'valid_loss', 'valid_accuracy')"
    ),
    (
      "--class_weights even",
      "--class_weights: invalid choice: 'even' (choose from 'none', 'balanced')"
    ),
    ("--start_from=", "--start_from: must not be empty"),
  ])
  func aValueOutOfRangeIsRefused(_ line: String, _ text: String) {
    #expect(sentence(line) == "argument \(text)")
  }

  @Test func aRunIsPrintedAndSavedWithItsSettings() async throws {
    try await withSet { folder async throws in
      let settings =
        "--seed 1 --n_layers 3 --monitor valid_accuracy --class_weights balanced "
        + "--label_smoothing 0.1 --clip_grad_norm 0.5 --n_epochs 4"
      let whole = try await train("--model_fn whole \(settings) --log_dir log", in: folder)
      #expect(whole.exitCode == 0 && whole.error == "")
      #expect(
        whole.output.contains("\nNLLLoss(class_weights=balanced, label_smoothing=0.1)\n"))
      let saved = try Checkpoint(readingFrom: "\(folder)/whole")
      #expect(saved.settings.monitor == .validAccuracy && saved.settings.gradientNormLimit == 0.5)
      let log = try LoggedRun(readingFrom: "\(folder)/log")
      #expect(log.configuration.monitor == .validAccuracy)
      #expect(log.best.validAccuracy == saved.state.highestAccuracy)
      #expect(log.configuration.setting("label_smoothing")?.json == "0.1")
      let curves = String(
        decoding: try SmallSets.content("\(folder)/log/curves.svg"), as: UTF8.self)
      #expect(curves.contains("The highest validation accuracy is "))
      let contradiction = try await train(
        "--model_fn whole --resume --label_smoothing 0", in: folder)
      #expect(contradiction.exitCode == 2)
      #expect(
        contradiction.error.contains(
          "argument --label_smoothing: not as in the run to resume, whole (expected 0.1, found 0.0)"
        ))
    }
  }
}
