/// Changes parameters along their gradients.
public protocol Optimizer: AnyObject {
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
