import Testing

@testable import MNISTCore

/// Made-up runs for what draws and compares them.
enum SampleRuns {
  static func row(
    _ epoch: Int, train: Double = 0.5, valid: Double, accuracy: Double = 0.9,
    lowest: Double? = nil, seconds: Double = 2
  ) -> MetricsRow {
    MetricsRow(
      epoch: epoch, trainLoss: train, validLoss: valid, validAccuracy: accuracy,
      lowestLoss: lowest ?? valid, seconds: seconds, imagesPerSecond: 21_500,
      learningRate: 0.001)
  }

  static func configuration(
    seed: UInt64 = 1, batchSize: Int = 256, epochCount: Int = 20, layerCount: Int = 3,
    modelPath: String = "/no/a.ckpt"
  ) -> RunConfiguration {
    var settings = SmallSets.settings(
      SmallSets.fields(24),
      hiddenSizes: ImageClassifier.hiddenSizes(
        inputSize: 140, outputSize: 4, layerCount: layerCount), seed: seed)
    settings.batchSize = batchSize
    settings.epochCount = epochCount
    return RunConfiguration(
      version: "1.0.0", commandLine: ["mnist-train", "--model_fn", "a \"b\".ckpt"],
      modelPath: modelPath, settings)
  }

  static func run(
    _ name: String, seed: UInt64 = 1, batchSize: Int = 256, losses: [Double],
    accuracy: Double = 0.9
  ) -> LoggedRun? {
    LoggedRun(
      name: name, configuration: configuration(seed: seed, batchSize: batchSize),
      rows: losses.enumerated().map { row($0.offset + 1, valid: $0.element, accuracy: accuracy) })
  }

  /// A run that is stopped after each of so many events and goes on from its file's bytes each time, in another process's
  /// objects: what it has told, and its last bytes.
  static func stoppedAtEachEvent(
    _ settings: TrainingSettings, _ images: ImageSet, eventCount: Int
  ) throws -> (told: [TrainingEvent], bytes: [UInt8]?) {
    struct Stop: Error {}
    var told: [TrainingEvent] = []
    var bytes: [UInt8]?
    while told.count < eventCount {
      let run = TrainingRun(settings, images: images)
      if let bytes {
        let file = try TensorFile(parsing: bytes, path: "m")
        run.resume(from: try Checkpoint(file, path: "m").state)
      }
      #expect(throws: Stop.self) {
        try run.train {
          told.append($0)
          throw Stop()
        }
      }
      bytes = Checkpoint(settings: settings, state: run.state).encoded()
    }
    return (told, bytes)
  }
}
