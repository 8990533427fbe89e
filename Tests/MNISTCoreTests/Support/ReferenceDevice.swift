import Foundation

@testable import MNISTCore

/// A device without any cleverness: numbers in arrays, each operation the loop that its formula says, in
/// double, rounded to float once.
///
/// What runs on it touches no memory of the CPU device, and what it answers is what the others are
/// compared with.
final class ReferenceDevice: Device {
  var description: String { "reference" }

  /// What is to have gone wrong.
  nonisolated(unsafe) var failure: DeviceError?

  func check() throws(DeviceError) {
    if let failure { throw failure }
  }

  /// Numbers that this device alone can reach.
  private final class Numbers: Storage {
    var floats: [Float]

    init(_ floats: [Float], device: ReferenceDevice) {
      self.floats = floats
      super.init(device: device, count: floats.count)
    }
  }

  private final class Bytes: ByteStorage {
    let bytes: [UInt8]

    init(_ bytes: [UInt8], device: ReferenceDevice) {
      self.bytes = bytes
      super.init(device: device, count: bytes.count)
    }
  }

  private func own(_ storage: Storage) -> Numbers {
    guard storage.device === self, let own = storage as? Numbers else {
      stop("numbers on \(storage.device) cannot be used on \(self)")
    }
    return own
  }

  private func doubles(_ x: Storage) -> [Double] { own(x).floats.map(Double.init) }

  private func make(_ numbers: [Double]) -> Storage {
    Numbers(numbers.map(Float.init), device: self)
  }

