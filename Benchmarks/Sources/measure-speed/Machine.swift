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
    // Some 7 ms, beside which waking a thread does not count.
    let rounds = 4_000_000
    return max(
      Double(12 * 16 * 2 * rounds * threads)
        / seconds(threads: threads) { _ in chains(Wide.self, rounds) },
      Double(12 * 8 * 2 * rounds * threads)
        / seconds(threads: threads) { _ in chains(Narrow.self, rounds) })
  }

  /// Bytes a second, read and written, of a plain copy from one half of a working set to the other.
  /// The target's lines are fetched before they are written, which does not count as bytes.
  static func copyBandwidth(bytes: Int, threads: Int) -> Double {
    bandwidth(bytes: bytes, threads: threads, bytesPerVector: 128) { memory, vectors in
      let half = vectors / 2
      for i in 0..<half { memory[half + i] = memory[i] }
    }
  }

  /// The same of reading four arrays and writing three of them where they are, as Adam does, with next
  /// to no arithmetic.
  static func updateBandwidth(bytes: Int, threads: Int) -> Double {
    bandwidth(bytes: bytes, threads: threads, bytesPerVector: 7 * 64) { memory, vectors in
      let part = vectors / 4
      let (a, b, c, d) = (memory, memory + part, memory + 2 * part, memory + 3 * part)
      for i in 0..<part {
        let shift = d[i]
        a[i] += shift
        b[i] += shift
        c[i] += shift
      }
    }
  }

  /// Each thread passes over memory of its own, again and again.
  ///
  /// - Parameter bytesPerVector: read and written together in one turn of the loop in `pass`.
  private static func bandwidth(
    bytes: Int, threads: Int, bytesPerVector: Int,
    _ pass: @escaping @Sendable (UnsafeMutablePointer<SIMD16<Float>>, Int) -> Void
  ) -> Double {
    let hugePage = 2 << 20
    let vectors = bytes / threads / 64 / 4 * 4
    let size = (vectors * 64 * threads + hugePage - 1) / hugePage * hugePage
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: hugePage)
    defer { memory.deallocate() }
    #if os(Linux)
      madvise(memory, size, MADV_HUGEPAGE)
    #endif
    nonisolated(unsafe) let start = memory.bindMemory(
      to: SIMD16<Float>.self, capacity: size / 64)
    start.initialize(repeating: SIMD16(repeating: 0), count: size / 64)
    let rounds = max(1, (1 << 30) / bytes)
    let time = seconds(threads: threads) { thread in
      let own = start + thread * vectors
      for _ in 0..<rounds { pass(own, vectors) }
      return own[0][0]
    }
    let turns = bytesPerVector == 128 ? vectors / 2 : vectors / 4
    return Double(bytesPerVector * turns * threads * rounds) / time
  }

  /// The time until all threads are done.
  private static func seconds(
    threads: Int, _ body: @escaping @Sendable (Int) -> Float
  ) -> Double {
    @Sendable func work(_ thread: Int) {
      precondition(body(thread) != 12345, "the result is looked at, so that it is computed")
    }
    // The library's threads look for work for about a millisecond before they sleep, and would share
    // the processors with these.
    usleep(10_000)
    let start = now()
    let others = DispatchGroup()
    for thread in 1..<threads {
      others.enter()
      // Dispatch's own threads may leave all of the work to one.
      Thread.detachNewThread {
        work(thread)
        others.leave()
      }
    }
    work(0)
    others.wait()
    return now() - start
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
