/// Writing text as CSV (RFC 4180).
enum CSVText {
  /// The cells of a row, and its line end.
  static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\n" }

  /// A cell, in quotes where it needs them.
  ///
  /// Spreadsheets compute what begins like a formula, in quotes too. As a stranger may have named it, such text
  /// gets an apostrophe before it, which makes it text to them. One sign alone computes nothing, nor does a
  /// number: both stay as they are.
  static func cell(_ text: String) -> String {
    let mayCompute =
      text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let isSafe = !mayCompute || text.unicodeScalars.count == 1 || Double(text) != nil
    let text = isSafe ? text : "'" + text
    let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
