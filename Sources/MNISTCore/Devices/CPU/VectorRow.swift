/// Some vectors side by side, all in registers.
protocol VectorRow {
  static var vectorCount: Int { get }
  static var zero: Self { get }
  init(_ start: UnsafePointer<Float>)
  func store(to start: UnsafeMutablePointer<Float>)
  /// self + a · b
  mutating func add(_ a: Float, _ b: Self)
  /// What `body` makes of each vector; it is given the offset of the vector's first number.
  func map(_ body: (Int, Vector) -> Vector) -> Self
  static func combine(_ a: Self, _ b: Self, _ body: (Vector, Vector) -> Vector) -> Self
}

extension VectorRow {
  static var scalarCount: Int { vectorCount * Vector.scalarCount }

  @inline(__always) static func + (a: Self, b: Self) -> Self { combine(a, b) { $0 + $1 } }
  @inline(__always) static func - (a: Self, b: Self) -> Self { combine(a, b) { $0 - $1 } }
  @inline(__always) static func * (a: Self, b: Self) -> Self { combine(a, b) { $0 * $1 } }
}

struct OneVector: VectorRow {
  static let vectorCount = 1
  private var v0: Vector

  @inline(__always) static var zero: Self { Self(v0: .zero) }

  @inline(__always)
  private init(v0: Vector) { self.v0 = v0 }

  @inline(__always)
  init(_ start: UnsafePointer<Float>) { v0 = start.vector(at: 0) }

  @inline(__always)
  func store(to start: UnsafeMutablePointer<Float>) { start.store(v0, at: 0) }

  @inline(__always)
  mutating func add(_ a: Float, _ b: Self) {
    v0 = v0.addingMultiple(Vector(repeating: a), b.v0)
  }

  @inline(__always)
  func map(_ body: (Int, Vector) -> Vector) -> Self { Self(v0: body(0, v0)) }

  @inline(__always)
  static func combine(_ a: Self, _ b: Self, _ body: (Vector, Vector) -> Vector) -> Self {
    Self(v0: body(a.v0, b.v0))
  }
}

/// Rows put together from narrower ones.
struct JoinedRow<Left: VectorRow, Right: VectorRow>: VectorRow {
  private var left: Left
  private var right: Right

  static var vectorCount: Int { Left.vectorCount + Right.vectorCount }
  @inline(__always) static var zero: Self { Self(left: .zero, right: .zero) }
  @inline(__always) private static var middle: Int { Left.vectorCount * Vector.scalarCount }

  @inline(__always)
  private init(left: Left, right: Right) { (self.left, self.right) = (left, right) }

  @inline(__always)
  init(_ start: UnsafePointer<Float>) {
    (left, right) = (Left(start), Right(start + Self.middle))
  }

  @inline(__always)
  func store(to start: UnsafeMutablePointer<Float>) {
    left.store(to: start)
    right.store(to: start + Self.middle)
  }

  @inline(__always)
  mutating func add(_ a: Float, _ b: Self) {
    left.add(a, b.left)
    right.add(a, b.right)
  }

  @inline(__always)
  func map(_ body: (Int, Vector) -> Vector) -> Self {
    Self(left: left.map(body), right: right.map { offset, v in body(Self.middle + offset, v) })
  }

  @inline(__always)
  static func combine(_ a: Self, _ b: Self, _ body: (Vector, Vector) -> Vector) -> Self {
    Self(left: Left.combine(a.left, b.left, body), right: Right.combine(a.right, b.right, body))
  }
}

typealias TwoVectors = JoinedRow<OneVector, OneVector>
typealias ThreeVectors = JoinedRow<TwoVectors, OneVector>
typealias FourVectors = JoinedRow<TwoVectors, TwoVectors>
typealias EightVectors = JoinedRow<FourVectors, FourVectors>
