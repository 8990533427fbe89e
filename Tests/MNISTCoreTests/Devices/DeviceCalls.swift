@testable import MNISTCore

/// One call of a device, and what its formula gives in double.
struct DeviceCall: Sendable {
  let name: String
  let tolerance: Tolerance
  /// Rounded to float once. Written without any device.
  let expected: [[Float]]
  let results: @Sendable (any Device) -> [[Float]]

  init(
    _ name: String, within tolerance: Tolerance, expected: [[Double]],
    results: @escaping @Sendable (any Device) -> [[Float]]
  ) {
    self.name = name
    self.tolerance = tolerance
    self.expected = expected.map { $0.map { Float($0) } }
    self.results = results
  }
}

/// The operations of `Device`, each at sizes of 0, at odd ones, and around those at which vectors, tiles and
/// the threads' shares end.
enum DeviceCalls: String, CaseIterable {
  case unary, binary, broadcast, reduce, transpose, gatherRows, scatterRows, copyRows, multiply
  case columnSums, leakyReLUGradients, batchNorm, batchNormInEvaluation, batchNormGradients
  case logSoftmax, negativeLogLikelihood, dropoutMask, adam, gradientDescent

  var calls: [DeviceCall] { Self.all[self] ?? [] }

  /// Computed once for all devices.
  private static let all = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.make()) })

  private func make() -> [DeviceCall] {
    switch self {
    case .unary: Self.makeUnary()
    case .binary: Self.makeBinary()
    case .broadcast: Self.makeBroadcast()
    case .reduce: Self.makeReduce()
    case .transpose: Self.makeTranspose()
    case .gatherRows: Self.makeGatherRows()
    case .scatterRows: Self.makeScatterRows()
    case .copyRows: Self.makeCopyRows()
    case .multiply: Self.makeMultiply()
    case .columnSums: Self.makeColumnSums()
    case .leakyReLUGradients: Self.makeLeakyReLUGradients()
    case .batchNorm: Self.makeBatchNorm()
    case .batchNormInEvaluation: Self.makeBatchNormInEvaluation()
    case .batchNormGradients: Self.makeBatchNormGradients()
    case .logSoftmax: Self.makeLogSoftmax()
    case .negativeLogLikelihood: Self.makeNegativeLogLikelihood()
    case .dropoutMask: Self.makeDropoutMask()
    case .adam: Self.makeAdam()
    case .gradientDescent: Self.makeGradientDescent()
    }
  }

  // MARK: Sizes and numbers

  static let counts = [0, 1, 15, 16, 17, 63, 64, 65, 16_383, 16_385]

  /// Rows around the partial sums of a column (64), columns around vectors and strips of them.
  static let matrices = [
    (0, 0), (0, 5), (3, 0), (1, 1), (2, 15), (3, 16), (5, 17), (63, 1), (64, 2), (65, 63), (2, 64),
    (7, 65), (129, 3), (2, 129), (1, 16_385),
  ]

  /// Matrices with the two rows or more that a batch has.
  static let batches = [
    (2, 0), (2, 1), (3, 15), (2, 16), (5, 17), (63, 2), (64, 3), (65, 63), (2, 64), (7, 65),
    (129, 3), (2, 129),
  ]

  static func numbers(
    _ count: Int, _ seed: UInt64, from low: Double = -3, to high: Double = 3
  ) -> [Float] {
    RandomGenerator(seed: seed).uniform(count, from: low, to: high)
  }

  /// The same with zeros of both signs among them.
  static func numbersAndZeros(_ count: Int, _ seed: UInt64) -> [Float] {
    numbers(count, seed).enumerated().map { $0 % 7 == 3 ? 0 : $0 % 11 == 5 ? -0.0 : $1 }
  }

  static let rounding = Tolerance(relative: 5e-7, absolute: 1e-37)
  /// Sums in float32, of not too many numbers near 1.
  static let sums = Tolerance(relative: 2e-6, absolute: 1e-5)
}
