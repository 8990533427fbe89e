import Testing

@testable import MNISTCore

@Suite struct ReductionsTests {
  @Test func sumAndMean() {
    let x = Tensor([1, 2, 3, 6], shape: [2, 2])
    #expect(x.sum().value == TensorValue([12] as [Float], shape: []))
    #expect(x.mean().value == TensorValue([3] as [Float], shape: []))
  }

  @Test func alongAnAxisOfOneEveryNumberStays() {
    let x = Tensor([1, -2, 3], shape: [3, 1])
    for y in [x.sum(alongAxis: 1), x.mean(alongAxis: 1), x.max(alongAxis: 1)] {
      #expect(y.value == TensorValue([1, -2, 3] as [Float], shape: [3]))
    }
  }

  @Test func aLongSumIsFormedInDouble() {
    let x = Tensor(repeating: 0.1, shape: [1_000_000])
    #expect(x.sum().item == Float(Double(Float(0.1)) * 1_000_000))
    #expect(x.mean().item == Float(0.1))
  }

  @Test func logSoftmaxOfEqualsIsTheLogarithmOfTheirShare() {
    let expected = [Float](repeating: -1.386_294_4, count: 4)
    for number: Float in [0, 88, 1e30, -1e30] {
      expectClose(Tensor(repeating: number, shape: [1, 4]).logSoftmax().numbers, expected)
    }
  }

  @Test func logSoftmaxOfExtremesIsFinite() {
    let x = Tensor([3e4, -3e4, 0], shape: [1, 3], requiresGradient: true)
    let y = x.logSoftmax()
    #expect(y.numbers == [0, -6e4, -3e4])
    y.backward(from: Tensor([1, 0, 0], shape: [1, 3]))
    #expect(x.gradient?.numbers == [0, 0, 0])
  }

  @Test func logSoftmaxGoesOverTheLastAxis() {
    let x = TensorValue.random([2, 3, 4], seed: 1)
    let rows = x.tensor().reshaped([6, 4]).logSoftmax()
    #expect(x.tensor().logSoftmax().shape == [2, 3, 4])
    #expect(x.tensor().logSoftmax().numbers == rows.numbers)
    for row in 0..<6 {
      let total = rows.numbers[row * 4..<row * 4 + 4].reduce(0) {
        $0 + Tensor($1).exponential().item
      }
      expectClose([total], [1])
    }
  }

  @Test(arguments: [1, 2, 3])
  func logSoftmaxIsTheSameForAnyThreadCount(_ threads: Int) {
    func compute(_ threads: Int) -> [[Float]] {
      ThreadPool.use(threadCount: threads) {
        let x = TensorValue.random([1_001, 10], seed: 1).tensor(requiresGradient: true)
        let y = x.logSoftmax()
        y.backward(from: TensorValue.random([1_001, 10], seed: 2).tensor())
        return [y.numbers, x.gradient?.numbers ?? []]
      }
    }
    #expect(compute(threads) == compute(1))
  }

  @Test func theFirstOfEqualsIsTheLargest() {
    let x = Tensor([1, 3, 2, 5, 5, 4, -3, -1, -1], shape: [3, 3])
    #expect(x.argmax() == [1, 0, 1])
    #expect(Tensor([4, 5], shape: [2, 1]).argmax() == [0, 0])
    #expect(Tensor([], shape: [0, 3]).argmax() == [])
  }
}
