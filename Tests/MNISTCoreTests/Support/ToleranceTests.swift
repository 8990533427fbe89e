import MNISTCore
import Testing

/// The comparison that the other tests lean on.
@Suite struct ToleranceTests {
  private func difference(_ found: [Float], _ expected: [Float]) -> String? {
    MNISTCoreTests.difference(
      TensorValue(found, shape: [found.count]), TensorValue(expected, shape: [expected.count]),
      within: Tolerance(relative: 0.1, absolute: 0.5))
  }

  @Test func whatIsWithinTheToleranceIsEqual() {
    #expect(difference([10, -10, 0.4], [11, -11, -0.1]) == nil)
    #expect(difference([], []) == nil)
    #expect(difference([.infinity, -.infinity], [.infinity, -.infinity]) == nil)
  }

  @Test func theFirstWrongNumberIsNamed() {
    #expect(difference([1, 12, 14], [1, 10, 10]) == "expected 10.0 at 1, found 12.0")
    #expect(difference([1e30], [.infinity]) == "expected inf at 0, found 1e+30")
    #expect(difference([.infinity], [1e30]) == "expected 1e+30 at 0, found inf")
    #expect(difference([.infinity], [-.infinity]) == "expected -inf at 0, found inf")
  }

  @Test func nothingEqualsNaN() {
    #expect(difference([1, .nan], [1, 1]) == "expected 1.0 at 1, found nan")
    #expect(difference([1, 1], [1, .nan]) == "expected nan at 1, found 1.0")
    #expect(difference([.nan], [.nan]) == "expected nan at 0, found nan")
  }

  @Test func aShortResultIsNoResult() {
    #expect(difference([1], [1, 2]) == "expected shape [2], found [1]")
    #expect(difference([], [1]) == "expected shape [1], found [0]")
    #expect(difference([1, 2], [1]) == "expected shape [1], found [2]")
    let flat = TensorValue([1, 2] as [Float], shape: [2])
    let column = TensorValue([1, 2] as [Float], shape: [2, 1])
    #expect(
      MNISTCoreTests.difference(flat, column, within: .none)
        == "expected shape [2, 1], found [2]")
  }
}
