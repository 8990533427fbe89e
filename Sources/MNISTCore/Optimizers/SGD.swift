/// Plain gradient descent, `p ← p − learningRate · g`, as `torch.optim.SGD`.
public final class SGD: Optimizer, CustomStringConvertible {
  public let parameters: [Parameter]
  public var learningRate: Double

  public init(_ parameters: [Parameter], learningRate: Double) {
    self.parameters = parameters
    self.learningRate = learningRate
  }

  public func step() {
    for parameter in parameters {
      guard let gradient = parameter.gradient else { continue }
      parameter.noteChange()
      OptimizerKernels.gradientDescent(
        parameter.buffer, gradient: gradient.buffer, rate: learningRate)
    }
  }

  public var description: String { "SGD(lr: \(pythonText(learningRate)))" }
}
