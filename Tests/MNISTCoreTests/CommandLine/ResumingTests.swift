import Foundation
import Testing

@testable import MNISTCore

/// What happens to a run from outside: signals, locks, losses that are no numbers, little memory.
@Suite struct ResumingTests: ToolRuns {
  static let usual = "--n_layers 3"

  /// Stopped in three places. The tool cannot be over before: it waits for its output to be read.
  @Test(arguments: [
    ("TERM", SIGTERM, 143), ("INT", SIGINT, 130), ("HUP", SIGHUP, 129),
    ("USR1", SIGUSR1, 128 + SIGUSR1), ("USR2", SIGUSR2, 128 + SIGUSR2),
    ("XCPU", SIGXCPU, 128 + SIGXCPU),
  ])
  func aRunThatIsStoppedGoesOnAsIfItHadNot(
    _ name: String, _ signal: Int32, _ exitCode: Int32
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(SmallSets.fields(300, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      // A pipe holds at most 65,536 bytes that nobody has read.
      let settings = "--seed 1 --n_epochs 50 --batch_size 2 --verbose 2"
      let whole = try await train("--model_fn whole \(settings)", in: folder)
      #expect(whole.exitCode == 0 && whole.output.utf8.count > 250_000)
      var output = ""
      var line = "--model_fn m \(settings)"
      for bytesRead in [1, 9_000, 20_000] {
        let run = try await train(
          line, in: folder,
          shell: """
            mkfifo pipe
            { dd bs=1 count=\(bytesRead) 2>&3; kill -\(signal) "$(cat .m.lock)"; cat; } \
              3>/dev/null <pipe >read &
            "$@" >pipe; code=$?
            wait; cat read; rm read pipe; exit $code
            """)
        output += run.output
        line = "--model_fn m --resume --verbose 2"
        #expect(run.exitCode == exitCode)
        #expect(
          run.error.hasSuffix(
            "mnist-train: stopped by SIG\(name), the run is saved; go on with\n"
              + "  mnist-train --model_fn m --resume --data_dir d --n_threads 1 --verbose 2\n"),
          "\(run.error)")
      }
      let last = try await train(line, in: folder)
      #expect(last.exitCode == 0)
      #expect(output + last.output == whole.output)
      #expect(
        try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/whole"))
      #expect(try SmallSets.names(folder) == ["d", "m", "whole"])
    }
  }

  /// As `nohup` starts it. It waits for its output to be read here too.
  @Test func aHangupThatIsIgnoredDoesNotStopARun() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(SmallSets.fields(300, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      let line = "--seed 1 --n_epochs 20 --batch_size 2 --verbose 2"
      let whole = try await train(line, in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/m")
      #expect(whole.exitCode == 0 && whole.output.utf8.count > 100_000)
      let run = try await train(
        line, in: folder,
        shell: """
          trap '' HUP
          mkfifo pipe
          { dd bs=1 count=1 2>&3; kill -HUP "$(cat .m.lock)"; cat; } 3>/dev/null <pipe >read &
          "$@" >pipe; code=$?
          wait; cat read; rm read pipe; exit $code
          """)
      #expect(run == whole)
    }
  }

  /// Epochs of one batch, with batch normalisation and with dropout: wherever a signal comes, it comes within a
  /// batch, which is given up. It comes twice, as from `timeout`.
  @Test(arguments: ["", "--use_dropout"], ["0", "0.1", "0.3"])
  func aBatchThatIsGivenUpLeavesNoTrace(_ mode: String, _ delay: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(
        SmallSets.fields(4_000, height: 28, width: 28, classes: 3), in: "\(folder)/d")
      let settings = "--seed 1 --n_epochs 4 --n_layers 6 --batch_size 4000 --verbose 2 \(mode)"
      let whole = try await train("--model_fn whole \(settings)", in: folder)
      #expect(whole.exitCode == 0)
      let stopped = try await train(
        settings, in: folder,
        shell: """
          "$@" >lines &
          until grep -q NLLLoss lines 2>/dev/null || ! kill -0 $!; do sleep 0.01; done
          sleep \(delay); kill $!; kill $!; wait $!; code=$?; cat lines; exit $code
          """)
      #expect(stopped.exitCode == 143)
      #expect(stopped.error.contains("stopped by SIGTERM, the run is saved"))
      let rest = try await train("--resume --verbose 2", in: folder)
      #expect(rest.exitCode == 0 && stopped.output + rest.output == whole.output)
      #expect(
        try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/whole"))
    }
  }

