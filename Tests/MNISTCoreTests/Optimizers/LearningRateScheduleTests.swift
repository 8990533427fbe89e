import Foundation
import Testing

@testable import MNISTCore

/// Against PyTorch 2.15, to the last bit. The numbers are `repr` of `optimizer.param_groups[0]["lr"]` at the
/// start of each epoch:
/// ```
/// main = ConstantLR(optimizer, factor=1.0)  # or CosineAnnealingLR(optimizer, T_max=epochs - warmup)
/// scheduler = main if warmup == 0 else SequentialLR(
///     optimizer,
///     [LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup), main],
///     milestones=[warmup],
/// )
/// for epoch in range(epochs):
///     print(repr(optimizer.param_groups[0]["lr"]))
///     optimizer.step()
///     scheduler.step()
/// ```
@Suite struct LearningRateScheduleTests {
  @Test(arguments: [
    Run(
      rate: 0.001, .cosine, epochCount: 20,
      rates: [
        0.001, 0.0009938441702975688, 0.0009755282581475768, 0.0009455032620941839,
        0.0009045084971874737, 0.0008535533905932737, 0.0007938926261462366,
        0.0007269952498697733, 0.0006545084971874737, 0.0005782172325201155, 0.0005,
        0.0004217827674798847, 0.00034549150281252633, 0.00027300475013022663,
        0.00020610737385376348, 0.00014644660940672625, 9.549150281252631e-05,
        5.4496737905816096e-05, 2.447174185242323e-05, 6.15582970243117e-06,
      ]),
    Run(
      rate: 0.002, .cosine, warmup: 4, epochCount: 10,
      rates: [
        0.0004, 0.0008, 0.0012000000000000001, 0.0016, 0.002, 0.001866025403784439,
        0.0015000000000000002, 0.001, 0.0005000000000000002, 0.0001339745962155613,
      ]),
    Run(rate: 0.1, .cosine, warmup: 1, epochCount: 3, rates: [0.05, 0.1, 0.05]),
    Run(
      rate: 0.3, .cosine, warmup: 2, epochCount: 3,
      rates: [0.09999999999999999, 0.19999999999999998, 0.3]),
    Run(
      rate: 0.0007, .constant, warmup: 5, epochCount: 8,
      rates: [
        0.00011666666666666667, 0.00023333333333333333, 0.00035, 0.0004666666666666667,
        0.0005833333333333334, 0.0007, 0.0007, 0.0007,
      ]),
    Run(rate: 0.01, .cosine, epochCount: 1, rates: [0.01]),
    Run(rate: 0.01, .constant, epochCount: 2, rates: [0.01, 0.01]),
  ])
  func theRatesArePyTorchs(_ run: Run) {
    #expect(run.found == run.rates)
  }

  /// Of all rates' bits, one after the other: `x ^= (x << 7 & 2**64 - 1) ^ (x >> 9) ^ bits`.
  @Test(
    arguments: [
      (Run(rate: 0.001, .cosine, epochCount: 1_000, rates: []), 0xa6ed_d3f0_1636_6566),
      (Run(rate: 0.003, .cosine, warmup: 17, epochCount: 300, rates: []), 0x6736_4b41_e645_e5a1),
      (Run(rate: 1e-4, .constant, warmup: 100, epochCount: 150, rates: []), 0xae20_f5be_75fe_6410),
    ] as [(Run, UInt64)])
  func theRatesOfLongRunsArePyTorchs(_ run: Run, _ expected: UInt64) {
    #expect(run.found.reduce(0) { $0 ^ ($0 << 7) ^ ($0 >> 9) ^ $1.bitPattern } == expected)
  }

  /// One more step of the warm-up would miss these rates by their last bits.
  @Test(
    arguments: [(0.001, 5), (0.01, 2), (0.1, 4), (0.3, 3)],
    [.constant, .cosine, .step(interval: 3, factor: 0.5)] as [LearningRateScheduler.Main])
  func onceWarmedUpTheRateIsTheOneGiven(
    _ run: (rate: Double, warmup: Int), _ main: LearningRateScheduler.Main
  ) {
    var scheduler = LearningRateScheduler(
      main, from: run.rate, stepCount: 10, warmupStepCount: run.warmup)
    #expect(scheduler.rate(atStep: run.warmup) == run.rate)
  }

  /// Where a scheduler stands that has done its last step.
  @Test func behindTheLastStepThereIsARateToo() {
    func rate(_ main: LearningRateScheduler.Main) -> Double {
      var scheduler = LearningRateScheduler(main, from: 0.5, stepCount: 2)
      return scheduler.rate(atStep: 2)
    }
    #expect(rate(.cosine) == 0)
    #expect(rate(.constant) == 0.5)
    #expect(OneCycle(maximum: 0.5, stepCount: 9).rate(atStep: 9) == 0.5 / 25 / 1e4)
  }

