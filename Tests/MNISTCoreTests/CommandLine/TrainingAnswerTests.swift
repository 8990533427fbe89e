import Testing

@testable import MNISTCore

@Suite struct TrainingAnswerTests {
  private let images = SmallSets.fields(50)

  private func answer(
    _ line: String = "--model_fn m", seconds: Double = 62, since firstEpoch: Int = 1,
    _ change: (inout TrainingSettings) -> Void = { _ in }
  ) throws -> [Substring] {
    var settings = SmallSets.settings(images, epochCount: 3)
    change(&settings)
    let run = TrainingRun(settings, images: images)
    try run.train()
    guard case .options(let options) = TrainOptions.parse(words(line)) else {
      Issue.record("expected options")
      return []
    }
    return TrainingText.answer(of: run, options, nil, seconds: seconds, since: firstEpoch)
      .split(separator: "\n")
  }

  @Test func itTellsTheBestEpochAndWhatMayBeDoneNext() throws {
    var settings = SmallSets.settings(images, epochCount: 3)
    settings.learningRate = 0.001
    let run = TrainingRun(settings, images: images)
    try run.train()
    let best = try #require(
      run.loggedEpochs.last { $0.validLoss == run.loggedEpochs.map(\.validLoss).min() })
    let lines = try answer("--model_fn models/m --data_dir d")
    let losses = [best.trainLoss, best.validLoss].map { NumberText.scientific($0) }
    let accuracy = NumberText.fixed(best.validAccuracy)
    let expected: [String] = [
      "mnist-train: done in 1:02: best epoch \(best.epoch) of 3: "
        + "train_loss=\(losses[0])  valid_loss=\(losses[1])  accuracy=\(accuracy)",
      "  model    models/m",
      "  measure  mnist-predict --model_fn models/m --data_dir d",
      "  go on    mnist-train --model_fn models/m --data_dir d --resume --n_epochs 6",
    ]
    #expect(lines.map(String.init) == expected)
  }

  @Test func theBestEpochIsByWhatIsMonitored() throws {
    let run = TrainingRun(
      {
        var settings = SmallSets.settings(images, hiddenSizes: [40], batchSize: 8, epochCount: 12)
        settings.monitor = .validAccuracy
        return settings
      }(), images: images)
    try run.train()
    let highest = run.loggedEpochs.map(\.validAccuracy).max()
    let best = try #require(run.loggedEpochs.last { $0.validAccuracy == highest })
    let line = try answer {
      ($0.hiddenSizes, $0.batchSize, $0.epochCount) = ([40], 8, 12)
      $0.monitor = .validAccuracy
    }[0]
    #expect(line.contains(": best epoch \(best.epoch) of 12: "), "\(line)")
  }

  @Test func aRunThatWentOnSaysSinceWhen() throws {
    #expect(
      try answer(seconds: 7, since: 3)[0].hasPrefix("mnist-train: done in 7s from epoch 3 on: "))
  }

  @Test func whatHasItsLengthDoesNotGoOn() throws {
    #expect(try answer { $0.learningRateSchedule = .cosine }.count == 3)
    #expect(try answer { $0.augmentationKinds = [.affine] }.count == 3)
    #expect(
      try answer { ($0.learningRateSchedule, $0.epochCount) = (.step, 2) }.last?
        .hasSuffix(" --resume --n_epochs 4") == true)
  }

  @Test func aRunOutOfPatienceGoesOnWithMore() throws {
    let line = try answer {
      ($0.patience, $0.epochCount, $0.learningRate) = (2, 60, 0.3)
    }.last
    #expect(line?.hasSuffix(" --resume --patience 4") == true, "\(line ?? "")")
  }

  @Test func aNameOfOthersSteersNoTerminal() throws {
    let lines = try answer("--model_fn \u{1B}[2Jm")
    #expect(lines[1] == "  model    \\x1b[2Jm")
    #expect(lines[2] == "  measure  mnist-predict --model_fn $'\\x1b[2Jm'")
  }

  private func words(_ line: String) -> [String] {
    line.split(separator: " ").map(String.init)
  }
}
