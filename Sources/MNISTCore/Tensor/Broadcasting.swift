// Broadcasting as in NumPy and PyTorch: shapes are aligned at their last axis, and an axis of size 1
// (or one that is missing in front) is repeated.

extension Tensor {
  /// The shape that both can be repeated to; nil if there is none.
  static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
    var shape: [Int] = []
    for axis in (1..<(max(a.count, b.count) + 1)).reversed() {
      let first = axis <= a.count ? a[a.count - axis] : 1
      let second = axis <= b.count ? b[b.count - axis] : 1
      guard first == second || first == 1 || second == 1 else { return nil }
      shape.append(first == 1 ? second : first)
    }
    return shape
  }

  /// These numbers repeated to `shape`.
  ///
  /// Derivative: the upstream gradient, summed over the repeated axes.
  public func broadcast(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    require(
      Tensor.broadcastShape(self.shape, shape) == shape,
      "\(self.shape) cannot be broadcast to \(shape)")
    let places = BroadcastPlaces(from: self.shape, to: shape)
    return Tensor(
      shape: shape, buffer: places.repeated(buffer), from: [self]
    ) { [source = self.shape] upstream in
      [Tensor(shape: source, buffer: places.summed(upstream.buffer))]
    }
  }
}

/// For each number of the larger shape, its place in the smaller one.
private struct BroadcastPlaces {
  private let places: [Int]
  private let sourceCount: Int

  init(from source: [Int], to target: [Int]) {
    let padded = Array(repeating: 1, count: target.count - source.count) + source
    var places = [0]
    for (size, repeats) in zip(padded, target) {
      // The axes seen so far step over `size` numbers; a repeated axis stays where it is.
      places = places.flatMap { place in
        (0..<repeats).map { place * size + (size == 1 ? 0 : $0) }
      }
    }
    self.places = places
    sourceCount = source.reduce(1, *)
  }

  func repeated(_ buffer: FloatBuffer) -> FloatBuffer {
    FloatBuffer(places.map { buffer[$0] })
  }

  func summed(_ buffer: FloatBuffer) -> FloatBuffer {
    var sums = [Double](repeating: 0, count: sourceCount)
    for (index, place) in places.enumerated() { sums[place] += Double(buffer[index]) }
    return FloatBuffer(sums.map { Float($0) })
  }
}
