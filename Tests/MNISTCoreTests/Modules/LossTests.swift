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

  @Test func whatDoesNotFitEndsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = NLLLoss()(Tensor([-1, -2], shape: [1, 2]), [2])
    }
    await #expect(processExitsWith: .failure) {
      _ = NLLLoss()(Tensor([-1, -2], shape: [1, 2]), [-1])
    }
    await #expect(processExitsWith: .failure) {
      _ = NLLLoss()(Tensor([-1, -2], shape: [1, 2]), [0, 1])
    }
    await #expect(processExitsWith: .failure) { _ = NLLLoss()(Tensor([], shape: [0, 2]), []) }
    // Broadcasting a target would hide a mistake.
    await #expect(processExitsWith: .failure) {
      _ = MSELoss()(Tensor([1, 2], shape: [2, 1]), Tensor([1, 2]))
    }
  }
}
