/// What can be wrong with a CSV file of images. Lines and columns count from 1.
package enum CSVError: Error, Equatable, CustomStringConvertible {
  /// `format` is a noun with its article, such as `a web page`.
  case otherFormat(path: String, format: String)
  /// Neither the number of columns nor their names tell images.
  case noImages(path: String, columns: Int, labelName: String?, hasHeader: Bool)
  /// Names, and no line of numbers.
  case noRows(path: String)
  /// The first line has names as well as numbers.
  case notAHeader(path: String, column: Int, found: String)
  /// More than one column may hold the labels.
  case severalLabels(path: String, names: [String])
  /// The first column has no name: it numbers the rows.
  case rowNumbers(path: String)
  /// The columns' names do not count up.
  case outOfOrder(path: String, expected: String, found: String)
  case tooManyColumns(path: String, limit: Int)
  case lineTooLong(path: String, line: Int, limitBytes: Int)
  case wrongColumnCount(path: String, line: Int, expected: Int, found: Int)
  /// `found` is `nothing`, or the field's text in quotes.
  case badValue(path: String, line: Int, column: Int, Value, found: String)

  /// What a field should have been.
  package enum Value: Sendable {
    case label, pixel
    /// A pixel where another is no whole number.
    case fraction
  }

  /// One sentence with the path; texts from the file are cut short and escaped.
  package var description: String {
    switch self {
    case .otherFormat(let path, let format):
      "\(path): \(format) in place of a CSV file (expected lines of numbers)"
    case .noImages(let path, let columns, let label, let hasHeader):
      "\(path): no images in \(columns) columns (expected a square number of pixels, such as 784, "
        + (label.map { "beside the column \(JSONText.excerpt($0))" }
          ?? (hasHeader
            ? "or a column with the name label beside them" : "or a label before them"))
        + ")"
    case .noRows(let path):
      "\(path): no images (expected a line for each, found only the names of the columns)"
    case .notAHeader(let path, let column, let found):
      "\(path): line 1, column \(column): names and numbers in one line "
        + "(expected only names, or only numbers, found \(JSONText.excerpt(found)))"
    case .severalLabels(let path, let names):
      "\(path): several columns of labels (expected one, found "
        + names.map { JSONText.excerpt($0) }.joined(separator: ", ") + ")"
    case .rowNumbers(let path):
      "\(path): the first column has no name and numbers the rows (expected labels or pixels; "
        + "pandas leaves it out with to_csv(…, index=False))"
    case .outOfOrder(let path, let expected, let found):
      "\(path): the columns are out of order (expected \(JSONText.excerpt(expected)), "
        + "found \(JSONText.excerpt(found)))"
    case .tooManyColumns(let path, let limit):
      "\(path): too many columns (expected at most \(limit))"
    case .lineTooLong(let path, let line, let limit):
      "\(path): line \(line) is too long (expected at most \(limit) bytes)"
    case .wrongColumnCount(let path, let line, let expected, let found):
      "\(path): line \(line) has another number of columns (expected \(expected), found \(found))"
    case .badValue(let path, let line, let column, let value, let found):
      "\(path): line \(line), column \(column): " + Self.text(value, found)
    }
  }

  private static func text(_ value: Value, _ found: String) -> String {
    switch value {
    case .label: "not a label (expected a whole number from 0 to 255, found \(found))"
    case .pixel:
      "not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, found \(found))"
    case .fraction:
      "not a pixel beside fractions (expected all from 0 to 1, or whole numbers from 0 to 255: "
        + "scale or round them first; found \(found))"
    }
  }
}
