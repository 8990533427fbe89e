/// The contents of a tensor as a plain value: what a snapshot holds and what a file stores.
///
/// Nobody else can write to it: assigning it copies it.
public struct TensorValue: Equatable, Sendable {
  /// Numbers in C order.
  public enum Elements: Equatable, Sendable {
    case float32([Float])
    case int64([Int64])

    public var count: Int {
      switch self {
      case .float32(let numbers): numbers.count
      case .int64(let numbers): numbers.count
      }
    }
  }

  /// The size of each axis; empty for a single number.
  public let shape: [Int]
  public let elements: Elements

  public init(shape: [Int], elements: Elements) {
    require(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count,
      "\(elements.count) elements cannot fill \(shape)")
    self.shape = shape
    self.elements = elements
  }

  public init(_ numbers: [Float], shape: [Int]) {
    self.init(shape: shape, elements: .float32(numbers))
  }

  public init(_ numbers: [Int64], shape: [Int]) {
    self.init(shape: shape, elements: .int64(numbers))
  }
}
