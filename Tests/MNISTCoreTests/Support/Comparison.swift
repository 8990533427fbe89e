import MNISTCore
import Testing

/// How far a number may be from what was expected: |found − expected| ≤ absolute + relative ·
/// |expected|.
struct Tolerance {
  var relative: Double
  var absolute: Double

  /// What one operation in float32 may differ by between two correct implementations.
  static let singleOperation = Tolerance(relative: 1.3e-6, absolute: 1e-5)
  static let none = Tolerance(relative: 0, absolute: 0)

  func allows(_ found: Double, insteadOf expected: Double) -> Bool {
    // An infinity has no neighbours, NaN has not even itself.
    guard expected.isFinite else { return found == expected }
    return abs(found - expected) <= absolute + relative * abs(expected)
  }
}

/// Records an issue if `found` is not `expected`: in shape, in element type, or in any number.
func expectClose(
  _ found: TensorValue, _ expected: TensorValue, within tolerance: Tolerance = .singleOperation,
  _ subject: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if let difference = difference(found, expected, within: tolerance) {
    let text = subject.isEmpty ? difference : "\(subject): \(difference)"
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
  }
}

/// The same for numbers without a shape.
func expectClose(
  _ found: [Float], _ expected: [Float], within tolerance: Tolerance = .singleOperation,
  _ subject: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    TensorValue(found, shape: [found.count]), TensorValue(expected, shape: [expected.count]),
    within: tolerance, subject, sourceLocation: sourceLocation)
}

/// What is wrong with `found`, in one sentence; nil if nothing is.
func difference(
  _ found: TensorValue, _ expected: TensorValue, within tolerance: Tolerance
) -> String? {
  guard found.shape == expected.shape else {
    return "expected shape \(expected.shape), found \(found.shape)"
  }
  switch (found.elements, expected.elements) {
  case (.int64(let found), .int64(let expected)):
    guard let index = found.indices.first(where: { found[$0] != expected[$0] }) else { return nil }
    return "expected \(expected[index]) at \(index), found \(found[index])"
  case (.float32(let found), .float32(let expected)):
    let wrong = found.indices.first {
      !tolerance.allows(Double(found[$0]), insteadOf: Double(expected[$0]))
    }
    guard let index = wrong else { return nil }
    return "expected \(expected[index]) at \(index), found \(found[index])"
  default:
    return "expected \(expected.elements.kind), found \(found.elements.kind)"
  }
}

extension TensorValue.Elements {
  fileprivate var kind: String {
    switch self {
    case .float32: "float32"
    case .int64: "int64"
    }
  }
}
