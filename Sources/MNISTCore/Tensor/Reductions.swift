extension Tensor {
  /// The sum of all numbers, formed in double.
  // ∂x = g for each number
  public func sum() -> Tensor {
    let total = numbers.reduce(0.0) { $0 + Double($1) }
    return Tensor(
      shape: [], buffer: FloatBuffer([Float(total)]), from: [self]
    ) { [shape] g in [Tensor(repeating: g.item, shape: shape)] }
  }

  /// The mean of all numbers, formed in double.
  // ∂x = g / count for each number
  public func mean() -> Tensor {
    let total = numbers.reduce(0.0) { $0 + Double($1) }
    return Tensor(
      shape: [], buffer: FloatBuffer([Float(total / Double(count))]), from: [self]
    ) { [shape, count] g in [Tensor(repeating: g.item / Float(count), shape: shape)] }
  }

  /// The logarithm of the softmax over the last axis: y = x − log Σ exp(x).
  // ∂x = g − exp(y) · Σ g, the sum over the last axis
  public func logSoftmax() -> Tensor {
    guard let columns = shape.last, columns > 0 else {
      stop("logSoftmax needs a last axis with numbers in it, not \(shape)")
    }
    let rows = count / columns
    let result = LogSoftmaxKernels.forward(buffer, rows: rows, columns: columns)
    return Tensor(shape: shape, buffer: result, from: [self]) { [shape] g in
      let gradient = LogSoftmaxKernels.gradient(
        result, upstream: g.buffer, rows: rows, columns: columns)
      return [Tensor(shape: shape, buffer: gradient)]
    }
  }

  /// For each row of a [rows, columns] tensor, the column of its largest number (the first of equals).
  public func largestColumns() -> [Int] {
    require(shape.count == 2 && shape[1] > 0, "largestColumns needs rows, not \(shape)")
    let columns = shape[1]
    let numbers = numbers
    return (0..<shape[0]).map { row in
      var best = 0
      for column in 1..<max(1, columns)
      where numbers[row * columns + column] > numbers[row * columns + best] {
        best = column
      }
      return best
    }
  }
}
