import Foundation
import Testing

@testable import MNISTCore

/// What stands at `--model_fn` before a run and after it, from outside.
@Suite struct ModelFileTests: ToolRuns {
  /// The tutorial's command.
  private func train(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(
      words("--model_fn m --data_dir d --n_layers 3 --n_epochs 1 --verbose 0 \(line)"), in: folder,
      shell: shell)
  }

  @Test func theSameCommandAgainAndAgainKeepsTheRunBefore() async throws {
    try await withSet { folder async throws in
      var runs: [[UInt8]] = []
      var words: [String] = []
      for seed in 1...3 {
        let run = try await train("--seed \(seed)", in: folder)
        var expected = ""
        if seed > 1 {
          expected =
            "mnist-train: m holds \(words[seed - 2]); the first save of this run keeps it as m.bak"
          if seed > 2 { expected += ", in place of \(words[seed - 3]) there" }
          expected += "\n"
        }
        #expect(run.exitCode == 0 && run.error == expected)
        let loss = try #require(run.output.firstMatch(of: /lowest_loss=(\S+)/))
        words.append("another run (seed \(seed), 1 of 1 epochs, lowest loss \(loss.1))")
        runs.append(try SmallSets.content("\(folder)/m"))
        if seed > 1 { #expect(try SmallSets.content("\(folder)/m.bak") == runs[seed - 2]) }
      }
      #expect(try await train("--resume --n_epochs 2", in: folder).exitCode == 0)
      #expect(try await train("--seed 4 --overwrite", in: folder).error == "")
      #expect(try SmallSets.content("\(folder)/m.bak") == runs[1])
      #expect(try SmallSets.names(folder) == ["d", "m", "m.bak"])
    }
  }

  /// Exit 1, one sentence, nothing read or downloaded, nothing left.
  @Test(arguments: [
    (
      "--model_fn d/train-images-idx3-ubyte",
      "d/train-images-idx3-ubyte: not replaced: no model (expected one that mnist-train wrote or no "
        + "file, found an IDX file)"
    ),
    (
      "--model_fn text --overwrite",
      "text: not replaced: no model (expected one that mnist-train wrote or no file, found a text file)"
    ),
    ("--model_fn d", "d: not a file (expected a regular file, found a folder)"),
    (
      "",
      "m: the model there cannot be kept: m.bak: not replaced: no model (expected one that "
        + "mnist-train wrote or no file, found a text file); move that away, or give --overwrite to keep "
        + "no model"
    ),
  ])
  func whatIsNoModelIsLeftAlone(_ line: String, _ sentence: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let files = [
        "d/train-images-idx3-ubyte": [0, 0, 8, 3, 0, 0, 0, 1], "text": Array("text".utf8),
        "m.bak": Array("text".utf8), "m": try SmallSets.checkpoint().encoded(),
      ]
      try SmallSets.put(files, in: folder)
      let run = try await train("--dataset mnist \(line)", in: folder)
      #expect(
        run == .init(exitCode: 1, output: "", error: "mnist-train: error: \(sentence)\n"))
      for (name, bytes) in files {
        #expect(try SmallSets.content("\(folder)/\(name)") == bytes)
      }
      #expect(try SmallSets.names(folder) == ["d", "m", "m.bak", "text"])
    }
  }

  /// What is not there yet, and would be in the way once the run has made it.
  @Test(arguments: [
    ("--model_fn runs --log_dir runs", "a file, not a folder of --log_dir, runs"),
    ("--model_fn runs --log_dir ./x/../runs/a", "a file, not a folder of --log_dir, ./x/../runs/a"),
    ("--model_fn runs --log_dir runs.bak", "a file whose .bak is no folder of --log_dir, runs.bak"),
    ("--model_fn runs/metrics.csv --log_dir runs", "none of the files that --log_dir writes"),
    ("--model_fn data --data_dir data", "a file, not a folder of --data_dir, data"),
    (
      "--model_fn data/MNIST/raw/t10k-images-idx3-ubyte.gz --data_dir data",
      "none of the files of --data_dir"
    ),
  ])
  func aPathServesOnePurpose(_ line: String, _ allowed: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let run = try await BuiltTool.train.run(words(line), in: folder)
      let model = words(line)[1]
      #expect(run.exitCode == 2)
      #expect(
        run.error.hasPrefix(
          "mnist-train: error: argument --model_fn: must be \(allowed), found \(model)\n"))
      #expect(try SmallSets.names(folder).isEmpty)
    }
  }

  /// A folder among those of the classes would be one of them.
  @Test(arguments: [
    ("pets/cat/m", "", "argument --model_fn: must be a file outside"),
    ("pets/new/m", "", "argument --model_fn: must be a file outside"),
    ("m", "--log_dir pets/log", "argument --log_dir: must be a folder outside"),
    ("pets/m", "--log_dir log", nil), ("pets/modèle", "", nil),
  ])
  func nothingIsMadeAmongPictures(_ model: String, _ log: String, _ refusal: String?) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(24, height: 2, width: 3, classes: 2)
      try SmallSets.put(
        SmallPictures.files(images, classes: ["cat", "dog"], in: "pets/"), in: folder)
      let line = "--model_fn \(model) --data_dir pets \(log) --seed 1 --n_layers 2 --n_epochs 1"
      for _ in 0..<2 {
        let run = try await BuiltTool.train.run(words(line), in: folder)
        #expect(run.exitCode == (refusal == nil ? 0 : 2), "\(run.error)")
        if let refusal {
          #expect(
            run.error.hasPrefix("mnist-train: error: \(refusal) the pictures of --data_dir, found ")
          )
        }
      }
    }
  }

  @Test func theFolderOfARunHoldsItsModelAndItsLog() async throws {
    try await withSet { folder async throws in
      let run = try await train(
        "--seed 1 --model_fn runs/a/model.ckpt --log_dir runs/a", in: folder)
      #expect(run.exitCode == 0 && run.error == "")
      let names = try SmallSets.names("\(folder)/runs/a")
      #expect(names.contains("model.ckpt") && names.contains("metrics.csv"))
    }
  }

  #if os(Linux)
    /// As Docker mounts a file. Only root can; elsewhere nothing is tried.
    @Test func aFileThatIsMountedByItselfIsWrittenInPlace() async throws {
      try await withSet { folder async throws in
        let mounting = #"unshare -m sh -c 'mount --bind outside m && exec "$@"' sh"#
        try SmallSets.put(["m": [], "outside": []], in: folder)
        let probe = try await BuiltTool.train.run([], in: folder, shell: "\(mounting) true")
        guard probe.exitCode == 0 else { return }
        // The second file is the smaller one.
        let runs = ["--seed 2 --n_layers 9", "--seed 1"]
        var models: [[UInt8]] = []
        var expected =
          "mnist-train: m is mounted by itself and cannot be replaced as a whole: it is written in "
          + "place, and m.rescued is the whole run where that is broken off\n"
        for line in runs {
          let plain = try await train("\(line) --model_fn plain --overwrite", in: folder)
          let run = try await train(line, in: folder, shell: #"\#(mounting) "$@""#)
          #expect(run == .init(exitCode: 0, output: plain.output, error: expected))
          models.append(try SmallSets.content("\(folder)/plain"))
          #expect(try SmallSets.content("\(folder)/outside") == models.last)
          let loss = try #require(run.output.firstMatch(of: /lowest_loss=(\S+)/))
          expected +=
            "mnist-train: m holds another run (seed 2, 1 of 1 epochs, lowest loss \(loss.1)); the first "
            + "save of this run keeps it as m.bak\n"
        }
        #expect(models[0].count > models[1].count)
        #expect(try SmallSets.content("\(folder)/m.bak") == models[0])
        #expect(try SmallSets.names(folder) == ["d", "m", "m.bak", "outside", "plain"])
        #expect(try SmallSets.content("\(folder)/m") == [])
      }
    }

    /// A save stands beside the one before until it is whole, and a run of one epoch is saved once. Only root can
    /// make a disk that is so small.
    @Test func roomIsNeededForASaveBesideTheOneBefore() async throws {
      try await withSet { folder async throws in
        #expect(try await train("--seed 1 --model_fn old", in: folder).exitCode == 0)
        try SmallSets.put(["disk/m": []], in: folder)
        let probe = try await BuiltTool.train.run(
          [], in: folder, shell: "unshare -m mount -t tmpfs none disk")
        guard probe.exitCode == 0 else { return }
        let page = Int(getpagesize())
        func pages(_ byteCount: Int) -> Int { (byteCount + page - 1) / page }
        var settings = try Checkpoint(readingFrom: "\(folder)/old").settings
        let once = Checkpoint.byteCount(for: settings, in: .safeTensors)
        settings.epochCount = 2
        let again = Checkpoint.byteCount(for: settings, in: .safeTensors)
        let old = try SmallSets.content("\(folder)/old").count
        for (line, before, count) in [
          ("--n_epochs 1", "true", pages(once)), ("--n_epochs 2", "true", 2 * pages(again)),
          (
            "--n_epochs 2 --overwrite", "cp old disk/m",
            pages(old) + pages(again) + pages(again - old)
          ),
          ("--n_epochs 2", "cp old disk/m", pages(old) + 2 * pages(again)),
        ] {
          // The lock takes a page too.
          for (count, fits) in [(count + 1, true), (count, false)] {
            let mounting = "mount -t tmpfs -o size=\(count * page) none disk && \(before)"
            let run = try await train(
              "--model_fn disk/m --seed 2 \(line)", in: folder,
              shell: #"unshare -m sh -c '\#(mounting) && exec "$@"' sh "$@""#)
            #expect(run.exitCode == (fits ? 0 : 1), "\(line): \(run.error)")
            let error = "mnist-train: error: disk/m: cannot be written: No space left on device\n"
            #expect(fits || run.error == error, "\(line): \(run.error)")
          }
        }
      }
    }
  #endif

  @Test func aRunThatCannotBeginMakesNoFolder() async throws {
    try await withSet { folder async throws in
      let bad = try await train("--model_fn runs/a/m --train_ratio 0.01", in: folder)
      #expect(bad.exitCode == 2)
      #expect(try SmallSets.names(folder) == ["d"])
    }
  }
}
