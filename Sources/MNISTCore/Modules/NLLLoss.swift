/// Negative log-likelihood: the mean over the batch of −y[label], as `torch.nn.NLLLoss`.
///
/// Shapes: log-probabilities `[batch, classes]`, one label in `0..<classes` for each row; the loss is a
/// single number.
public struct NLLLoss: CustomStringConvertible {
  public init() {}

  // ∂y = −1 / batch at each row's label, 0 elsewhere
  public func callAsFunction(_ logProbabilities: Tensor, _ labels: [Int]) -> Tensor {
    let shape = logProbabilities.shape
    require(
      shape.count == 2 && shape[0] == labels.count && !labels.isEmpty,
      "NLLLoss needs [batch, classes] and a label for each row, not \(shape) and \(labels.count)")
    let classes = shape[1]
    require(
      labels.allSatisfy { $0 >= 0 && $0 < classes }, "labels must be in 0..<\(classes)")
    let numbers = logProbabilities.buffer
    var total = 0.0
    for (row, label) in labels.enumerated() { total -= Double(numbers[row * classes + label]) }
    let loss = FloatBuffer([Float(total / Double(labels.count))])
    return Tensor(shape: [], buffer: loss, from: [logProbabilities]) { g in
      let gradient = FloatBuffer(repeating: 0, count: labels.count * classes)
      let share = -g.item / Float(labels.count)
      for (row, label) in labels.enumerated() { gradient[row * classes + label] = share }
      return [Tensor(shape: shape, buffer: gradient)]
    }
  }

  public var description: String { "NLLLoss()" }
}
