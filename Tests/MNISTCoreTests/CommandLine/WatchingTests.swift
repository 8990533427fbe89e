import Foundation
import Testing

@testable import MNISTCore

/// What a run shows and logs while it trains, and how logged runs are compared, from outside.
@Suite struct WatchingTests: ToolRuns {
  static let usual = "--n_layers 3 --n_epochs 4"

  // MARK: - The log

  /// Its file keeps the epochs too, whether it is logged or not.
  @Test func aLoggedRunPrintsAndSavesWhatItDidBefore() async throws {
    try await withSet { folder async throws in
      let plain = try await train("--seed 1", in: folder)
      let model = try SmallSets.content("\(folder)/m")
      #expect(try SmallSets.names(folder) == ["d", "m"])
      #expect(try await train("--seed 1 --log_dir runs/a/", in: folder) == plain)
      #expect(try SmallSets.content("\(folder)/m") == model)
      #expect(
        try Checkpoint(readingFrom: "\(folder)/m").state.loggedEpochs.map(\.epoch) == [1, 2, 3, 4])
      #expect(try SmallSets.names(folder) == [".m.log", "d", "m", "runs"])
      let names = try SmallSets.names("\(folder)/runs/a")
      #expect(
        names.filter { !$0.hasPrefix("events.out.tfevents.") }
          == ["config.json", "curves.svg", "metrics.csv"])
      #expect(names.count == 4)

