/// Numbers as C's `printf` writes them.
enum NumberText {
  /// `%.4e`: `1.9642e-01`
  static func scientific(_ number: Double) -> String { format("%.*e", number, decimals: 4) }

  /// `%.4f`: `0.9837`
  static func fixed(_ number: Double) -> String { fixed(number, decimals: 4) }

  /// `%.*f`; up to 80 decimals.
  static func fixed(_ number: Double, decimals: Int) -> String {
    format("%.*f", number, decimals: decimals)
  }

  /// `12s`, `1:02`, `1:02:03`; whole seconds.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let total = Int(max(0, seconds).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
    return minutes > 0 ? "\(minutes):\(two(rest))" : "\(rest)s"
  }

  private static func format(_ format: String, _ number: Double, decimals: Int) -> String {
    // C may show the sign of what is not a number, which means nothing; Python does not.
    guard !number.isNaN else { return "nan" }
    return CLibrary.formatted(number, format, decimals: decimals)
  }
}

/// A number as Python prints it: the shortest decimal that reads back the same, with an exponent of two
/// digits below 1e-4 and from 1e16.
func pythonText(_ number: Double) -> String {
  // Swift takes an exponent above 2⁵³ already; all from there on are whole.
  let isLong = (0x1p53..<1e16).contains(abs(number))
  return isLong ? "\(Int(number)).0" : "\(number)"
}
