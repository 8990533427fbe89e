import Foundation
import Testing

@testable import MNISTCore

/// `mnist-predict` on people's own pictures, from outside.
@Suite struct PredictPicturesTests: ToolRuns {
  /// A dark stroke on light paper.
  private static let bars = "P2 5 3 255\n255 255 0 255 255\n255 255 0 255 255\n255 255 0 255 255\n"

  @Test func aPictureIsALineWithItsDigitAndRunnersUp() async throws {
    try await withModel { folder, model async throws in
      try SmallSets.write(Array(Self.bars.utf8), "\(folder)/bar.pgm")
      try SmallSets.write(PNGVector(width: 9, height: 7, colorType: 6).file, "\(folder)/p")
      let expected = try ["bar.pgm", "p"].map { name in
        let picture = try PictureFile.read("\(folder)/\(name)")
        let image = ModelImage(fitting: picture, height: 2, width: 3)
        return PredictionText.line(name, try model.classification(of: image)) + "\n"
      }
      let line =
        /bar\.pgm: [0-2] \([01]\.\d{4}\), then [0-2] \(0\.\d{4}\), [0-2] \(0\.\d{4}\)\n/
      #expect(expected[0].wholeMatch(of: line) != nil, "\(expected[0])")
      let run = try await predict("bar.pgm --n_threads 1 p", in: folder)
      #expect(run == .init(exitCode: 0, output: expected.joined(), error: ""))
    }
  }

  @Test func oneBadFileIsALineAndTheOthersAreAnswered() async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.write(Array(Self.bars.utf8), "\(folder)/a.pgm")
      try SmallSets.write(Array("hello".utf8), "\(folder)/text.png")
      let run = try await predict("a.pgm text.png no.png a.pgm", in: folder)
      #expect(run.exitCode == 1)
      #expect(
        run.error == """
          mnist-predict: error: text.png: not a picture that can be read (expected PNG, PGM or \
          PPM, found text)
          mnist-predict: error: no.png: cannot be read: No such file or directory

          """)
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 2 && lines[0] == lines[1] && lines[0].hasPrefix("a.pgm: "))
    }
  }

  @Test func aDashIsStandardInputAndTwoDashesEndTheOptions() async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.write(Array(Self.bars.utf8), "\(folder)/--raw")
      let file = try await predict("-- --raw", in: folder)
      #expect(file.exitCode == 0 && file.output.hasPrefix("--raw: "))
      let piped = try await predict("-", in: folder, shell: #"exec "$@" < ./--raw"#)
      #expect(piped.exitCode == 0 && piped.error == "")
      #expect(piped.output == file.output.replacing("--raw: ", with: "-: "))
      let empty = try await predict("-", in: folder)
      #expect(
        empty
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: standard input: the file is empty "
              + "(expected PNG, PGM or PPM)\n"))
    }
  }

  @Test func whatTheModelSeesIsDrawn() async throws {
    try await withModel { folder, model async throws in
      try SmallSets.write(Array("P2 3 2 255\n0 128 255\n0 0 0\n".utf8), "\(folder)/a")
      let image = ModelImage(
        height: 2, width: 3, pixels: [0, 128, 255, 0, 0, 0], isBlank: false, isInverted: false)
      let line = PredictionText.line("a", try model.classification(of: image))
      let plain = try await predict("--raw --show a", in: folder)
      #expect(plain == .init(exitCode: 0, output: "  ==@@\n      \n\(line)\n", error: ""))
      let color = try await predict(
        "--raw --show a", in: folder,
        shell: #"exec env NO_COLOR= FORCE_COLOR=1 TERM=xterm COLORTERM= "$@""#)
      #expect(color.output.hasPrefix("\u{1B}[40m  \u{1B}[47m  \u{1B}[107m  \u{1B}[0m\n"))
    }
  }

  @Test func whatMakesAPredictionDoubtfulIsSaidOnStandardError() async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.write(Array("P2 3 2 255\n7 7 7 7 7 7\n".utf8), "\(folder)/blank")
      try SmallSets.write(Array("P2 3 2 255\n255 255 255 255 255 0\n".utf8), "\(folder)/dark")
      let run = try await predict("blank dark", in: folder)
      #expect(run.exitCode == 0 && run.output.split(separator: "\n").count == 2)
      #expect(
        run.error == "mnist-predict: WARNING: blank: blank: the prediction means nothing\n")
      #expect(
        try await predict("--raw dark", in: folder).error
          == "mnist-predict: WARNING: dark: dark on light, taken as it is: the model knows light "
          + "on dark\n")
    }
  }

  @Test func asJSONEachPictureIsAnObjectAndTheLastLineCounts() async throws {
    try await withModel { folder, model async throws in
      try SmallSets.write(Array(Self.bars.utf8), "\(folder)/a.pgm")
      let image = ModelImage(
        fitting: try PictureFile.read("\(folder)/a.pgm"), height: 2, width: 3)
      let object = try model.classification(of: image).json(file: "a.pgm")
      #expect(object.hasPrefix(#"{"file":"a.pgm","predicted":"#))
      #expect(
        try await predict("--json a.pgm no a.pgm", in: folder)
          == .init(
            exitCode: 1,
            output: "\(object)\n\(object)\n" + #"{"summary":true,"count":2,"failures":1}"# + "\n",
            error: "mnist-predict: error: no: cannot be read: No such file or directory\n"))
    }
  }

  @Test func aRawPictureMustHaveTheSizeOfTheModelsImages() async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.write(Array(Self.bars.utf8), "\(folder)/a.pgm")
      #expect(
        try await predict("--raw a.pgm", in: folder)
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: a.pgm: wrong size for a picture taken as it is "
              + "(expected 2×3, found 3×5)\n"))
    }
  }

  @Test(arguments: [
    ("--raw", "argument --raw: not allowed without argument FILE or --images"),
    ("--raw --show --json", "argument --raw: not allowed without argument FILE or --images"),
    ("--n_test 3 a.png", "argument --n_test: not allowed with argument FILE"),
    ("--report r a.png", "argument --report: not allowed with argument FILE"),
    ("--show --json", "argument --show: not allowed with argument --json"),
    ("--log_dir l", "argument --log_dir: not allowed without argument --report"),
    ("a.png -b.png", "unrecognized arguments: -b.png"),
  ])
  func optionsThatMeanNothingTogetherAreRefused(_ line: String, _ sentence: String) async throws {
    #expect(
      try await predict(line, in: "/")
        == .init(
          exitCode: 2, output: "",
          error: "mnist-predict: error: \(sentence)\n\(PredictOptions.command.shortUsage)\n"))
  }

  // MARK: -

  /// No test images are read.
  private func predict(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.predict.run(
      words("--model_fn m --n_threads 1 \(line)"), in: folder, shell: shell)
  }

  /// A folder with a tiny trained model for images of two rows of three pixels as `m`, no data.
  private func withModel(
    _ body: (String, ImageClassifier) async throws -> Void
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let checkpoint = try SmallSets.checkpoint()
      try checkpoint.write(to: "\(folder)/m")
      try await body(folder, SavedModel(checkpoint).makeModel())
    }
  }
}
