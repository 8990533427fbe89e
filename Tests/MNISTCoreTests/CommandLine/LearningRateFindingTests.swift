import Foundation
import Testing

@testable import MNISTCore

@Suite struct LearningRateFindingTests: ToolRuns {
  // MARK: - The command line

  private func options(_ line: String) -> TrainOptions? {
    guard case .options(let options) = TrainOptions.parse(words(line)) else { return nil }
    return options
  }

  @Test func noModelFileIsNeeded() {
    var expected = TrainOptions(modelPath: "")
    expected.learningRateCurvePath = "a/b.svg"
    #expect(TrainOptions.parse(["--lr_find", "a/b.svg"]) == .options(expected))
    #expect(TrainOptions.parse(["--lr-find=a/b.svg"]) == .options(expected))
    expected.learningRateCurvePath = "b.CSV"
    expected.modelPath = "m"
    expected.arguments = ["--model_fn", "m"]
    #expect(TrainOptions.parse(words("--lr_fi b.CSV --model_fn m")) == .options(expected))
  }

  @Test func withoutItTheModelFileIsNeeded() {
    guard case .mistake(let error) = TrainOptions.parse(["--n_epochs", "3"]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.problem == .missing(options: ["--model_fn"]))
  }

  @Test(arguments: [
    ("--lr_find a.png", "--lr_find: must be a name that ends in .svg or .csv, found 'a.png'"),
    ("--lr_find a", "--lr_find: must be a name that ends in .svg or .csv, found 'a'"),
    ("--lr_find=", "--lr_find: must not be empty"),
    ("--lr_find", "--lr_find: expected one argument"),
    ("--lr_find a.svg --model_fn m --resume", "--lr_find: not allowed with argument --resume"),
    ("--lr_find a.svg --resume", "--lr_find: not allowed with argument --resume"),
    ("--lr_find a.svg --compare a b", "--compare: not allowed with argument --lr_find"),
    ("--lr_find a.svg --devices", "--devices: not allowed with argument --lr_find"),
    (
      "--lr_find a.svg --batch_size 1",
      "--batch_size: must be at least 2 without --use_dropout, found 1"
    ),
  ])
  func whatMeansNothingIsRefused(_ line: String, _ sentence: String) {
    guard case .mistake(let error) = TrainOptions.parse(words(line)) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.description.hasPrefix("mnist-train: error: argument \(sentence)\n"))
  }

  @Test(arguments: [
    ("--lr_find a.svg", "--model_fn model.ckpt --seed 7"),
    ("--lr_find=a.svg --seed 3", "--model_fn model.ckpt --seed 3"),
    ("--model_fn m --lr 0.1 --lr_find a.svg --n_ep=3", "--model_fn m --n_ep=3 --seed 7"),
    (
      "--learning_rate=1 --use_dropout --lr_find a.svg --lr 2 --model_fn=m --lr_find b.csv",
      "--use_dropout --model_fn=m --seed 7"
    ),
    (
      "--lr_find a.svg --weight_decay 1e-4 --dropout_p .5 --use_dropout --model_fn m",
      "--weight_decay 1e-4 --dropout_p .5 --use_dropout --model_fn m --seed 7"
    ),
  ])
  func theCommandLineThatTrainsIsTheSameButForTheRate(_ line: String, _ rest: String) {
    #expect(
      options(line)?.commandLine(learningRate: "1.2345e-03", seed: 7)
        == "mnist-train \(rest) --learning_rate 1.2345e-03")
  }

  @Test func itIsForAShell() {
    guard
      case .options(let options) = TrainOptions.parse([
        "--lr_find", "a.svg", "--model_fn", "my model", "--seed", "1",
      ])
    else {
      Issue.record("expected options")
      return
    }
    #expect(
      options.commandLine(learningRate: "1e-3", seed: 1)
        == "mnist-train --model_fn 'my model' --seed 1 --learning_rate 1e-3")
  }

  /// What is printed is understood, and asks for what was tested.
  @Test func theCommandLineThatTrainsIsUnderstood() throws {
    let tested = try #require(options("--lr_find a.svg --n_layers 3 --lr 1 --label_smoothing .1"))
    let line = tested.commandLine(learningRate: "2.0000e-03", seed: 5)
    var expected = tested
    (expected.modelPath, expected.learningRateCurvePath, expected.seed) = ("model.ckpt", nil, 5)
    (expected.settings.learningRate, expected.arguments) = (0.002, [])
    #expect(TrainOptions.parse(Array(words(line).dropFirst())) == .options(expected))
  }

  // MARK: - What is said

  @Test func theProgressFitsTheTerminal() {
    var test = LearningRateRangeTest()
    #expect(TrainingText.progress(of: test, columns: 80) == "")
    test.add(loss: 2)
    let text = "Learning rate 1.0000e-08  1/100  loss 1.0101"
    #expect(TrainingText.progress(of: test, columns: 80) == text)
    #expect(TrainingText.progress(of: test, columns: 20) == String(text.prefix(17)))
    #expect(TrainingText.progress(of: test, columns: 0) == "")
  }

  // MARK: - The tool

  private func find(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(
      words("--data_dir d --n_threads 1 --n_layers 3 \(line)"), in: folder, shell: shell)
  }

  /// 200 images, of which 160 are trained on.
  private func withImages(_ body: (String, ImageSet) async throws -> Void) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(200)
      try SmallSets.put(images, in: "\(folder)/d")
      try await body(folder, images)
    }
  }

  private func expected(_ folder: String) throws -> LearningRateRangeTest {
    var options = TrainOptions(modelPath: "")
    (options.seed, options.layerCount, options.settings.batchSize) = (1, 3, 16)
    let data = try DataSource(.auto, in: "\(folder)/d").trainingImages()
    let settings = try options.newSettings(for: data)
    return try TrainingRun(settings, images: data.images).testLearningRates()
  }

  @Test func oneLineSuggestsARateAndNothingOfARunIsWritten() async throws {
    try await withImages { folder, _ async throws in
      let line = "--batch_size 16 --seed 1 --model_fn m --log_dir l --lr_find"
      let run = try await find("\(line) a.svg", in: folder)
      let test = try expected(folder)
      let rate = NumberText.scientific(try test.suggestion().learningRate)
      let count = test.points.count
      let command =
        "  mnist-train --data_dir d --n_threads 1 --n_layers 3 --batch_size 16 --seed 1 --model_fn m "
        + "--log_dir l --learning_rate \(rate)\n"
      let end = test.isDiverged ? "; then the loss was too large" : ""
      #expect(
        run
          == .init(
            exitCode: 0, output: "learning_rate=\(rate)\n",
            error: "mnist-train: the losses of \(count) batches are in a.svg\(end)\n"
              + "mnist-train: train with\n" + command))
      #expect(try SmallSets.names(folder) == ["a.svg", "d"])
      #expect(
        try SmallSets.content("\(folder)/a.svg") == Array(LearningRateCurve.svg(test).utf8))

      let table = try await find("\(line) b/c.csv --n_threads 2 --verbose 2", in: folder)
      #expect(table.exitCode == 0 && table.output == run.output)
      #expect(
        try SmallSets.content("\(folder)/b/c.csv") == Array(LearningRateCurve.csv(test).utf8))
      #expect(try SmallSets.names(folder) == ["a.svg", "b", "d"])
    }
  }

  /// The command that is printed trains the run that was tested, as it says.
  @Test func aSeedThatWasNotGivenIsInTheCommand() async throws {
    try await withImages { folder, _ async throws in
      let run = try await find("--batch_size 16 --lr_find a.csv", in: folder)
      let seed = try #require(run.error.firstMatch(of: /--seed (\d+) --learning_rate/)?.1)
      let again = try await find("--batch_size 16 --seed \(seed) --lr_find b.csv", in: folder)
      #expect(run.exitCode == 0 && again.output == run.output)
      #expect(
        try SmallSets.content("\(folder)/a.csv") == SmallSets.content("\(folder)/b.csv"))
    }
  }

  @Test func aModelThatIsThereStays() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      let model = try SmallSets.content("\(folder)/m")
      _ = try await find("--model_fn m --overwrite --lr_find a.csv", in: folder)
      #expect(try SmallSets.content("\(folder)/m") == model)
      #expect(try SmallSets.names(folder) == ["a.csv", "d", "m"])
    }
  }

  /// Of a single class every answer is right: whatever the rate, the loss never falls.
  @Test func whereNothingCanBeSuggestedASentenceSaysSo() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = ImageSet(
        height: 2, width: 3, pixels: [UInt8](repeating: 0, count: 60),
        labels: [UInt8](repeating: 0, count: 10))
      try SmallSets.put(images, in: "\(folder)/d")
      let run = try await find("--seed 1 --lr_find a.svg", in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error.hasSuffix(
          "mnist-train: the losses of 100 batches are in a.svg\n"
            + "mnist-train: error: no learning rate can be suggested: the loss fell with none of "
            + "those that were tried\n"), "\(run.error)")
      #expect(try SmallSets.names(folder) == ["a.svg", "d"])
    }
  }

  @Test func anotherFileIsFoundOutBeforeTheTest() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array("label,p\n".utf8), "\(folder)/a.csv")
      let run = try await find("--lr_find a.csv", in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error.hasPrefix(
          "mnist-train: error: a.csv: not replaced: no curve of learning rates (expected one or no "
            + "file, found "))
      let missing = try await BuiltTool.train.run(
        words("--data_dir nowhere --lr_find a.csv"), in: folder)
      #expect(missing == run)
    }
  }

  @Test func aSignalLeavesNothing() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(1_000, height: 28, width: 28, classes: 10)
      try SmallSets.put(images, in: "\(folder)/d")
      let run = try await find(
        "--batch_size 5000 --n_layers 9 --seed 1 --lr_find new/a.svg", in: folder,
        shell: """
          "$@" 2>lines & p=$!
          until grep -q batch_size lines || ! kill -0 $p; do sleep 0.02; done
          sleep 0.5; kill -TERM $p; wait $p; code=$?
          cat lines >&2; rm lines; exit $code
          """)
      #expect(run.exitCode == 143 && run.output == "")
      let words = /stopped by SIGTERM after \d+ of 100 batches; nothing is written\n/
      #expect(run.error.contains(words), "\(run.error)")
      #expect(try SmallSets.names(folder) == ["d"])
    }
  }
}
