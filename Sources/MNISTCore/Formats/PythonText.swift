/// A number as Python prints it: the shortest decimal that reads back the same, with an exponent of two
/// digits below 1e-4 and from 1e16.
func pythonText(_ number: Double) -> String {
  let text = "\(number)"
  guard let mark = text.firstIndex(of: "e") else { return text }
  var mantissa = text[..<mark]
  if mantissa.hasSuffix(".0") { mantissa = mantissa.dropLast(2) }
  let exponent = text[text.index(after: mark)...]
  let digits = exponent.drop { $0 == "-" || $0 == "+" }
  let sign = exponent.hasPrefix("-") ? "-" : "+"
  return "\(mantissa)e\(sign)\(digits.count < 2 ? "0" : "")\(digits)"
}
