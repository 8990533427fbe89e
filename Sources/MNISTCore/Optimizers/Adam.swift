/// Adam (Kingma and Ba, 2015) with bias correction, as `torch.optim.Adam`; with decoupled weight decay
/// (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`.
///
/// In step t, for each number p with gradient g:
/// `g ← g + weightDecay · p`, or `p ← p · (1 − learningRate · weightDecay)` where it is decoupled; then
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `p ← p − learningRate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`; m and v start at 0.
public final class Adam: Optimizer, CustomStringConvertible {
  /// What one parameter's next update depends on besides its gradient.
  public struct State: Equatable, Sendable {
    public var step: Int
    public var expAvg: TensorValue
    public var expAvgSq: TensorValue

    public init(step: Int, expAvg: TensorValue, expAvgSq: TensorValue) {
      self.step = step
      self.expAvg = expAvg
      self.expAvgSq = expAvgSq
    }
  }

  private struct Moments {
    var step = 0
    let average: FloatBuffer
    let averageOfSquares: FloatBuffer
  }

  public let parameters: [Parameter]
  public var learningRate: Double
  /// What a schedule starts from; nil where there is none.
  public var initialLearningRate: Double?
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  public let weightDecay: Double
  /// Whether weight decay stays out of the gradient and its moments.
  public let decoupledWeightDecay: Bool
  private var moments: [Moments]

  public init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decoupledWeightDecay: Bool = false
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    moments = parameters.map {
      Moments(
        average: FloatBuffer(repeating: 0, count: $0.count),
        averageOfSquares: FloatBuffer(repeating: 0, count: $0.count))
    }
  }

  public func step() {
    let decay: OptimizerKernels.WeightDecay =
      weightDecay == 0
      ? .none
      : decoupledWeightDecay
        ? .decoupled(factor: 1 - learningRate * weightDecay) : .inGradient(weightDecay)
    OptimizerKernels.adam(
      parameters.indices.compactMap { index in
        let parameter = parameters[index]
        guard let gradient = parameter.gradient else { return nil }
        moments[index].step += 1
        parameter.noteChange()
        let steps = Double(moments[index].step)
        return OptimizerKernels.AdamStep(
          parameter: parameter.buffer, gradient: gradient.buffer, average: moments[index].average,
          averageOfSquares: moments[index].averageOfSquares, beta1: beta1, beta2: beta2,
          stepSize: learningRate / (1 - pow(beta1, steps)),
          correction: (1 - pow(beta2, steps)).squareRoot(), epsilon: epsilon, decay: decay)
      })
  }

  /// One entry for each parameter, in order.
  public var state: [State] {
    get {
      zip(parameters, moments).map { parameter, moments in
        State(
          step: moments.step,
          expAvg: TensorValue(moments.average.numbers, shape: parameter.shape),
          expAvgSq: TensorValue(moments.averageOfSquares.numbers, shape: parameter.shape))
      }
    }
    set {
      require(
        newValue.count == parameters.count,
        "\(newValue.count) states cannot belong to \(parameters.count) parameters")
      for (index, state) in newValue.enumerated() {
        guard state.expAvg.shape == parameters[index].shape,
          state.expAvgSq.shape == parameters[index].shape,
          case .float32(let average) = state.expAvg.elements,
          case .float32(let averageOfSquares) = state.expAvgSq.elements
        else {
          stop("the state of parameter \(index) does not have its shape")
        }
        moments[index].step = state.step
        moments[index].average.update(from: average)
        moments[index].averageOfSquares.update(from: averageOfSquares)
      }
    }
  }

  /// As PyTorch 2.15 prints it; of Adam without the lines that the mirrored project's version does not have.
  public var description: String {
    let group = [
      ("amsgrad", "False"),
      ("betas", "(\(pythonText(beta1)), \(pythonText(beta2)))"),
      ("capturable", "False"),
      ("decoupled_weight_decay", decoupledWeightDecay ? "True" : nil),
      ("differentiable", "False"),
      ("eps", pythonText(epsilon)),
      ("foreach", "None"),
      ("fused", decoupledWeightDecay ? "None" : "False"),
      ("initial_lr", initialLearningRate.map(pythonText)),
      ("lr", pythonText(learningRate)),
      ("maximize", "False"),
      ("weight_decay", weightDecay == 0 ? "0" : pythonText(weightDecay)),
    ]
    let lines = group.compactMap { name, text in text.map { "    \(name): \($0)\n" } }
    return (decoupledWeightDecay ? "AdamW" : "Adam") + " (\nParameter Group 0\n" + lines.joined()
      + ")"
  }
}
