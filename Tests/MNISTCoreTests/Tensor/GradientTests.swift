import Testing

@testable import MNISTCore

/// Every operation's derivative against central differences.
@Suite struct GradientTests {
  // MARK: The checker

  private static func squared(derivative: Float) -> ([Tensor]) -> Tensor {
    { inputs in
      let x = inputs[0]
      return Tensor(shape: x.shape, storage: (x * x).storage, from: [x]) { g in
        [g * x.detached() * derivative]
      }
    }
  }

  @Test func theGradientCheckerSeesAFivePercentError() {
    let x = TensorValue.randomWithoutZero([2, 3], seed: 1)
    #expect(GradientCheck().difference([x], Self.squared(derivative: 2)) == nil)
    for wrong: Float in [2.1, 1.9] {
      let difference = GradientCheck().difference([x], Self.squared(derivative: wrong))
      #expect(difference?.hasPrefix("gradient of input 0: expected ") == true)
    }
  }

  @Test func theGradientCheckerSeesAnErrorInOnePlaceOfManyInputs() {
    let inputs = [1, 2, 3].map { TensorValue.randomWithoutZero([4], seed: $0) }
    let difference = GradientCheck().difference(inputs) { inputs in
      let last = inputs[2]
      let product = inputs[0] * inputs[1] + last
      return Tensor(shape: product.shape, storage: product.storage, from: [product, last]) { g in
        [g, Tensor([0, 0, 0.05, 0])]
      }
    }
    #expect(difference?.hasPrefix("gradient of input 2: expected ") == true)
    #expect(difference?.contains(" at 2, ") == true)
  }

