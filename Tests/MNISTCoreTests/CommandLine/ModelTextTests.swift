import Testing

@testable import MNISTCore

/// `mnist-predict --info` from outside.
@Suite struct ModelTextTests {
  @Test func theToolAnswersWithTheDescriptionAndLeavesTheFile() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      let content = try SmallSets.content("\(folder)/m")
      let description = ModelDescription(try ModelFile(readingFrom: "\(folder)/m"))
      func info(_ line: String) async throws -> BuiltTool.Result {
        try await BuiltTool.predict.run(words(line), in: folder)
      }
      #expect(
        try await info("--info m --json")
          == .init(exitCode: 0, output: description.json + "\n", error: ""))
      let text = description.text.replacing("\(folder)/m", with: "m")
      #expect(try await info("--info m") == .init(exitCode: 0, output: text + "\n", error: ""))
      #expect(try SmallSets.content("\(folder)/m") == content)
      #expect(try SmallSets.names(folder) == ["m"])
    }
  }

  /// A run holds its file as long as it trains; readers need not wait for it.
  @Test func theFileOfARunThatTrainsIsRead() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let file = try CheckpointFile(forNewRunAt: "\(folder)/m", keepingFormer: false)
      try file.write(SmallSets.checkpoint())
      let run = try await BuiltTool.predict.run(words("--info m"), in: folder)
      #expect(run.exitCode == 0 && run.error == "")
      try file.write(SmallSets.checkpoint(seed: 4))
    }
  }

  @Test func whatIsNoModelIsRefused() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.write(Array("P2 1 1 255\n0\n".utf8), "\(folder)/m.pgm")
      #expect(
        try await BuiltTool.predict.run(words("--info m.pgm"), in: folder)
          == BuiltTool.predict.run(words("--model_fn m.pgm"), in: folder))
      let run = try await BuiltTool.predict.run(words("--info none"), in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error == "mnist-predict: error: none: cannot be read: No such file or directory\n")
    }
  }
}
