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
    /// The updates so far.
    public var step: Int
    /// m, the running mean of the gradient.
    public var expAvg: TensorValue
    /// v, the running mean of its square.
    public var expAvgSq: TensorValue

    /// Moments of the parameter's shape.
    public init(step: Int, expAvg: TensorValue, expAvgSq: TensorValue) {
      self.step = step
      self.expAvg = expAvg
      self.expAvgSq = expAvgSq
    }
  }

  private struct Moments {
    var step = 0
    let average: Storage
    let averageOfSquares: Storage
  }

  public let parameters: [Parameter]
  public var learningRate: Double { didSet { checkChanged(learningRate: learningRate) } }
  /// What a schedule adds to the printed group, by PyTorch's names, such as `initial_lr`.
  public var scheduleEntries: [(name: String, value: Double)] = []
  /// How slowly the mean of the gradient moves; a schedule may change it.
  public var beta1: Double { didSet { checkBetas() } }
  /// How slowly the mean of its square moves.
  public let beta2: Double
  /// Keeps the divisor above 0.
  public let epsilon: Double
  /// The factor of weight decay; 0 for none.
  public let weightDecay: Double
  /// Whether weight decay stays out of the gradient and its moments.
  public let decoupledWeightDecay: Bool
  private var moments: [Moments]

  /// - Parameters:
  ///   - parameters: at least one.
  ///   - learningRate: above 0.
  public init(
    _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decoupledWeightDecay: Bool = false
  ) {
    checkOptimizer("Adam", parameters, learningRate: learningRate)
    require(
      epsilon >= 0 && epsilon.isFinite && weightDecay >= 0 && weightDecay.isFinite,
      "epsilon and weight decay are finite numbers of 0 or more, not \(epsilon) and \(weightDecay)")
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    moments = parameters.map {
      Moments(average: zeros(like: $0), averageOfSquares: zeros(like: $0))
    }
    checkBetas()
  }

  private func checkBetas() {
    require(
      0..<1 ~= beta1 && 0..<1 ~= beta2, "the betas of Adam are in 0..<1, not \(beta1) and \(beta2)")
  }

  public func step() {
    let decay: AdamStep.WeightDecay =
      weightDecay == 0
      ? .none
      : decoupledWeightDecay
        ? .decoupled(factor: 1 - learningRate * weightDecay) : .inGradient(weightDecay)
    let steps = parameters.indices.compactMap { index -> AdamStep? in
      let parameter = parameters[index]
      guard let gradient = parameter.gradient else { return nil }
      moments[index].step += 1
      let stepCount = Double(moments[index].step)
      return AdamStep(
        parameter: Overwriting(parameter.storage), gradient: gradient.storage,
        average: Overwriting(moments[index].average),
        averageOfSquares: Overwriting(moments[index].averageOfSquares), beta1: beta1, beta2: beta2,
        stepSize: learningRate / (1 - pow(beta1, stepCount)),
        correction: (1 - pow(beta2, stepCount)).squareRoot(), epsilon: epsilon, decay: decay)
    }
    parameters[0].device.adam(steps)
  }

  /// One entry for each parameter, in order.
  public var state: [State] {
    get {
      zip(parameters, moments).map { parameter, moments in
        State(
          step: moments.step,
          expAvg: value(of: moments.average, like: parameter),
          expAvgSq: value(of: moments.averageOfSquares, like: parameter))
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
          stop(
            "the state of parameter \(index) has the shapes \(state.expAvg.shape) and "
              + "\(state.expAvgSq.shape), the parameter \(parameters[index].shape)")
        }
        require(state.step >= 0, "parameter \(index) cannot have had \(state.step) steps")
        moments[index].step = state.step
        let device = parameters[index].device
        device.write(average, to: Overwriting(moments[index].average))
        device.write(averageOfSquares, to: Overwriting(moments[index].averageOfSquares))
      }
    }
  }

  private func value(of moment: Storage, like parameter: Parameter) -> TensorValue {
    TensorValue(parameter.device.download(moment), shape: parameter.shape)
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
      ("lr", pythonText(learningRate)),
      ("maximize", "False"),
      ("weight_decay", weightDecay == 0 ? "0" : pythonText(weightDecay)),
    ]
    let entries = group + scheduleEntries.map { ($0.name, pythonText($0.value)) }
    let lines = entries.sorted { $0.0 < $1.0 }
      .compactMap { name, text in text.map { "    \(name): \($0)\n" } }
    return (decoupledWeightDecay ? "AdamW" : "Adam") + " (\nParameter Group 0\n" + lines.joined()
      + ")"
  }
}
