import MNISTCore

extension TensorValue {
  /// Numbers uniform in `range`, the same for the same seed.
  static func random(
    _ shape: [Int], seed: UInt64, in range: ClosedRange<Double> = -1...1
  ) -> TensorValue {
    let numbers = RandomGenerator(seed: seed).uniform(
      shape.reduce(1, *), from: range.lowerBound, to: range.upperBound)
    return TensorValue(numbers, shape: shape)
  }

  /// The same with each number at least 0.1 away from zero.
  static func randomWithoutZero(_ shape: [Int], seed: UInt64) -> TensorValue {
    TensorValue(random(shape, seed: seed).floats.map { $0 + ($0 < 0 ? -0.1 : 0.1) }, shape: shape)
  }

  /// The numbers of a float32 value; none for another one.
  var floats: [Float] {
    guard case .float32(let numbers) = elements else { return [] }
    return numbers
  }

  /// The same contents in a tensor.
  func tensor(requiresGradient: Bool = false) -> Tensor {
    Tensor(floats, shape: shape, requiresGradient: requiresGradient)
  }
}
