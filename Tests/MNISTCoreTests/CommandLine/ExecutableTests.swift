import Foundation
import Testing

@testable import MNISTCore

/// Both tools from outside: what they print, how they end, and which files they leave.
@Suite struct ExecutableTests: ToolRuns {
  // MARK: - Training

  /// Ten by fourteen pixels and four classes, in the folder that is looked in by default.
  @Test func aSetOfAnotherShapeTrainsAndPredicts() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(SmallSets.fields(200), "train", in: "\(folder)/data/MNIST/raw")
      try SmallSets.put(SmallSets.fields(80, seed: 9), "t10k", in: "\(folder)/data/MNIST/raw")
      let training = try await BuiltTool.train.run(
        words("--model_fn model.ckpt --n_layers 3 --batch_size 16 --n_epochs 6 --seed 1"),
        in: folder)
      #expect(training.exitCode == 0)
      #expect(training.error == "")
      #expect(withoutNumbers(training.output) == Self.printedRun)
      let losses = training.output.matches(of: /train_loss=(\S+)/).compactMap { Double($0.1) }
      #expect(losses.count == 6 && losses[5] < losses[0] / 2, "\(losses)")
      #expect(try SmallSets.names(folder) == ["data", "model.ckpt"])

      let prediction = try await BuiltTool.predict.run(words("--model_fn model.ckpt"), in: folder)
      #expect(prediction.exitCode == 0)
      #expect(
        prediction.error.hasPrefix(
          "Data: IDX files in data/MNIST/raw (not the published MNIST)\n"))
      let match = try #require(prediction.output.wholeMatch(of: /Accuracy: ([01]\.\d{4})\n/))
      #expect(try #require(Double(match.1)) > 0.9)
    }
  }

  private static let printedRun = """
    Data: IDX files in data/MNIST/raw (not the published MNIST)
    Train: [160, 140] [160]
    Valid: [40, 140] [40]
    \(PrintedParts.model([140, 95, 50, 4]))
    \(PrintedParts.adamAndLoss)
    Epoch(1/6): train_loss=#  valid_loss=#  lowest_loss=#
    Epoch(2/6): train_loss=#  valid_loss=#  lowest_loss=#
    Epoch(3/6): train_loss=#  valid_loss=#  lowest_loss=#
    Epoch(4/6): train_loss=#  valid_loss=#  lowest_loss=#
    Epoch(5/6): train_loss=#  valid_loss=#  lowest_loss=#
    Epoch(6/6): train_loss=#  valid_loss=#  lowest_loss=#

    """

  private static let data = "Data: IDX files in d (not the published MNIST)"

  @Test func verbosity0IsOnlySizesAndEpochs() async throws {
    try await withSet { folder async throws in
      let run = try await train("--seed 1 --verbose 0", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        withoutNumbers(run.output) == """
          \(Self.data)
          Train: [19, 6] [19]
          Valid: [5, 6] [5]
          Epoch(1/2): train_loss=#  valid_loss=#  lowest_loss=#
          Epoch(2/2): train_loss=#  valid_loss=#  lowest_loss=#

          """)
    }
  }

  /// Nineteen rows in batches of nine: the last one joins the batch before it.
  @Test func verbosity2IsAlsoEveryIteration() async throws {
    try await withSet { folder async throws in
      let run = try await train("--seed 1 --verbose 2 --batch_size 9", in: folder)
      let epoch = """
        Train Iteration(1/2): loss=#
        Train Iteration(2/2): loss=#
        Valid Iteration(1/1): loss=#

        """
      let lines = withoutNumbers(run.output).split(separator: "NLLLoss()\n")
      #expect(
        lines.last.map(String.init) == epoch
          + "Epoch(1/2): train_loss=#  valid_loss=#  lowest_loss=#\n" + epoch
          + "Epoch(2/2): train_loss=#  valid_loss=#  lowest_loss=#\n")
    }
  }

  @Test func whatIsPrintedAndSavedIsTheLibrarysRun() async throws {
    try await withSet { folder async throws in
      let run = try await train("--seed 7 --verbose 2 --use_dropout --dropout_p 0.5", in: folder)
      #expect(run.exitCode == 0 && run.error == "")
      var options = TrainOptions(modelPath: "other")
      (options.seed, options.layerCount, options.settings.epochCount) = (7, 3, 2)
      (options.settings.useDropout, options.settings.dropoutProbability) = (true, 0.5)
      let data = try DataSource(.auto, in: "\(folder)/d").trainingImages()
      let settings = try options.newSettings(for: data)
      let expected = TrainingRun(settings, images: data.images)
      var lines = [Self.data, TrainingText.sizes(of: expected), TrainingText.parts(of: expected)]
      try expected.train { lines += [TrainingText.line(for: $0, verbosity: 2)].compactMap(\.self) }
      #expect(run.output == lines.joined(separator: "\n") + "\n")
      let bytes = Checkpoint(settings: settings, state: expected.state).encoded()
      #expect(try SmallSets.content("\(folder)/m") == bytes)
    }
  }

  @Test(arguments: ["", "--use_dropout "])
  func equalRunsGiveEqualFiles(_ mode: String) async throws {
    try await withSet { folder async throws in
      var files: [[UInt8]] = []
      for (index, threads) in [1, 2, 3].enumerated() {
        let path = "\(folder)/another-name-\(index)"
        let run = try await BuiltTool.train.run(
          ["--model_fn", path]
            + words("--data_dir d --n_epochs 2 --seed 3 \(mode)--n_threads \(threads)"),
          in: folder)
        #expect(run.exitCode == 0 && run.error == "")
        files.append(try SmallSets.content(path))
      }
      #expect(files[0] == files[1] && files[0] == files[2])
      let text = String(decoding: files[0], as: UTF8.self)
      #expect(!text.contains("another-name") && !text.contains("thread"))
      _ = try await train("--seed 4 \(mode)", in: folder)
      #expect(try SmallSets.content("\(folder)/m") != files[0])
    }
  }

  @Test func aPackedSetGivesTheSameFile() async throws {
    try await withSet { folder async throws in
      _ = try await train("--seed 1", in: folder)
      let plain = try SmallSets.content("\(folder)/m")
      for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
        try SmallSets.write(
          SmallSets.gzip(SmallSets.content("\(folder)/d/\(name)")), "\(folder)/d/\(name).gz")
        try FileManager.default.removeItem(atPath: "\(folder)/d/\(name)")
      }
      let run = try await train("--seed 1", in: folder)
      #expect(run.exitCode == 0)
      #expect(try SmallSets.content("\(folder)/m") == plain)
    }
  }

  @Test func aSeedThatWasNotGivenIsPrintedAndRepeatsTheRun() async throws {
    try await withSet { folder async throws in
      let run = try await train("", in: folder)
      #expect(run.exitCode == 0)
      let match = try #require(
        run.error.wholeMatch(
          of: /mnist-train: seed (\d+) \(repeat this run with --seed (\d+)\)\n/))
      #expect(match.1 == match.2)
      let file = try SmallSets.content("\(folder)/m")
      let again = try await train("--seed \(match.1)", in: folder)
      #expect(again.output == run.output)
      #expect(try SmallSets.content("\(folder)/m") == file)
      #expect(try await train("", in: folder).error != run.error)
    }
  }

  @Test func anOlderModelIsReplaced() async throws {
    try await withSet { folder async throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      #expect(throws: Never.self) { try Checkpoint(readingFrom: "\(folder)/m") }
      #expect(try SmallSets.names(folder) == ["d", "m"])
    }
  }

  // MARK: - The command line

  @Test(arguments: [
    ("", "the following arguments are required: --model_fn"),
    ("--model_fn", "argument --model_fn: expected one argument"),
    ("--model_fn m --n_epochs abc", "argument --n_epochs: invalid int value: 'abc'"),
    ("--model_fn m --n_epochs", "argument --n_epochs: expected one argument"),
    ("--model_fn m --n_epochs 0", "argument --n_epochs: must be at least 1, found 0"),
    ("--model_fn m --batch_size 0", "argument --batch_size: must be at least 1, found 0"),
    (
      "--model_fn m --batch_size 1",
      "argument --batch_size: must be at least 2 without --use_dropout, found 1"
    ),
    ("--model_fn m --n_layers 1", "argument --n_layers: must be from 2 to 1000, found 1"),
    ("--model_fn m --n_layers 1001", "argument --n_layers: must be from 2 to 1000, found 1001"),
    ("--model_fn m --n_threads 0", "argument --n_threads: must be from 1 to 1024, found 0"),
    (
      "--model_fn m --train_ratio 1",
      "argument --train_ratio: must be greater than 0 and less than 1, found 1"
    ),
    (
      "--model_fn m --dropout_p 1",
      "argument --dropout_p: must be at least 0 and less than 1, found 1"
    ),
    ("--model_fn m --bogus", "unrecognized arguments: --bogus"),
    (
      "--model_fn m --dataset cifar",
      "argument --dataset: invalid choice: 'cifar' (choose from 'auto', 'mnist', "
        + "'fashion-mnist', 'kmnist', 'qmnist', 'emnist-letters', 'emnist-digits', "
        + "'emnist-balanced', 'emnist-byclass', 'emnist-bymerge', 'emnist-mnist', 'digits')"
    ),
    (
      "--model_fn m --mirror ftp://x",
      "argument --mirror: must be an address that begins with https:// or http://, "
        + "found 'ftp://x'"
    ),
    (
      "--model_fn m --n_epoch_ 3",
      "unrecognized arguments: --n_epoch_ 3\ndid you mean --n_epochs?"
    ),
    (
      "--model_fn m --n 3",
      "ambiguous option: --n could match --n_epochs, --n_layers, --n_threads"
    ),
    // Known from the data alone: 24 images.
    (
      "--model_fn m --data_dir d --train_ratio 0.05",
      "argument --train_ratio: 0.05 of 24 images leaves 1 for training and 23 for validation "
        + "(expected at least 2 and 1)"
    ),
  ])
  func aCommandLineThatCannotBeFollowedIs2(_ line: String, _ sentence: String) async throws {
    try await withSet { folder async throws in
      let old = try SmallSets.checkpoint().encoded()
      try SmallSets.write(old, "\(folder)/m")
      let run = try await BuiltTool.train.run(words(line), in: folder)
      let expected = "mnist-train: error: \(sentence)\n\(TrainOptions.command.shortUsage)\n"
      #expect(run == .init(exitCode: 2, output: "", error: expected))
      #expect(try SmallSets.content("\(folder)/m") == old)
      #expect(try SmallSets.names(folder) == ["d", "m"])
    }
  }

  @Test func predictRefusesACommandLineToo() async throws {
    let run = try await BuiltTool.predict.run(["--n_test", "0", "--model_fn", "m"], in: "/")
    #expect(run.exitCode == 2)
    #expect(run.output == "")
    #expect(
      run.error == "mnist-predict: error: argument --n_test: must be at least 1, found 0\n"
        + "usage: mnist-predict --model_fn PATH [OPTION ...] [FILE ...] (see --help)\n")
  }

  @Test func helpAndVersionAre0() async throws {
    for (tool, name, help) in [
      (BuiltTool.train, "mnist-train", TrainOptions.command.help),
      (BuiltTool.predict, "mnist-predict", PredictOptions.command.help),
    ] {
      #expect(
        try await tool.run(["--help"], in: "/")
          == .init(exitCode: 0, output: help + "\n", error: ""))
      #expect(
        try await tool.run(["--version"], in: "/")
          == .init(exitCode: 0, output: "\(name) 1.1.0\n", error: ""))
    }
  }

  /// Neither the model's folder nor the data is there: it is said before they are looked for.
  /// Where OpenCL's loader is there, it is shown no driver.
  @Test(arguments: ["0", "1"])
  func aGPUThatIsNotThereIsRefusedBeforeAnythingIsRead(_ gpu: String) async throws {
    let expected =
      OpenCLLibrary.shared == nil
      ? DeviceError.noOpenCL(names: OpenCLLibrary.names) : DeviceError.noDevice
    try await SmallSets.withFolderAsync { folder async throws in
      for (tool, name) in [(BuiltTool.train, "mnist-train"), (.predict, "mnist-predict")] {
        let run = try await tool.run(
          words("--model_fn no/m --data_dir no --gpu_id \(gpu)"), in: folder,
          environment: ["OCL_ICD_VENDORS": folder])
        let sentence = "argument --gpu_id: must be -1, for \(expected), found \(gpu)"
        #expect(run.exitCode == 2 && run.output == "")
        #expect(run.error.hasPrefix("\(name): error: \(sentence)\nusage: \(name) "))
      }
      #expect(try SmallSets.names(folder).isEmpty)
    }
  }

  // MARK: - Model paths that cannot be written

  @Test(arguments: [
    ("no/m/", "no/m/: not a file (expected a regular file, found the name of a folder)"),
    ("folder", "folder: not a file (expected a regular file, found a folder)"),
    ("pipe", "pipe: not a file (expected a regular file, found a named pipe)"),
    ("/dev/full", "/dev/full: not a file (expected a regular file, found a device)"),
    ("file/m", "file/m: cannot be written: Not a directory"),
  ])
  func aModelPathThatCannotBeWrittenIsFoundBeforeTheDataIsRead(
    _ path: String, _ sentence: String
  ) async throws {
    guard !path.hasPrefix("/dev") || FileManager.default.fileExists(atPath: path) else { return }
    try await SmallSets.withFolderAsync { folder async throws in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/folder", withIntermediateDirectories: false)
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      try SmallSets.write([], "\(folder)/file")
      let run = try await BuiltTool.train.run(
        ["--model_fn", path, "--data_dir", "no"], in: folder)
      #expect(
        run == .init(exitCode: 1, output: "", error: "mnist-train: error: \(sentence)\n"))
      #expect(try SmallSets.names(folder) == ["file", "folder", "pipe"])
    }
  }

  #if os(Linux)
    /// The space is asked for before the work: an older model stays, nothing else is left.
    @Test func aFileSizeLimitIsFoundBeforeTraining() async throws {
      try await withSet { folder async throws in
        let old = try SmallSets.checkpoint().encoded()
        try SmallSets.write(old, "\(folder)/m")
        let run = try await train(
          "--seed 1", in: folder, shell: #"ulimit -f 1; exec "$@""#)
        #expect(
          run
            == .init(
              exitCode: 1, output: "",
              error: "mnist-train: error: m: cannot be written: File too large\n"))
        #expect(try SmallSets.content("\(folder)/m") == old)
        #expect(try SmallSets.names(folder) == ["d", "m"])
      }
    }
  #endif

  // MARK: - Data that cannot be used

  @Test(arguments: DamagedSet.all)
  func badDataIsASentenceAndLeavesTheModelAlone(_ damage: DamagedSet) async throws {
    try await withSet { folder async throws in
      try damage.change("\(folder)/d")
      let old = try SmallSets.checkpoint().encoded()
      try SmallSets.write(old, "\(folder)/m")
      let run = try await train("--seed 1", in: folder)
      #expect(
        run == .init(exitCode: 1, output: "", error: "mnist-train: error: \(damage.sentence)\n"))
      #expect(try SmallSets.content("\(folder)/m") == old)
      #expect(try SmallSets.names(folder).filter { $0 != "d" } == ["m"])

      try FileManager.default.removeItem(atPath: "\(folder)/m")
      #expect(try await train("--seed 1", in: folder) == run)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/m"))
    }
  }

  // MARK: - Data that is not there

  @Test func aSetNamedOutrightThatCannotBeHadIsASentence() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let run = try await BuiltTool.train.run(
        words("--model_fn m --dataset mnist --data_dir no"), in: folder)
      let url = "http://127.0.0.1:9/train-labels-idx1-ubyte.gz"
      #expect(
        run
          == .init(
            exitCode: 1, output: "",
            error: """
              mnist-train: downloading MNIST into no/MNIST/raw
              mnist-train: \(url): no connection
              mnist-train: error: MNIST could not be downloaded: no connection (by hand: its \
              files go into no/MNIST/raw, or --mirror names another address that has them; \
              --dataset digits needs none)

              """))
      #expect(try SmallSets.names(folder) == [])
    }
  }

  /// The predictor then measures on the same digits, although it is told nothing.
  @Test func withoutDataAndNetworkTheDigitsStandInWithAWarning() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let line = "--model_fn m --n_layers 2 --n_epochs 1 --seed 1 --verbose 0 --batch_size 1000"
      let run = try await BuiltTool.train.run(words(line), in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.output.hasPrefix(
          """
          Data: built-in digits (MNIST could not be downloaded: no connection)
          Train: [48000, 784] [48000]
          """))
      let warnings = run.error.split(separator: "\n").filter { $0.contains("WARNING: ") }
      #expect(warnings.count == 1)
      #expect(
        warnings.first?.hasPrefix(
          "mnist-train: WARNING: this run does not use MNIST but built-in digits: ") == true)
      #expect(try SmallSets.names(folder) == ["m"])
      #expect(try Checkpoint(readingFrom: "\(folder)/m").settings.dataset == .digits)

      let prediction = try await BuiltTool.predict.run(words("--model_fn m"), in: folder)
      #expect(prediction.error.hasPrefix("Data: built-in digits\n"))
      let accuracy = try #require(prediction.output.wholeMatch(of: /Accuracy: (\S+)\n/))
      #expect(try #require(Double(accuracy.1)) > 0.8)

      // Asked for by name they are the same, without a warning.
      let named = try await BuiltTool.train.run(
        words(line + " --dataset digits --model_fn n"), in: folder)
      #expect(named.error == "")
      #expect(named.output.hasPrefix("Data: built-in digits\nTrain:"))
      #expect(try SmallSets.content("\(folder)/n") == SmallSets.content("\(folder)/m"))
    }
  }

  /// From the command line and from the environment.
  @Test func aMirrorOfOnesOwnIsAsked() async throws {
    let page = LoopbackServer.Answer.content(Array("<html></html>".utf8))
    try await LoopbackServer.with([
      "a/train-labels-idx1-ubyte.gz": page, "b/train-labels-idx1-ubyte.gz": page,
    ]) { server async throws in
      try await SmallSets.withFolderAsync { folder async throws in
        let line = words("--model_fn m --dataset fashion-mnist --data_dir no")
        // Where the system has the set, nothing is downloaded.
        let isInstalled = PublishedSet.fashionMNIST.installedFolders
          .contains { FileManager.default.fileExists(atPath: $0) }
        let arguments = isInstalled ? words("--model_fn m --dataset mnist") : line
        let first = try await BuiltTool.train.run(
          arguments, in: folder, mirror: server.address + "a")
        #expect(first.exitCode == 1)
        func sentence(_ mirror: String) -> String {
          "mnist-train: \(server.address)\(mirror)/train-labels-idx1-ubyte.gz: "
            + "a web page in place of the file\n"
        }
        #expect(first.error.contains(sentence("a")))
        let second = try await BuiltTool.train.run(
          arguments + ["--mirror", server.address + "b"], in: folder,
          mirror: server.address + "a")
        #expect(second.error.contains(sentence("b")))
        #expect(
          server.requestedPaths == [
            "a/train-labels-idx1-ubyte.gz", "b/train-labels-idx1-ubyte.gz",
          ])
      }
    }
  }

  @Test(.enabled(if: SharedData.folder != nil, "no ../shared/data/MNIST/raw beside the package"))
  func mnistItselfIsDownloadedTrainedOnAndMeasured() async throws {
    let raw = try #require(SharedData.folder) + "/MNIST/raw"
    var answers: [String: LoopbackServer.Answer] = [:]
    for part in [PublishedSet.mnist.train, PublishedSet.mnist.test] {
      for file in [part.images, part.labels] {
        answers["\(file.name).gz"] = .content(try SmallSets.content("\(raw)/\(file.name).gz"))
      }
    }
    try await LoopbackServer.with(answers) { server async throws in
      try await SmallSets.withFolderAsync { folder async throws in
        let run = try await BuiltTool.train.run(
          words("--model_fn m --n_layers 2 --n_epochs 1 --seed 1 --verbose 0"), in: folder,
          mirror: server.address)
        #expect(run.exitCode == 0)
        #expect(run.output.hasPrefix("Data: MNIST (data/MNIST/raw)\n"))
        #expect(
          run.error == """
            mnist-train: downloading MNIST into data/MNIST/raw
            mnist-train: MNIST is complete in data/MNIST/raw

            """)
        let prediction = try await BuiltTool.predict.run(
          words("--model_fn m --dataset mnist"), in: folder)
        #expect(prediction.error.hasPrefix("Data: MNIST (data/MNIST/raw)\n"))
        #expect(prediction.output > "Accuracy: 0.94")
        #expect(server.requestedPaths.count == 4)
      }
    }
  }

  // MARK: - Streams that cannot be written

  /// More is printed than a pipe holds, so that the tool surely writes after its reader has gone.
  @Test func aReaderThatGoesAwayDoesNotEndTheRunAndIsNoFault() async throws {
    try await withSet { folder async throws in
      let run = try await train(
        "--seed 1 --verbose 2 --batch_size 2 --n_epochs 200", in: folder,
        shell: #"{ "$@"; echo $? >code; } | head -n 1"#)
      #expect(run.output == "\(Self.data)\n")
      #expect(run.error == "")
      #expect(try SmallSets.content("\(folder)/code") == Array("0\n".utf8))
      #expect(try Checkpoint(readingFrom: "\(folder)/m").state.epoch == 200)
    }
  }

  @Test func whoReadsOnlyTheFirstAnswerGetsIt() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      let whole = try await predict("--json", in: folder)
      let first = try await predict(
        "--json", in: folder, shell: #"{ "$@"; echo $? >code; } | { read line; echo "$line"; }"#)
      #expect(first.output == whole.output.prefix { $0 != "\n" } + "\n")
      #expect(first.error == whole.error)
      #expect(try SmallSets.content("\(folder)/code") == Array("0\n".utf8))
    }
  }

  /// Both tools read their words from elsewhere then. Only root can hide /proc.
  @Test func toolsNeedNoProc() async throws {
    try await withSet { folder async throws in
      let hiding = #"unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh"#
      let probe = try await BuiltTool.train.run([], in: folder, shell: "\(hiding) true")
      guard probe.exitCode == 0 else { return }
      let plain = try await train("--seed 1 --model_fn plain", in: folder)
      let run = try await train("--seed 1", in: folder, shell: #"\#(hiding) "$@""#)
      #expect(run == plain && run.exitCode == 0)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/plain"))
      let answer = try await predict("", in: folder, shell: #"\#(hiding) "$@""#)
      #expect(try await predict("", in: folder) == answer && answer.exitCode == 0)
    }
  }

  @Test(arguments: [
    ("exec \"$@\" >/dev/full", "No space left on device"),
    ("exec \"$@\" >&-", "Bad file descriptor"),
  ])
  func outputThatCannotBeWrittenIs1AndTheModelIsSaved(
    _ shell: String, _ reason: String
  ) async throws {
    guard !shell.contains("/dev/full") || FileManager.default.fileExists(atPath: "/dev/full") else {
      return
    }
    try await withSet { folder async throws in
      let run = try await train("--seed 1", in: folder, shell: shell)
      let expected = "error: standard output: cannot be written: \(reason)\n"
      #expect(run == .init(exitCode: 1, output: "", error: "mnist-train: \(expected)"))
      let model = try SmallSets.content("\(folder)/m")
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      #expect(try SmallSets.content("\(folder)/m") == model)

      let prediction = try await BuiltTool.predict.run(
        words("--model_fn m --data_dir d --n_test 2"), in: folder, shell: shell)
      #expect(
        prediction
          == .init(exitCode: 1, output: "", error: "\(Self.data)\nmnist-predict: \(expected)"))
      for tool in [BuiltTool.train, .predict] {
        #expect(try await tool.run(["--help"], in: folder, shell: shell).exitCode == 1)
      }
    }
  }

  @Test func standardErrorThatCannotBeWrittenIsNoFault() async throws {
    try await withSet { folder async throws in
      #expect(try await train("", in: folder, shell: #"exec "$@" 2>&-"#).exitCode == 0)
      #expect(throws: Never.self) { try Checkpoint(readingFrom: "\(folder)/m") }
      #expect(
        try await train("--n_epochs 0", in: folder, shell: #"exec "$@" 2>&-"#).exitCode == 2)
    }
  }

  // MARK: - Prediction

  @Test func twoImagesAreDrawnWithPredictionAndLabel() async throws {
    try await withSet { folder async throws in
      _ = try await train("--seed 1", in: folder)
      let images = try MNISTFolder.load("\(folder)/d", isTrain: false)
      let model = try SavedModel(readingFrom: "\(folder)/m").makeModel()
      let predicted = model.predictedLabels(of: ImageDataset(images), batchSize: 256)
      let run = try await predict("--n_test 2 --show", in: folder)
      #expect(run.exitCode == 0 && run.error == "\(Self.data)\n")
      let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      // Two images of two rows of three pixels.
      try #require(lines.count == 2 * 4 + 2)
      for index in 0..<2 {
        let picture = lines[index * 4..<index * 4 + 4]
        #expect(picture.prefix(2).allSatisfy { $0.count == 6 })
        #expect(picture.suffix(2) == ["Predict: \(predicted[index])", "Label: \(index)"])
        #expect(
          picture.joined(separator: "\n")
            == PredictionText.picture(images, index: index, predicted: predicted[index]))
      }
      let correct = predicted.prefix(2).enumerated().count { $0.offset == $0.element }
      let accuracy = ["0.0000", "0.5000", "1.0000"][correct]
      #expect(lines.suffix(2) == ["Accuracy: \(accuracy)", ""])
    }
  }

  @Test(arguments: ["", "--n_test 9", "--n_test 10", "--n_test 9223372036854775807"])
  func moreTestImagesThanThereAreAreAllOfThem(_ option: String) async throws {
    try await withSet { folder async throws in
      _ = try await train("--seed 1", in: folder)
      let images = try MNISTFolder.load("\(folder)/d", isTrain: false)
      let accuracy = try SavedModel(readingFrom: "\(folder)/m").makeModel()
        .accuracy(on: ImageDataset(images), batchSize: 256)
      for size in ["1", "4", "9223372036854775807"] {
        let run = try await predict("--batch_size \(size) \(option)", in: folder)
        #expect(run.output == "Accuracy: \(String(format: "%.4f", accuracy))\n")
      }
    }
  }

  @Test func testDataMustFitTheModel() async throws {
    try await withSet { folder async throws in
      _ = try await train("--seed 1", in: folder)
      try SmallSets.put(
        SmallSets.fields(9, height: 3, width: 2, classes: 3), "t10k", in: "\(folder)/d")
      await #expect(
        try predict("", in: folder).error
          == "mnist-predict: error: d: the model was trained on images of another size "
          + "(expected 2×3, found 3×2)\n")
      try SmallSets.put(
        SmallSets.fields(8, height: 2, width: 3, classes: 4), "t10k", in: "\(folder)/d")
      await #expect(
        try predict("", in: folder).error
          == "mnist-predict: error: d/t10k-labels-idx1-ubyte: label at index 3 is beyond the "
          + "classes (expected 0…2, found 3)\n")
      try FileManager.default.removeItem(atPath: "\(folder)/d/t10k-labels-idx1-ubyte")
      let run = try await predict("", in: folder)
      #expect(
        run
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: d: data is missing (expected an image and a label file "
              + "together, named t10k-images-idx3-ubyte or t10k-images.idx3-ubyte or "
              + "t10k-labels-idx1-ubyte or t10k-labels.idx1-ubyte, each with .gz or not, in "
              + "d/MNIST/raw/ or d/, found only d/t10k-images-idx3-ubyte)\n"))
    }
  }

  @Test func aStrangersNameDoesNotSteerTheTerminal() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let run = try await BuiltTool.predict.run(["--model_fn", "m\u{1B}[31m\n"], in: folder)
      #expect(
        run
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: m\\x1b[31m\\n: cannot be read: "
              + "No such file or directory\n"))
    }
  }

  @Test(arguments: [
    ("absent", "cannot be read: No such file or directory"),
    ("folder", "not a file (expected a regular file, found a folder)"),
    ("pipe", "not a file (expected a regular file, found a named pipe)"),
    ("/dev/zero", "not a file (expected a regular file, found a device)"),
    ("empty", "not a model (expected a safetensors file or one of PyTorch, found an empty file)"),
    (
      "model.pth",
      "truncated (expected a ZIP archive's end record, found none in 64 bytes)"
    ),
    (
      "picture.png",
      "not a model (expected a safetensors file or one of PyTorch, found a PNG image)"
    ),
    ("text", "not a model (expected a safetensors file or one of PyTorch, found a text file)"),
    ("long", "header too large (expected at most 8388608 bytes, found 9223372036854775808)"),
    (
      "foreign",
      "not a model of this program (expected a float32 tensor layers.0.block.0.weight that "
        + #"continues the classifier, found "w")"#
    ),
  ])
  func whatIsNoModelIsASentence(_ name: String, _ sentence: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/folder", withIntermediateDirectories: false)
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      try SmallSets.write([], "\(folder)/empty")
      try SmallSets.write(
        [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60), "\(folder)/model.pth")
      try SmallSets.write(
        [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0], "\(folder)/picture.png")
      try SmallSets.write(Array("Some text, not a model".utf8), "\(folder)/text")
      try SmallSets.write([0, 0, 0, 0, 0, 0, 0, 0x80, 0x7B], "\(folder)/long")
      try SmallSets.write(
        TensorFile(tensors: ["w": TensorValue([1] as [Float], shape: [1])]).encoded(),
        "\(folder)/foreign")
      // The data is not there either: the model is read first.
      let run = try await BuiltTool.predict.run(
        ["--model_fn", name, "--data_dir", "no"], in: folder)
      #expect(
        run
          == .init(
            exitCode: 1, output: "", error: "mnist-predict: error: \(name): \(sentence)\n"))
    }
  }

  #if os(Linux)
    /// A file of this length takes no space on the disk, but its content would take memory.
    @Test func aFileLargerThanMemoryIsASentence() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try SmallSets.write([], "\(folder)/m")
        // A classifier of 2³⁰ pixels: 8 GiB of weights, then 5 numbers.
        let tensors = [
          ("layers.0.block.0.weight", "2,1073741824", 0, 8 << 30),
          ("layers.0.block.0.bias", "2", 8 << 30, (8 << 30) + 8),
          ("layers.1.weight", "1,2", (8 << 30) + 8, (8 << 30) + 16),
          ("layers.1.bias", "1", (8 << 30) + 16, (8 << 30) + 20),
        ].map { name, shape, begin, end in
          #""\#(name)":{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(begin),\#(end)]}"#
        }
        let header = "{\(tensors.joined(separator: ","))}".utf8
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        try SmallSets.write(length + header, "\(folder)/m")
        #expect(truncate("\(folder)/m", off_t(8 + header.count + (8 << 30) + 20)) == 0)
        let run = try await predict("", in: folder, shell: #"ulimit -v 4000000; exec "$@""#)
        #expect(
          run
            == .init(
              exitCode: 1, output: "",
              error: "mnist-predict: error: m: cannot be read: Cannot allocate memory\n"))
      }
    }

    /// 2.75 GB of pixels, which a packed file of 3 MB might hold. They would fit; but as they are unpacked, half as
    /// much again is needed.
    @Test func aPackedSetLargerThanMemoryIsASentence() async throws {
      try await withSet { folder async throws in
        let header = IDXHeader.encoded(.images, sizes: [2_750_000, 1000, 1])
        try SmallSets.write(
          SmallSets.gzip(header + [UInt8](repeating: 0, count: 3_000_000)),
          "\(folder)/d/train-images-idx3-ubyte")
        let run = try await train("--seed 1", in: folder, shell: #"ulimit -v 4000000; exec "$@""#)
        #expect(
          run.error
            == "mnist-train: error: d/train-images-idx3-ubyte: cannot be read: "
            + "Cannot allocate memory\n")
      }
    }
  #endif

  // MARK: -

  private func withoutNumbers(_ text: String) -> String {
    text.replacing(/[0-9]\.[0-9]{4}e[-+][0-9]{2}/, with: "#")
  }
}
