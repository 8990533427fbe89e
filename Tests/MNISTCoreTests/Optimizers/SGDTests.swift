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
}
