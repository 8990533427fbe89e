import MNISTCore
import Testing

@Suite struct AdamTests {
  @Test func theFirstStepIsTheLearningRateWhateverTheGradient() {
    for gradient: Float in [1e-3, 1, 1e3] {
      let parameter = Parameter(Tensor([1, 1]))
      parameter.gradient = Tensor([gradient, -gradient])
      Adam([parameter], learningRate: 0.1, epsilon: 0).step()
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
    let other = Adam([Parameter(Tensor([1])), Parameter(Tensor([1]))])
    other.state = adam.state
    #expect(other.state == adam.state)
  }

  @Test func gradientZeroChangesNothing() {
    let parameter = Parameter(Tensor([1]))
    parameter.gradient = Tensor([0])
    Adam([parameter]).step()
    #expect(parameter.numbers == [1])
  }

  @Test func weightDecayMayBeOne() {
    let inGradient = Parameter(Tensor([2]))
    inGradient.gradient = Tensor([-2])
    Adam([inGradient], learningRate: 0.5, weightDecay: 1).step()
    #expect(inGradient.numbers == [2])

    let beside = Parameter(Tensor([2]))
    beside.gradient = Tensor([3])
    Adam([beside], learningRate: 0.5, weightDecay: 1, decoupledWeightDecay: true).step()
    expectClose(beside.numbers, [0.5 * 2 - 0.5])
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
      Adam([Parameter(Tensor(1))]).description == """
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

  @Test func aScheduleIsSeenInItsText() {
    let adam = Adam([Parameter(Tensor(1))], learningRate: 0.0004, weightDecay: 0.01)
    adam.scheduleEntries = [("initial_lr", 0.002)]
    #expect(
      adam.description.hasSuffix(
        """
            fused: False
            initial_lr: 0.002
            lr: 0.0004
            maximize: False
            weight_decay: 0.01
        )
        """))
  }

  @Test func withDecoupledWeightDecayItIsPrintedAsPyTorchsAdamW() {
    #expect(
      Adam(
        [Parameter(Tensor(1))], learningRate: 0.002, weightDecay: 0.05, decoupledWeightDecay: true
      ).description
        == """
        AdamW (
        Parameter Group 0
            amsgrad: False
            betas: (0.9, 0.999)
            capturable: False
            decoupled_weight_decay: True
            differentiable: False
            eps: 1e-08
            foreach: None
            fused: None
            lr: 0.002
            maximize: False
            weight_decay: 0.05
        )
        """)
  }

  // MARK: - Weight decay

  /// PyTorch 2.15's numbers, with a learning rate that changes as under a schedule:
  /// ```
  /// p = torch.nn.Parameter(torch.tensor(start))
  /// optimizer = torch.optim.Adam([p], lr=0.01, weight_decay=0.1)  # or AdamW
  /// for gradient, lr in zip(gradients, [0.01, 0.02, 0.005]):
  ///     optimizer.param_groups[0]["lr"] = lr
  ///     p.grad = torch.tensor(gradient)
  ///     optimizer.step()
  ///     print([x.item() for x in p])
  /// print([x.item() for x in optimizer.state[p]["exp_avg"]])  # and exp_avg_sq
  /// ```
  @Test func weightDecayInTheGradientIsPyTorchsAdam() {
    expectSteps(
      Steps(
        decoupled: false,
        values: [
          [
            0.9900000095367432, -0.49000000953674316, 0.23999999463558197, 1.9900000095367432,
            -2.990000009536743, -0.009999999776482582,
          ],
          [
            0.9806383848190308, -0.48356369137763977, 0.2213234305381775, 1.9726084470748901,
            -2.970001697540283, -0.008937372826039791,
          ],
          [
            0.977006733417511, -0.4846533238887787, 0.22070345282554626, 1.9680458307266235,
            -2.965003490447998, -0.008732259273529053,
          ],
        ],
        average: [
          0.19481638073921204, 0.05070437118411064, 0.058398254215717316, 0.05393608659505844,
          -0.08091001957654953, -0.009079379960894585,
        ],
        averageOfSquares: [
          0.00293586659245193, 0.002209119265899062, 0.009051917120814323, 0.00014256835856940597,
          0.0002673408016562462, 0.0019990000873804092,
        ]))
  }

  @Test func decoupledWeightDecayIsPyTorchsAdamW() {
    expectSteps(
      Steps(
        decoupled: true,
        values: [
          [
            0.9890000224113464, -0.4895000159740448, 0.2397499978542328, 1.9880000352859497,
            -2.996999979019165, -0.009999999776482582,
          ],
          [
            0.981695294380188, -0.4831942915916443, 0.22062692046165466, 1.985076665878296,
            -2.9910061359405518, -0.008927367627620697,
          ],
          [
            0.977851927280426, -0.4843161702156067, 0.2199626863002777, 1.984061598777771,
            -2.9895105361938477, -0.00872174184769392,
          ],
        ],
        average: [
          0.1679999977350235, 0.06399999558925629, 0.052000001072883606, 0.00010000056499848142, 0,
          -0.00890000257641077,
        ],
        averageOfSquares: [
          0.0025619377847760916, 0.002247751224786043, 0.008991004899144173,
          2.0070012396899983e-05, 0, 0.0019970019347965717,
        ]))
  }

  private struct Steps {
    let decoupled: Bool
    let values: [[Float]]
    let average: [Float]
    let averageOfSquares: [Float]
  }

  private func expectSteps(_ steps: Steps, sourceLocation: SourceLocation = #_sourceLocation) {
    let parameter = Parameter(Tensor([1, -0.5, 0.25, 2, -3, 0]))
    let adam = Adam([parameter], weightDecay: 0.1, decoupledWeightDecay: steps.decoupled)
    let gradients: [[Float]] = [
      [0.5, -1, 2, 0.1, 0, 1], [-0.25, 0.5, 1, -0.1, 0, -1], [1.5, 1, -2, 0.01, 0, 0.001],
    ]
    // Some four roundings; what weight decay adds is thousands of times more.
    let tolerance = Tolerance(relative: 3e-7, absolute: 1e-9)
    for (index, rate) in [0.01, 0.02, 0.005].enumerated() {
      parameter.gradient = Tensor(gradients[index])
      adam.learningRate = rate
      adam.step()
      expectClose(
        parameter.numbers, steps.values[index], within: tolerance, "step \(index)",
        sourceLocation: sourceLocation)
    }
    expectClose(
      adam.state[0].expAvg.floats, steps.average, within: tolerance, "average",
      sourceLocation: sourceLocation)
    expectClose(
      adam.state[0].expAvgSq.floats, steps.averageOfSquares, within: tolerance, "squares",
      sourceLocation: sourceLocation)
  }
}
