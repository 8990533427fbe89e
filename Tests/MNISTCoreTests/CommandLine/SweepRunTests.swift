import Foundation
import Testing

@testable import MNISTCore

/// `--sweep` and `--stop_after` as processes, on a small set.
@Suite struct SweepRunTests: ToolRuns {
  static let usual = "--n_layers 2 --n_epochs 4 --seed 1"

  private static let text = """
    n_layers = 2
    n_epochs = 4
    learning_rate = 0.001 | 0.01 | 0.02
    lr_schedule = cosine
    halving = 2
    data_dir = d
    """

  private func sweep(
    _ line: String = "", in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(
      words("--sweep s --sweep_dir r --n_threads 1 --gpu_id -1 \(line)"), in: folder, shell: shell)
  }

  /// A run in parts is the run as a whole.
  @Test func aRunThatStopsAfterAnEpochGoesOnAsIfItHadNot() async throws {
    try await withSet { folder async throws in
      let settings = "--lr_schedule cosine --log_dir l"
      let whole = try await train("--model_fn whole \(settings)", in: folder)
      let first = try await train("\(settings) --stop_after 2", in: folder)
      #expect(first.exitCode == 0)
      #expect(
        first.error.hasSuffix(
          "mnist-train: m: stopped after epoch 2 of 4, as --stop_after asks for, and saved (go on "
            + "with --resume)\n"), "\(first.error)")
      let none = try await train("--resume --stop_after 1", in: folder)
      #expect(none.exitCode == 0 && none.output == "")
      let rest = try await train("--resume", in: folder)
      #expect(rest.exitCode == 0 && first.output + rest.output == whole.output)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/whole"))
      let none2 = try await train("--stop_after 4", in: folder)
      #expect(none2.error.contains("WARNING: --stop_after has no effect with --n_epochs 4\n"))
    }
  }

  @Test func aSweepComparesItsRunsAndNamesTheBest() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array(Self.text.utf8), "\(folder)/s")
      let run = try await sweep(in: folder)
      #expect(run.exitCode == 0, "\(run.error)")
      let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      // Three runs of an epoch, two of a second one, one of the rest; then a table.
      let epochs = lines.prefix(6).map { $0.split(separator: " valid_loss=")[0] }
      let first = epochs.filter { $0.hasSuffix(": epoch 1/4") }
      #expect(
        first == [
          "001 learning_rate=0.001: epoch 1/4", "002 learning_rate=0.01: epoch 1/4",
          "003 learning_rate=0.02: epoch 1/4",
        ])
      #expect(lines.prefix(6).count { $0.contains(": epoch 2/4 ") } == 2)
      #expect(lines.prefix(6).count { $0.contains(": epoch 4/4 ") } == 1)
      #expect(lines.dropFirst(6).count { $0.hasPrefix("r/00") } == 3)
      #expect(run.error.hasPrefix("mnist-train: the best of 3 runs is r/00"), "\(run.error)")
      #expect(run.error.contains("; measure it with\n  mnist-predict --model_fn r/00"))
      let names = try SmallSets.names("\(folder)/r/001").filter {
        !$0.hasPrefix("events") && !$0.hasPrefix(".")
      }
      #expect(names == ["config.json", "curves.svg", "metrics.csv", "model.ckpt"])
      // Nothing is left to do, and all is there to be seen.
      let again = try await sweep(in: folder)
      #expect(again.output == lines.dropFirst(6).joined(separator: "\n"))
      #expect(again.error == run.error)
      #expect(
        try await sweep("--print_runs", in: folder) == .init(exitCode: 0, output: "", error: ""))
      // The run is what its command line alone would have made.
      let best = try #require(run.error.firstMatch(of: /best of 3 runs is r\/00(\d) \((\S+)\)/))
      let rate = best.2.split(separator: "=")[1]
      _ = try await train(
        "--lr_schedule cosine --seed 0 --learning_rate \(rate)", in: folder)
      #expect(
        try SmallSets.content("\(folder)/m")
          == SmallSets.content("\(folder)/r/00\(best.1)/model.ckpt"))
    }
  }

  /// One process a run and rung, with nobody but the folder to remember: the same models.
  @Test func itsRunsCanBeHandedOutOneByOne() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array(Self.text.utf8), "\(folder)/s")
      let printed = try await sweep("--print_runs", in: folder)
      let lines = (1...3).map {
        "mnist-train --sweep s --sweep_dir r --gpu_id -1 --n_threads 1 --sweep_run \($0)\n"
      }
      #expect(printed.output == lines.joined())
      var rounds: [Int] = []
      while case let due = try await sweep("--print_runs", in: folder).output, !due.isEmpty {
        rounds.append(due.split(separator: "\n").count)
        for line in due.split(separator: "\n").reversed() {
          let run = try await BuiltTool.train.run(
            line.split(separator: " ").dropFirst().map(String.init), in: folder)
          #expect(run.exitCode == 0 && run.error == "", "\(run.error)")
        }
        #expect(rounds.count < 4)
      }
      #expect(rounds == [3, 2, 1])
      let late = try await sweep("--sweep_run 1", in: folder)
      #expect(
        late
          == .init(
            exitCode: 0, output: "",
            error:
              "mnist-train: run 001 is not due: its epochs so far are done, or others are to be "
              + "trained first\n"))
      let wrong = try await sweep("--sweep_run 4", in: folder)
      #expect(wrong.exitCode == 2)
      #expect(
        wrong.error.hasPrefix(
          "mnist-train: error: argument --sweep_run: must be at most 3, as the sweep has runs, found "
            + "4\n"))
      _ = try await BuiltTool.train.run(
        words("--sweep s --sweep_dir whole --n_threads 1 --gpu_id -1"), in: folder)
      for run in ["001", "002", "003"] {
        #expect(
          try SmallSets.content("\(folder)/r/\(run)/model.ckpt")
            == SmallSets.content("\(folder)/whole/\(run)/model.ckpt"))
      }
    }
  }

  /// By a signal that can be obeyed, and by one that cannot.
  @Test(arguments: ["TERM", "KILL"])
  func aSweepThatIsStoppedGoesOnWhereItWas(_ signal: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(SmallSets.fields(300, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      let text = Self.text.replacing("n_epochs = 4", with: "n_epochs = 40\nbatch_size = 4")
      try SmallSets.write(Array(text.utf8), "\(folder)/s")
      let whole = try await BuiltTool.train.run(
        words("--sweep s --sweep_dir whole --n_threads 1 --gpu_id -1"), in: folder)
      #expect(whole.exitCode == 0)
      // When the second run has begun.
      let stopped = try await sweep(
        in: folder,
        shell: """
          "$@" & while ! [ -d r/002 ]; do sleep 0.002; done
          kill -\(signal) $!; wait $!; echo "ended $?"
          """)
      #expect(stopped.output.hasSuffix("ended \(signal == "KILL" ? 137 : 143)\n"))
      if signal == "TERM" {
        #expect(
          stopped.error
            == "mnist-train: stopped by SIGTERM, the sweep is saved; go on with\n"
            + "  mnist-train --sweep s --sweep_dir r --gpu_id -1 --n_threads 1\n")
      }
      let rest = try await sweep(in: folder)
      #expect(rest.exitCode == 0, "\(rest.error)")
      let lines = { (text: String) in text.split(separator: "\n").filter { $0.contains(": epoch ") }
      }
      #expect(lines(stopped.output) + lines(rest.output) == lines(whole.output))
      for run in ["001", "002", "003"] {
        #expect(
          try SmallSets.content("\(folder)/r/\(run)/model.ckpt")
            == SmallSets.content("\(folder)/whole/\(run)/model.ckpt"))
      }
      #expect(try SmallSets.names("\(folder)/r") == ["001", "002", "003", "sweep.txt"])
    }
  }

  @Test func aRunThatFailsIsToldOfAndTheOthersGoOn() async throws {
    try await withSet { folder async throws in
      let text = Self.text.replacing("0.01 ", with: "1e38 ").replacing("cosine", with: "constant")
      try SmallSets.write(Array(text.utf8), "\(folder)/s")
      let run = try await sweep(in: folder)
      #expect(run.exitCode == 0, "\(run.error)")
      #expect(
        run.output.contains("\n002 learning_rate=1e38: failed: the loss became "), "\(run.output)")
      #expect(run.error.hasPrefix("mnist-train: 1 of 3 runs failed and count as the worst: 002\n"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/r/002/failed.txt"))
      let again = try await sweep(in: folder)
      #expect(again.exitCode == 0 && !again.output.contains("failed:"))
    }
  }

  @Test func aFolderKeepsItsSweep() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array(Self.text.utf8), "\(folder)/s")
      _ = try await sweep("--print_runs", in: folder)
      try SmallSets.write(Array("\(Self.text)\n".utf8), "\(folder)/s")
      let changed = try await sweep(in: folder)
      #expect(
        changed
          == .init(
            exitCode: 1, output: "",
            error:
              "mnist-train: error: r/sweep.txt: another sweep (expected the same as in s; a sweep "
              + "that was changed needs another --sweep_dir)\n"))
      let other = try await BuiltTool.train.run(
        words("--sweep s --sweep_dir d --gpu_id -1"), in: folder)
      #expect(
        other
          == .init(
            exitCode: 1, output: "",
            error:
              "mnist-train: error: d: not the folder of a sweep (expected a new or empty folder, or "
              + "sweep.txt in it)\n"))
      let missing = try await BuiltTool.train.run(
        words("--sweep no --sweep_dir e --gpu_id -1"), in: folder)
      #expect(
        missing
          == .init(
            exitCode: 1, output: "",
            error: "mnist-train: error: no: cannot be read: No such file or directory\n"))
    }
  }

  @Test func aConfigurationThatCannotBeReadIs1AndAWrongOneIs2() async throws {
    try await withSet { folder async throws in
      let missing = try await train("--config no", in: folder)
      #expect(
        missing
          == .init(
            exitCode: 1, output: "",
            error: "mnist-train: error: no: cannot be read: No such file or directory\n"))
      try SmallSets.write(Array("n_epochs = 0".utf8), "\(folder)/c")
      let wrong = try await train("--config c", in: folder)
      #expect(wrong.exitCode == 2 && wrong.output == "")
      #expect(
        wrong.error == """
          mnist-train: error: c: line 1: argument --n_epochs: must be at least 1, found 0
          usage: mnist-train --model_fn PATH [OPTION ...] (see --help)

          """)
    }
  }

  /// What a log says makes the same model again.
  @Test func theSettingsOfALogMakeTheSameModel() async throws {
    try await withSet { folder async throws in
      _ = try await train("--log_dir l --use_dropout --lr 0.01", in: folder)
      let again = try await BuiltTool.train.run(
        words("--model_fn n --data_dir d --n_threads 2 --config l/config.json"), in: folder)
      #expect(again.exitCode == 0 && again.error == "", "\(again.error)")
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/n"))
    }
  }
}
