import Testing

@testable import MNISTCore

/// What chooses the model and steers its steps: class weights, label smoothing, clipped gradients, what is monitored.
@Suite(.onEachDevice) struct ChoosingReferenceTests {
  /// Line by line PyTorch's: loss, norm before it is cut down, and the model in the end.
  @Test func aRunWithAllOfThemIsPyTorchs() throws {
    let file = try Fixture("choosing").group("run")
    let pixels = try file.numbers("x")
    let labels = try file.labels("y")
    let (losses, norms) = (try file.numbers("losses"), try file.numbers("norms"))
    let start = try file.group("start")
    let sizes = start.entries.map(\.value.shape).filter { $0.count == 2 }
    let weights = try #require(
      ClassWeighting.balanced.weights(of: labels, classCount: sizes[sizes.count - 1][0]))
    expectClose(weights, try file.numbers("weight"))

    let model = ImageClassifier(
      inputSize: sizes[0][1], outputSize: sizes[sizes.count - 1][0],
      hiddenSizes: sizes.dropLast().map { $0[0] },
      regularization: .dropout(probability: 0, generator: CounterGenerator(seed: 0)),
      using: RandomGenerator(seed: 0))
    try model.load(stateDictionary: start.stateDictionary)
    let criterion = NLLLoss(
      classWeights: weights, labelSmoothing: Double(try file.numbers("smoothing")[0]))
    let optimizer = Adam(model.parameters, learningRate: 0.01)
    let limit = Double(try file.numbers("limit")[0])
    let (width, batch) = (sizes[0][1], 20)
    for step in losses.indices {
      let first = step * batch % labels.count
      let inputs = Array(pixels[first * width..<(first + batch) * width])
      let loss = criterion(
        model(Tensor(inputs, shape: [batch, width])), Array(labels[first..<first + batch]))
      optimizer.zeroGradients()
      loss.backward()
      let norm = optimizer.clipGradientNorm(to: limit)
      optimizer.step()
      let tolerance = Tolerance(relative: 1e-4, absolute: 1e-6)
      expectClose(
        [loss.item, Float(norm)], [losses[step], norms[step]], within: tolerance, "\(step)")
    }
    let tolerance = Tolerance(relative: 1e-3, absolute: 1e-4)
    for (name, value) in try file.group("end").entries {
      expectClose(
        try #require(model.stateDictionary[name]), value, within: tolerance, name)
    }
  }
}

@Suite struct ChoosingTests {
  // MARK: - Class weights

  /// Of ten labels, five, four and one: 10 / (3 · 5), 10 / (3 · 4), 10 / (3 · 1).
  @Test func balancedIsScikitLearns() {
    let labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
    let balanced = ClassWeighting.balanced
    expectClose(balanced.weights(of: labels, classCount: 3) ?? [], [2.0 / 3, 5.0 / 6, 10.0 / 3])
    // The fourth has none, and counts as if it had one.
    expectClose(balanced.weights(of: labels, classCount: 4) ?? [], [0.5, 0.625, 2.5, 2.5])
    #expect(ClassWeighting.equal.weights(of: labels, classCount: 3) == nil)
    #expect(ClassWeighting.allCases.map(\.rawValue) == ["none", "balanced"])
  }

