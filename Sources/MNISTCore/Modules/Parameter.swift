/// A tensor that an optimiser changes: a module's property of this type is found by its name.
public final class Parameter: Tensor {
  /// Shares the tensor's numbers.
  public init(_ tensor: Tensor) {
    super.init(shape: tensor.shape, storage: tensor.storage, requiresGradient: true)
  }
}

/// Numbers that belong to a module's state but are not trained, such as running statistics.
public final class Buffer: Tensor {
  /// Shares the tensor's numbers.
  public init(_ tensor: Tensor) { super.init(shape: tensor.shape, storage: tensor.storage) }
}

/// A count that belongs to a module's state, stored as a 64-bit integer.
public final class Counter {
  /// The number counted so far.
  public var count: Int64

  /// Begins at 0, or where another count stood.
  public init(_ count: Int64 = 0) { self.count = count }
}
