/// Changes parameters along their gradients.
public protocol Optimizer: AnyObject {
  /// What is changed; at least one.
  var parameters: [Parameter] { get }
  /// What scales the next updates; a schedule changes it.
  var learningRate: Double { get set }

  /// One update of every parameter that has a gradient.
  func step()
}

extension Optimizer {
  /// Forgets the gradients; until then each `backward()` adds to them.
  public func zeroGradients() {
    for parameter in parameters { parameter.gradient = nil }
  }
}

/// Stops the program where an optimiser would change nothing, or not as it was meant.
func checkOptimizer(_ name: String, _ parameters: [Parameter], learningRate: Double) {
  require(
    !parameters.isEmpty,
    "\(name) was given no parameters (expected those of a module, whose properties are of type "
      + "Parameter)")
  for (index, parameter) in parameters.enumerated() {
    if let first = parameters[..<index].firstIndex(where: { $0.storage === parameter.storage }) {
      stop(
        "\(name) was given the numbers of parameter \(first) again as parameter \(index): each step "
          + "would change them twice")
    }
    require(
      parameter.device === parameters[0].device,
      "\(name) was given parameters on two devices, \(parameters[0].device) and \(parameter.device)"
    )
  }
  require(
    learningRate > 0 && learningRate.isFinite,
    "a learning rate is a finite number above 0, not \(learningRate)")
}

/// The same for a rate that a schedule or a program has set: it may end at 0.
func checkChanged(learningRate: Double) {
  require(
    learningRate >= 0 && learningRate.isFinite,
    "a learning rate can be changed to a finite number of 0 or more, not \(learningRate)")
}
