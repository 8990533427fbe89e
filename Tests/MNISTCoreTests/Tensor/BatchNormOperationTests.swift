import Testing

@testable import MNISTCore

@Suite struct BatchNormOperationTests {
  private struct Statistics {
    let mean: [Float]
    let variance: [Float]
  }

  /// The device's own statistics beside the operation's result.
  private func normalized(
    _ x: TensorValue, weight: [Float], bias: [Float]
  ) -> (y: Tensor, statistics: Statistics) {
    let (x, weight, bias) = (x.tensor(), Tensor(weight), Tensor(bias))
    let (_, statistics) = x.device.batchNorm(
      x.storage, weight: weight.storage, bias: bias.storage, epsilon: 1e-5, moving: nil)
    return (
      x.batchNormalized(weight: weight, bias: bias, epsilon: 1e-5, moving: nil),
      Statistics(
        mean: x.device.download(statistics.mean), variance: x.device.download(statistics.variance))
    )
  }

  @Test func twoColumnsByHand() {
    let x = TensorValue([1, 10, 3, 30] as [Float], shape: [2, 2])
    let (y, statistics) = normalized(x, weight: [1, 2], bias: [0, 5])
    #expect(statistics.mean == [2, 20])
    // Biased: divided by 2.
    #expect(statistics.variance == [1, 100])
    expectClose(y.numbers, [-0.999_995, 3, 0.999_995, 7])
  }

  /// Widths around the strips that threads share out, row counts around the chunks of a sum.
  @Test(arguments: [1, 7, 63, 64, 65, 130], [2, 3, 64, 65, 200])
  func theStatisticsAreThoseOfDouble(_ columns: Int, _ rows: Int) {
    let x = TensorValue.random([rows, columns], seed: 1, in: -1...3)
    let (y, statistics) = normalized(
      x, weight: .init(repeating: 1, count: columns), bias: .init(repeating: 0, count: columns))
    let numbers = x.floats.map(Double.init)
    var expected = x.floats
    for column in 0..<columns {
      let places = stride(from: column, to: numbers.count, by: columns)
      let mean = places.reduce(0) { $0 + numbers[$1] } / Double(rows)
      let variance =
        places.reduce(0) { $0 + (numbers[$1] - mean) * (numbers[$1] - mean) } / Double(rows)
      expectClose([statistics.mean[column]], [Float(mean)])
      expectClose([statistics.variance[column]], [Float(variance)])
      for place in places {
        expected[place] = Float((numbers[place] - mean) / (variance + 1e-5).squareRoot())
      }
    }
    // Two rows that happen to be close magnify the rounding of their mean.
    let limits = Tolerance(relative: 1e-4, absolute: 1e-4)
    expectClose(y.value, TensorValue(expected, shape: x.shape), within: limits)
  }

  @Test func aLargeMeanDoesNotSwallowTheVariance() {
    let x = TensorValue([9_999, 10_000, 10_001] as [Float], shape: [3, 1])
    let (y, statistics) = normalized(x, weight: [1], bias: [0])
    #expect(statistics.mean == [10_000])
    expectClose(statistics.variance, [0.666_666_7])
    expectClose(y.numbers, [-1.224_735_7, 0, 1.224_735_7])
  }

  @Test func equalRowsGiveTheBias() {
    let (y, statistics) = normalized(
      TensorValue([4, 4, 4] as [Float], shape: [3, 1]), weight: [2], bias: [0.5])
    #expect(statistics.variance == [0])
    #expect(y.numbers == [0.5, 0.5, 0.5])
  }

  @Test(arguments: [1, 2, 3])
  func theResultIsTheSameForAnyThreadCount(_ threads: Int) {
    func compute(_ threads: Int) -> [[Float]] {
      ThreadPool.use(threadCount: threads) {
        let x = TensorValue.random([70, 330], seed: 1).tensor(requiresGradient: true)
        let weight = TensorValue.random([330], seed: 2).tensor(requiresGradient: true)
        let bias = TensorValue.random([330], seed: 3).tensor(requiresGradient: true)
        let running = RunningTensors(
          mean: Tensor(repeating: 0, shape: [330]), variance: Tensor(repeating: 1, shape: [330]),
          momentum: 0.1)
        let y = x.batchNormalized(weight: weight, bias: bias, epsilon: 1e-5, moving: running)
        y.backward(from: TensorValue.random([70, 330], seed: 4).tensor())
        return [y.numbers, running.mean.numbers, running.variance.numbers]
          + [x, weight, bias].map { $0.gradient?.numbers ?? [] }
      }
    }
    #expect(compute(threads) == compute(1))
  }

  @Test func runningStatisticsMayMoveOnBeforeBackward() {
    let x = TensorValue.random([3, 2], seed: 1)
    func gradient(moving: Bool) -> [Float]? {
      let input = x.tensor(requiresGradient: true)
      let (mean, variance) = (Tensor([0.5, 0.5]), Tensor([2, 3]))
      let y = input.normalized(
        mean: mean, variance: variance, weight: Tensor([1, 1]), bias: Tensor([0, 0]),
        epsilon: 1e-5)
      if moving { variance.copy(from: [50, 50]) }
      y.sum().backward()
      return input.gradient?.numbers
    }
    #expect(gradient(moving: true) == gradient(moving: false))
  }
}
