/// A learning rate range test (Smith, 2017): training in which each batch has a larger learning rate than the one
/// before it tells from which rates on the loss falls, and where it grows.
///
/// Its numbers are those of PyTorch Lightning 2.5.2, `Tuner.lr_find`. With N = 100 batches the first has the
/// rate 1e-8, and the one with n ≥ 1 others before it `1e-8 · (1 / 1e-8)^((n + 1) / N)`, so that the last one has 1.
/// The losses are smoothed: with a₀ = 0 and `aₙ = 0.98 · aₙ₋₁ + 0.02 · lossₙ`, the smoothed loss of the n-th batch
/// is `aₙ / (1 − 0.98ⁿ⁺¹)`. It begins with about half the loss, as n + 1 stands there where n would be exact.
public struct LearningRateRangeTest: Equatable, Sendable {
  /// What one batch came to.
  public struct Point: Equatable, Sendable {
    /// With which it was trained on.
    public let learningRate: Double
    /// Before its update; the last one may be no finite number.
    public let loss: Double
    /// The mean of the losses up to this one, the more recent the more.
    public let smoothedLoss: Double
  }

  /// Batches of a test that nothing ends before.
  public static let batchCount = 100
  /// The rates of the first and of the last batch.
  public static let learningRates = 1e-8...1.0
  /// A smoothed loss above so many times the lowest one ends the test.
  public static let divergence = 4.0
  private static let momentum = 0.98

  /// The batches so far.
  public private(set) var points: [Point] = []
  /// Whether the loss grew too large, or was no finite number.
  public private(set) var isDiverged = false
  /// The lowest smoothed loss so far; infinite before the first batch.
  public private(set) var lowestLoss = Double.infinity
  private var average = 0.0

  /// Begins a test.
  public init() {}

  /// Whether no batch follows.
  public var isOver: Bool { isDiverged || points.count == Self.batchCount }

  /// The rate of the next batch.
  public var nextLearningRate: Double {
    let (low, high) = (Self.learningRates.lowerBound, Self.learningRates.upperBound)
    let share = Double(points.count + 1) / Double(Self.batchCount)
    return points.isEmpty ? low : low * pow(high / low, share)
  }

  /// Takes the loss of the next batch; stops the program where the test is over.
  public mutating func add(loss: Double) {
    require(!isOver, "a learning rate range test that is over takes no more losses")
    average = Self.momentum * average + (1 - Self.momentum) * loss
    let smoothed = average / (1 - pow(Self.momentum, Double(points.count + 2)))
    isDiverged = smoothed > Self.divergence * lowestLoss || !smoothed.isFinite
    lowestLoss = min(lowestLoss, smoothed)
    points.append(Point(learningRate: nextLearningRate, loss: loss, smoothedLoss: smoothed))
  }

  /// The batch at which the smoothed loss falls fastest: its rate is a good one to train with. The first ten, the
  /// last and what is no finite number are passed over; of equally steep places the first counts.
  ///
  /// Steepness is `(next − former) / 2` over the number of the batch, which is the logarithm of the rate, and of the
  /// first and the last of them the difference from its neighbour; in Float, as there.
  public func suggestion() throws(LearningRateRangeTestError) -> Point {
    let candidates = points.dropFirst(10).dropLast().filter { Float($0.smoothedLoss).isFinite }
    let losses = candidates.map { Float($0.smoothedLoss) }
    guard losses.count >= 2 else { throw .tooFewBatches(points.count) }
    let slopes = losses.indices.map { index in
      let (former, next) = (max(0, index - 1), min(losses.count - 1, index + 1))
      return (losses[next] - losses[former]) / Float(next - former)
    }
    guard let steepest = slopes.min(), steepest < 0,
      let place = slopes.firstIndex(of: steepest)
    else { throw .lossNeverFalls }
    return candidates[place]
  }
}

/// A learning rate range test that says nothing.
public enum LearningRateRangeTestError: Error, Equatable, CustomStringConvertible {
  /// The loss grew too large, or was no finite number, in the last of so many batches.
  case tooFewBatches(Int)
  /// Whatever the rate.
  case lossNeverFalls

  /// One sentence.
  public var description: String {
    switch self {
    case .tooFewBatches(let count):
      "no learning rate can be suggested: the loss grew too large in batch \(count) (expected at least 13 "
        + "batches)"
    case .lossNeverFalls:
      "no learning rate can be suggested: the loss fell with none of those that were tried"
    }
  }
}

extension Trainer {
  /// Trains with a larger learning rate for each batch, until the test is over. The passes over the data follow one
  /// another as in `train`, without validation. What that has done to the model, the optimiser and the generators
  /// is the caller's to undo.
  ///
  /// Throws what `report` throws, and a `StopSignal` or `DeviceError` as `train` does.
  func testLearningRates(
    on data: any Dataset, batchSize: Int, using generator: RandomGenerator,
    report: (LearningRateRangeTest) throws -> Void
  ) throws -> LearningRateRangeTest {
    let loader = batches(of: data, batchSize, shuffledBy: generator)
    var test = LearningRateRangeTest()
    model.train()
    var moved = MovedState(of: model)
    while !test.isOver {
      for batch in loader {
        optimizer.learningRate = test.nextLearningRate
        test.add(loss: Double(try step(batch, &moved)))
        try report(test)
        if test.isOver { break }
      }
      // What a device that has failed gives back is no loss.
      try device.check()
    }
    return test
  }
}

extension TrainingRun {
  /// Tests learning rates on what the run would train on, from the same start values, in the same order and with the
  /// same settings but the learning rate; then puts the run back to its beginning. Equal runs give equal tests.
  ///
  /// Stops the program where the run has begun already. Throws what `report` throws, and a `StopSignal` or
  /// `DeviceError` as `train` does.
  ///
  /// - Parameter report: is told of every batch.
  public func testLearningRates(
    report: (LearningRateRangeTest) throws -> Void = { _ in }
  ) throws -> LearningRateRangeTest {
    require(
      epoch == 0 && progress == EpochProgress(),
      "learning rates are tested before a run begins, not in epoch \(epoch + 1)")
    let (start, learningRate) = (state, optimizer.learningRate)
    generator.state = start.generator
    defer {
      resume(from: start)
      generator.state = start.generator
      optimizer.learningRate = learningRate
    }
    return try trainer.testLearningRates(
      on: augmented ?? trainData, batchSize: settings.batchSize, using: generator, report: report)
  }
}
