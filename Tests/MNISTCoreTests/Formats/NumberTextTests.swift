import Testing

@testable import MNISTCore

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.19642, "1.9642e-01"), (2.4477, "2.4477e+00"), (0, "0.0000e+00"), (-0.0, "-0.0000e+00"),
    (1, "1.0000e+00"), (12_345, "1.2345e+04"), (123_455, "1.2346e+05"), (1e100, "1.0000e+100"),
    (1e-300, "1.0000e-300"), (9.99994, "9.9999e+00"), (9.99996, "1.0000e+01"),
    (-0.5, "-5.0000e-01"), (.leastNonzeroMagnitude, "4.9407e-324"),
    (.greatestFiniteMagnitude, "1.7977e+308"),
  ])
  func lossesAreWrittenAsCWritesThem(_ number: Double, _ expected: String) {
    #expect(NumberText.scientific(number) == expected)
  }

  @Test(arguments: [
    (0.98374, "0.9837"), (1, "1.0000"), (0, "0.0000"), (0.00004, "0.0000"), (0.99996, "1.0000"),
    (0.12345, "0.1235"),
  ])
  func sharesHaveFourDecimals(_ number: Double, _ expected: String) {
    #expect(NumberText.fixed(number) == expected)
  }

  @Test func theLongestNumberFits() {
    let text = NumberText.fixed(-.greatestFiniteMagnitude)
    #expect(text.count == 315 && text.hasPrefix("-17976931348623157") && text.hasSuffix(".0000"))
  }

  /// C writes `-nan` where the sign bit is set, as it is after 0 / 0 on Intel; Python never does.
  @Test func whatIsNotFiniteIsWrittenAsPythonWritesIt() {
    #expect(NumberText.scientific(.nan) == "nan")
    #expect(NumberText.scientific(-.nan) == "nan")
    #expect(NumberText.fixed(-.nan) == "nan")
    #expect(NumberText.scientific(.infinity) == "inf")
    #expect(NumberText.scientific(-.infinity) == "-inf")
  }

  /// What Python's `repr` says.
  @Test(arguments: [
    (0.01, "0.01"), (1e-5, "1e-05"), (1e-4, "0.0001"), (1.5e-7, "1.5e-07"), (1e-10, "1e-10"),
    (2.5e-100, "2.5e-100"), (1, "1.0"), (0, "0.0"), (-0.5, "-0.5"), (-1e-5, "-1e-05"),
    (0.1 + 0.2, "0.30000000000000004"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
    (9.1e15, "9100000000000000.0"), (9_007_199_254_740_994, "9007199254740994.0"),
    (9_999_999_999_999_998, "9999999999999998.0"), (-9.5e15, "-9500000000000000.0"),
    (1.25e16, "1.25e+16"), (123_456_789_012_345_680, "1.2345678901234568e+17"), (1e100, "1e+100"),
    (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
  ])
  func numbersArePrintedAsPythonPrintsThem(_ number: Double, _ expected: String) {
    #expect(pythonText(number) == expected)
  }

  @Test(
    arguments: [
      (0, "0s"), (11.6, "12s"), (59.4, "59s"), (59.6, "1:00"), (62, "1:02"), (69, "1:09"),
      (70, "1:10"), (3599.9, "1:00:00"),
      (3723, "1:02:03"), (360_000, "100:00:00"), (-1, "0s"),
      (999_999_999, "277777:46:39"), (1e9, "?"), (-1e30, "0s"), (.infinity, "?"), (.nan, "?"),
    ] as [(Double, String)])
  func aDurationIsShort(_ seconds: Double, _ expected: String) {
    #expect(NumberText.duration(seconds) == expected)
  }
}
