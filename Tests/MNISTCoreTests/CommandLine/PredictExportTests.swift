import Testing

@testable import MNISTCore

@Suite struct PredictExportTests: ToolRuns {
  @Test func oneLineSaysWhatWasWrittenAndHowItIsUsed() async throws {
    try await withModel { folder async throws in
      let lines = [
        ("--export m.onnx", "m.onnx (ONNX: image [N, 6], float32, 0 to 1; gives"),
        ("--export b.onnx --export_uint8", "b.onnx (ONNX: image [N, 6], uint8, 0 to 255; gives"),
      ]
      for (line, text) in lines {
        #expect(
          try await predict(line, in: folder)
            == .init(exitCode: 0, output: "Written: \(text) log_probabilities [N, 3])\n", error: "")
        )
      }
      #expect(
        try await predict("--export w.safetensors", in: folder).output
          == "Written: w.safetensors (weights: model.load_state_dict(safetensors.torch.load_file("
          + "'w.safetensors')))\n")
      let pyTorch =
        "Written: p.pth (PyTorch: model.load_state_dict(torch.load('p.pth')['model']))\n"
      #expect(try await predict("--export p.pth", in: folder).output == pyTorch)
      #expect(try SmallSets.names(folder) == ["b.onnx", "m", "m.onnx", "p.pth", "w.safetensors"])
      #expect(
        try await BuiltTool.predict.run(words("--model_fn m.onnx"), in: folder).error
          == "mnist-predict: error: m.onnx: not a model (expected a safetensors file or one of "
          + "PyTorch, found an ONNX file)\n")
      let again = try await predict("--export p.pth", in: folder)
      #expect(again.output == pyTorch)
      #expect(
        again.error.hasPrefix(
          "mnist-predict: p.pth held another run (seed 3, 2 of 2 epochs, lowest")
          && again.error.hasSuffix("), kept as p.pth.bak\n"))
    }
  }

  /// By whatever name, and also where it cannot be read.
  @Test(arguments: ["./m.onnx", "link.onnx"])
  func theModelItselfIsNeverTheExport(_ path: String) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.write([1], "\(folder)/m.onnx")
      let run = try await BuiltTool.predict.run(
        words("--model_fn m.onnx --export \(path)"), in: folder,
        shell: "ln -s m.onnx link.onnx; \"$@\"")
      #expect(run.exitCode == 2 && run.output == "")
      #expect(
        run.error.hasPrefix(
          "mnist-predict: error: argument --export: must be another file than --model_fn, found "
            + "\(path)\n"))
      #expect(try SmallSets.content("\(folder)/m.onnx") == [1])
    }
  }

  /// What is exported would take its own model's place under the other name.
  @Test func theModelIsNotTheFileThatIsLost() async throws {
    try await withModel { folder async throws in
      try SmallSets.checkpoint(seed: 4).write(to: "\(folder)/w.safetensors")
      try SmallSets.checkpoint(seed: 5).write(to: "\(folder)/w.safetensors.bak")
      let run = try await BuiltTool.predict.run(
        words("--model_fn w.safetensors.bak --export w.safetensors"), in: folder)
      #expect(
        run.exitCode == 2
          && run.error.hasPrefix(
            "mnist-predict: error: argument --export: must be a file whose .bak is not that of "
              + "--model_fn, found w.safetensors\n")
      )
      try SmallSets.put(["x.safetensors.bak/a": [1]], in: folder)
      try SmallSets.checkpoint(seed: 4).write(to: "\(folder)/x.safetensors")
      #expect(
        try await predict("--export x.safetensors", in: folder)
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: x.safetensors: not replaced: the model there cannot be "
              + "kept: x.safetensors.bak: not a file (expected a regular file, found a folder)\n"
          ))
    }
  }

  @Test func whatIsNotReplacedIsASentence() async throws {
    try await withModel { folder async throws in
      try SmallSets.write(Array("%PDF-1.4\n".utf8), "\(folder)/a.onnx")
      #expect(
        try await predict("--export a.onnx", in: folder)
          == .init(
            exitCode: 1, output: "",
            error:
              "mnist-predict: error: a.onnx: not replaced: no export (expected an ONNX file of "
              + "mnist-predict or no file, found a PDF document)\n"))
    }
  }

  @Test(arguments: [
    (
      "--export m.txt", "--export: must be a name that ends in \(ExportForm.endings), found 'm.txt'"
    ),
    ("--export m", "--export: must be a name that ends in \(ExportForm.endings), found 'm'"),
    ("--export=", "--export: must not be empty"),
    ("--export a.onnx b.png", "--export: not allowed with argument FILE"),
    ("--export a.onnx --show", "--show: not allowed with argument --export"),
    ("--export a.onnx --json", "--json: not allowed with argument --export"),
    ("--export a.onnx --raw", "--raw: not allowed with argument --export"),
    ("--export a.onnx --show --n_test 3", "--n_test: not allowed with argument --export"),
    ("--export a.onnx --n_test 3", "--n_test: not allowed with argument --export"),
    ("--export a.onnx --report r", "--report: not allowed with argument --export"),
    ("--export a.onnx --log_dir l", "--log_dir: not allowed with argument --export"),
    ("--export a.onnx --images i", "--images: not allowed with argument --export"),
    ("--export_uint8", "--export_uint8: not allowed without argument --export"),
    (
      "--export a.safetensors --export_uint8",
      "--export: must be a name that ends in .onnx with --export_uint8, found 'a.safetensors'"
    ),
  ])
  func optionsThatMeanNothingTogetherAreRefused(_ line: String, _ sentence: String) {
    guard case .mistake(let error) = PredictOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.description.hasPrefix("mnist-predict: error: argument \(sentence)\n"))
  }

  @Test func whatIsAboutPredictingHasNoEffect() {
    let line =
      "--model_fn m --export m.onnx --data_dir d --dataset mnist --mirror http://x --batch_size 3 "
      + "--gpu_id -1 --n_threads 2 --image_size 2"
    guard case .options(let options) = PredictOptions.parse(words(line)) else {
      Issue.record("expected options")
      return
    }
    let reasons = [
      ("no test images are read", ["--data_dir", "--dataset", "--mirror", "--image_size"]),
      ("nothing is predicted", ["--batch_size", "--gpu_id", "--n_threads"]),
    ]
    #expect(
      Set(options.optionsWithoutEffect)
        == Set(
          reasons.flatMap { reason, flags in
            flags.map { "\($0) has no effect with --export: \(reason)" }
          }))
  }

  // MARK: -

  private func predict(_ line: String, in folder: String) async throws -> BuiltTool.Result {
    try await BuiltTool.predict.run(words("--model_fn m \(line)"), in: folder)
  }

  /// A folder with a tiny trained model for images of two rows of three pixels as `m`, no data.
  private func withModel(_ body: (String) async throws -> Void) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      try await body(folder)
    }
  }
}
