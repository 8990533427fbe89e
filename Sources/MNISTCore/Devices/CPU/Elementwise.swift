/// Passes that treat every number alone.
enum Elementwise {
  // Below this many numbers a second thread costs more than it saves (some 5 µs of work).
  static let chunk = 16_384

  static func chunks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: chunk).map { $0..<min(count, $0 + chunk) }
  }

  /// Calls `body` for pieces of 0..<count, on all threads.
  @inline(__always)
  static func forEachChunk(of count: Int, _ body: (Range<Int>) -> Void) {
    ThreadPool.current.forEach((count + chunk - 1) / chunk) { index in
      body(index * chunk..<min(count, (index + 1) * chunk))
    }
  }

  /// Calls `body` with the offsets of the whole vectors that cover a piece of a buffer.
  @inline(__always)
  static func forEachVector(in range: Range<Int>, _ body: (Int) -> Void) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      body(offset)
      offset += Vector.scalarCount
    }
  }

  static func unary(_ operation: UnaryOperation, _ x: CPUStorage) -> CPUStorage {
    switch operation {
    case .negate: map(x) { -$0 }
    case .exponential: map(x) { exp($0) }
    case .logarithm: map(x) { log($0) }
    case .squareRoot: map(x) { $0.squareRoot() }
    case .tanh: map(x) { tanh($0) }
    case .sigmoid: map(x) { Float(1 / (1 + exp(-Double($0)))) }
    case .relu: mapVectors(x) { $0.replacing(with: Vector.zero, where: $0 .<= .zero) }
    case .leakyReLU(let slope): mapVectors(x) { $0.leaky(slope) }
    case .add(let number): map(x) { $0 + number }
    case .subtract(let number): map(x) { $0 - number }
    case .multiply(let number): map(x) { $0 * number }
    case .divide(let number): map(x) { $0 / number }
    case .subtractFrom(let number): map(x) { number - $0 }
    case .divideInto(let number): map(x) { number / $0 }
    }
  }

  static func binary(_ operation: BinaryOperation, _ x: CPUStorage, _ y: CPUStorage) -> CPUStorage {
    switch operation {
    case .add: map(x, y) { $0 + $1 }
    case .subtract: map(x, y) { $0 - $1 }
    case .multiply: map(x, y) { $0 * $1 }
    case .divide: map(x, y) { $0 / $1 }
    case .equal: map(x, y) { Vector.zero.replacing(with: 1, where: $0 .== $1) }
    case .reluGradient: map(x, y) { y, g in g.replacing(with: Vector.zero, where: y .<= .zero) }
    case .leakyReLUGradient(let slope):
      map(x, y) { x, g in g.replacing(with: slope * g, where: x .<= .zero) }
    }
  }

  @inline(__always)
  private static func map(_ x: CPUStorage, _ body: (Float) -> Float) -> CPUStorage {
    let result = CPUStorage(count: x.count)
    let (source, target) = (x.start, result.start)
    forEachChunk(of: x.count) { for i in $0 { target[i] = body(source[i]) } }
    return result
  }

  @inline(__always)
  private static func mapVectors(_ x: CPUStorage, _ body: (Vector) -> Vector) -> CPUStorage {
    let result = CPUStorage(count: x.count)
    let (source, target) = (x.start, result.start)
    forEachChunk(of: x.count) {
      forEachVector(in: $0) { i in target.store(body(source.vector(at: i)), at: i) }
    }
    return result
  }

  @inline(__always)
  private static func map(
    _ x: CPUStorage, _ y: CPUStorage, _ body: (Vector, Vector) -> Vector
  ) -> CPUStorage {
    x.device.requireCount(of: x, toMeet: y)
    let result = CPUStorage(count: x.count)
    let (first, second, target) = (x.start, y.start, result.start)
    forEachChunk(of: x.count) {
      forEachVector(in: $0) { i in
        target.store(body(first.vector(at: i), second.vector(at: i)), at: i)
      }
    }
    return result
  }

  /// 1 / (1 − p) where a number is kept, 0 where it is dropped, each with probability p.
  static func dropoutMask(
    count: Int, probability: Double, seed: UInt64, firstDraw: UInt64
  ) -> CPUStorage {
    let mask = CPUStorage(count: count)
    let target = mask.start
    let scale = Float(1 / (1 - probability))
    let limit = SplitMix64.dropLimit(probability)
    forEachChunk(of: count) {
      for i in $0 {
        let draw = SplitMix64.bits(seed: seed, at: firstDraw &+ UInt64(i)) >> 11
        target[i] = draw < limit ? 0 : scale
      }
    }
    return mask
  }
}
