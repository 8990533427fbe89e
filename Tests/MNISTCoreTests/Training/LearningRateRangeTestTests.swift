import Foundation
import Testing

@testable import MNISTCore

/// Against PyTorch Lightning's `Tuner.lr_find`; `Tests/generate_lr_find.py` has made the numbers.
@Suite struct LearningRateRangeTestTests {
  private struct Reference: Decodable {
    struct Case: Decodable {
      let name: String
      let losses: [String]
      let rates: [String]
      let smoothed: [String]
      let suggestion: Int?
      let falls: Bool
    }
    struct Run: Decodable {
      let losses: [String]
      let smoothed: [String]
      let suggestion: Int
    }
    let cases: [Case]
    let run: Run
  }

  private func reference() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: Fixture.url("lr_find.json")))
  }

  private func numbers(_ texts: [String]) throws -> [Double] {
    try texts.map { try #require(Double($0), "\($0)") }
  }

  /// Up to the last digit, which another C library may round otherwise.
  private func isClose(_ found: Double, _ expected: Double) -> Bool {
    found == expected || found.isNaN && expected.isNaN
      || abs(found - expected) <= 1e-14 * abs(expected)
  }

  private func test(_ losses: [Double]) -> LearningRateRangeTest {
    var test = LearningRateRangeTest()
    for loss in losses where !test.isOver { test.add(loss: loss) }
    return test
  }

  // MARK: - Losses that are given

  @Test func ratesLossesAndSuggestionsAreLightnings() throws {
    let cases = try reference().cases
    #expect(cases.count == 12)
    for reference in cases {
      let (losses, rates) = (try numbers(reference.losses), try numbers(reference.rates))
      let smoothed = try numbers(reference.smoothed)
      let test = test(losses)
      // Lightning goes on after not-a-number, and passes over all that follows.
      let count = losses.firstIndex { !$0.isFinite }.map { $0 + 1 } ?? losses.count
      #expect(test.points.count == count, "\(reference.name)")
      #expect(test.isOver, "\(reference.name)")
      for (index, point) in test.points.enumerated() {
        let place = "\(reference.name), batch \(index)"
        #expect(isClose(point.learningRate, rates[index]), "\(place)")
        #expect(isClose(point.smoothedLoss, smoothed[index]), "\(place)")
        #expect(isClose(point.loss, losses[index]), "\(place)")
      }
      if let place = reference.suggestion, reference.falls {
        #expect(try test.suggestion() == test.points[place], "\(reference.name)")
      } else {
        let expected: LearningRateRangeTestError =
          reference.suggestion == nil ? .tooFewBatches(count) : .lossNeverFalls
        #expect(throws: expected, "\(reference.name)") { try test.suggestion() }
      }
    }
  }

  @Test func theTestEndsWithItsLastBatchOrALossTooLarge() {
    var test = LearningRateRangeTest()
    #expect(test.nextLearningRate == 1e-8 && test.lowestLoss == .infinity)
    for count in 1...100 {
      #expect(!test.isOver)
      test.add(loss: 1)
      #expect(test.points.count == count)
    }
    #expect(test.isOver && !test.isDiverged)
    #expect(test.points[99].learningRate == 1)

    // The second smoothed loss is (0.98 · 0.02 + 0.02 · x) / (1 − 0.98³), the first 0.02 / (1 − 0.98²).
    let limit = (4 * 0.02 / 0.0396 * 0.058808 - 0.0196) / 0.02
    #expect(!self.test([1, limit - 1e-6]).isDiverged)
    #expect(self.test([1, limit + 1e-6]).isDiverged)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func aLossThatIsNoNumberEndsTheTest(_ loss: Double) {
    let test = test([2, loss, 1])
    #expect(test.isOver && test.isDiverged && test.points.count == 2)
    #expect(self.test([loss]).points.count == 1)
  }

  @Test func errorsAreSentences() {
    #expect(
      "\(LearningRateRangeTestError.tooFewBatches(7))"
        == "no learning rate can be suggested: the loss grew too large in batch 7 (expected at least "
        + "13 batches)")
    #expect(
      "\(LearningRateRangeTestError.lossNeverFalls)"
        == "no learning rate can be suggested: the loss fell with none of those that were tried")
  }

  // MARK: - A run

  /// 160 images in batches of 16: ten passes, each in an order of its own.
  @Test func theTestOfARunIsLightnings() throws {
    let reference = try reference().run
    let images = SmallSets.fields(200)
    var settings = SmallSets.settings(images)
    settings.weightDecay = 0.01
    let test = try TrainingRun(settings, images: images).testLearningRates()
    let (losses, smoothed) = (try numbers(reference.losses), try numbers(reference.smoothed))
    #expect(test.points.count == 100 && losses.count == 100)
    for (point, (loss, smoothedLoss)) in zip(test.points, zip(losses, smoothed)) {
      #expect(abs(point.loss - loss) < 1e-3, "\(point)")
      #expect(abs(point.smoothedLoss - smoothedLoss) < 1e-4, "\(point)")
    }
    #expect(try test.suggestion() == test.points[reference.suggestion])
  }

  @Test(arguments: [false, true])
  func theRunIsAsIfItHadNotBeenTested(_ useDropout: Bool) throws {
    let images = SmallSets.fields(50)
    var settings = SmallSets.settings(images, useDropout: useDropout)
    settings.warmupEpochCount = 1
    let (tested, other) = (
      TrainingRun(settings, images: images), TrainingRun(settings, images: images)
    )
    let test = try tested.testLearningRates()
    #expect(tested.state == other.state)
    #expect(tested.optimizer.learningRate == other.optimizer.learningRate)
    #expect(try tested.testLearningRates() == test)
    try tested.train()
    try other.train()
    #expect(tested.state == other.state)
  }

  @Test func theFirstLossIsThatOfTheRunsFirstBatch() throws {
    let images = SmallSets.fields(50)
    let run = TrainingRun(SmallSets.settings(images), images: images)
    let test = try run.testLearningRates()
    var first: Double?
    try run.train {
      if case .trainIteration(_, _, let loss) = $0, first == nil { first = loss }
    }
    #expect(test.points[0].loss == first)
  }

  @Test func whateverIsThrownEndsTheTestAndPutsTheRunBack() throws {
    struct Stop: Error {}
    let images = SmallSets.fields(50)
    let run = TrainingRun(SmallSets.settings(images), images: images)
    let state = run.state
    var counts: [Int] = []
    #expect(throws: Stop.self) {
      try run.testLearningRates { test in
        counts.append(test.points.count)
        if counts.count == 5 { throw Stop() }
      }
    }
    #expect(counts == [1, 2, 3, 4, 5])
    #expect(run.state == state && run.optimizer.learningRate == 0.001)
  }

  /// The settings of the run that would train are those of the test.
  @Test func everySettingShapesTheTest() throws {
    let images = SmallSets.fields(50)
    func points(
      _ change: (inout TrainingSettings) -> Void
    ) throws -> [LearningRateRangeTest.Point] {
      var settings = SmallSets.settings(images)
      change(&settings)
      return try TrainingRun(settings, images: images).testLearningRates().points
    }
    let plain = try points { _ in }
    let changed = [
      try points { $0.seed = 4 },
      try points { $0.weightDecay = 0.1 },
      try points { ($0.weightDecay, $0.decoupledWeightDecay) = (0.1, true) },
      try points { $0.labelSmoothing = 0.1 },
      try points { $0.gradientNormLimit = 1e-3 },
      try points { $0.batchSize = 7 },
    ]
    for (index, points) in changed.enumerated() { #expect(points != plain, "\(index)") }
    // The rate is what is tested; a schedule, epochs and patience come into play later.
    let same = [
      try points { $0.learningRate = 0.5 },
      try points { ($0.learningRateSchedule, $0.epochCount) = (.cosine, 7) },
      try points { $0.patience = 1 },
    ]
    for (index, points) in same.enumerated() { #expect(points == plain, "\(index)") }
  }

  @Test func theBuiltInDigitsHaveOneSuggestionForAnyNumberOfThreads() throws {
    let images = BuiltInDigits.make(isTrain: true, count: 1_500)
    let settings = SmallSets.settings(images, hiddenSizes: [64], batchSize: 64)
    let tests = try [1, 2].map { threads in
      try ThreadPool.use(threadCount: threads) {
        try TrainingRun(settings, images: images).testLearningRates()
      }
    }
    #expect(tests[0] == tests[1])
    let suggestion = try tests[0].suggestion()
    #expect(1e-4...1e-1 ~= suggestion.learningRate, "\(suggestion)")
    // With it the loss falls in a training run.
    var trained = settings
    trained.learningRate = suggestion.learningRate
    trained.epochCount = 3
    var losses: [Double] = []
    try TrainingRun(trained, images: images).train {
      if case .epoch(let report) = $0 { losses.append(report.trainLoss) }
    }
    #expect(losses[2] < losses[0] / 2, "\(losses)")
  }
}
