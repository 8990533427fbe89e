/// Gradient descent, as `torch.optim.SGD`.
///
/// For each number p with gradient g: `g ← g + weightDecay · p`; with momentum `v ← momentum · v + g`, `g ← v`,
/// where v starts at 0; then `p ← p − learningRate · g`.
public final class SGD: Optimizer, CustomStringConvertible {
  public let parameters: [Parameter]
  public var learningRate: Double { didSet { checkChanged(learningRate: learningRate) } }
  /// The share of the last step that the next one keeps; 0 for none.
  public let momentum: Double
  /// How much of each number is added to its gradient.
  public let weightDecay: Double
  /// One for each parameter, where there is momentum.
  private let velocities: [Storage]

  /// - Parameters:
  ///   - parameters: at least one.
  ///   - learningRate: above 0.
  public init(
    _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, weightDecay: Double = 0
  ) {
    checkOptimizer("SGD", parameters, learningRate: learningRate)
    require(
      momentum >= 0 && momentum.isFinite && weightDecay >= 0 && weightDecay.isFinite,
      "momentum and weight decay are finite numbers of 0 or more, not \(momentum) and \(weightDecay)"
    )
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    velocities = momentum == 0 ? [] : parameters.map(zeros)
  }

  public func step() {
    let steps = parameters.indices.compactMap { index -> GradientDescentStep? in
      let parameter = parameters[index]
      guard let gradient = parameter.gradient else { return nil }
      return GradientDescentStep(
        parameter: Overwriting(parameter.storage), gradient: gradient.storage, rate: learningRate,
        weightDecay: weightDecay,
        momentum: momentum == 0
          ? nil : .init(velocity: Overwriting(velocities[index]), factor: momentum))
    }
    parameters[0].device.gradientDescent(steps)
  }

  /// As PyTorch 2.15 prints it.
  public var description: String {
    func text(_ number: Double) -> String { number == 0 ? "0" : pythonText(number) }
    return """
      SGD (
      Parameter Group 0
          dampening: 0
          differentiable: False
          foreach: None
          fused: None
          lr: \(pythonText(learningRate))
          maximize: False
          momentum: \(text(momentum))
          nesterov: False
          weight_decay: \(text(weightDecay))
      )
      """
  }
}

/// As many zeros as the tensor has numbers, on its device.
func zeros(like tensor: Tensor) -> Storage {
  let storage = tensor.device.allocate(tensor.count)
  tensor.device.fill(Overwriting(storage), with: 0)
  return storage
}
