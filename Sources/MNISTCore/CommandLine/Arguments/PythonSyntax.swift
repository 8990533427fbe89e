/// How Python reads and shows the arguments of a command line.
enum PythonSyntax {
  /// What `int(text)` gives: decimal digits with single underscores between them, a sign, spaces
  /// around. Numbers beyond 128 bits come back as the nearest one that fits.
  static func integer(_ text: String) -> Int128? {
    var scanner = NumberScanner(text)
    let isNegative = scanner.takeSign() == "-"
    guard let digits = scanner.takeDigits(), scanner.isAtEnd else { return nil }
    var magnitude: Int128 = 0
    for digit in digits.utf8 {
      let (shifted, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = shifted.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
      guard !isTooLarge, !isTooLargeNow else { return isNegative ? .min : .max }
      magnitude = sum
    }
    return isNegative ? -magnitude : magnitude
  }

  /// What `float(text)` gives: no hexadecimal; `inf`, `infinity` and `nan` in any case.
  static func number(_ text: String) -> Double? {
    var scanner = NumberScanner(text)
    let sign = scanner.takeSign() ?? ""
    if let word = ["infinity", "inf", "nan"].first(where: { scanner.rest.lowercased() == $0 }) {
      return Double(sign + word)
    }
    let whole = scanner.takeDigits()
    let fraction = scanner.take(".") ? scanner.takeDigits() : nil
    guard whole != nil || fraction != nil else { return nil }
    var normal = "\(sign)\(whole ?? "0").\(fraction ?? "0")"
    if scanner.take("e") || scanner.take("E") {
      let exponentSign = scanner.takeSign() ?? ""
      guard let exponent = scanner.takeDigits() else { return nil }
      normal += "e\(exponentSign)\(exponent)"
    }
    return scanner.isAtEnd ? Double(normal) : nil
  }

  /// The text without the spaces around it.
  static func trimmed(_ text: String) -> String { NumberScanner(text).rest }

  /// Whether argparse takes what begins with a `-` for a negative number, thus for a value and not for an
  /// option: `-1`, `-.5` and `-1.5`, but not `-1e5` and not `-inf`.
  static func isNegativeNumber(_ argument: String) -> Bool {
    let parts = argument.unicodeScalars.dropFirst().split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let last = parts.last, !last.isEmpty else { return false }
    return parts.allSatisfy { $0.allSatisfy { NumberScanner.digit($0) != nil } }
  }

  /// What `repr(text)` gives.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in scalars {
      if scalar == quote || scalar == "\\" { result += "\\" }
      result += escaped(scalar)
    }
    return result + String(quote)
  }

  /// The text with everything that is not printable escaped as in `repr`, without quotes.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map(escaped).joined()
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case " ": return " "
    default: break
    }
    if let byte = PathText.byte(scalar) { return "\\x" + String(byte, radix: 16) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      let digits = String(scalar.value, radix: 16)
      let (mark, width) = digits.count <= 2 ? ("x", 2) : digits.count <= 4 ? ("u", 4) : ("U", 8)
      return "\\\(mark)" + String(repeating: "0", count: width - digits.count) + digits
    default:
      return String(scalar)
    }
  }
}

/// Reads the parts of a number from left to right. Every decimal digit of Unicode counts, as in
/// Python.
private struct NumberScanner {
  private var scalars: ArraySlice<Unicode.Scalar>

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
  }

  var isAtEnd: Bool { scalars.isEmpty }

  var rest: String { String(String.UnicodeScalarView(scalars)) }

  static func digit(_ scalar: Unicode.Scalar) -> Int? {
    guard scalar.properties.numericType == .decimal else { return nil }
    return scalar.properties.numericValue.map { Int($0) }
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard scalars.first == scalar else { return false }
    scalars.removeFirst()
    return true
  }

  mutating func takeSign() -> String? {
    take("-") ? "-" : take("+") ? "+" : nil
  }

  /// One or more digits in ASCII, without the single underscores that may stand between them.
  mutating func takeDigits() -> String? {
    var digits = ""
    while let first = scalars.first, let value = Self.digit(first) {
      digits += String(value)
      scalars.removeFirst()
      if scalars.first == "_", let next = scalars.dropFirst().first, Self.digit(next) != nil {
        scalars.removeFirst()
      }
    }
    return digits.isEmpty ? nil : digits
  }
}
