import MNISTCore
import Testing

/// What every other test relies on.
@Suite struct ComparisonTests {
  private let tolerance = Tolerance.singleOperation

  private func difference(_ found: [Float], _ expected: [Float]) -> String? {
    MNISTCoreTests.difference(
      TensorValue(found, shape: [found.count]), TensorValue(expected, shape: [expected.count]),
      within: tolerance)
  }

  @Test func equalNumbersAreEqual() {
    #expect(difference([1, -2, .infinity], [1, -2, .infinity]) == nil)
  }

  @Test func theToleranceIsAbsoluteAndRelative() {
    #expect(difference([0.000_009], [0]) == nil)
    #expect(difference([0.000_011], [0]) == "expected 0.0 at 0, found 1.1e-05")
    #expect(difference([1_000_001], [1_000_000]) == nil)
    #expect(difference([1_000_002], [1_000_000]) == "expected 1000000.0 at 0, found 1000002.0")
  }

  @Test func theFirstWrongNumberIsNamed() {
    #expect(difference([1, 5, 7], [1, 2, 3]) == "expected 2.0 at 1, found 5.0")
  }

  @Test func aShortResultIsNotEqual() {
    #expect(difference([1], [1, 2]) == "expected shape [2], found [1]")
  }

  @Test func theSameNumbersInAnotherShapeAreNotEqual() {
    let flat = TensorValue([1, 2] as [Float], shape: [2])
    let row = TensorValue([1, 2] as [Float], shape: [1, 2])
    #expect(
      MNISTCoreTests.difference(row, flat, within: tolerance)
        == "expected shape [2], found [1, 2]")
  }

  @Test func notANumberEqualsNothing() {
    #expect(difference([.nan], [0]) == "expected 0.0 at 0, found nan")
    #expect(difference([.nan], [.nan]) == "expected nan at 0, found nan")
    #expect(difference([0], [.nan]) == "expected nan at 0, found 0.0")
    #expect(difference([.infinity], [1]) == "expected 1.0 at 0, found inf")
    #expect(difference([-.infinity], [.infinity]) == "expected inf at 0, found -inf")
  }

  @Test func integersAreComparedExactly() {
    let one = TensorValue([1] as [Int64], shape: [])
    let two = TensorValue([2] as [Int64], shape: [])
    let real = TensorValue([1] as [Float], shape: [])
    #expect(MNISTCoreTests.difference(one, one, within: tolerance) == nil)
    #expect(
      MNISTCoreTests.difference(one, two, within: tolerance) == "expected 2 at 0, found 1")
    #expect(
      MNISTCoreTests.difference(real, one, within: tolerance) == "expected int64, found float32")
  }

  @Test func aDifferenceIsRecordedWhereItWasAskedFor() {
    withKnownIssue {
      expectClose([1], [2], "weights")
    } matching: { issue in
      issue.comments.map(\.rawValue) == ["weights: expected 2.0 at 0, found 1.0"]
        && issue.sourceLocation?.fileName == "ComparisonTests.swift"
    }
  }
}
