import Testing

@testable import MNISTCore

@Suite struct ArithmeticTests {
  private let x = Tensor([1, -2, 4])
  private let y = Tensor([2, 4, -8])

  @Test func eachNumberMeetsItsPartner() {
    #expect((x + y).numbers == [3, 2, -4])
    #expect((x - y).numbers == [-1, -6, 12])
    #expect((x * y).numbers == [2, -8, -32])
    #expect((x / y).numbers == [0.5, -0.5, -0.5])
    #expect((-x).numbers == [-1, 2, -4])
  }

  @Test func aNumberMeetsAll() {
    #expect((x + 1).numbers == [2, -1, 5])
    #expect((x - 1).numbers == [0, -3, 3])
    #expect((x * 2).numbers == [2, -4, 8])
    #expect((x / 2).numbers == [0.5, -1, 2])
    #expect((1 + x).numbers == [2, -1, 5])
    #expect((1 - x).numbers == [0, 3, -3])
    #expect((2 * x).numbers == [2, -4, 8])
    #expect((8 / x).numbers == [8, -4, 2])
    #expect((x + 1).shape == [3])
  }

  /// The square of the divisor would overflow, or vanish.
  @Test(arguments: [1e25, 1e-25] as [Float])
  func theDerivativeOfAQuotientHasTheQuotientsRange(_ size: Float) throws {
    let y = Tensor([size], requiresGradient: true)
    (Tensor([size]) / y).backward()
    let gradient = try #require(y.gradient)
    expectClose(gradient.numbers, [-1 / size])
    y.gradient = nil
    (size / y).backward()
    expectClose(try #require(y.gradient).numbers, [-1 / size])
  }

  @Test func exponentialAndLogarithm() {
    let numbers = Tensor([0, 1, -1])
    expectClose(numbers.exponential().numbers, [1, 2.718_281_7, 0.367_879_45])
    expectClose(numbers.exponential().logarithm().numbers, [0, 1, -1])
    #expect(Tensor([0]).logarithm().numbers == [-.infinity])
  }

  @Test func atZeroTheSlopeSideIsTaken() {
    let x = Tensor([2, -2, 0, -0.0], requiresGradient: true)
    let y = x.leakyReLU(negativeSlope: 0.01)
    #expect(y.numbers == [2, -0.02, 0, 0])
    #expect(y.numbers.map(\.sign) == [.plus, .minus, .plus, .minus])
    #expect(x.relu().numbers.map(\.sign) == [.plus, .plus, .plus, .plus])
    y.backward(from: Tensor([5, 5, 5, 5]))
    let scaled = 5 * Float(0.01)
    #expect(x.gradient?.numbers == [5, scaled, scaled, scaled])
  }

  @Test func whatIsNoNumberStaysNoNumber() {
    let y = Tensor([.nan, .infinity, -.infinity]).leakyReLU(negativeSlope: 0.5).numbers
    #expect(y[0].isNaN)
    #expect(y[1...] == [.infinity, -.infinity])
  }

  /// Long enough that every thread has several pieces, with a rest.
  @Test(arguments: [1, 2, 3])
  func theResultIsTheSameForAnyThreadCount(_ threads: Int) {
    let x = TensorValue.random([5, 20_001], seed: 1).tensor()
    let expected = zip(x.numbers, x.numbers.reversed()).map { $0 * $1 }
    let y = Tensor(x.numbers.reversed(), shape: x.shape)
    let found = ThreadPool.use(threadCount: threads) { x * y }
    #expect(found.numbers == expected)
  }
}
