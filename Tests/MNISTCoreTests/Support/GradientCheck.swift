import MNISTCore
import Testing

/// Compares the gradients of a computation with central differences.
///
/// The computation's output is folded into one number by fixed weights, in double, so that errors in
/// different places cannot cancel. With steps h and 2h the difference quotient is right up to h⁴:
/// at h = 1/32 that is as much as rounding leaves of it in float32. Nothing may have a kink within
/// 2h of the inputs.
struct GradientCheck {
  var step: Float = 1 / 32
  var tolerance = Tolerance(relative: 1e-3, absolute: 3e-4)

  /// What is wrong with the first wrong gradient; nil if all are right.
  func difference(_ inputs: [TensorValue], _ compute: ([Tensor]) -> Tensor) -> String? {
    let tensors = inputs.map { Tensor($0.floats, shape: $0.shape, requiresGradient: true) }
    let output = compute(tensors)
    let weights = TensorValue.random(output.shape, seed: 987).floats
    output.backward(from: Tensor(weights, shape: output.shape))

    func folded(_ numbers: [Float], replacing index: Int) -> Double {
      let arguments = inputs.indices.map {
        Tensor($0 == index ? numbers : inputs[$0].floats, shape: inputs[$0].shape)
      }
      return zip(compute(arguments).numbers, weights)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    for (index, input) in inputs.enumerated() {
      guard let gradient = tensors[index].gradient else { return "input \(index) has no gradient" }
      let slopes = input.floats.indices.map { place in
        func rise(_ step: Float) -> Double {
          var (up, down) = (input.floats, input.floats)
          up[place] += step
          down[place] -= step
          let width = Double(up[place]) - Double(down[place])
          return (folded(up, replacing: index) - folded(down, replacing: index)) / width
        }
        return Float((4 * rise(step) - rise(2 * step)) / 3)
      }
      let expected = TensorValue(slopes, shape: input.shape)
      let found = gradient.value
      if let wrong = MNISTCoreTests.difference(found, expected, within: tolerance) {
        return "gradient of input \(index): \(wrong)"
      }
    }
    return nil
  }
}

/// Records an issue unless every input's gradient equals central differences.
func expectGradients(
  _ inputs: [TensorValue], _ subject: String = "", check: GradientCheck = GradientCheck(),
  sourceLocation: SourceLocation = #_sourceLocation, _ compute: ([Tensor]) -> Tensor
) {
  if let difference = check.difference(inputs, compute) {
    let text = subject.isEmpty ? difference : "\(subject): \(difference)"
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
  }
}
