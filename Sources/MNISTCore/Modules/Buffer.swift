/// Numbers that belong to a module's state but are not trained, such as running statistics.
public final class Buffer: Tensor {
  public init(_ tensor: Tensor) { super.init(shape: tensor.shape, buffer: tensor.buffer) }
}

/// A count that belongs to a module's state, stored as a 64-bit integer.
public final class Counter {
  public var count: Int64

  public init(_ count: Int64 = 0) { self.count = count }
}
