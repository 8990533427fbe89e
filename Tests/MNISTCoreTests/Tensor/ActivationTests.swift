import MNISTCore
import Testing

/// LeakyReLU and LogSoftmax; their numbers are tested with the operations.
@Suite struct ActivationTests {
  @Test func leakyReLU() {
    let x = Tensor([3, -3])
    #expect(LeakyReLU()(x).numbers == [3, -3 * 0.01])
    #expect(LeakyReLU(negativeSlope: 0.5)(x).numbers == [3, -1.5])
    #expect(LeakyReLU().description == "LeakyReLU(negative_slope=0.01)")
    #expect(LeakyReLU(negativeSlope: 0.2).description == "LeakyReLU(negative_slope=0.2)")
  }

  @Test func logSoftmax() {
    let x = Tensor([1, 1, 0, 0], shape: [2, 2])
    expectClose(LogSoftmax()(x).numbers, [Float](repeating: -0.693_147_2, count: 4))
    #expect(LogSoftmax().description == "LogSoftmax(dim=-1)")
  }
}
