import MNISTCore
import Testing

@Suite struct AdamTests {
  @Test func theFirstStepIsTheLearningRateWhateverTheGradient() {
    for gradient: Float in [1e-3, 1, 1e3] {
      let parameter = Parameter(Tensor([1, 1]))
      parameter.gradient = Tensor([gradient, -gradient])
      Adam([parameter], learningRate: 0.1).step()
      expectClose(parameter.numbers, [0.9, 1.1])
    }
  }

  @Test func twoStepsByHand() {
    let parameter = Parameter(Tensor([1]))
    let adam = Adam([parameter], learningRate: 0.5, beta1: 0.5, beta2: 0.75, epsilon: 1e-8)
    var (p, m, v) = (1.0, 0.0, 0.0)
    for (step, g) in [1: 2.0, 2: -1.0].sorted(by: { $0.key < $1.key }) {
      parameter.gradient = Tensor([Float(g)])
      adam.step()
      (m, v) = (0.5 * m + 0.5 * g, 0.75 * v + 0.25 * g * g)
      let t = Double(step)
      let corrected = (m / (1 - power(0.5, t)), v / (1 - power(0.75, t)))
      p -= 0.5 * corrected.0 / (corrected.1.squareRoot() + 1e-8)
      expectClose(parameter.numbers, [Float(p)])
      expectClose(adam.state[0].expAvg.floats, [Float(m)])
      expectClose(adam.state[0].expAvgSq.floats, [Float(v)])
      #expect(adam.state[0].step == step)
    }
  }

  private func power(_ base: Double, _ exponent: Double) -> Double {
    (0..<Int(exponent)).reduce(1) { product, _ in product * base }
  }

  @Test func aParameterWithoutAGradientStaysAndItsStepsAreNotCounted() {
    let (still, moved) = (Parameter(Tensor([1])), Parameter(Tensor([1])))
    let adam = Adam([still, moved])
    moved.gradient = Tensor([1])
    adam.step()
    #expect(still.numbers == [1])
    #expect(moved.numbers != [1])
    #expect(adam.state.map(\.step) == [0, 1])
  }

  @Test func gradientZeroChangesNothing() {
    let parameter = Parameter(Tensor([1]))
    parameter.gradient = Tensor([0])
    Adam([parameter]).step()
    #expect(parameter.numbers == [1])
  }

  @Test func aSavedStateGoesOnWhereItWas() {
    func steps(_ adam: Adam, _ parameter: Parameter, _ gradients: [Float]) {
      for gradient in gradients {
        parameter.gradient = Tensor([gradient, -2 * gradient])
        adam.step()
      }
    }
    let parameter = Parameter(Tensor([1, 2]))
    let adam = Adam([parameter])
    steps(adam, parameter, [1, -3, 0.5])
    let state = adam.state
    let other = Parameter(Tensor(parameter.numbers))
    let continued = Adam([other])
    continued.state = state
    steps(adam, parameter, [2, 2])
    #expect(state[0].step == 3)
    steps(continued, other, [2, 2])
    #expect(other.numbers == parameter.numbers)
    #expect(continued.state == adam.state)
    #expect(continued.state != state)
  }

  /// More numbers than one thread takes at a time.
  @Test(arguments: [1, 2, 3])
  func theStepIsTheSameForAnyThreadCount(_ threads: Int) {
    func compute(_ threads: Int) -> [Float] {
      ThreadPool.use(threadCount: threads) {
        let parameter = Parameter(TensorValue.random([50_001], seed: 1).tensor())
        let adam = Adam([parameter])
        parameter.gradient = TensorValue.random([50_001], seed: 2).tensor()
        adam.step()
        adam.step()
        return parameter.numbers
      }
    }
    #expect(compute(threads) == compute(1))
  }

  @Test func itIsPrintedAsInPyTorch() {
    #expect(
      Adam([]).description == """
        Adam (
        Parameter Group 0
            amsgrad: False
            betas: (0.9, 0.999)
            capturable: False
            differentiable: False
            eps: 1e-08
            foreach: None
            fused: False
            lr: 0.001
            maximize: False
            weight_decay: 0
        )
        """)
  }

  @Test func aStateThatDoesNotFitEndsTheProgram() async {
    await #expect(processExitsWith: .failure) { Adam([Parameter(Tensor([1]))]).state = [] }
    await #expect(processExitsWith: .failure) {
      let state = Adam([Parameter(Tensor([1, 2]))]).state
      Adam([Parameter(Tensor([1]))]).state = state
    }
  }
}
