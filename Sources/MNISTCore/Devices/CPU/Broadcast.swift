/// The places of a smaller array in a larger one that repeats it: along axes of size 1, and along those
/// that are missing in front.
struct Broadcast {
  private let shape: [Int]
  private let steps: [Int]
  private let count: Int
  private let smallCount: Int

  init(from small: [Int], to shape: [Int]) {
    self.shape = shape
    steps = Self.steps(from: small, to: shape)
    count = shape.reduce(1, *)
    smallCount = small.reduce(1, *)
  }

  /// For each axis of the larger array, how far a step along it moves in the smaller one.
  static func steps(from small: [Int], to shape: [Int]) -> [Int] {
    let padded = Array(repeating: 1, count: shape.count - small.count) + small
    var (step, steps) = (1, [Int]())
    for size in padded.reversed() {
      steps.append(size == 1 ? 0 : step)
      step *= size
    }
    return steps.reversed()
  }

  func repeated(_ x: CPUStorage) -> CPUStorage {
    let result = CPUStorage(count: count)
    forEachRow { place, smallPlace, length, step in
      let (source, target) = (x.start + smallPlace, result.start + place)
      for i in 0..<length { target[i] = source[i * step] }
    }
    return result
  }

  func reduced(_ x: CPUStorage, _ reduction: Reduction) -> CPUStorage {
    let result = CPUStorage(count: smallCount)
    switch reduction {
    case .sum(let divisor):
      var sums = [Double](repeating: 0, count: smallCount)
      forEachRow { place, smallPlace, length, step in
        for i in 0..<length { sums[smallPlace + i * step] += Double(x.start[place + i]) }
      }
      for (index, sum) in sums.enumerated() { result.start[index] = Float(sum / Double(divisor)) }
    case .maximum:
      result.start.update(repeating: -.infinity, count: smallCount)
      forEachRow { place, smallPlace, length, step in
        for i in 0..<length {
          let (number, largest) = (x.start[place + i], result.start + smallPlace + i * step)
          if number > largest.pointee || number.isNaN { largest.pointee = number }
        }
      }
    }
    return result
  }

  /// Calls `body` for each row along the last axis, in order: where it begins in the larger and in the
  /// smaller array, its length, and the step in the smaller one.
  private func forEachRow(_ body: (Int, Int, Int, Int) -> Void) {
    guard count > 0 else { return }
    guard let length = shape.last, let step = steps.last else { return body(0, 0, 1, 0) }
    var (index, smallPlace) = ([Int](repeating: 0, count: shape.count - 1), 0)
    for place in stride(from: 0, to: count, by: length) {
      body(place, smallPlace, length, step)
      for axis in index.indices.reversed() {
        index[axis] += 1
        smallPlace += steps[axis]
        guard index[axis] == shape[axis] else { break }
        smallPlace -= shape[axis] * steps[axis]
        index[axis] = 0
      }
    }
  }
}
