import Foundation
import MNISTCore

/// What the processor can do at best: the scale for everything else.
enum Machine {
  static let name: String = {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("model name") })
    else { return "unknown processor" }
    return line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  }()

  /// Multiply-adds a second, as floating-point operations (two each), on some threads at once: chains
  /// of them in registers and nothing else. The wider and the narrower vectors are both tried.
  static func peak(threads: Int) -> Double {
    let rounds = 400_000
    return max(
      Double(12 * 16 * 2 * rounds * threads)
        / seconds(threads: threads) { chains(Wide.self, rounds) },
      Double(12 * 8 * 2 * rounds * threads)
        / seconds(threads: threads) { chains(Narrow.self, rounds) })
  }

  /// Bytes a second, read and written, of a plain copy within a working set of this size.
  static func copyBandwidth(bytes: Int, threads: Int) -> Double {
    let half = bytes / 2 / threads
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 1 << 21)
    memory.initializeMemory(as: UInt8.self, repeating: 1, count: bytes)
    defer { memory.deallocate() }
    nonisolated(unsafe) let start = memory
    let rounds = max(1, (64 << 20) / bytes)
    let time = seconds(threads: threads) { thread in
      let source = start + thread * 2 * half
      for _ in 0..<rounds {
        // Piece by piece: for large copies memcpy would go around the caches.
        for offset in stride(from: 0, to: half, by: 1 << 16) {
          memcpy(source + half + offset, source + offset, min(1 << 16, half - offset))
        }
      }
      return 0
    }
    return Double(2 * half * threads * rounds) / time
  }

  /// The time until all threads are done.
  private static func seconds(threads: Int, _ body: @Sendable (Int) -> Float) -> Double {
    let start = now()
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      precondition(body(thread) != 12345, "the result is looked at, so that it is computed")
    }
    return now() - start
  }

  private static func seconds(threads: Int, _ body: @Sendable () -> Float) -> Double {
    seconds(threads: threads) { (_: Int) in body() }
  }
}

/// Independent sums, as many as registers hold beside the two factors. They start from different
/// numbers: equal ones would be computed once.
private protocol Chains {
  init(_ start: Float)
  mutating func step(_ factor: Float)
  var total: Float { get }
}

@inline(never)
private func chains<Kind: Chains>(_ kind: Kind.Type, _ rounds: Int) -> Float {
  var sums = Kind(Float(rounds))
  let factor = 1 / Float(rounds)
  for _ in 0..<rounds { sums.step(factor) }
  return sums.total
}

private struct Four<Vector: SIMD> where Vector.Scalar == Float {
  private var (a, b, c, d): (Vector, Vector, Vector, Vector)

  @inline(__always)
  init(_ start: Float) {
    (a, b) = (Vector(repeating: start), Vector(repeating: start + 1))
    (c, d) = (Vector(repeating: start + 2), Vector(repeating: start + 3))
  }

  @inline(__always)
  mutating func step(_ x: Vector) {
    a.addProduct(x, x)
    b.addProduct(x, x)
    c.addProduct(x, x)
    d.addProduct(x, x)
  }

  @inline(__always)
  var total: Float { (a + b + c + d).sum() }
}

/// Twelve vectors of eight floats: all but four of AVX2's registers.
private struct Narrow: Chains {
  private var (a, b, c): (Four<SIMD8<Float>>, Four<SIMD8<Float>>, Four<SIMD8<Float>>)

  init(_ start: Float) { (a, b, c) = (Four(start), Four(start + 4), Four(start + 8)) }

  @inline(__always)
  mutating func step(_ factor: Float) {
    let x = SIMD8<Float>(repeating: factor)
    a.step(x)
    b.step(x)
    c.step(x)
  }

  var total: Float { a.total + b.total + c.total }
}

/// Twelve vectors of sixteen floats.
private struct Wide: Chains {
  private var (a, b, c): (Four<SIMD16<Float>>, Four<SIMD16<Float>>, Four<SIMD16<Float>>)

  init(_ start: Float) { (a, b, c) = (Four(start), Four(start + 4), Four(start + 8)) }

  @inline(__always)
  mutating func step(_ factor: Float) {
    let x = SIMD16<Float>(repeating: factor)
    a.step(x)
    b.step(x)
    c.step(x)
  }

  var total: Float { a.total + b.total + c.total }
}
