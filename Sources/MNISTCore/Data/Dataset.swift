/// One labelled input.
public struct Example {
  /// Of the dataset's shape for one input.
  public let input: Tensor
  /// The class that it belongs to.
  public let label: Int

  /// An input that belongs to the class `label`.
  public init(input: Tensor, label: Int) {
    self.input = input
    self.label = label
  }
}

/// Inputs with their targets, that are computed on together.
public struct Batch {
  /// `[rows, …]`, one input a row.
  public let inputs: Tensor
  /// What a model's output for these rows is measured against.
  public let targets: Targets

  /// `[rows, …]` inputs with a label for each row.
  public init(inputs: Tensor, labels: [Int]) {
    require(
      inputs.shape.first == labels.count,
      "a batch needs a label for each row, not \(inputs.shape) and \(labels.count) labels")
    self.inputs = inputs
    targets = .labels(labels)
  }

  /// `[rows, …]` inputs with `[rows, …]` numbers.
  public init(inputs: Tensor, numbers: Tensor) {
    require(
      !inputs.shape.isEmpty && inputs.shape.first == numbers.shape.first,
      "a batch needs numbers for each row, not \(inputs.shape) and \(numbers.shape)")
    self.inputs = inputs
    targets = .numbers(numbers)
  }

  /// One for each row, where the targets are labels.
  public var labels: [Int] {
    guard case .labels(let labels) = targets else {
      stop("a batch whose targets are \(targets.summary) has no labels")
    }
    return labels
  }
}

/// A known number of labelled inputs of one shape.
public protocol Dataset {
  /// How many examples there are.
  var count: Int { get }

  /// The examples at these indices, in this order; an index may stand there twice.
  func batch(_ indices: ArraySlice<Int>) -> Batch
}

extension Dataset {
  /// One example, in the shape of a single input.
  public subscript(index: Int) -> Example {
    let batch = batch([index])
    return Example(
      input: batch.inputs.reshaped(Array(batch.inputs.shape.dropFirst())), label: batch.labels[0])
  }

  /// Two random parts without a common example, the first with `Int(count · ratio)`; draws one permutation.
  public func split(
    ratio: Double, using generator: RandomGenerator
  ) -> (first: Subset, second: Subset) {
    require(ratio >= 0 && ratio <= 1, "a share is in 0...1, not \(ratio)")
    let order = generator.permutation(count)
    let boundary = Int(Double(count) * ratio)
    return (
      Subset(self, indices: Array(order[..<boundary])),
      Subset(self, indices: Array(order[boundary...]))
    )
  }
}

/// Some examples of a dataset, in an order of its own.
public struct Subset: Dataset {
  private let base: any Dataset
  /// Of its examples in the data set that it is a part of.
  let indices: [Int]

  /// The examples of `base` at `indices`, in that order.
  public init(_ base: any Dataset, indices: [Int]) {
    check(indices[...], below: base.count)
    self.base = base
    self.indices = indices
  }

  /// As many as the indices.
  public var count: Int { indices.count }

  /// The examples at these places among the subset's indices.
  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    check(indices, below: count)
    return base.batch(indices.map { self.indices[$0] }[...])
  }
}

/// Stops the program where there is no such example.
func check(_ indices: ArraySlice<Int>, below count: Int) {
  if let wrong = indices.first(where: { !(0..<count).contains($0) }) {
    stop("example \(wrong) is outside 0..<\(count)")
  }
}

/// Rows of tensors as a data set: `[count, …]` inputs with a label or with numbers for each.
public struct TensorDataset: Dataset {
  private let inputs: Tensor
  private let targets: Targets

  /// - Parameter labels: one for each row of the inputs.
  public init(inputs: Tensor, labels: [Int]) {
    let batch = Batch(inputs: inputs, labels: labels)
    (self.inputs, targets) = (batch.inputs, batch.targets)
  }

  /// - Parameter numbers: `[count, …]`, what the output for each row should be.
  public init(inputs: Tensor, numbers: Tensor) {
    let batch = Batch(inputs: inputs, numbers: numbers)
    (self.inputs, targets) = (batch.inputs, batch.targets)
  }

  public var count: Int { inputs.shape[0] }

  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    check(indices, below: count)
    let rows = inputs.rows(Array(indices))
    return switch targets {
    case .labels(let labels): Batch(inputs: rows, labels: indices.map { labels[$0] })
    case .numbers(let numbers): Batch(inputs: rows, numbers: numbers.rows(Array(indices)))
    }
  }
}