  /// Only what is trained on counts, and training and validation have one loss.
  @Test func aRunsWeightsAreThoseOfItsTrainingImages() throws {
    let images = uneven()
    var settings = SmallSets.settings(images, batchSize: 100, epochCount: 1)
    (settings.classWeighting, settings.labelSmoothing) = (.balanced, 0.1)
    let run = TrainingRun(settings, images: images)
    func labels(_ part: Subset) -> [Int] { part.batch(Array(0..<part.count)[...]).labels }
    let weights = try #require(
      ClassWeighting.balanced.weights(of: labels(run.trainData), classCount: images.classCount))
    #expect(Set(weights).count > 1)
    let criterion = NLLLoss(classWeights: weights, labelSmoothing: 0.1)
    var report: EpochReport?
    try run.train { if case .epoch(let epoch) = $0 { report = epoch } }
    let batch = run.validData.batch(Array(0..<run.validData.count)[...])
    let loss = withoutGradients { criterion(run.model(batch.inputs), batch.labels) }
    #expect(report?.validLoss == Double(loss.item))
  }

  @Test func eachOfThemMakesAnotherModel() throws {
    let images = uneven()
    func trained(_ change: (inout TrainingSettings) -> Void) throws -> [UInt8] {
      var settings = SmallSets.settings(images, epochCount: 2)
      change(&settings)
      let run = TrainingRun(settings, images: images)
      try run.train()
      return Checkpoint(settings: SmallSets.settings(images), state: run.state).encoded()
    }
    let files = [
      try trained { _ in }, try trained { $0.classWeighting = .balanced },
      try trained { $0.labelSmoothing = 0.1 }, try trained { $0.gradientNormLimit = 0.1 },
    ]
    #expect(Set(files).count == files.count)
    // Longer than any gradient.
    #expect(try trained { $0.gradientNormLimit = 1e6 } == files[0])
  }

  @Test func theTextOfTheLossTellsItsSettings() {
    var settings = TrainingSettings()
    #expect(settings.lossDescription == NLLLoss().description)
    settings.labelSmoothing = 0.1
    #expect(settings.lossDescription == "NLLLoss(label_smoothing=0.1)")
    settings.classWeighting = .balanced
    #expect(settings.lossDescription == "NLLLoss(class_weights=balanced, label_smoothing=0.1)")
  }

  // MARK: - What is monitored

  @Test func ofTwoValuesOneIsBetter() {
    let (loss, accuracy) = (MonitoredFigure.validLoss, MonitoredFigure.validAccuracy)
    #expect(loss.isBetter(0.1, than: 0.2) && !loss.isBetter(0.2, than: 0.1))
    #expect(accuracy.isBetter(0.2, than: 0.1) && !accuracy.isBetter(0.1, than: 0.2))
    #expect(!loss.isBetter(0.1, than: 0.1) && !accuracy.isBetter(0.1, than: 0.1))
    #expect(MonitoredFigure.allCases.map(\.rawValue) == ["valid_loss", "valid_accuracy"])
    let report = EpochReport(
      epoch: 1, epochCount: 1, trainLoss: 1, validLoss: 0.25, validAccuracy: 0.75, lowestLoss: 0.25,
      learningRate: 0.001)
    #expect(report.value(of: .validLoss) == 0.25 && report.value(of: .validAccuracy) == 0.75)
    #expect(LoggedEpoch(report).value(of: .validAccuracy) == 0.75)
    #expect(MetricsRow(LoggedEpoch(report)).value(of: .validAccuracy) == 0.75)
  }

  /// Through the bytes of a file each time, with all that can be chosen: wherever it stops, it is the same run.
  @Test(arguments: [false, true])
  func aRunGoesOnFromItsFileAsIfItHadNotStopped(_ useDropout: Bool) throws {
    let images = uneven()
    var settings = SmallSets.settings(images, useDropout: useDropout, epochCount: 9)
    settings.monitor = .validAccuracy
    settings.classWeighting = .balanced
    settings.labelSmoothing = 0.1
    settings.gradientNormLimit = 0.5
    settings.learningRate = 0.05
    settings.patience = 3
    let whole = TrainingRun(settings, images: images)
    var events: [TrainingEvent] = []
    try whole.train { events.append($0) }
    let expected = Checkpoint(settings: settings, state: whole.state).encoded()
    let accuracies = events.compactMap { event in
      if case .epoch(let report) = event { report.validAccuracy } else { nil }
    }
    #expect(whole.state.highestAccuracy == accuracies.max())

    let (told, bytes) = try SampleRuns.stoppedAtEachEvent(
      settings, images, eventCount: events.count)
    #expect(told == events)
    #expect(bytes == expected)
  }

  @Test func theBestModelIsThatOfTheLastEpochWithTheHighestAccuracy() throws {
    let images = uneven()
    var settings = SmallSets.settings(images, epochCount: 6)
    (settings.monitor, settings.learningRate) = (.validAccuracy, 0.05)
    let run = TrainingRun(settings, images: images)
    var epochs: [(report: EpochReport, state: StateDictionary)] = []
    try run.train {
      if case .epoch(let report) = $0 { epochs.append((report, run.model.stateDictionary)) }
    }
    let highest = try #require(epochs.compactMap(\.report.validAccuracy).max())
    #expect(run.state.best == epochs.last { $0.report.validAccuracy == highest }?.state)
    // What is printed stays the lowest loss.
    #expect(epochs.last?.report.lowestLoss == epochs.map(\.report.validLoss).min())
    #expect(run.state.lowestLoss == epochs.map(\.report.validLoss).min())
  }

  /// Fifty images, of which class 0 has most.
  private func uneven() -> ImageSet {
    let images = SmallSets.fields(50)
    return ImageSet(
      height: images.height, width: images.width, pixels: images.pixels,
      labels: images.labels.enumerated().map { $0.offset % 3 == 0 ? 0 : $0.element })
  }
}