  @Test func theGradientCheckerSeesAMissingGradient() {
    let x = TensorValue.random([2], seed: 1)
    #expect(
      GradientCheck().difference([x, x]) { $0[0] + $0[1].detached() }
        == "input 1 has no gradient")
  }

  // MARK: Operations

  @Test(arguments: [
    ([2, 3], [2, 3]), ([3, 4], [4]), ([4], [3, 4]), ([2, 1, 3], [4, 1]), ([5, 1], [1, 7]),
    ([], [3]), ([2, 2], []), ([], []),
  ])
  func arithmeticWithBroadcasting(_ first: [Int], _ second: [Int]) {
    let inputs = [
      TensorValue.random(first, seed: 1), TensorValue.random(second, seed: 2, in: 0.7...1.5),
    ]
    expectGradients(inputs, "+") { $0[0] + $0[1] }
    expectGradients(inputs, "-") { $0[0] - $0[1] }
    expectGradients(inputs, "*") { $0[0] * $0[1] }
    expectGradients(inputs, "/") { $0[0] / $0[1] }
  }

  @Test func arithmeticWithNumbers() {
    let x = [TensorValue.random([2, 3], seed: 3, in: 0.7...1.5)]
    expectGradients(x, "x + 2") { $0[0] + 2 }
    expectGradients(x, "x - 2") { $0[0] - 2 }
    expectGradients(x, "x * 3") { $0[0] * 3 }
    expectGradients(x, "x / 3") { $0[0] / 3 }
    expectGradients(x, "2 + x") { 2 + $0[0] }
    expectGradients(x, "2 - x") { 2 - $0[0] }
    expectGradients(x, "3 * x") { 3 * $0[0] }
    expectGradients(x, "3 / x") { 3 / $0[0] }
    expectGradients(x, "-x") { -$0[0] }
  }

  @Test func functionsOfEachNumber() {
    let positive = [TensorValue.random([3, 5], seed: 4, in: 0.7...2)]
    let nonzero = [TensorValue.randomWithoutZero([3, 5], seed: 5)]
    expectGradients(nonzero, "exponential") { $0[0].exponential() }
    expectGradients(positive, "logarithm") { $0[0].logarithm() }
    expectGradients(nonzero, "leakyReLU") { $0[0].leakyReLU(negativeSlope: 0.01) }
    expectGradients(nonzero, "leakyReLU") { $0[0].leakyReLU(negativeSlope: 0.5) }
    expectGradients(positive, "squareRoot") { $0[0].squareRoot() }
    expectGradients(nonzero, "tanh") { $0[0].tanh() }
    expectGradients(nonzero, "sigmoid") { $0[0].sigmoid() }
    expectGradients(nonzero, "relu") { $0[0].relu() }
    expectGradients(nonzero, "dropout") {
      // A generator of its own for each call, so that every call has the same mask.
      $0[0].dropout(probability: 0.4, using: CounterGenerator(seed: 8))
    }
  }

  @Test func reductionsAndShapes() {
    let x = [TensorValue.random([2, 3, 4], seed: 6)]
    expectGradients(x, "sum") { $0[0].sum() }
    expectGradients(x, "mean") { $0[0].mean() }
    expectGradients(x, "logSoftmax") { $0[0].logSoftmax() }
    expectGradients(x, "reshaped") { $0[0].reshaped([4, 6]) }
    expectGradients(x, "broadcast") { $0[0].broadcast(to: [2, 2, 3, 4]) }
  }

  @Test(arguments: [0, 1, 2], [false, true])
  func reductionsAlongAnAxis(_ axis: Int, _ keepingAxis: Bool) {
    let x = [TensorValue.random([2, 3, 4], seed: 8)]
    expectGradients(x, "sum") { $0[0].sum(alongAxis: axis, keepingAxis: keepingAxis) }
    expectGradients(x, "mean") { $0[0].mean(alongAxis: axis, keepingAxis: keepingAxis) }
    // Numbers further apart than the checker's steps, so that the largest stays the largest.
    let apart = TensorValue((0..<24).map { Float($0 * 7 % 24) }, shape: [2, 3, 4])
    expectGradients([apart], "max") { $0[0].max(alongAxis: axis, keepingAxis: keepingAxis) }
  }

  @Test func otherOrdersAndParts() {
    let x = [TensorValue.random([3, 4], seed: 9), TensorValue.random([2, 4], seed: 10)]
    expectGradients([x[0]], "transposed") { $0[0].transposed() }
    expectGradients([x[0]], "rows") { $0[0].rows([2, 0, 2]) }
    expectGradients(x, "concatenated") { .concatenated([$0[0], $0[1], $0[0]]) }
  }

  @Test func aTensorUsedMoreThanOnce() {
    let x = [TensorValue.randomWithoutZero([2, 3], seed: 7)]
    expectGradients(x) { $0[0] * $0[0] + ($0[0] * 0.5).exponential() * $0[0] }
    expectGradients([TensorValue.random([3, 3], seed: 7)]) { $0[0].matrixProduct($0[0]) }
  }

  // MARK: Layers and losses

  /// Batches and widths of one row, one column, and none that fills whole vectors.
  private static let shapes = [[1, 1], [2, 1], [2, 7], [3, 17], [5, 33]]

  @Test(arguments: shapes, [1, 7, 17])
  func products(_ shape: [Int], _ outputs: Int) {
    let x = TensorValue.random(shape, seed: 10)
    let columns = shape[1]
    expectGradients([x, .random([columns, outputs], seed: 11)], "matrixProduct") {
      $0[0].matrixProduct($0[1])
    }
    expectGradients(
      [x, .random([outputs, columns], seed: 12), .random([outputs], seed: 13)], "linear"
    ) { $0[0].linear(weight: $0[1], bias: $0[2]) }
  }

  @Test(arguments: shapes)
  func logSoftmaxAndItsLoss(_ shape: [Int]) {
    let x = TensorValue.random(shape, seed: 14, in: -2...2)
    expectGradients([x], "logSoftmax") { $0[0].logSoftmax() }
    let labels = (0..<shape[0]).map { $0 * 5 % shape[1] }
    expectGradients([x], "NLLLoss") { NLLLoss()($0[0], labels) }
    expectGradients([x], "CrossEntropyLoss") { CrossEntropyLoss()($0[0], labels) }
    expectGradients([x], "both") { NLLLoss()($0[0].logSoftmax(), labels) }
    expectGradients([x, .random(shape, seed: 15)], "MSELoss") { MSELoss()($0[0], $0[1]) }
  }

  @Test(arguments: shapes.dropFirst())
  func batchNormalization(_ shape: [Int]) {
    let columns = shape[1]
    // Two rows that are close together would bend the curve more than the checker's step allows.
    var rows = TensorValue.random(shape, seed: 16).floats
    for place in rows.indices { rows[place] += Float(3 * (place / columns)) }
    let inputs = [
      TensorValue(rows, shape: shape), .random([columns], seed: 17), .random([columns], seed: 18),
    ]
    expectGradients(inputs, "batch statistics") {
      $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-5, moving: nil)
    }
    // A large epsilon makes the gradient of x by two rows larger than rounding.
    expectGradients(inputs, "large epsilon") {
      $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 0.3, moving: nil)
    }
    let mean = TensorValue.random([columns], seed: 19).tensor()
    let variance = TensorValue.random([columns], seed: 20, in: 0.5...2).tensor()
    expectGradients(inputs, "given statistics") {
      $0[0].normalized(
        mean: mean, variance: variance, weight: $0[1], bias: $0[2], epsilon: 1e-5)
    }
  }
}
