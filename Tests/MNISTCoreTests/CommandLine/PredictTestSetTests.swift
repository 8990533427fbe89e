import Foundation
import Testing

@testable import MNISTCore

/// What `mnist-predict` says of a test set besides its accuracy, from outside.
@Suite struct PredictTestSetTests: ToolRuns {
  private static let data = "Data: IDX files in d (not the published MNIST)\n"

  @Test func theSummaryOfAWholeSetIsOnStandardError() async throws {
    try await withModel { folder, answers async throws in
      let run = try await predict("", in: folder)
      let confusion = Evaluation(answers).confusion
      #expect(run.exitCode == 0)
      #expect(run.output == "Accuracy: \(NumberText.fixed(confusion.accuracy.value))\n")
      #expect(run.error == Self.data + PredictionText.summary(confusion) + "\n")
      #expect(
        run.error.firstMatch(
          of: /\n[01]\.\d{4}, 95 % interval 0\.\d{4} to [01]\.\d{4} \(\d of 9 wrong\)/) != nil)
      #expect(try await predict("--n_test 8", in: folder).error == Self.data)
    }
  }

  @Test func shiftsAreAveragedAndThatIsSaid() async throws {
    try await withModel { folder, answers async throws in
      let saved = try SavedModel(readingFrom: "\(folder)/m")
      let images = try MNISTFolder.load("\(folder)/d", isTrain: false)
      let mean = ShiftedMean(saved.makeModel(), size: ImageSize(height: 2, width: 3))
      let expected = try mean.classifications(of: ImageDataset(images), batchSize: 9)
      #expect(expected.map(\.probabilities) != answers.map(\.probabilities))
      let run = try await predict("--shifts --json --n_test 8 --batch_size 3", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.output.split(separator: "\n").dropLast().map(String.init)
          == expected.prefix(8).map { $0.json() })
      let note =
        "mnist-predict: each answer is the mean of nine, for the image and its shifts by a pixel\n"
      #expect(run.error == note + Self.data)
      _ = try await predict("--shifts --report r", in: folder)
      let page = String(decoding: try SmallSets.content("\(folder)/r/report.html"), as: UTF8.self)
      #expect(page.contains("means over nine shifts"))
    }
  }

  @Test(arguments: ["", "--batch_size 4", "--n_test 5"])
  func asJSONEachImageIsAnObjectAndTheLastLineTheSummary(_ option: String) async throws {
    try await withModel { folder, answers async throws in
      let answers = Array(answers.prefix(option == "--n_test 5" ? 5 : 9))
      let run = try await predict("--json \(option)", in: folder)
      let lines =
        answers.map { $0.json() } + [
          PredictionText.jsonSummary(
            count: answers.count, accuracy: Evaluation(answers).accuracy,
            data: try SavedModel(SmallSets.checkpoint()).testImages(
              from: DataSource(in: "\(folder)/d"))
          ).replacing("\(folder)/", with: "")
        ]
      #expect(run.exitCode == 0 && run.output == lines.joined(separator: "\n") + "\n")
      #expect(run.output.hasPrefix(#"{"index":0,"label":0,"predicted":"#))
    }
  }

  @Test func aReportIsThreeFilesAndTheOutputStaysAsItIs() async throws {
    try await withModel { folder, answers async throws in
      let plain = try await predict("", in: folder)
      let reported = try await predict("--report a/r --batch_size 4", in: folder)
      #expect(reported.exitCode == 0 && reported.output == plain.output)
      #expect(reported.error == plain.error + "mnist-predict: the report is a/r/report.html\n")
      #expect(
        try SmallSets.names("\(folder)/a/r") == ["confusion.csv", "predictions.csv", "report.html"])
      #expect(
        try text("\(folder)/a/r/predictions.csv") == ReportFolder.predictions(answers))
      #expect(
        try text("\(folder)/a/r/confusion.csv")
          == ReportFolder.confusion(Evaluation(answers).confusion))
      let page = try text("\(folder)/a/r/report.html")
      #expect(page.contains("<dt>Model</dt><dd>m</dd>"))
      #expect(page.contains("<dt>Data</dt><dd>IDX files in d (not the published MNIST)</dd>"))
      #expect(page.contains("<dt>Seed</dt><dd>3</dd></div><div><dt>Epochs</dt><dd>2</dd></div>"))
      #expect(page.contains("<dt>Version</dt><dd>mnist-predict \(Release.version)</dd>"))
      let days = page.matches(of: /<dt>Date<\/dt><dd>\d{4}-\d\d-\d\d<\/dd>/)
      #expect(days.count == 1)
      #expect(page.contains("<dt>batch_size</dt><dd>8</dd>"))
      #expect(!page.contains("Training"))
    }
  }

  /// Weights alone do not say whether it is theirs.
  @Test func aReportShowsTheCurvesOfALoggedRun() async throws {
    try await withModel { folder, _ async throws in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/log", withIntermediateDirectories: false)
      let checkpoint = try Checkpoint(readingFrom: "\(folder)/m")
      let lowest = checkpoint.state.lowestLoss
      func write(_ loss: Double) throws {
        let rows = [SampleRuns.row(1, valid: 9), SampleRuns.row(2, valid: loss)]
        try SmallSets.write(Array(MetricsRow.table(rows).utf8), "\(folder)/log/metrics.csv")
      }
      try SmallSets.write(
        Array(
          RunConfiguration(
            version: "1", commandLine: [], modelPath: "/no", checkpoint.settings
          ).json.utf8), "\(folder)/log/config.json")
      try write(lowest)
      let run = try await predict("--report r --log_dir log", in: folder)
      #expect(run.exitCode == 0 && !run.error.contains("WARNING"))
      #expect(try text("\(folder)/r/report.html").contains("Training"))
      try write(2 * lowest)
      #expect(
        try await predict("--report r --log_dir log", in: folder).error
          == "\(Self.data)mnist-predict: error: log: the log of another run than that in m (expected "
          + "a lowest loss after epoch 2 of \(lowest), found \(2 * lowest))\n")

      try SavedModel(checkpoint).makeModel().save(to: "\(folder)/m")
      let weights = try await predict("--report r --log_dir log", in: folder)
      #expect(weights.exitCode == 0)
      #expect(
        weights.error.contains(
          "mnist-predict: WARNING: m holds weights alone, which do not tell whether log is the log "
            + "of their run\n"))
    }
  }

  /// Before anything is predicted.
  @Test(arguments: [
    (
      "--report d/t10k-labels-idx1-ubyte",
      "d/t10k-labels-idx1-ubyte: cannot be written: Not a directory"
    ),
    ("--report m/r", "m/r: cannot be written: Not a directory"),
    ("--report r --log_dir no", "no/config.json: cannot be read: No such file or directory"),
  ])
  func aReportThatCannotBeMadeIsASentence(_ line: String, _ sentence: String) async throws {
    try await withModel { folder, _ async throws in
      #expect(
        try await predict(line, in: folder)
          == .init(
            exitCode: 1, output: "", error: "\(Self.data)mnist-predict: error: \(sentence)\n"))
      #expect(try SmallSets.names(folder) == ["d", "m"])
    }
  }

  // MARK: -

  /// A folder with a tiny trained model as `m` and nine test images in `d`, with the model's answers.
  private func withModel(
    _ body: (String, [Classification]) async throws -> Void
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let checkpoint = try SmallSets.checkpoint()
      try checkpoint.write(to: "\(folder)/m")
      let images = SmallSets.fields(9, height: 2, width: 3, classes: 3, seed: 2)
      try SmallSets.put(images, "t10k", in: "\(folder)/d")
      // Those that the model was trained on.
      try SmallSets.put(
        SmallSets.fields(24, height: 2, width: 3, classes: 3), in: "\(folder)/d")
      try await body(
        folder,
        try SavedModel(checkpoint).makeModel().classifications(
          of: ImageDataset(images), batchSize: 256)
      )
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try SmallSets.content(path), as: UTF8.self)
  }
}
