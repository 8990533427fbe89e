/// The contents of a tensor as a plain value: what a snapshot holds and what a file stores.
///
/// It is a value: a copy does not change with the tensor that it was taken from.
public struct TensorValue: Equatable, Sendable {
  /// Numbers in C order.
  public enum Elements: Equatable, Sendable {
    /// Weights, biases, running statistics.
    case float32([Float])
    /// Counters.
    case int64([Int64])

    /// How many numbers there are.
    public var count: Int {
      switch self {
      case .float32(let numbers): numbers.count
      case .int64(let numbers): numbers.count
      }
    }
  }

  /// The size of each axis; empty for a single number.
  public let shape: [Int]
  /// The numbers, as many as the shape asks for.
  public let elements: Elements

  /// `elements` in the shape `shape`, which must ask for as many.
  public init(shape: [Int], elements: Elements) {
    require(
      elementCount(of: shape) == elements.count,
      "\(elements.count) elements cannot fill \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// float32 numbers in the shape `shape`.
  public init(_ numbers: [Float], shape: [Int]) {
    self.init(shape: shape, elements: .float32(numbers))
  }

  /// int64 numbers in the shape `shape`.
  public init(_ numbers: [Int64], shape: [Int]) {
    self.init(shape: shape, elements: .int64(numbers))
  }
}

/// The product of the sizes, of which none is negative; so small that a few times as many bytes can be counted.
func elementCount(of shape: [Int]) -> Int {
  guard let count = checkedElementCount(of: shape) else {
    stop("no tensor can have shape \(shape)")
  }
  return count
}

/// The same for a stranger's shape: nil where a tensor cannot have it, even where a later size is 0.
func checkedElementCount(of shape: [Int]) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow, product <= .max / 16 else { return nil }
    count = product
  }
  return count
}
