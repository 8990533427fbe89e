/// Modules one after the other, named 0, 1, 2 …, as `torch.nn.Sequential`.
public final class Sequential: Module {
  public var isTraining = true
  private let layers: [any Module]

  public init(_ layers: [any Module]) { self.layers = layers }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = input
    var rest = layers[...]
    while let layer = rest.popFirst() {
      // A product and the activation behind it are one operation.
      if let linear = layer as? Linear, let activation = rest.first as? LeakyReLU,
        activation.negativeSlope > 0
      {
        output = linear(output, negativeSlope: activation.negativeSlope)
        rest.removeFirst()
      } else {
        output = layer(output)
      }
    }
    return output
  }

  public var members: [(name: String, member: Member)] {
    layers.enumerated().map { ("\($0)", .module($1)) }
  }
}