  /// A [rows, columns] matrix of what `number` makes of each place.
  private func make(rows: Int, columns: Int, _ number: (Int, Int) -> Double) -> Storage {
    var numbers: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns { numbers.append(number(row, column)) }
    }
    return make(numbers)
  }

  private func update(_ target: Overwriting, _ number: (Int, Double) -> Double) {
    let numbers = own(target.storage)
    for (index, float) in numbers.floats.enumerated() {
      numbers.floats[index] = Float(number(index, Double(float)))
    }
  }

  // MARK: Memory

  func allocate(_ count: Int) -> Storage {
    Numbers(Array(repeating: .nan, count: count), device: self)
  }

  func upload(_ numbers: [Float]) -> Storage { Numbers(numbers, device: self) }

  func upload(bytes: [UInt8]) -> ByteStorage { Bytes(bytes, device: self) }

  func download(_ x: Storage) -> [Float] { own(x).floats }

  func write(_ numbers: [Float], to target: Overwriting) {
    require(numbers.count == target.storage.count, "\(numbers.count) numbers cannot fill it")
    own(target.storage).floats = numbers
  }

  func fill(_ target: Overwriting, with number: Float) { update(target) { _, _ in Double(number) } }

  func copyRows(
    _ rowCount: Int, width: Int, from source: Storage, _ sourceRows: RowPlaces,
    to target: Overwriting, _ targetRows: RowPlaces
  ) {
    let (source, target) = (own(source), own(target.storage))
    for row in 0..<rowCount {
      for column in 0..<width {
        target.floats[targetRows.offset + row * targetRows.stride + column] =
          source.floats[sourceRows.offset + row * sourceRows.stride + column]
      }
    }
  }

  // MARK: Elementwise and reductions

  func unary(_ operation: UnaryOperation, _ x: Storage) -> Storage {
    make(
      doubles(x).map { x in
        switch operation {
        case .negate: -x
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .squareRoot: x.squareRoot()
        case .tanh: Foundation.tanh(x)
        case .sigmoid: 1 / (1 + exp(-x))
        case .relu: x <= 0 ? 0 : x
        case .leakyReLU(let slope): x <= 0 ? Double(slope) * x : x
        case .add(let number): x + Double(number)
        case .subtract(let number): x - Double(number)
        case .multiply(let number): x * Double(number)
        case .divide(let number): x / Double(number)
        case .subtractFrom(let number): Double(number) - x
        case .divideInto(let number): Double(number) / x
        }
      })
  }

  func binary(_ operation: BinaryOperation, _ x: Storage, _ y: Storage) -> Storage {
    require(x.count == y.count, "\(x.count) numbers cannot meet \(y.count)")
    return make(
      zip(doubles(x), doubles(y)).map { x, y in
        switch operation {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .equal: x == y ? 1 : 0
        case .reluGradient: x > 0 ? y : 0
        case .leakyReLUGradient(let slope): x > 0 ? y : Double(slope) * y
        }
      })
  }

  /// For each number of the larger shape the place of the one in the smaller shape that it comes from.
  private func places(in small: [Int], of large: [Int]) -> [Int] {
    let padded = Array(repeating: 1, count: large.count - small.count) + small
    return (0..<large.reduce(1, *)).map { index in
      var (place, rest, step) = (0, index, 1)
      for axis in large.indices.reversed() {
        if padded[axis] != 1 { place += rest % large[axis] * step }
        rest /= large[axis]
        step *= padded[axis]
      }
      return place
    }
  }

  func broadcast(_ x: Storage, from shape: [Int], to target: [Int]) -> Storage {
    let numbers = doubles(x)
    return make(places(in: shape, of: target).map { numbers[$0] })
  }

  func reduce(
    _ reduction: Reduction, _ x: Storage, from shape: [Int], to target: [Int]
  ) -> Storage {
    var groups = [[Double]](repeating: [], count: target.reduce(1, *))
    for (number, place) in zip(doubles(x), places(in: target, of: shape)) {
      groups[place].append(number)
    }
    return make(
      groups.map { group in
        switch reduction {
        case .sum(let count): group.reduce(0, +) / Double(count)
        case .maximum: group.contains(where: \.isNaN) ? .nan : group.max() ?? -.infinity
        }
      })
  }

  func transpose(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let numbers = doubles(x)
    return make(rows: columns, columns: rows) { numbers[$1 * columns + $0] }
  }

  func argmax(_ x: Storage, rows: Int, columns: Int) -> [Int] {
    let numbers = doubles(x)
    return (0..<rows).map { row in
      var best = 0
      for column in 0..<columns
      where numbers[row * columns + column] > numbers[row * columns + best] {
        best = column
      }
      return best
    }
  }

  // MARK: Rows picked by number

  func gatherRows(_ rows: [Int], of bytes: ByteStorage, width: Int) -> Storage {
    guard bytes.device === self, let own = bytes as? Bytes else {
      stop("bytes on \(bytes.device) cannot be used on \(self)")
    }
    return make(rows: rows.count, columns: width) {
      Double(own.bytes[rows[$0] * width + $1]) / 255
    }
  }

  func gatherRows(_ rows: [Int], of x: Storage, width: Int) -> Storage {
    let numbers = doubles(x)
    return make(rows: rows.count, columns: width) { numbers[rows[$0] * width + $1] }
  }

  func scatterRows(_ x: Storage, to rows: [Int], of rowCount: Int, width: Int) -> Storage {
    let numbers = doubles(x)
    var sums = [Double](repeating: 0, count: rowCount * width)
    for (index, row) in rows.enumerated() {
      for column in 0..<width { sums[row * width + column] += numbers[index * width + column] }
    }
    return make(sums)
  }

  // MARK: Matrix products

  func multiply(_ products: [MatrixProduct]) -> [Storage] {
    products.map { product in
      let (a, b) = (rows(product.a), rows(product.b.transposed))
      let bias = product.epilogue.bias.map { doubles($0) }
      return make(rows: product.a.rows, columns: product.b.columns) { row, column in
        var sum = 0.0
        for (a, b) in zip(a[row], b[column]) { sum += a * b }
        if let bias { sum += bias[column] }
        if let slope = product.epilogue.slope, sum <= 0 { sum *= Double(slope) }
        return sum
      }
    }
  }

  private func rows(_ matrix: Matrix) -> [[Double]] {
    let numbers = doubles(matrix.storage)
    return (0..<matrix.rows).map { row in
      (0..<matrix.columns).map { column in
        numbers[matrix.isTransposed ? column * matrix.rows + row : row * matrix.columns + column]
      }
    }
  }

  // MARK: Layers

  func columnSums(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let numbers = doubles(x)
    return make((0..<columns).map { sum(rows, columns, $0) { numbers[$0] } })
  }

  /// The sum down a column of what `number` makes of each place.
  private func sum(
    _ rows: Int, _ columns: Int, _ column: Int, _ number: (Int) -> Double
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows { sum += number(row * columns + column) }
    return sum
  }

  func leakyReLUGradients(
    _ y: Storage, upstream: Storage, slope: Float, rows: Int, columns: Int
  ) -> (x: Storage, columnSums: Storage) {
    let x = binary(.leakyReLUGradient(slope: slope), y, upstream)
    return (x, columnSums(x, rows: rows, columns: columns))
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, moving: RunningStatistics?
  ) -> (y: Storage, statistics: ColumnStatistics) {
    let (numbers, columns) = (doubles(x), weight.count)
    let rows = columns == 0 ? 0 : x.count / columns
    let means = (0..<columns).map { sum(rows, columns, $0) { numbers[$0] } / Double(rows) }
    let variances = (0..<columns).map { column in
      sum(rows, columns, column) {
        (numbers[$0] - means[column]) * (numbers[$0] - means[column])
      } / Double(rows)
    }
    if let moving {
      let unbiased = variances.map { $0 * Double(rows) / Double(rows - 1) }
      let momentum = moving.momentum
      update(moving.mean) { (1 - momentum) * $1 + momentum * means[$0] }
      update(moving.variance) { (1 - momentum) * $1 + momentum * unbiased[$0] }
    }
    let statistics = ColumnStatistics(mean: make(means), variance: make(variances))
    let y = batchNorm(x, weight: weight, bias: bias, epsilon: epsilon, statistics: statistics)
    return (y, statistics)
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, statistics: ColumnStatistics
  ) -> Storage {
    let (mean, variance) = (doubles(statistics.mean), doubles(statistics.variance))
    let (weight, bias) = (doubles(weight), doubles(bias))
    return make(
      doubles(x).enumerated().map { index, x in
        let column = index % weight.count
        let normal = (x - mean[column]) / (variance[column] + epsilon).squareRoot()
        return normal * weight[column] + bias[column]
      })
  }

  func batchNormGradients(
    _ x: Storage, upstream: Storage, weight: Storage, epsilon: Double,
    statistics: ColumnStatistics, statisticsAreOfBatch: Bool, slope: Float?
  ) -> BatchNormGradients {
    let (numbers, g, columns) = (doubles(x), doubles(upstream), weight.count)
    let rows = columns == 0 ? 0 : x.count / columns
    let (mean, weight) = (doubles(statistics.mean), doubles(weight))
    let deviation = doubles(statistics.variance).map { ($0 + epsilon).squareRoot() }
    let normal = numbers.enumerated().map { index, x in
      (x - mean[index % columns]) / deviation[index % columns]
    }
    let biasGradient = (0..<columns).map { sum(rows, columns, $0) { g[$0] } }
    let weightGradient = (0..<columns).map { sum(rows, columns, $0) { g[$0] * normal[$0] } }
    let gradient = g.indices.map { index in
      let column = index % columns
      var gradient = g[index]
      if statisticsAreOfBatch {
        gradient -= (biasGradient[column] + normal[index] * weightGradient[column]) / Double(rows)
      }
      gradient *= weight[column] / deviation[column]
      if let slope, numbers[index] <= 0 { gradient *= Double(slope) }
      return gradient
    }
    return BatchNormGradients(
      x: make(gradient), weight: make(weightGradient), bias: make(biasGradient),
      columnSums: make((0..<columns).map { sum(rows, columns, $0) { gradient[$0] } }))
  }

  func logSoftmax(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let numbers = doubles(x)
    // The largest goes first: beside 1e30 no logarithm can be seen.
    let largest = (0..<rows).map { numbers[$0 * columns..<($0 + 1) * columns].max() ?? 0 }
    let logarithms = (0..<rows).map { row in
      log((0..<columns).reduce(0) { $0 + exp(numbers[row * columns + $1] - largest[row]) })
    }
    return make(rows: rows, columns: columns) {
      numbers[$0 * columns + $1] - largest[$0] - logarithms[$0]
    }
  }

  func logSoftmaxGradient(_ y: Storage, upstream: Storage, rows: Int, columns: Int) -> Storage {
    let (y, g) = (doubles(y), doubles(upstream))
    return make(rows: rows, columns: columns) { row, column in
      let sum = g[row * columns..<(row + 1) * columns].reduce(0, +)
      return g[row * columns + column] - exp(y[row * columns + column]) * sum
    }
  }

  func negativeLogLikelihood(_ x: Storage, labels: [Int], columns: Int) -> Storage {
    let numbers = doubles(x)
    var sum = 0.0
    for (row, label) in labels.enumerated() { sum -= numbers[row * columns + label] }
    return make([sum / Double(labels.count)])
  }

  func negativeLogLikelihoodGradient(upstream: Storage, labels: [Int], columns: Int) -> Storage {
    let share = -doubles(upstream)[0] / Double(labels.count)
    return make(rows: labels.count, columns: columns) { labels[$0] == $1 ? share : 0 }
  }

  func dropoutMask(_ count: Int, probability: Double, seed: UInt64, firstDraw: UInt64) -> Storage {
    make(
      (0..<count).map { index in
        let bits = SplitMix64.bits(seed: seed, at: firstDraw &+ UInt64(index))
        return Double(bits >> 11) * 0x1p-53 < probability ? 0 : 1 / (1 - probability)
      })
  }

  // MARK: Optimisers

  func adam(_ steps: [AdamStep]) {
    for step in steps {
      let before = doubles(step.parameter.storage)
      var (g, shrink) = (doubles(step.gradient), 1.0)
      switch step.decay {
      case .none: break
      case .inGradient(let decay): g = zip(g, before).map { $0 + decay * $1 }
      case .decoupled(let factor): shrink = factor
      }
      update(step.average) { step.beta1 * $1 + (1 - step.beta1) * g[$0] }
      update(step.averageOfSquares) { step.beta2 * $1 + (1 - step.beta2) * g[$0] * g[$0] }
      let averages = doubles(step.average.storage)
      let roots = doubles(step.averageOfSquares.storage).map { $0.squareRoot() }
      update(step.parameter) { index, p in
        let denominator = roots[index] / step.correction + step.epsilon
        return shrink * p - step.stepSize * averages[index] / denominator
      }
    }
  }

  func gradientDescent(_ steps: [GradientDescentStep]) {
    for step in steps {
      let before = doubles(step.parameter.storage)
      var g = zip(doubles(step.gradient), before).map { $0 + step.weightDecay * $1 }
      if let momentum = step.momentum {
        update(momentum.velocity) { momentum.factor * $1 + g[$0] }
        g = doubles(momentum.velocity.storage)
      }
      update(step.parameter) { $1 - step.rate * g[$0] }
    }
  }
}
