// Operations on each number alone. Two operands of different shapes are broadcast, as in NumPy and PyTorch.

extension Tensor {
  /// The sum, number by number, of two tensors whose shapes can be broadcast to one another.
  // ∂(x + y) = g, g
  public static func + (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, .add, "+") { _, _, g in [g, g] }
  }

  /// The difference, number by number, of two tensors whose shapes can be broadcast to one another.
  // ∂(x − y) = g, −g
  public static func - (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, .subtract, "-") { _, y, g in [g, y.requiresGradient ? -g : nil] }
  }

  /// The product, number by number, of two tensors whose shapes can be broadcast to one another.
  // ∂(x · y) = g · y, g · x
  public static func * (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, .multiply, "*") { x, y, g in
      [x.requiresGradient ? g * y : nil, y.requiresGradient ? g * x : nil]
    }
  }

  /// The quotient, number by number, of two tensors whose shapes can be broadcast to one another.
  // ∂(x / y) = g / y, −g · (x / y) / y, which does not overflow where y² would
  public static func / (x: Tensor, y: Tensor) -> Tensor {
    combine(x, y, .divide, "/") { x, y, g in
      [x.requiresGradient ? g / y : nil, y.requiresGradient ? -(g * (x / y / y)) : nil]
    }
  }

  /// −x
  public static prefix func - (x: Tensor) -> Tensor { x.map(.negate) { g in -g } }

  // With a number in place of one operand: the derivatives by the other.

  /// Each number plus `y`.
  public static func + (x: Tensor, y: Float) -> Tensor { x.map(.add(y)) { g in g } }
  /// Each number minus `y`.
  public static func - (x: Tensor, y: Float) -> Tensor { x.map(.subtract(y)) { g in g } }
  /// Each number times `y`.
  public static func * (x: Tensor, y: Float) -> Tensor { x.map(.multiply(y)) { g in g * y } }
  /// Each number divided by `y`.
  public static func / (x: Tensor, y: Float) -> Tensor { x.map(.divide(y)) { g in g / y } }
  /// `x` plus each number.
  public static func + (x: Float, y: Tensor) -> Tensor { y + x }
  /// `x` minus each number.
  public static func - (x: Float, y: Tensor) -> Tensor { y.map(.subtractFrom(x)) { g in -g } }
  /// `x` times each number.
  public static func * (x: Float, y: Tensor) -> Tensor { y * x }
  /// `x` divided by each number.
  public static func / (x: Float, y: Tensor) -> Tensor {
    y.map(.divideInto(x)) { g in -(g * (x / y / y)) }
  }

  /// eˣ
  // ∂x = g · eˣ
  public func exponential() -> Tensor { mapToOutput(.exponential) { y, g in g * y } }

  /// The natural logarithm.
  // ∂x = g / x
  public func logarithm() -> Tensor { map(.logarithm) { [self] g in g / self } }

  /// √x
  // ∂x = g / (2 √x)
  public func squareRoot() -> Tensor { mapToOutput(.squareRoot) { y, g in g / (y * 2) } }

  /// The hyperbolic tangent.
  // ∂x = g · (1 − y²)
  public func tanh() -> Tensor { mapToOutput(.tanh) { y, g in g * (1 - y * y) } }

  /// 1 / (1 + e⁻ˣ)
  // ∂x = g · y · (1 − y)
  public func sigmoid() -> Tensor { mapToOutput(.sigmoid) { y, g in g * (y * (1 - y)) } }

  /// x where x > 0, else 0.
  // ∂x = g where x > 0, else 0
  public func relu() -> Tensor {
    mapToOutput(.relu) { y, g in
      Tensor(shape: y.shape, storage: y.device.binary(.reluGradient, y.storage, g.storage))
    }
  }

  /// x where x > 0, else slope · x. At x = 0 the slope side is taken, as in PyTorch.
  // ∂x = g where x > 0, else slope · g
  public func leakyReLU(negativeSlope: Float) -> Tensor {
    map(.leakyReLU(slope: negativeSlope)) { [self] g in
      Tensor(
        shape: shape,
        storage: device.binary(.leakyReLUGradient(slope: negativeSlope), storage, g.storage))
    }
  }

  /// Each number is set to 0 with the given probability in 0..<1, and multiplied by 1 / (1 − probability)
  /// otherwise, so that its expected value stays.
  // ∂x = g · the same mask
  public func dropout(probability: Double, using generator: CounterGenerator) -> Tensor {
    Self.checkDropout(probability)
    let mask = device.dropoutMask(
      count, probability: probability, seed: generator.seed, firstDraw: generator.take(count))
    return self * Tensor(shape: shape, storage: mask)
  }

  static func checkDropout(_ probability: Double) {
    require(
      probability >= 0 && probability < 1, "a dropout probability is in 0..<1, not \(probability)")
  }

  /// 1 where two tensors of one shape have the same number, else 0; nothing flows back.
  func equals(_ other: Tensor) -> Tensor {
    Tensor(shape: shape, storage: device.binary(.equal, storage, other.storage))
  }

  private func map(
    _ operation: UnaryOperation, derivative: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    Tensor(shape: shape, storage: device.unary(operation, storage), from: [self]) {
      [derivative($0)]
    }
  }

  /// Where the derivative is told by the result.
  private func mapToOutput(
    _ operation: UnaryOperation, derivative: @escaping (_ y: Tensor, _ g: Tensor) -> Tensor
  ) -> Tensor {
    let result = device.unary(operation, storage)
    return Tensor(shape: shape, storage: result, from: [self]) { [shape] g in
      [derivative(Tensor(shape: shape, storage: result), g)]
    }
  }

  private static func combine(
    _ x: Tensor, _ y: Tensor, _ operation: BinaryOperation, _ sign: String,
    derivative: @escaping (Tensor, Tensor, Tensor) -> [Tensor?]
  ) -> Tensor {
    guard x.shape != y.shape else {
      let result = x.device.binary(operation, x.storage, y.storage)
      return Tensor(shape: x.shape, storage: result, from: [x, y]) { g in derivative(x, y, g) }
    }
    guard let shape = broadcastShape(x.shape, y.shape) else {
      stop("the shapes of \(x.shape) \(sign) \(y.shape) do not fit together")
    }
    return combine(
      x.broadcast(to: shape), y.broadcast(to: shape), operation, sign, derivative: derivative)
  }
}
