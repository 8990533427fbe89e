// The same numbers in another shape, order or number.

extension Tensor {
  /// The same numbers in the same order under another shape; both tensors share them.
  public func reshaped(_ shape: [Int]) -> Tensor {
    require(
      elementCount(of: shape) == count, "\(self.shape) cannot be reshaped to \(shape)")
    return Tensor(shape: shape, storage: storage, from: [self]) { [source = self.shape] g in
      [Tensor(shape: source, storage: g.storage)]
    }
  }

  /// The transpose of a matrix: [rows, columns] becomes [columns, rows].
  // ∂x = gᵀ
  public func transposed() -> Tensor {
    require(shape.count == 2, "only a matrix can be transposed, not \(shape)")
    return Tensor(
      shape: shape.reversed(),
      storage: device.transpose(storage, rows: shape[0], columns: shape[1]), from: [self]
    ) { g in [g.transposed()] }
  }

  /// The numbers repeated to `shape`, which this shape must fit.
  // ∂x = g summed over the repeated axes
  public func broadcast(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    require(
      Tensor.broadcastShape(self.shape, shape) == shape,
      "\(self.shape) cannot be broadcast to \(shape)")
    _ = elementCount(of: shape)
    return Tensor(
      shape: shape, storage: device.broadcast(storage, from: self.shape, to: shape), from: [self]
    ) { [source = self.shape] g in
      let sum = g.device.reduce(.sum(dividedBy: 1), g.storage, from: shape, to: source)
      return [Tensor(shape: source, storage: sum)]
    }
  }

  /// The shape that both can be repeated to, nil if there is none: shapes are aligned at their last axis, and
  /// an axis of size 1, or one that is missing in front, is repeated.
  static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
    var shape: [Int] = []
    for axis in (1..<(Swift.max(a.count, b.count) + 1)).reversed() {
      let first = axis <= a.count ? a[a.count - axis] : 1
      let second = axis <= b.count ? b[b.count - axis] : 1
      guard first == second || first == 1 || second == 1 else { return nil }
      shape.append(first == 1 ? second : first)
    }
    return shape
  }

  /// Tensors one after the other along an axis, as `torch.cat`; their other axes must agree.
  // ∂x = the part of g that came from x
  public static func concatenated(_ tensors: [Tensor], alongAxis axis: Int = 0) -> Tensor {
    guard let first = tensors.first else { stop("nothing can be made of no tensors") }
    let index = first.index(ofAxis: axis)
    var shape = first.shape
    shape[index] = 0
    for tensor in tensors {
      var other = tensor.shape
      require(other.count == shape.count, "\(first.shape) and \(other) have other numbers of axes")
      shape[index] += other[index]
      other[index] = shape[index]
      require(
        other == shape,
        "\(first.shape) and \(tensor.shape) differ in more than axis \(axis)")
    }
    let rows = shape[..<index].reduce(1, *)
    let stride = shape[index...].reduce(1, *)
    let widths = tensors.map { $0.shape[index...].reduce(1, *) }
    let offsets = widths.indices.map { widths[..<$0].reduce(0, +) }
    let device = first.device
    let result = device.allocate(rows * stride)
    for (tensor, place) in zip(tensors, zip(offsets, widths)) {
      device.copyRows(
        rows, width: place.1, from: tensor.storage, RowPlaces(stride: place.1),
        to: Overwriting(result), RowPlaces(offset: place.0, stride: stride))
    }
    return Tensor(shape: shape, storage: result, from: tensors) { g in
      zip(tensors, zip(offsets, widths)).map { tensor, place in
        guard tensor.requiresGradient else { return nil }
        let part = g.device.allocate(tensor.count)
        g.device.copyRows(
          rows, width: place.1, from: g.storage, RowPlaces(offset: place.0, stride: stride),
          to: Overwriting(part), RowPlaces(stride: place.1))
        return Tensor(shape: tensor.shape, storage: part)
      }
    }
  }

  /// The rows with these numbers, in this order; a row may be taken more than once. Rows are what the first
  /// axis counts: of [5, 2, 3], two rows are [2, 2, 3].
  // ∂x = at each row the sum of g's rows that were taken from it
  public func rows(_ indices: [Int]) -> Tensor {
    require(!shape.isEmpty, "a tensor of rank zero has no rows")
    let rowCount = shape[0]
    if let wrong = indices.first(where: { !(0..<rowCount).contains($0) }) {
      stop("row \(wrong) is outside 0..<\(rowCount), the rows of \(shape)")
    }
    let width = shape.dropFirst().reduce(1, *)
    let result = device.gatherRows(indices, of: storage, width: width)
    return Tensor(
      shape: [indices.count] + shape.dropFirst(), storage: result, from: [self]
    ) { [shape] g in
      let sums = g.device.scatterRows(g.storage, to: indices, of: rowCount, width: width)
      return [Tensor(shape: shape, storage: sums)]
    }
  }
}
