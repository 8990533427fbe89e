import Testing

@testable import MNISTCore

@Suite struct PythonTextTests {
  /// What Python's `repr` says.
  @Test(arguments: [
    (0.01, "0.01"), (1e-5, "1e-05"), (1e-4, "0.0001"), (1.5e-7, "1.5e-07"), (1e-10, "1e-10"),
    (2.5e-100, "2.5e-100"), (1, "1.0"), (0, "0.0"), (-0.5, "-0.5"), (-1e-5, "-1e-05"),
    (0.1 + 0.2, "0.30000000000000004"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
    (1.25e16, "1.25e+16"), (123_456_789_012_345_680, "1.2345678901234568e+17"), (1e100, "1e+100"),
    (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
  ])
  func numbersArePrintedAsPythonPrintsThem(_ number: Double, _ expected: String) {
    #expect(pythonText(number) == expected)
  }
}
