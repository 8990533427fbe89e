/// One labelled input.
public struct Example {
  public let input: Tensor
  public let label: Int

  public init(input: Tensor, label: Int) {
    self.input = input
    self.label = label
  }
}

/// Labelled inputs that are computed on together.
public struct Batch {
  /// `[rows, …]`, one input a row.
  public let inputs: Tensor
  /// One for each row.
  public let labels: [Int]

  public init(inputs: Tensor, labels: [Int]) {
    require(
      inputs.shape.first == labels.count,
      "a batch needs a label for each row, not \(inputs.shape) and \(labels.count)")
    self.inputs = inputs
    self.labels = labels
  }
}

/// A known number of labelled inputs of one shape.
public protocol Dataset {
  var count: Int { get }

  /// The examples at these places, in this order.
  func batch(_ indices: ArraySlice<Int>) -> Batch
}

extension Dataset {
  public subscript(index: Int) -> Example {
    let batch = batch([index])
    return Example(
      input: batch.inputs.reshaped(Array(batch.inputs.shape.dropFirst())), label: batch.labels[0])
  }

  /// Two parts at random, the first with `Int(count · ratio)` examples: one permutation is drawn.
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
