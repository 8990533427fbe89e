/// Modules one after the other, named 0, 1, 2 …, as `torch.nn.Sequential`.
public final class Sequential: Module {
  public var isTraining = true
  private let layers: [any Module]

  /// - Parameter layers: in the order in which the input goes through them.
  public init(_ layers: [any Module]) { self.layers = layers }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    layers.reduce(input) { output, layer in layer(output) }
  }

  public var members: [(name: String, member: Member)] {
    layers.enumerated().map { ("\($0)", .module($1)) }
  }
}
