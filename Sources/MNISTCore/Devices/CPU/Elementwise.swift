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

  @inline(__always)
  static func map(_ x: FloatBuffer, _ body: (Float) -> Float) -> FloatBuffer {
    let result = FloatBuffer(count: x.count)
    let (source, target) = (x.start, result.start)
    forEachChunk(of: x.count) { for i in $0 { target[i] = body(source[i]) } }
    return result
  }

  @inline(__always)
  static func map(
    _ x: FloatBuffer, _ y: FloatBuffer, _ body: (Vector, Vector) -> Vector
  ) -> FloatBuffer {
    require(x.count == y.count, "\(x.count) numbers cannot meet \(y.count)")
    let result = FloatBuffer(count: x.count)
    let (first, second, target) = (x.start, y.start, result.start)
    forEachChunk(of: x.count) {
      forEachVector(in: $0) { i in
        target.store(body(first.vector(at: i), second.vector(at: i)), at: i)
      }
    }
    return result
  }

  static func leakyReLU(_ x: FloatBuffer, slope: Float) -> FloatBuffer {
    let result = FloatBuffer(count: x.count)
    let (source, target) = (x.start, result.start)
    forEachChunk(of: x.count) {
      forEachVector(in: $0) { i in
        target.store(source.vector(at: i).leaky(slope), at: i)
      }
    }
    return result
  }

  // ∂y/∂x = 1 where x > 0, else slope.
  static func leakyReLUGradient(
    _ x: FloatBuffer, upstream: FloatBuffer, slope: Float
  ) -> FloatBuffer {
    let result = FloatBuffer(count: x.count)
    let (source, upstream, target) = (x.start, upstream.start, result.start)
    forEachChunk(of: x.count) {
      forEachVector(in: $0) { i in
        let g = upstream.vector(at: i)
        target.store(g.replacing(with: slope * g, where: source.vector(at: i) .<= 0), at: i)
      }
    }
    return result
  }

  /// 1 / (1 − p) where a number is kept, 0 where it is dropped, each with probability p.
  static func dropoutMask(
    count: Int, probability: Double, seed: UInt64, firstDraw: UInt64
  ) -> FloatBuffer {
    let mask = FloatBuffer(count: count)
    let target = mask.start
    let scale = Float(1 / (1 - probability))
    // 53 bits of each draw, as a fraction of 1.
    let threshold = UInt64(probability * 0x1p53)
    forEachChunk(of: count) {
      for i in $0 {
        let draw = SplitMix64.bits(seed: seed, at: firstDraw &+ UInt64(i)) >> 11
        target[i] = draw < threshold ? 0 : scale
      }
    }
    return mask
  }
}
