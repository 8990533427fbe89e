import Foundation
import Testing

@testable import MNISTCore

/// `--run_dir` of both tools, from outside.
@Suite struct RunInAFolderTests: ToolRuns {
  private func train(_ line: String, in folder: String) async throws -> BuiltTool.Result {
    let settings = line.contains("--resume") ? "" : Self.usual
    return try await BuiltTool.train.run(
      words("--data_dir d --n_threads 1 \(settings) \(line)"), in: folder)
  }

  private func predict(_ line: String, in folder: String) async throws -> BuiltTool.Result {
    try await BuiltTool.predict.run(words("--n_threads 1 \(line)"), in: folder)
  }

  /// Without TensorBoard's files, whose names nobody chooses.
  private func names(_ folder: String) throws -> [String] {
    try SmallSets.names(folder).filter { !$0.hasPrefix("events.") }
  }

  private static let names = [
    ".model.ckpt.log", "config.json", "curves.svg", "metrics.csv", "model.ckpt",
  ]

  // MARK: - Training

  @Test func allOfARunIsInItsFolder() async throws {
    try await withSet { folder async throws in
      let plain = try await train("--model_fn m --seed 1", in: folder)
      let run = try await train("--run_dir runs/a/ --seed 1", in: folder)
      #expect(run == plain && run.exitCode == 0 && run.error == "")
      #expect(try names("\(folder)/runs/a") == Self.names)
      #expect(
        try SmallSets.content("\(folder)/runs/a/model.ckpt") == SmallSets.content("\(folder)/m"))
      #expect(try SmallSets.names(folder) == ["d", "m", "runs"])
      #expect(run.answer.contains("  mnist-predict --run_dir runs/a --data_dir d\n"))
      #expect(
        run.answer.contains("  mnist-train --run_dir runs/a --data_dir d --resume --n_epochs 4\n"))
    }
  }

  @Test func theSameCommandAgainTakesTheNextName() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--run_dir a --seed 1", in: folder).exitCode == 0)
      let before = try SmallSets.content("\(folder)/a/model.ckpt")
      let run = try await train("--run_dir a --seed 2", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.error
          == "mnist-train: a holds another run, or files of its names; this one is in a-2\n")
      #expect(run.answer.contains("  mnist-predict --run_dir a-2 --data_dir d\n"))
      #expect(try SmallSets.content("\(folder)/a/model.ckpt") == before)
      for name in ["a", "a-2"] { #expect(try names("\(folder)/\(name)") == Self.names) }
      #expect(
        try RunConfiguration.read("\(folder)/a-2/config.json").modelPath
          == OutputTarget.absolutePath("\(folder)/a-2/model.ckpt"))
    }
  }

  @Test func runsThatBeginAtTheSameTimeHaveFoldersOfTheirOwn() async throws {
    try await withSet { folder async throws in
      async let first = train("--run_dir a --seed 1", in: folder)
      async let second = train("--run_dir a --seed 2", in: folder)
      async let third = train("--run_dir a --seed 3", in: folder)
      for run in try await [first, second, third] { #expect(run.exitCode == 0, "\(run.error)") }
      #expect(try SmallSets.names(folder) == ["a", "a-2", "a-3", "d"])
      for name in ["a", "a-2", "a-3"] { #expect(try names("\(folder)/\(name)") == Self.names) }
    }
  }

  /// With other files in it, and where it was moved to or copied.
  @Test func aRunGoesOnInExactlyItsFolder() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--model_fn w --seed 1 --n_epochs 5", in: folder).exitCode == 0)
      #expect(try await train("--run_dir a --seed 1", in: folder).exitCode == 0)
      let run = try await train("--run_dir a --resume --n_epochs 3", in: folder)
      #expect(run.error == "mnist-train: going on with a/model.ckpt in epoch 3 of 3\n")
      try FileManager.default.moveItem(atPath: "\(folder)/a", toPath: "\(folder)/b")
      #expect(try await train("--run_dir b/ --resume --n_epochs 4", in: folder).exitCode == 0)
      try FileManager.default.copyItem(atPath: "\(folder)/b", toPath: "\(folder)/c")
      let copy = try await train("--run_dir c --resume --n_epochs 5", in: folder)
      #expect(copy.error == "mnist-train: going on with c/model.ckpt in epoch 5 of 5\n")
      #expect(try SmallSets.content("\(folder)/c/model.ckpt") == SmallSets.content("\(folder)/w"))
      #expect(try MetricsRow.readLog(in: "\(folder)/b").map(\.epoch) == [1, 2, 3, 4])
      #expect(try MetricsRow.readLog(in: "\(folder)/c").map(\.epoch) == [1, 2, 3, 4, 5])
      // The same files, by their own paths.
      let plain = try await train("--model_fn c/model.ckpt --resume --n_epochs 6", in: folder)
      #expect(plain.exitCode == 0)
      #expect(try MetricsRow.readLog(in: "\(folder)/c").count == 6)
      #expect(try SmallSets.names(folder) == ["b", "c", "d", "w"])
    }
  }

  @Test(arguments: [
    ("--run_dir file", "file/model.ckpt: cannot be written: Not a directory"),
    ("--run_dir file/a", "file/a/model.ckpt: cannot be written: Not a directory"),
    ("--run_dir link", "link/model.ckpt: cannot be written: there is no folder link"),
    ("--run_dir no --resume", "no/model.ckpt: cannot be written: there is no folder no"),
    (
      "--run_dir d --resume",
      "d/model.ckpt: there is no run to resume (expected a file that mnist-train wrote, found no file)"
    ),
    (
      "--model_fn run",
      "run: not a file (expected a regular file, found a folder; its model is run/model.ckpt, and "
        + "--run_dir takes a run's folder)"
    ),
  ])
  func whatIsNoFolderOfARunIsASentence(_ line: String, _ sentence: String) async throws {
    try await withSet { folder async throws in
      try SmallSets.put(["file": [], "run/model.ckpt": []], in: folder)
      #expect(symlink("nowhere", "\(folder)/link") == 0)
      #expect(
        try await train(line, in: folder)
          == .init(exitCode: 1, output: "", error: "mnist-train: error: \(sentence)\n"))
      #expect(try SmallSets.names(folder) == ["d", "file", "link", "run"])
    }
  }

  /// A folder among those of the classes would be one of them.
  @Test func noRunIsPutAmongPictures() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(24, height: 2, width: 3, classes: 2)
      try SmallSets.put(
        SmallPictures.files(images, classes: ["cat", "dog"], in: "pets/"), in: folder)
      let run = try await BuiltTool.train.run(
        words("--run_dir pets/new --data_dir pets"), in: folder)
      #expect(run.exitCode == 2)
      #expect(
        run.error.hasPrefix(
          "mnist-train: error: argument --run_dir: must be a folder outside the pictures of "
            + "--data_dir, found pets/new\n"))
      #expect(try SmallSets.names("\(folder)/pets") == ["cat", "dog"])
    }
  }

  // MARK: - Predicting

  @Test func aRunIsMeasuredAndReportedInItsFolder() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--run_dir a --seed 1", in: folder).exitCode == 0)
      let plain = try await predict("--model_fn a/model.ckpt --data_dir d", in: folder)
      #expect(plain.exitCode == 0)
      try FileManager.default.moveItem(atPath: "\(folder)/a", toPath: "\(folder)/b")
      let run = try await predict("--run_dir b/ --data_dir d --report", in: folder)
      #expect(run.exitCode == 0 && run.output == plain.output)
      #expect(
        try names("\(folder)/b")
          == (Self.names + ["confusion.csv", "predictions.csv", "report.html"]).sorted())
      let curves = CurvesSVG.text(try MetricsRow.readLog(in: "\(folder)/b")).prefix(200)
      for line in ["--report", "--report r"] {
        #expect(
          try await predict("--run_dir b --data_dir d \(line)", in: folder).exitCode == 0)
        let page = line == "--report" ? "b/report.html" : "r/report.html"
        #expect(
          String(decoding: try SmallSets.content("\(folder)/\(page)"), as: UTF8.self)
            .contains(curves))
      }
      let export = try await predict("--run_dir b --export m.onnx", in: folder)
      #expect(export.exitCode == 0 && export.output.hasPrefix("Written: m.onnx (ONNX: "))

      let folderAsModel = try await predict("--model_fn b --data_dir d", in: folder)
      #expect(
        folderAsModel.error
          == "mnist-predict: error: b: not a file (expected a regular file, found a folder; its "
          + "model is b/model.ckpt, and --run_dir takes a run's folder)\n")
    }
  }

  @Test func aReportNeedsNoLog() async throws {
    try await withSet { folder async throws in
      #expect(
        try await train("--model_fn a/model.ckpt --seed 1", in: folder).exitCode == 0)
      let run = try await predict("--run_dir a --data_dir d --report", in: folder)
      #expect(run.exitCode == 0)
      #expect(try SmallSets.names("\(folder)/a").contains("report.html"))
    }
  }

  // MARK: - Command lines

  @Test(arguments: [
    ("--run_dir a --model_fn m", "argument --model_fn: not allowed with argument --run_dir"),
    ("--model_fn m --run_dir a", "argument --run_dir: not allowed with argument --model_fn"),
    ("--log_dir l --run_dir a", "argument --run_dir: not allowed with argument --log_dir"),
    ("--run_dir a --log_dir l", "argument --log_dir: not allowed with argument --run_dir"),
    ("--run_dir=", "argument --run_dir: must not be empty"),
    ("--run_dir", "argument --run_dir: expected one argument"),
    (
      "--sweep s --sweep_dir d --run_dir a",
      "argument --sweep: not allowed with argument --run_dir"
    ),
    ("--seed 1", "the following arguments are required: --model_fn"),
  ])
  func aRunHasOnePlace(_ line: String, _ sentence: String) {
    guard case .mistake(let error) = TrainOptions.parse(words(line)) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.sentence == sentence)
  }

  @Test func theFolderSaysWhereModelAndLogAre() throws {
    func options(_ line: String) -> TrainOptions? {
      guard case .options(let options) = TrainOptions.parse(words(line)) else { return nil }
      return options
    }
    let found = try #require(options("--run_dir runs/a//"))
    #expect(found.runDirectory == "runs/a" && found.logDirectory == "runs/a")
    #expect(found.modelPath == "runs/a/model.ckpt" && found.optionsWithoutEffect == [])
    #expect(options("--run_dir a --resume")?.modelPath == "a/model.ckpt")
    #expect(
      options("--run_dir a --overwrite")?.optionsWithoutEffect
        == ["--overwrite has no effect with --run_dir: no model is replaced"])
    #expect(options("--lr_find rates.svg --run_dir a")?.arguments == ["--run_dir", "a"])
  }

  /// The command line wins over a file of settings, which cannot say where a run is itself.
  @Test func aFileOfSettingsDoesNotSayWhereARunIs() throws {
    try SmallSets.withFolder(["f": Array("log_dir = l\n".utf8), "g": Array("run_dir = a\n".utf8)]) {
      folder in
      guard
        case .options(let options) = TrainOptions.parse(["--config", "\(folder)/f", "--run_dir=a"])
      else {
        Issue.record("expected options")
        return
      }
      #expect(options.logDirectory == "a")
      guard
        case .mistake(let error) = TrainOptions.parse(["--config", "\(folder)/g", "--model_fn=m"])
      else {
        Issue.record("expected a mistake")
        return
      }
      #expect(
        error.sentence
          == "\(folder)/g: line 1: argument --run_dir: only allowed on the command line")
    }
    guard case .answer(let text) = TrainOptions.parse(words("--print_config --run_dir a")) else {
      Issue.record("expected an answer")
      return
    }
    #expect(text.contains("# log_dir: none") && !text.contains("run_dir"))
  }

  @Test func aStoppedRunSaysHowItGoesOn() throws {
    guard case .options(let options) = TrainOptions.parse(["--run_dir", "a b"]) else {
      Issue.record("expected options")
      return
    }
    #expect(
      TrainingText.stopped(by: StopSignal(number: SIGTERM), options, nil)
        == "mnist-train: stopped by SIGTERM, the run is saved; go on with\n"
        + "  mnist-train --run_dir 'a b' --resume")
  }

  @Test(arguments: [
    ("--run_dir a --model_fn m", "argument --model_fn: not allowed with argument --run_dir"),
    ("--run_dir a --report --log_dir l", "argument --log_dir: not allowed with argument --run_dir"),
    ("--model_fn m --report", "argument --report: expected one argument"),
    ("--run_dir a --report=", "argument --report: must not be empty"),
    (
      "--run_dir a --report --export m.onnx",
      "argument --report: not allowed with argument --export"
    ),
    ("--run_dir a --serve --report", "argument --serve: not allowed with argument --report"),
    ("--show", "the following arguments are required: --model_fn"),
  ])
  func aModelHasOnePlace(_ line: String, _ sentence: String) {
    guard case .mistake(let error) = PredictOptions.parse(words(line)) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.sentence == sentence)
  }

  @Test func theReportGoesWhereItIsTold() {
    func directory(_ line: String) -> String? {
      guard case .options(let options) = PredictOptions.parse(words("--run_dir a \(line)")) else {
        return nil
      }
      #expect(options.modelPath == "a/model.ckpt")
      return options.reportDirectory
    }
    #expect(directory("") == nil)
    #expect(directory("--report") == "a")
    #expect(directory("--report r") == "r" && directory("--report=.") == ".")
    #expect(directory("--report r --report") == "a" && directory("--report --report r") == "r")
    #expect(directory("--report --n_test 5") == "a")
  }
}
