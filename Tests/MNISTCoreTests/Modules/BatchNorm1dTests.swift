import MNISTCore
import Testing

@Suite struct BatchNorm1dTests {
  @Test func startValues() {
    let layer = BatchNorm1d(2)
    #expect(layer.weight.numbers == [1, 1])
    #expect(layer.bias.numbers == [0, 0])
    #expect(layer.runningMean.numbers == [0, 0])
    #expect(layer.runningVar.numbers == [1, 1])
    #expect(layer.numBatchesTracked.count == 0)
  }

  @Test func runningStatisticsMoveAndTheVarianceIsUnbiased() {
    let layer = BatchNorm1d(1)
    let x = Tensor([1, 3], shape: [2, 1])
    let y = layer(x)
    expectClose(y.numbers, [-0.999_995, 0.999_995])
    // Mean 2, variance 1 by two rows, 2 by one row less.
    expectClose(layer.runningMean.numbers, [0.2])
    expectClose(layer.runningVar.numbers, [0.9 + 0.2])
    #expect(layer.numBatchesTracked.count == 1)
    _ = layer(x)
    expectClose(layer.runningMean.numbers, [0.9 * 0.2 + 0.2])
    #expect(layer.numBatchesTracked.count == 2)
  }

  @Test func theMomentumIsTheShareOfTheBatch() {
    let layer = BatchNorm1d(1, momentum: 1)
    _ = layer(Tensor([1, 3], shape: [2, 1]))
    expectClose(layer.runningMean.numbers, [2])
    expectClose(layer.runningVar.numbers, [2])
  }

  @Test func evaluationUsesTheRunningStatisticsAndOneRowIsEnough() {
    let layer = BatchNorm1d(2)
    layer.runningMean.copy(from: [1, 2])
    layer.runningVar.copy(from: [4, 9])
    layer.weight.copy(from: [2, 1])
    layer.bias.copy(from: [0, 10])
    layer.evaluate()
    expectClose(
      layer(Tensor([5, -1], shape: [1, 2])).numbers, [4, 9],
      within: .init(
        relative: 1e-5, absolute: 1e-5))
    #expect(layer.runningMean.numbers == [1, 2])
    #expect(layer.numBatchesTracked.count == 0)
  }

  @Test func runningStatisticsGetNoGradient() {
    let layer = BatchNorm1d(1)
    layer(Tensor([1, 3], shape: [2, 1])).sum().backward()
    #expect(layer.runningMean.gradient == nil)
    #expect(layer.weight.gradient != nil)
    #expect(layer.namedParameters.map(\.name) == ["weight", "bias"])
  }

  @Test func itIsPrintedAsInPyTorch() {
    #expect(
      BatchNorm1d(630).description
        == "BatchNorm1d(630, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)")
  }
}
