/// Writing text as JSON.
enum JSONText {
  /// `text` in quotes.
  ///
  /// Control characters, U+007F … U+009F among them, are escaped, so that a name out of a
  /// stranger's file can also be printed to a terminal.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ", "\u{7F}"..."\u{9F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// `text` in quotes for a sentence: cut short where it would fill the screen.
  static func excerpt(_ text: String) -> String {
    let limit = 100
    let kept = text.unicodeScalars.prefix(limit)
    guard kept.endIndex < text.unicodeScalars.endIndex else { return quoted(text) }
    return quoted(String(kept) + "…")
  }
}