  @Test func theRatesMayBeAskedForInAnyOrder() {
    let run = Run(rate: 0.003, .cosine, warmup: 4, epochCount: 20, rates: [])
    var scheduler = run.scheduler
    let found = [19, 3, 0, 11, 4, 11].map { scheduler.rate(atStep: $0) }
    #expect(found == [19, 3, 0, 11, 4, 11].map { run.found[$0] })
  }

  @Test func theLongestSchedulesEndInTime() {
    let count = LearningRateSchedule.cosine.epochLimit
    #expect(count == 100_000 && LearningRateSchedule.plateau.epochLimit == LoggedEpoch.limit)
    var cosine = LearningRateScheduler(.cosine, from: 1, stepCount: count)
    // (1 + cos(π − π / count)) / 2
    #expect(abs(cosine.rate(atStep: count - 1) / 2.4674e-10 - 1) < 1e-2)
    let limit = LearningRateSchedule.warmupLimit
    var warm = LearningRateScheduler(
      .constant, from: 1, stepCount: .max, warmupStepCount: limit)
    #expect(abs(warm.rate(atStep: limit - 1) - 1) < 2e-5)
    var constant = LearningRateScheduler(.constant, from: 1, stepCount: .max)
    #expect(constant.rate(atStep: .max - 1) == 1)
  }

  // MARK: - PyTorch's numbers in a file

  /// `Tests/generate_schedules.py` writes them.
  struct Cases: Decodable {
    let step: [Step]
    let cycle: [Cycle]
    let batches: [Batches]
    let plateau: [Plateau]

    struct Step: Decodable {
      let rate: Double, warmup: Int, interval: Int, factor: Double, rates: [Double]
    }
    struct Cycle: Decodable {
      let rate: Double, rates: [Double], beta1: [Double]
    }
    struct Batches: Decodable {
      let rate: Double, warmup: Int, epochs: Int, batches: Int, cosine: Bool, rates: [Double]
    }
    struct Plateau: Decodable {
      let rate: Double, mode: String, factor: Double, patience: Int, cooldown: Int
      let values: [Double], rates: [Double]
    }
  }

  private let cases: Cases

  init() throws {
    cases = try JSONDecoder().decode(
      Cases.self, from: Data(contentsOf: Fixture.url("schedules.json")))
  }

  private func expectEqual(_ found: [Double], _ expected: [Double], _ name: String) {
    #expect(found.count == expected.count)
    let wrong = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
    #expect(wrong == nil, "\(name): step \(wrong?.offset ?? 0)")
  }

  @Test func stepsArePyTorchsToTheLastBit() {
    for run in cases.step {
      var scheduler = LearningRateScheduler(
        .step(interval: run.interval, factor: run.factor), from: run.rate,
        stepCount: run.rates.count, warmupStepCount: run.warmup)
      let found = run.rates.indices.map { scheduler.rate(atStep: $0) }
      expectEqual(found, run.rates, "\(run.interval), \(run.factor)")
      // The run's own, whose warm-up and steps are two.
      var settings = TrainingSettings()
      settings.learningRateSchedule = .step
      (settings.learningRate, settings.warmupEpochCount) = (run.rate, run.warmup)
      (settings.learningRateStepSize, settings.learningRateFactor) = (run.interval, run.factor)
      settings.epochCount = run.rates.count
      var schedule = RunSchedule(settings, batchCount: 3)
      expectEqual(
        run.rates.indices.map { schedule.rate(of: TrainingStep(epoch: $0, batch: 2), after: []) },
        run.rates, "\(run.interval) in a run")
    }
  }

  @Test func aCycleIsPyTorchsToTheLastBitAndAdamsBetaToo() {
    for run in cases.cycle {
      let cycle = OneCycle(maximum: run.rate, stepCount: run.rates.count)
      expectEqual(
        run.rates.indices.map { cycle.rate(atStep: $0) }, run.rates, "\(run.rates.count) steps")
      expectEqual(
        run.beta1.indices.map { cycle.beta1(atStep: $0) }, run.beta1,
        "beta1 of \(run.rates.count) steps")
    }
  }

  @Test func fromBatchToBatchARunHasPyTorchsRates() {
    for run in cases.batches {
      var settings = TrainingSettings()
      settings.learningRateSchedule = run.cosine ? .cosine : .constant
      (settings.learningRate, settings.warmupEpochCount) = (run.rate, run.warmup)
      settings.epochCount = run.epochs
      settings.isScheduledPerBatch = true
      var schedule = RunSchedule(settings, batchCount: run.batches)
      let found = (0..<run.epochs).flatMap { epoch in
        (0..<run.batches).map {
          schedule.rate(of: TrainingStep(epoch: epoch, batch: $0), after: [])
        }
      }
      expectEqual(found, run.rates, "\(run.epochs) epochs of \(run.batches)")
    }
  }

