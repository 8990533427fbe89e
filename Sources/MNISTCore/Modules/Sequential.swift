/// Modules one after the other, named 0, 1, 2 …, as `torch.nn.Sequential`.
public final class Sequential: Module {
  public var isTraining = true
  private let layers: [any Module]

  public init(_ layers: [any Module]) { self.layers = layers }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    var output = input
    var rest = layers[...]
    while let layer = rest.popFirst() {
      // A product, the activation and in training the normalisation behind it are one operation.
      guard let linear = layer as? Linear, let activation = rest.first as? LeakyReLU,
        activation.negativeSlope > 0
      else {
        output = layer(output)
        continue
      }
      rest.removeFirst()
      if let norm = rest.first as? BatchNorm1d, norm.isTraining {
        rest.removeFirst()
        output = norm(output, after: linear, negativeSlope: activation.negativeSlope)
      } else {
        output = linear(output, negativeSlope: activation.negativeSlope)
      }
    }
    return output
  }

  public var members: [(name: String, member: Member)] {
    layers.enumerated().map { ("\($0)", .module($1)) }
  }
}