      let data = try DataSource(.auto, in: "\(folder)/d").trainingImages()
      let checkpoint = try Checkpoint(readingFrom: "\(folder)/m")
      #expect(
        try String(decoding: SmallSets.content("\(folder)/runs/a/config.json"), as: UTF8.self)
          == RunConfiguration(
            version: "1.1.0",
            commandLine: ["mnist-train"] + arguments("--seed 1 --log_dir runs/a/"),
            modelPath: OutputTarget.absolutePath("\(folder)/m"), checkpoint.settings
          ).json)
      var reports: [EpochReport] = []
      try TrainingRun(checkpoint.settings, images: data.images).train {
        if case .epoch(let report) = $0 { reports.append(report) }
      }
      let rows = try MetricsRow.read("\(folder)/runs/a/metrics.csv")
      #expect(rows == zip(reports, rows).map { MetricsRow($0, ($1.seconds, $1.imagesPerSecond)) })
      #expect(rows.count == 4 && rows.allSatisfy { $0.imagesPerSecond > 0 })
    }
  }

  /// One that was not saved after its last logged epoch trains and logs it again.
  @Test func aRunThatGoesOnHasEachEpochOnceInItsLog() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --model_fn w --log_dir whole", in: folder).exitCode == 0)
      #expect(try await train("--seed 1 --n_epochs 2 --log_dir a", in: folder).exitCode == 0)
      let saved = try SmallSets.content("\(folder)/m")
      #expect(try await train("--resume --n_epochs 3 --log_dir a", in: folder).exitCode == 0)
      #expect(try rows("a", in: folder).count == 3)
      try SmallSets.write(saved, "\(folder)/m")
      let run = try await train("--resume --n_epochs 4 --log_dir a", in: folder)
      #expect(run.error == "mnist-train: going on with m in epoch 3 of 4\n")
      #expect(try rows("a", in: folder) == rows("whole", in: folder))
      #expect(try SmallSets.names(folder) == [".m.log", ".w.log", "a", "d", "m", "w", "whole"])
    }
  }

  /// Without being told where, and in another folder too, no epoch is missing.
  @Test func aRunThatWasLoggedGoesOnLogging() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --model_fn w --log_dir whole", in: folder).exitCode == 0)
      #expect(try await train("--seed 1 --n_epochs 2 --log_dir runs/a", in: folder).exitCode == 0)
      let run = try await train("--resume --n_epochs 3", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.error.wholeMatch(
          of: /mnist-train: going on with m in epoch 3 of 3\n.*: logging goes on in .*\/runs\/a\n/)
          != nil, "\(run.error)")
      #expect(try rows("runs/a", in: folder).count == 3)
      #expect(try await train("--resume --n_epochs 4 --log_dir b", in: folder).exitCode == 0)
      #expect(try rows("b", in: folder) == rows("whole", in: folder))
      #expect(try rows("runs/a", in: folder).count == 3)
      #expect(
        try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/w"))

      // The log is lost: the file has the epochs for the next one.
      try FileManager.default.removeItem(atPath: "\(folder)/b")
      let lost = try await train("--resume --n_epochs 5", in: folder)
      #expect(lost.exitCode == 0)
      #expect(
        lost.error.hasSuffix(
          "mnist-train: WARNING: m: this run was logged, but its log is not where it was; nothing is "
            + "logged now, unless --log_dir names a folder (m keeps the epochs for it)\n"))
      #expect(try SmallSets.names(folder).contains("b") == false)
      let found = try await train("--resume --n_epochs 6 --log_dir c", in: folder)
      #expect(found.error == "mnist-train: going on with m in epoch 6 of 6\n")
      #expect(try rows("c", in: folder).map(\.epoch) == [1, 2, 3, 4, 5, 6])
      #expect(try rows("c", in: folder).prefix(4) == rows("whole", in: folder)[...])
      let over = try await train("--resume --log_dir e", in: folder)
      #expect(
        over.error.hasPrefix(
          "mnist-train: --log_dir has no effect: no epoch is left, and e holds no log of this run\n"
        ))
      #expect(try await train("--resume --log_dir c", in: folder).error.contains("effect") == false)
    }
  }

  @Test func aRunThatWasNotLoggedIsNot() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --n_epochs 2 --log_dir a", in: folder).exitCode == 0)
      // An equal run in the same file, but without a log.
      #expect(try await train("--seed 1 --n_epochs 2", in: folder).exitCode == 0)
      let run = try await train("--resume --n_epochs 3", in: folder)
      #expect(run.error == "mnist-train: going on with m in epoch 3 of 3\n")
      #expect(try rows("a", in: folder).count == 2)
    }
  }

  /// In the middle of an epoch: the tool cannot be over before, for it waits for its output to be read.
  @Test func aRunThatIsStoppedHasTheUnbrokenRunsLog() async throws {
    try await withSet { folder async throws in
      try SmallSets.put(SmallSets.fields(300, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      let line = "--seed 1 --n_epochs 20 --batch_size 2 --verbose 2"
      #expect(try await train("\(line) --model_fn w --log_dir whole", in: folder).exitCode == 0)
      let stopped = try await train(
        "\(line) --log_dir a", in: folder,
        shell: """
          mkfifo pipe
          { dd bs=1 count=9000 2>&3; kill -TERM "$(cat .m.lock)"; cat; } 3>/dev/null <pipe >read &
          "$@" >pipe; code=$?
          wait; rm read pipe; exit $code
          """)
      #expect(stopped.exitCode == 143)
      #expect(
        stopped.error == "mnist-train: stopped by SIGTERM, the run is saved; go on with\n  "
          + "mnist-train --model_fn m --resume --log_dir a --data_dir d --n_threads 1 --verbose 2\n"
      )
      let count = try rows("a", in: folder).count
      #expect(0 < count && count < 20)
      #expect(try await train("--resume --log_dir a", in: folder).exitCode == 0)
      #expect(try rows("a", in: folder) == rows("whole", in: folder))
    }
  }

  @Test func anotherRunsFolderIsLeftAloneAndThatIsTold() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --log_dir a", in: folder).error == "")
      let before = try SmallSets.content("\(folder)/a/metrics.csv")
      let run = try await train("--seed 2 --log_dir a", in: folder)
      #expect(run.exitCode == 0)
      #expect(run.error == "mnist-train: a holds another run; this one is logged to a-2\n")
      #expect(try SmallSets.content("\(folder)/a/metrics.csv") == before)
      #expect(try rows("a-2", in: folder).count == 4)
    }
  }

  @Test(arguments: [
    ("file", "file: cannot be written: Not a directory"),
    ("file/runs", "file/runs: cannot be written: Not a directory"),
  ])
  func aFolderThatCannotBeMadeIsFoundBeforeTheDataIsRead(
    _ directory: String, _ sentence: String
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.write([], "\(folder)/file")
      #expect(
        try await train("--log_dir \(directory)", in: folder)
          == .init(exitCode: 1, output: "", error: "mnist-train: error: \(sentence)\n"))
      #expect(try SmallSets.names(folder) == ["file"])
    }
  }

  @Test func aLogThatCannotBeWrittenDoesNotEndTheRun() async throws {
    try await withSet { folder async throws in
      let plain = try await train("--seed 1", in: folder)
      let model = try SmallSets.content("\(folder)/m")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/a/curves.svg", withIntermediateDirectories: true)
      #expect(
        try await train("--seed 1 --log_dir a", in: folder)
          == .init(
            exitCode: 1, output: plain.output,
            error: "mnist-train: error: a/curves.svg: not a file (expected a regular file, found a "
              + "folder)\n"))
      #expect(try SmallSets.content("\(folder)/m") == model)
      #expect(try rows("a", in: folder).count == 4)
    }
  }

  @Test func theReportOfAPredictionShowsTheCurves() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --log_dir a", in: folder).exitCode == 0)
      let prediction = try await BuiltTool.predict.run(
        words("--model_fn m --data_dir d --report r --log_dir a"), in: folder)
      #expect(prediction.exitCode == 0)
      let page = String(
        decoding: try SmallSets.content("\(folder)/r/report.html"), as: UTF8.self)
      #expect(page.contains(CurvesSVG.text(try rows("a", in: folder)).prefix(200)))
    }
  }

  @Test func aReportWithAnotherRunsLogIsRefused() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1 --log_dir a", in: folder).exitCode == 0)
      #expect(
        try await train("--seed 2 --log_dir b --model_fn other", in: folder).exitCode == 0)
      let run = try await predict("--report r --log_dir b", in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error.hasSuffix(
          "mnist-predict: error: b: the log of another run than that in m (expected seed 1, found "
            + "2)\n"))
      #expect(try SmallSets.names(folder).contains("r") == false)
      // Where the model is now does not matter.
      try FileManager.default.removeItem(atPath: "\(folder)/m")
      try FileManager.default.moveItem(atPath: "\(folder)/other", toPath: "\(folder)/m")
      #expect(try await predict("--report r --log_dir b", in: folder).exitCode == 0)
    }
  }

  // MARK: - Comparing

  @Test func runsAreComparedAndWhatIsNoneIsASentence() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      for (name, seed, loss) in [("a", 1, 0.25), ("b", 2, 0.125)] {
        let log = try RunLog(
          "\(folder)/runs/\(name)", SampleRuns.configuration(seed: UInt64(seed)))
        log.append(SampleRuns.row(1, valid: loss))
      }
      try FileManager.default.createDirectory(
        atPath: "\(folder)/runs/c", withIntermediateDirectories: false)
      let table = """
                       best    train    valid
        run     seed  epoch     loss     loss  accuracy  time  model
        runs/b     2    1/1  0.50000  0.12500    0.9000    2s  /no/a.ckpt
        runs/a     1    1/1  0.50000  0.25000    0.9000    2s  /no/a.ckpt

        Mean ± s.d. of runs that differ in the seed alone:
                          valid
        runs               loss         accuracy
        2     0.18750 ± 0.08839  0.9000 ± 0.0000

        """
      #expect(
        try await compare("runs/a runs/b", in: folder)
          == .init(exitCode: 0, output: table, error: ""))
      let sentences = """
        mnist-train: error: runs/c: not the folder of a run (expected config.json and metrics.csv \
        in it, as mnist-train --log_dir writes them)
        mnist-train: error: no/config.json: cannot be read: No such file or directory

        """
      #expect(
        try await compare("runs/a runs/c no runs/b", in: folder)
          == .init(exitCode: 1, output: table, error: sentences))
      #expect(
        try await compare("runs/c no", in: folder)
          == .init(exitCode: 1, output: "", error: sentences))

      // A folder that holds runs; one that has only begun is no failure.
      _ = try RunLog("\(folder)/runs/d", SampleRuns.configuration())
      #expect(
        try await compare("runs --sort name --output runs.csv", in: folder)
          == .init(
            exitCode: 0,
            output: """
                             best    train    valid
              run     seed  epoch     loss     loss  accuracy  time  model
              runs/a     1    1/1  0.50000  0.25000    0.9000    2s  /no/a.ckpt
              runs/b     2    1/1  0.50000  0.12500    0.9000    2s  /no/a.ckpt


              """ + table.split(separator: "\n\n")[1],
            error: """
              mnist-train: runs/d is left out: it has no epoch with a validation loss yet
              mnist-train: 2 runs in runs.csv

              """))
      #expect(
        try String(decoding: SmallSets.content("\(folder)/runs.csv"), as: UTF8.self) == """
          run,model,data,seed,best_epoch,epochs,train_loss,valid_loss,valid_accuracy,seconds
          runs/a,/no/a.ckpt,auto,1,1,1,0.5,0.25,0.9,2.0
          runs/b,/no/a.ckpt,auto,2,1,1,0.5,0.125,0.9,2.0

          """)
      #expect(
        try await compare("runs/d --output x.json", in: folder)
          == .init(
            exitCode: 1, output: "",
            error: """
              mnist-train: runs/d is left out: it has no epoch with a validation loss yet
              mnist-train: error: x.json: not written, for there is no run to compare

              """))
      for name in ["runs/a/curves.svg", "runs/../runs/b/../a/curves.svg"] {
        let run = try await compare("runs --output \(name)", in: folder)
        #expect(run.exitCode == 2 && run.output == "")
        #expect(
          run.error.hasPrefix(
            "mnist-train: error: argument --output: must be another file than those of a run, found "
              + "\(name)\nusage: "))
      }
      // Nor is that of a run that is not compared.
      let log = try SmallSets.content("\(folder)/runs/a/metrics.csv")
      let run = try await compare("runs/b --output runs/a/metrics.csv", in: folder)
      let sentence =
        "mnist-train: error: runs/a/metrics.csv: not replaced: a file of a run (expected another or no "
        + "file, found a CSV file)\n"
      #expect(run == .init(exitCode: 1, output: "", error: sentence))
      #expect(try SmallSets.content("\(folder)/runs/a/metrics.csv") == log)
    }
  }

  @Test(arguments: [
    ("--compare", "argument --compare: expected at least one argument"),
    ("--compare=", "argument --compare: must not be empty"),
    ("--compare a --model_fn m", "argument --compare: not allowed with argument --model_fn"),
    ("--seed 1 --compare a b", "argument --compare: not allowed with argument --seed"),
    ("--compare a --bogus", "unrecognized arguments: --bogus"),
    ("--compare=a b", "unrecognized arguments: b"),
    ("--compare a --sort time --seed 1", "argument --compare: not allowed with argument --seed"),
    ("--sort time", "argument --sort: not allowed without argument --compare"),
    ("--model_fn m --reverse", "argument --reverse: not allowed without argument --compare"),
    ("--output a.csv", "argument --output: not allowed without argument --compare"),
    ("--compare a --output", "argument --output: expected one argument"),
    (
      "--compare a --output a.txt",
      "argument --output: must be a name that ends in .csv, .json, .html or .svg, found 'a.txt'"
    ),
    ("a --compare b", "unrecognized arguments: a"),
    ("a", "the following arguments are required: --model_fn"),
  ])
  func comparingGoesWithNothingElse(_ line: String, _ sentence: String) async throws {
    #expect(
      try await BuiltTool.train.run(words(line), in: "/")
        == .init(
          exitCode: 2, output: "",
          error: "mnist-train: error: \(sentence)\n\(TrainOptions.command.shortUsage)\n"))
  }

  // MARK: - Progress

  /// An epoch that takes some tenths of a second; standard error is a terminal, standard output is none.
  @Test func onATerminalALineTellsHowFarTheEpochIs() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(
        SmallSets.fields(30_000, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      let line = "--seed 1 --n_epochs 1 --batch_size 2 --n_layers 6"
      let plain = try await train(line, in: folder)
      let (run, text) = try await trainOnTerminal(line, in: folder)
      #expect(run == plain && run.exitCode == 0)
      let lines = text.split(separator: "\r\u{1B}[K", omittingEmptySubsequences: false)
      #expect(lines.count >= 3 && lines.first == "" && lines.last == "", "\(text)")
      // Not one for each batch.
      #expect(lines.count < 7_500)
      let progress =
        #/Epoch 1/1  (\[[=> ]{20}\] )?\d+/15000  loss \d\.\d{4}(  [\d,]+ images/s)?  epoch (\d+s|\d+:\d\d), run (\d+s|\d+:\d\d) left/#
      // How fast it goes is known from the second batch on.
      let first = #/Epoch 1/1  \[> {19}\] 1/15000  loss \d\.\d{4}/#
      for (index, line) in lines.dropFirst().dropLast().enumerated() {
        #expect(
          line.wholeMatch(of: progress) != nil
            || index == 0 && line.wholeMatch(of: first) != nil, "\(line)")
      }
      let (narrow, start) = try await trainOnTerminal(line, in: folder, columns: 20)
      #expect(narrow == plain)
      #expect(start.split(separator: "\r\u{1B}[K").allSatisfy { $0 == "Epoch 1/1" })
      #expect(start.hasSuffix("\r\u{1B}[K"))
      for (more, term) in [(" --verbose 0", "xterm"), (" --verbose 2", "xterm"), ("", "dumb")] {
        #expect(try await trainOnTerminal(line + more, in: folder, term: term).text == "")
      }
    }
  }

  // MARK: -

  private func trainOnTerminal(
    _ line: String, in folder: String, columns: UInt16 = 100, term: String = "xterm"
  ) async throws -> (run: BuiltTool.Result, text: String) {
    let terminal = try PseudoTerminal(columns: columns)
    let run = try await train(
      line, in: folder, shell: "TERM=\(term) exec \"$@\" 2>\(terminal.path)")
    let text = terminal.textAtEnd()
    let answer = text.firstRange(of: "mnist-train: done in ")
    return (run, String(text[..<(answer?.lowerBound ?? text.endIndex)]))
  }

  private func compare(_ line: String, in folder: String) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(["--compare"] + words(line), in: folder)
  }

  /// A log's rows without what no two runs have in common.
  private func rows(_ name: String, in folder: String) throws -> [MetricsRow] {
    try MetricsRow.readLog(in: "\(folder)/\(name)").map {
      MetricsRow(
        epoch: $0.epoch, trainLoss: $0.trainLoss, validLoss: $0.validLoss,
        validAccuracy: $0.validAccuracy, lowestLoss: $0.lowestLoss, seconds: 0,
        imagesPerSecond: 0, learningRate: $0.learningRate)
    }
  }
}
