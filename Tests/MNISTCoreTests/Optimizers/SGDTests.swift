import MNISTCore
import Testing

@Suite struct SGDTests {
  @Test func aStepGoesAgainstTheGradient() {
    let parameter = Parameter(Tensor([1, 2]))
    parameter.gradient = Tensor([4, -8])
    let optimizer = SGD([parameter], learningRate: 0.25)
    optimizer.step()
    #expect(parameter.numbers == [0, 4])
    optimizer.step()
    #expect(parameter.numbers == [-1, 6])
  }

  @Test func theLearningRateMayEndAtZero() {
    let parameter = Parameter(Tensor([1, 2]))
    parameter.gradient = Tensor([4, -8])
    let optimizer = SGD([parameter], learningRate: 0.25)
    optimizer.learningRate = 0
    optimizer.step()
    #expect(parameter.numbers == [1, 2])
  }

  @Test func momentumAndWeightDecayMayBeOne() {
    let parameter = Parameter(Tensor([4]))
    parameter.gradient = Tensor([2])
    let optimizer = SGD([parameter], learningRate: 0.25, momentum: 1, weightDecay: 1)
    optimizer.step()
    // 4 − 0.25 · (2 + 4)
    #expect(parameter.numbers == [2.5])
    optimizer.step()
    // 2.5 − 0.25 · (6 + 2 + 2.5)
    #expect(parameter.numbers == [-0.125])
  }

  @Test func aParameterWithoutAGradientStays() {
    let parameter = Parameter(Tensor([1, 2]))
    let optimizer = SGD([parameter], learningRate: 0.25)
    optimizer.step()
    #expect(parameter.numbers == [1, 2])
  }

  @Test func zeroedGradientsAreGone() {
    let parameters = [Parameter(Tensor([1])), Parameter(Tensor([2]))]
    let optimizer = SGD(parameters, learningRate: 1)
    for parameter in parameters { parameter.gradient = Tensor([1]) }
    optimizer.zeroGradients()
    #expect(parameters.allSatisfy { $0.gradient == nil })
    optimizer.step()
    #expect(parameters.map(\.item) == [1, 2])
  }

  @Test(arguments: [(0, 0, "0", "0"), (1, 0.01, "1.0", "0.01")])
  func itIsPrintedAsInPyTorch(
    _ momentum: Double, _ weightDecay: Double, _ momentumText: String, _ decayText: String
  ) {
    let optimizer = SGD(
      [Parameter(Tensor(1))], learningRate: 0.25, momentum: momentum, weightDecay: weightDecay)
    #expect(
      optimizer.description == """
        SGD (
        Parameter Group 0
            dampening: 0
            differentiable: False
            foreach: None
            fused: None
            lr: 0.25
            maximize: False
            momentum: \(momentumText)
            nesterov: False
            weight_decay: \(decayText)
        )
        """)
  }
}
