import MNISTCore
import Testing

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
  @Test(arguments: [(0.001, 5), (0.01, 2), (0.1, 4), (0.3, 3)], LearningRateSchedule.allCases)
  func onceWarmedUpTheRateIsTheOneGiven(
    _ run: (rate: Double, warmup: Int), _ schedule: LearningRateSchedule
  ) {
    let found = schedule.rate(
      from: run.rate, inEpoch: run.warmup, of: 10, warmupEpochCount: run.warmup)
    #expect(found == run.rate)
  }

  /// Where a scheduler stands that has done its last step.
  @Test func behindTheLastEpochThereIsARateToo() {
    func rate(_ schedule: LearningRateSchedule) -> Double {
      schedule.rate(from: 0.5, inEpoch: 2, of: 2, warmupEpochCount: 0)
    }
    #expect(rate(.cosine) == 0)
    #expect(rate(.constant) == 0.5)
  }

  @Test func theLongestSchedulesEndInTime() {
    let count = LearningRateSchedule.cosine.epochLimit
    let last = LearningRateSchedule.cosine.rate(
      from: 1, inEpoch: count - 1, of: count, warmupEpochCount: 0)
    // (1 + cos(π − π / count)) / 2
    #expect(abs(last / 2.4674e-10 - 1) < 1e-2)
    let limit = LearningRateSchedule.warmupLimit
    let warm = LearningRateSchedule.constant.rate(
      from: 1, inEpoch: limit - 1, of: .max, warmupEpochCount: limit)
    #expect(abs(warm - 1) < 2e-5)
    #expect(
      LearningRateSchedule.constant.rate(from: 1, inEpoch: .max - 1, of: .max, warmupEpochCount: 0)
        == 1)
  }

  struct Run: Sendable, CustomTestStringConvertible {
    let schedule: LearningRateSchedule
    let rate: Double
    let warmup: Int
    let epochCount: Int
    let rates: [Double]

    init(
      rate: Double, _ schedule: LearningRateSchedule, warmup: Int = 0, epochCount: Int,
      rates: [Double]
    ) {
      self.schedule = schedule
      self.rate = rate
      self.warmup = warmup
      self.epochCount = epochCount
      self.rates = rates
    }

    var found: [Double] {
      (0..<epochCount).map {
        schedule.rate(from: rate, inEpoch: $0, of: epochCount, warmupEpochCount: warmup)
      }
    }

    var testDescription: String { "\(schedule), \(epochCount) epochs, \(warmup) to warm up" }
  }
}
