import Foundation
import Testing

@testable import MNISTCore

/// `--model_fn m.pth` from outside, and what others saved under that name.
@Suite struct PyTorchModelTests: ToolRuns {
  private func train(_ line: String, in folder: String) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(
      words("--data_dir d --n_threads 1 --verbose 0 \(line)"), in: folder)
  }

  private let settings = "--n_layers 3 --batch_size 8 --seed 1"

  @Test(arguments: ["", "--use_dropout"])
  func aRunThatGoesOnEndsWithTheSameBytes(_ mode: String) async throws {
    try await withSet { folder async throws in
      for (name, epochs) in [("whole.pth", 4), ("m.pth", 2), ("m.ckpt", 4)] {
        let run = try await train(
          "--model_fn \(name) --n_epochs \(epochs) \(settings) \(mode)", in: folder)
        #expect(run.exitCode == 0 && run.error == "")
      }
      let more = try await train("--model_fn m.pth --resume --n_epochs 4", in: folder)
      #expect(more.exitCode == 0)
      let whole = try SmallSets.content("\(folder)/whole.pth")
      #expect(try SmallSets.content("\(folder)/m.pth") == whole)
      #expect(whole.starts(with: [0x50, 0x4B, 3, 4]))
      #expect(
        try Checkpoint(readingFrom: "\(folder)/m.pth")
          == Checkpoint(readingFrom: "\(folder)/m.ckpt"))
    }
  }

  /// What earlier versions wrote under this name was safetensors.
  @Test func aRunGoesOnInTheContainerOfItsName() async throws {
    try await withSet { folder async throws in
      _ = try await train("--model_fn m.ckpt --n_epochs 2 \(settings)", in: folder)
      _ = try await train("--model_fn whole.pth --n_epochs 3 \(settings)", in: folder)
      try SmallSets.write(try SmallSets.content("\(folder)/m.ckpt"), "\(folder)/m.pth")
      let more = try await train("--model_fn m.pth --resume --n_epochs 3", in: folder)
      #expect(more.exitCode == 0)
      #expect(
        try SmallSets.content("\(folder)/m.pth") == SmallSets.content("\(folder)/whole.pth"))
    }
  }

  @Test func aRunIsKeptAndPredictsFromItsCopyToo() async throws {
    try await withSet { folder async throws in
      let line = "--model_fn m.pth --n_epochs 1 \(settings) --log_dir log"
      #expect(try await train(line, in: folder).exitCode == 0)
      let first = try SmallSets.content("\(folder)/m.pth")
      let second = try await train(line + " --seed 2", in: folder)
      #expect(second.error.contains("m.pth holds another run (seed 1, 1 of 1 epochs, lowest loss "))
      #expect(try SmallSets.content("\(folder)/m.pth.bak") == first)
      let report = try await BuiltTool.predict.run(
        words("--model_fn m.pth.bak --data_dir d --report r --log_dir log"), in: folder)
      #expect(report.exitCode == 0, "\(report.error)")
      #expect(try SmallSets.names("\(folder)/r").contains("report.html"))
    }
  }

  @Test func weightsInOtherFormatsAreNamed() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(
        SmallSets.fields(9, height: 2, width: 2, classes: 3), "t10k", in: "\(folder)/d")
      for (name, note) in [
        ("pytorch_run.pth", nil), ("pytorch_parallel.pt", nil), ("pytorch_half.pth", "bfloat16"),
        ("foreign.safetensors", "float16 and float64"),
      ] {
        let path = try Fixture.url(name).path
        let run = try await BuiltTool.predict.run(
          ["--model_fn", path, "--data_dir", "d"], in: folder)
        let notes = note.map { "mnist-predict: \(path): its \($0) weights are used as float32\n" }
        #expect(run.exitCode == 0)
        let data = "Data: IDX files in d (not the published MNIST)\n"
        #expect(run.error.hasPrefix((notes ?? "") + data))
        #expect(run.output.hasPrefix("Accuracy: "))
      }
    }
  }

  @Test func foreignWeightsCannotGoOn() async throws {
    try await withSet { folder async throws in
      let bytes = [UInt8](try Data(contentsOf: Fixture.url("pytorch_run.pth")))
      try SmallSets.write(bytes, "\(folder)/m.pth")
      let run = try await train("--model_fn m.pth --resume", in: folder)
      #expect(
        run
          == .init(
            exitCode: 1, output: "",
            error: "mnist-train: error: m.pth: holds no run to resume (expected a file that "
              + "mnist-train wrote, found weights alone)\n"))
      #expect(try SmallSets.content("\(folder)/m.pth") == bytes)
    }
  }

  @Test func aPyTorchFileThatIsNoModelIsLeftAlone() async throws {
    try await withSet { folder async throws in
      let bytes = PyTorchFile.encoded(.dictionary(.init([("epoch", .integer(3))])))
      try SmallSets.write(bytes, "\(folder)/m.pth")
      let sentence =
        #"a PyTorch file without a model (expected a state dictionary, alone or as model or "#
        + #"state_dict of a dictionary, found a dictionary of "epoch")"#
      let run = try await train("--model_fn m.pth --seed 1", in: folder)
      #expect(run.error == "mnist-train: error: m.pth: not replaced: \(sentence)\n")
      let prediction = try await BuiltTool.predict.run(words("--model_fn m.pth"), in: folder)
      #expect(prediction.error == "mnist-predict: error: m.pth: \(sentence)\n")
      #expect(run.exitCode == 1 && prediction.exitCode == 1)
      #expect(try SmallSets.content("\(folder)/m.pth") == bytes)
    }
  }
}
