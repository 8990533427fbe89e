import MNISTCore
import Testing

/// NLLLoss and MSELoss.
@Suite struct LossTests {
  @Test func nllIsTheMeanOfTheLabelsLogarithms() {
    let y = Tensor([-1, -2, -3, -4, -5, -6], shape: [2, 3], requiresGradient: true)
    let loss = NLLLoss()(y, [2, 0])
    #expect(loss.value == TensorValue([3.5] as [Float], shape: []))
    loss.backward()
    #expect(
      y.gradient?.value == TensorValue([0, 0, -0.5, -0.5, 0, 0] as [Float], shape: [2, 3]))
  }

  @Test func mseIsTheMeanOverAllElements() {
    let x = Tensor([1, 2, 3, 4], shape: [2, 2], requiresGradient: true)
    let target = Tensor([1, 0, 3, 0], shape: [2, 2], requiresGradient: true)
    let loss = MSELoss()(x, target)
    #expect(loss.value == TensorValue([5] as [Float], shape: []))
    loss.backward()
    #expect(x.gradient?.numbers == [0, 1, 0, 2])
    #expect(target.gradient?.numbers == [0, -1, 0, -2])
  }

  @Test func theyArePrintedAsInPyTorch() {
    #expect(NLLLoss().description == "NLLLoss()")
    #expect(MSELoss().description == "MSELoss()")
  }
}
