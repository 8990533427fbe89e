// Operations on each number alone. Two operands of different shapes are broadcast.

extension Tensor {
  // ∂(x + y) = g, g
  public static func + (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, "+", +) { _, _, g in [g, g] }
  }

  // ∂(x − y) = g, −g
  public static func - (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, "-", -) { _, y, g in [g, y.requiresGradient ? -g : nil] }
  }

  // ∂(x · y) = g · y, g · x
  public static func * (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, "*", *) { x, y, g in
      [x.requiresGradient ? g * y : nil, y.requiresGradient ? g * x : nil]
    }
  }

  // ∂(x / y) = g / y, −g · x / y²
  public static func / (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, "/", /) { x, y, g in
      [x.requiresGradient ? g / y : nil, y.requiresGradient ? -(g * x / (y * y)) : nil]
    }
  }

  public static prefix func - (x: Tensor) -> Tensor {
    x.map({ -$0 }, derivative: { g in -g })
  }

  // With a number in place of one operand: the derivatives by the other.
  public static func + (x: Tensor, y: Float) -> Tensor {
    x.map({ $0 + y }, derivative: { g in g })
  }
  public static func - (x: Tensor, y: Float) -> Tensor {
    x.map({ $0 - y }, derivative: { g in g })
  }
  public static func * (x: Tensor, y: Float) -> Tensor {
    x.map({ $0 * y }, derivative: { g in g * y })
  }
  public static func / (x: Tensor, y: Float) -> Tensor {
    x.map({ $0 / y }, derivative: { g in g / y })
  }
  public static func + (x: Float, y: Tensor) -> Tensor { y + x }
  public static func - (x: Float, y: Tensor) -> Tensor {
    y.map({ x - $0 }, derivative: { g in -g })
  }
  public static func * (x: Float, y: Tensor) -> Tensor { y * x }
  public static func / (x: Float, y: Tensor) -> Tensor {
    y.map({ x / $0 }, derivative: { g in -(g * x / (y * y)) })
  }

  // ∂eˣ = g · eˣ
  public func exponential() -> Tensor {
    let power = Elementwise.map(buffer) { exp($0) }
    return Tensor(shape: shape, buffer: power, from: [self]) { [shape] g in
      [g * Tensor(shape: shape, buffer: power)]
    }
  }

  // ∂ ln x = g / x
  public func logarithm() -> Tensor {
    map({ log($0) }, derivative: { [self] g in g / self })
  }

  // y = x where x > 0, else slope · x. At x = 0 the slope side is taken, as in PyTorch.
  // ∂y = g where x > 0, else slope · g
  public func leakyReLU(negativeSlope: Float) -> Tensor {
    let result = Elementwise.leakyReLU(buffer, slope: negativeSlope)
    return Tensor(shape: shape, buffer: result, from: [self]) { [self] g in
      let gradient = Elementwise.leakyReLUGradient(
        buffer, upstream: g.buffer, slope: negativeSlope)
      return [Tensor(shape: shape, buffer: gradient)]
    }
  }

  /// Each number is set to 0 with the given probability, and multiplied by 1 / (1 − probability)
  /// otherwise, so that its expected value stays.
  // ∂y = g · the same mask
  public func dropout(probability: Double, using generator: CounterGenerator) -> Tensor {
    require(
      probability >= 0 && probability < 1, "a dropout probability is in 0..<1, not \(probability)")
    let mask = Tensor(
      shape: shape,
      buffer: Elementwise.dropoutMask(
        count: count, probability: probability, seed: generator.seed,
        firstDraw: generator.take(count)))
    return self * mask
  }

  @inline(__always)
  private func map(
    _ body: (Float) -> Float, derivative: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    Tensor(shape: shape, buffer: Elementwise.map(buffer, body), from: [self]) { [derivative($0)] }
  }

  @inline(__always)
  private static func combine(
    _ x: Tensor, _ y: Tensor, _ name: String, _ body: (Vector, Vector) -> Vector,
    derivative: @escaping (Tensor, Tensor, Tensor) -> [Tensor?]
  ) -> Tensor {
    guard x.shape != y.shape else {
      let result = Elementwise.map(x.buffer, y.buffer, body)
      return Tensor(shape: x.shape, buffer: result, from: [x, y]) { g in derivative(x, y, g) }
    }
    guard let shape = broadcastShape(x.shape, y.shape) else {
      stop("the shapes of \(x.shape) \(name) \(y.shape) do not fit together")
    }
    return combine(
      x.broadcast(to: shape), y.broadcast(to: shape), name, body, derivative: derivative)
  }
}
