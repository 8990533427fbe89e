/// A number as text has it, such as `12`, `12.0`, `0.5` or `1.2e+01`: `digits / 10^decimals`, exactly.
struct DecimalNumber {
  /// No decimal can be left out; more than 18 are cut off.
  private(set) var digits: UInt64 = 0
  private(set) var decimals = 0
  private(set) var isNegative = false
  /// Whether it is written with a point or an exponent, as numbers are that may be fractions.
  private(set) var hasPoint = false

  /// Nil where the bytes are no number; nothing may stand around it.
  init?(_ text: ArraySlice<UInt8>) {
    var rest = text
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 &- 0x30 < 10 } ?? false }
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    guard isDigit(rest.first) || rest.first == UInt8(ascii: ".") && isDigit(rest.dropFirst().first)
    else { return nil }
    while let byte = rest.first, isDigit(byte) || byte == UInt8(ascii: ".") && !hasPoint {
      rest.removeFirst()
      guard isDigit(byte) else {
        hasPoint = true
        continue
      }
      if digits < Self.powersOfTen[17] {
        digits = digits * 10 + UInt64(byte & 15)
        decimals += hasPoint ? 1 : 0
      } else {
        decimals -= hasPoint ? 0 : 1
      }
    }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      hasPoint = true
      rest.removeFirst()
      let sign = rest.first
      if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
      guard isDigit(rest.first) else { return nil }
      var exponent = 0
      while let byte = rest.first, isDigit(byte) {
        rest.removeFirst()
        exponent = min(exponent * 10 + Int(byte & 15), 1_000_000)
      }
      decimals -= sign == UInt8(ascii: "-") ? -exponent : exponent
    }
    guard rest.isEmpty else { return nil }
    if digits == 0 { (decimals, isNegative) = (0, false) }
    while decimals > 0, digits.isMultiple(of: 10) {
      digits /= 10
      decimals -= 1
    }
    // Beyond this it only matters that it is large.
    while decimals < 0, digits < Self.powersOfTen[17] {
      digits *= 10
      decimals += 1
    }
  }

  private static let powersOfTen: [UInt64] = (0..<19).map { power in
    (0..<power).reduce(1) { number, _ in number * 10 }
  }

  var isWhole: Bool { decimals <= 0 }

  /// The number where it is whole and from 0 to 255.
  var byte: UInt8? { isWhole && !isNegative ? UInt8(exactly: digits) : nil }

  /// The number times 255, rounded, where it is from 0 to 1.
  var byteOfFraction: UInt8? {
    guard !isNegative else { return nil }
    if decimals <= 0 { return digits <= 1 ? UInt8(digits) * 255 : nil }
    // Of more decimals than digits are kept there are zeros first.
    guard decimals < Self.powersOfTen.count else { return decimals > 40 ? 0 : small }
    guard digits < Self.powersOfTen[decimals] else { return nil }
    return UInt8((Double(digits) / Double(Self.powersOfTen[decimals]) * 255).rounded())
  }

  private var small: UInt8 {
    // Below 10^18 / 10^19.
    var number = Double(digits)
    for _ in 0..<decimals { number /= 10 }
    return UInt8((number * 255).rounded())
  }
}