  @Test func quittingEndsTheRunAtOnceAndSaysWhatIsSaved() async throws {
    try await withSet { folder async throws in
      let run = try await train(
        "--seed 1 --n_epochs 1000000", in: folder,
        shell: """
          "$@" >lines & child=$!
          until grep -q '^Epoch(3/' lines 2>/dev/null || ! kill -0 $child; do sleep 0.01; done
          kill -QUIT $child; wait $child
          """)
      #expect(run.exitCode == 131)
      let match = try #require(
        run.error.wholeMatch(of: /mnist-train: ended at once; m holds the run after epoch (\d+)\n/))
      let saved = try Checkpoint(readingFrom: "\(folder)/m").state.epoch
      // The sentence may be one save behind what a save is about to put there.
      #expect(try (saved - 1...saved).contains(#require(Int(match.1))))
    }
  }

  /// A learning rate so large that validation soon stops to improve, through everything else that changes
  /// the updates.
  @Test func patienceEndsARunAndIsKeptWhenItGoesOn() async throws {
    try await withSet { folder async throws in
      let settings =
        "--seed 1 --n_epochs 40 --batch_size 4 --learning_rate 0.5 --weight_decay 0.1 "
        + "--decoupled_weight_decay --lr_schedule cosine --warmup_epochs 3"
      let whole = try await train("--model_fn whole \(settings) --patience 3", in: folder)
      #expect(whole.exitCode == 0)
      let lines = whole.output.split(separator: "\n").filter { $0.hasPrefix("Epoch(") }
      let count = lines.count
      #expect(3 < count && count < 40)
      #expect(
        whole.error
          == "mnist-train: stopped after epoch \(count) of 40: the validation loss has not "
          + "improved for 3 epochs\n")
      #expect(lines.last?.hasPrefix("Epoch(\(count)/40): train_loss=") == true)
      #expect(whole.output.contains("AdamW (\n"))
      #expect(whole.output.contains("\n    initial_lr: 0.5\n    lr: 0.125\n"))

      let short = try await train("--model_fn m \(settings) --patience 1", in: folder)
      let shortCount = short.output.matches(of: /Epoch\(/).count
      #expect(shortCount < count)
      let again = try await train("--model_fn m --resume", in: folder)
      #expect(
        again
          == .init(
            exitCode: 0, output: "",
            error: "mnist-train: m: the validation loss has not improved for 1 epoch "
              + "(go on with a larger --patience)\n"))
      let more = try await train("--model_fn m --resume --patience 3", in: folder)
      #expect(more.exitCode == 0)
      #expect(short.output + more.output == whole.output)
      #expect(
        more.error == "mnist-train: going on with m in epoch \(shortCount + 1) of 40\n"
          + whole.error)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/whole"))
      let longer = try await train("--model_fn m --resume --n_epochs 41", in: folder)
      #expect(longer.exitCode == 2 && longer.output == "")
      #expect(
        longer.error.hasPrefix(
          "mnist-train: error: argument --n_epochs: must be 40, as in the run to resume, whose "
            + "cosine schedule has that length, found 41\n"))
    }
  }

  @Test func aRunThatIsOverIsLeftAlone() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--model_fn m --seed 1", in: folder).exitCode == 0)
      let file = try SmallSets.content("\(folder)/m")
      let again = try await train("--model_fn m --resume", in: folder)
      #expect(
        again
          == .init(
            exitCode: 0, output: "",
            error: "mnist-train: m: all 20 epochs are done (go on with a larger --n_epochs)\n"))
      #expect(try SmallSets.content("\(folder)/m") == file)
    }
  }

  @Test(arguments: [
    (
      "--model_fn none --resume", 1,
      "none: there is no run to resume (expected a file that "
        + "mnist-train wrote, found no file)\n"
    ),
    ("--model_fn m --resume --data_dir e", 1, "e: the run to resume was trained on other images"),
    (
      "--model_fn m --resume --seed 2", 2,
      "argument --seed: not as in the run to resume, m "
        + "(expected 1, found 2)\n"
    ),
    (
      "--model_fn m --resume --learning_rate 0.1", 2,
      "argument --learning_rate: not as in the run to resume, m (expected 0.001, found 0.1)\n"
    ),
    (
      "--model_fn m --resume --n_epochs 1", 2,
      "argument --n_epochs: must be at least 20, as in "
        + "the run to resume, found 1\n"
    ),
  ])
  func whatCannotGoOnIsASentence(
    _ line: String, _ exitCode: Int32, _ sentence: String
  ) async throws {
    try await withSet { folder async throws in
      #expect(try await train("--model_fn m --seed 1", in: folder).exitCode == 0)
      try SmallSets.put(
        SmallSets.fields(24, height: 2, width: 3, classes: 3, seed: 8), in: "\(folder)/e")
      let file = try SmallSets.content("\(folder)/m")
      let run = try await train(line, in: folder)
      #expect(run.exitCode == exitCode && run.output == "")
      #expect(run.error.contains("mnist-train: error: \(sentence)"), "\(run.error)")
      #expect(try SmallSets.content("\(folder)/m") == file)
      #expect(try SmallSets.names(folder) == ["d", "e", "m"])
    }
  }

  /// A thousand layers are more than float32 can carry.
  @Test func withoutAGoodEpochAnOldFileIsLeftAlone() async throws {
    try await withSet { folder async throws in
      let old = try SmallSets.checkpoint().encoded()
      try SmallSets.write(old, "\(folder)/m")
      let run = try await train(
        "--model_fn m --seed 1 --n_layers 1000 --n_epochs 1", in: folder)
      #expect(run.exitCode == 1)
      #expect(
        run.error == "mnist-train: error: the loss became nan in epoch 1, validation batch 1 of 1; "
          + "no model was saved\n")
      #expect(try SmallSets.content("\(folder)/m") == old)
      #expect(try SmallSets.names(folder) == ["d", "m"])
    }
  }

  /// The model of the first epoch is good, that from which the second starts is not.
  @Test func aLossThatIsNoNumberKeepsTheBestModel() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--model_fn m --seed 1 --n_epochs 1", in: folder).exitCode == 0)
      var checkpoint = try Checkpoint(readingFrom: "\(folder)/m")
      let bias = checkpoint.settings.layout.slots.last?.name ?? ""
      checkpoint.state.last[bias] = TensorValue([.infinity, 0, 0] as [Float], shape: [3])
      try checkpoint.write(to: "\(folder)/m")
      let run = try await train("--model_fn m --resume --n_epochs 3", in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error.hasSuffix(
          "mnist-train: error: the loss became nan in epoch 2, training batch 1 of 1; "
            + "the best model of the epochs before is kept\n"), "\(run.error)")
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
    }
  }

  @Test func aSecondTrainerIsRefusedAtOnce() async throws {
    try await withSet { folder async throws in
      let lock = try FileLock("\(folder)/m")
      let run = try await train("--model_fn m --data_dir no", in: folder)
      #expect(
        run
          == .init(
            exitCode: 1, output: "",
            error: "mnist-train: error: m: is being written by process \(getpid())\n"))
      withExtendedLifetime(lock) {}
    }
  }

  @Test func aBatchLargerThanTheDataIsCutDownAndTold() async throws {
    try await withSet { folder async throws in
      let run = try await train("--model_fn m --seed 1 --batch_size 100000", in: folder)
      #expect(
        run.error
          == "mnist-train: --batch_size 100000 is more than the training images: a batch is all 19\n"
      )
      #expect(try await train("--model_fn n --seed 1 --batch_size 19", in: folder).error == "")
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/n"))
    }
  }

  #if os(Linux)
    @Test func aModelThatMemoryCannotHoldIsRefusedBeforeItIsBuilt() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try SmallSets.put(
          SmallSets.fields(20, height: 60, width: 60, classes: 3), in: "\(folder)/d")
        let run = try await train(
          "--model_fn m --seed 1 --n_layers 12", in: folder,
          shell: #"ulimit -v 2000000; exec "$@""#)
        #expect(run.exitCode == 1 && run.output == "")
        #expect(
          run.error.hasPrefix("mnist-train: error: too little memory to train a model of "),
          "\(run.error)")
        #expect(try SmallSets.names(folder) == ["d"])
      }
    }

    /// A name in Latin-1, as an old disk may have it.
    @Test func aPathThatIsNotUTF8IsWritten() async throws {
      try await withSet { folder async throws in
        let run = try await BuiltTool.train.run(
          ["--data_dir", "d", "--n_epochs", "1", "--seed", "1"], in: folder,
          shell: #"name=$(printf 'm\351'); "$@" --model_fn "$name" && test -f "$name""#)
        #expect(run.exitCode == 0, "\(run.error)")
      }
    }
  #endif
}
