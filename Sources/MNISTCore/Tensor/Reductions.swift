// Many numbers become fewer. Axes are numbered from 0; −1 is the last one.

extension Tensor {
  /// The sum of all numbers, formed in double: a tensor of rank zero.
  public func sum() -> Tensor { reduced(to: [], dividedBy: 1) }

  /// The mean of all numbers, at least one, formed in double: a tensor of rank zero.
  public func mean() -> Tensor {
    require(count > 0, "there is no mean of no numbers, in a tensor of shape \(shape)")
    return reduced(to: [], dividedBy: count)
  }

  /// The sum along an axis, formed in double. [2, 3, 4] along axis 1 gives [2, 4].
  ///
  /// - Parameter keepingAxis: whether the axis stays, with size 1: [2, 1, 4].
  public func sum(alongAxis axis: Int, keepingAxis: Bool = false) -> Tensor {
    let shapes = shapes(alongAxis: axis)
    return reduced(to: shapes.kept, dividedBy: 1)
      .reshaped(keepingAxis ? shapes.kept : shapes.dropped)
  }

  /// The mean along an axis, formed in double. [2, 3, 4] along axis 1 gives [2, 4].
  ///
  /// - Parameter keepingAxis: whether the axis stays, with size 1: [2, 1, 4].
  public func mean(alongAxis axis: Int, keepingAxis: Bool = false) -> Tensor {
    let shapes = shapes(alongAxis: axis)
    require(shapes.size > 0, "there is no mean of no numbers, along axis \(axis) of \(shape)")
    return reduced(to: shapes.kept, dividedBy: shapes.size)
      .reshaped(keepingAxis ? shapes.kept : shapes.dropped)
  }

  /// The largest number along an axis, as `torch.amax`. [2, 3, 4] along axis 1 gives [2, 4].
  ///
  /// - Parameter keepingAxis: whether the axis stays, with size 1: [2, 1, 4].
  // ∂x = g, in even parts, where x is the largest, else 0
  public func max(alongAxis axis: Int, keepingAxis: Bool = false) -> Tensor {
    let shapes = shapes(alongAxis: axis)
    require(shapes.size > 0, "there is no largest of no numbers, along axis \(axis) of \(shape)")
    let result = device.reduce(.maximum, storage, from: shape, to: shapes.kept)
    let largest = Tensor(shape: shapes.kept, storage: result, from: [self]) { [self] g in
      let isLargest = equals(Tensor(shape: shapes.kept, storage: result).broadcast(to: shape))
      return [isLargest * (g / isLargest.sum(alongAxis: axis, keepingAxis: true))]
    }
    return largest.reshaped(keepingAxis ? shapes.kept : shapes.dropped)
  }

  /// The logarithm of the softmax over the last axis: y = x − log Σ exp(x).
  // ∂x = g − exp(y) · Σ g, the sum over the last axis
  public func logSoftmax() -> Tensor {
    guard let columns = shape.last, columns > 0 else {
      stop("logSoftmax needs a last axis with numbers in it, not \(shape)")
    }
    let rows = count / columns
    let result = device.logSoftmax(storage, rows: rows, columns: columns)
    return Tensor(shape: shape, storage: result, from: [self]) { [shape] g in
      let gradient = g.device.logSoftmaxGradient(
        result, upstream: g.storage, rows: rows, columns: columns)
      return [Tensor(shape: shape, storage: gradient)]
    }
  }

  /// For each row of a [rows, columns] tensor, the column of its largest number (the first of equals).
  public func argmax() -> [Int] {
    require(
      shape.count == 2 && shape[1] > 0, "argmax needs rows with numbers in them, not \(shape)")
    return device.argmax(storage, rows: shape[0], columns: shape[1])
  }

  // ∂x = g / divisor for each number
  private func reduced(to target: [Int], dividedBy divisor: Int) -> Tensor {
    let result = device.reduce(.sum(dividedBy: divisor), storage, from: shape, to: target)
    return Tensor(shape: target, storage: result, from: [self]) { [shape] g in
      [(divisor == 1 ? g : g / Float(divisor)).broadcast(to: shape)]
    }
  }

  /// The shape with the axis at size 1 and without it, and the axis's size.
  private func shapes(alongAxis axis: Int) -> (kept: [Int], dropped: [Int], size: Int) {
    let index = index(ofAxis: axis)
    var (kept, dropped) = (shape, shape)
    kept[index] = 1
    let size = dropped.remove(at: index)
    return (kept, dropped, size)
  }

  /// From 0, also of an axis that is counted from the end.
  func index(ofAxis axis: Int) -> Int {
    require(
      (-shape.count..<shape.count).contains(axis), "there is no axis \(axis) in the shape \(shape)")
    return axis < 0 ? axis + shape.count : axis
  }
}