  @Test func aPlateauIsPyTorchsToTheLastBit() {
    for run in cases.plateau {
      var plateau = LearningRatePlateau(
        from: run.rate, prefersLower: run.mode == "min", factor: run.factor,
        patience: run.patience, cooldown: run.cooldown)
      let found = run.values.map { value in
        plateau.note(value)
        return plateau.rate
      }
      expectEqual(found, run.rates, "\(run.mode), patience \(run.patience)")
    }
  }

  /// Told of all epochs behind it, at once or one by one, and not of those in which it warms up.
  @Test func aPlateauOfARunLooksAtWhatIsMonitored() {
    var settings = TrainingSettings()
    settings.learningRateSchedule = .plateau
    (settings.learningRate, settings.learningRateFactor) = (1, 0.5)
    (settings.learningRatePatience, settings.epochCount) = (0, 6)
    let losses = [3.0, 2.0, 2.0, 1.0, 1.0]
    let accuracies = [0.5, 0.5, 0.75, 0.75, 0.8]
    let epochs = losses.indices.map {
      LoggedEpoch(
        epoch: $0 + 1, trainLoss: 0, validLoss: losses[$0], validAccuracy: accuracies[$0],
        lowestLoss: 0, learningRate: 0)
    }
    func rates() -> [Double] {
      var schedule = RunSchedule(settings, batchCount: 1)
      let found = (0..<6).map {
        schedule.rate(of: TrainingStep(epoch: $0, batch: 0), after: Array(epochs[..<$0]))
      }
      var late = RunSchedule(settings, batchCount: 1)
      #expect(late.rate(of: TrainingStep(epoch: 5, batch: 0), after: epochs) == found[5])
      return found
    }
    #expect(rates() == [1, 1, 1, 0.5, 0.5, 0.25])
    settings.monitor = .validAccuracy
    #expect(rates() == [1, 1, 0.5, 0.5, 0.25, 0.25])
    settings.warmupEpochCount = 2
    let warmed = rates()
    #expect(abs(warmed[0] - 1.0 / 3) < 1e-15 && abs(warmed[1] - 2.0 / 3) < 1e-15)
    #expect(Array(warmed[2...]) == [1, 1, 0.5, 0.5])
  }

  /// As `print(optimizer)` does once the scheduler is there.
  @Test func anOptimiserIsPrintedWithWhatItsScheduleAdds() {
    let images = SmallSets.fields(50)
    func text(_ schedule: LearningRateSchedule, warmup: Int = 0) -> String {
      var settings = SmallSets.settings(images, epochCount: 4)
      (settings.learningRateSchedule, settings.warmupEpochCount) = (schedule, warmup)
      return TrainingRun(settings, images: images).optimizer.description
    }
    let cycle = text(.oneCycle)
    for line in [
      "base_momentum: 0.85", "betas: (0.95, 0.999)", "initial_lr: 4e-05",
      "lr: 3.9999999999999996e-05", "max_lr: 0.001", "max_momentum: 0.95", "min_lr: 4e-09",
    ] {
      #expect(cycle.contains("    \(line)\n"), "\(line)")
    }
    #expect(text(.step).contains("    initial_lr: 0.001\n    lr: 0.001\n"))
    #expect(text(.constant, warmup: 1).contains("    initial_lr: 0.001\n    lr: 0.0005\n"))
    #expect(text(.plateau) == text(.constant))
  }

  struct Run: Sendable, CustomTestStringConvertible {
    let schedule: LearningRateScheduler.Main
    let rate: Double
    let warmup: Int
    let epochCount: Int
    let rates: [Double]

    init(
      rate: Double, _ schedule: LearningRateScheduler.Main, warmup: Int = 0, epochCount: Int,
      rates: [Double]
    ) {
      self.schedule = schedule
      self.rate = rate
      self.warmup = warmup
      self.epochCount = epochCount
      self.rates = rates
    }

    var found: [Double] {
      var scheduler = scheduler
      return (0..<epochCount).map { scheduler.rate(atStep: $0) }
    }

    var scheduler: LearningRateScheduler {
      LearningRateScheduler(
        schedule, from: rate, stepCount: epochCount, warmupStepCount: warmup)
    }

    var testDescription: String { "\(schedule), \(epochCount) epochs, \(warmup) to warm up" }
  }
}
