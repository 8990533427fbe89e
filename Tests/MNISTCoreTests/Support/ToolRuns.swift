@testable import MNISTCore

/// Suites that run the two tools on a small set.
protocol ToolRuns {
  /// What `train` asks for besides; what the test's line says wins.
  static var usual: String { get }
}

extension ToolRuns {
  static var usual: String { "--n_layers 3 --n_epochs 2" }

  /// A folder with a set of 24 training and 9 test images of two rows of three pixels in `d`.
  func withSet(_ body: (String) async throws -> Void) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
      let testImages = SmallSets.fields(9, height: 2, width: 3, classes: 3, seed: 2)
      try SmallSets.put(images, in: "\(folder)/d")
      try SmallSets.put(testImages, "t10k", in: "\(folder)/d")
      try await body(folder)
    }
  }

  /// A tiny run on the set in `d` that is saved as `m`; what is given last wins.
  func train(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.train.run(arguments(line), in: folder, shell: shell)
  }

  /// What `train` runs the tool with: another run's model is not kept, as few suites are about that.
  func arguments(_ line: String) -> [String] {
    let settings = line.contains("--resume") ? "" : "--overwrite \(Self.usual)"
    return words("--model_fn m --data_dir d --n_threads 1 \(settings) \(line)")
  }

  /// What the model in `m` says, of the set in `d` or of pictures.
  func predict(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.predict.run(
      words("--model_fn m --data_dir d --n_threads 1 \(line)"), in: folder, shell: shell)
  }
}

/// The words of a command line without quotes.
func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
