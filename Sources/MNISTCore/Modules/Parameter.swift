/// A tensor that an optimiser changes: a module's property of this type is found by its name.
public final class Parameter: Tensor {
  public init(_ tensor: Tensor) {
    super.init(shape: tensor.shape, buffer: tensor.buffer, requiresGradient: true)
  }
}
