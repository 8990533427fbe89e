/// What the columns of a CSV file of images are, as its first line tells.
///
/// With names: the column called `label` (or `class`, `target`, `y`, `digit`) holds the labels, all others are
/// pixels. Without: a square number of columns is an image, one more is a label first. The images are square, unless
/// the pixels' names tell rows and columns, as in `1x1` to `28x28`.
struct CSVLayout: Equatable {
  let separator: UInt8
  let columnCount: Int
  let hasHeader: Bool
  /// From 0; nil where there are no labels.
  let labelColumn: Int?
  let height: Int
  let width: Int

  /// A label, and images of 1024 × 1024.
  static let columnLimit = 1 << 20 + 1
  private static let labelNames = Set(
    ["label", "labels", "class", "target", "y", "digit"].map { Array($0.utf8) })

  /// - Parameter line: the first, without its end.
  init(_ line: ArraySlice<UInt8>, path: String) throws(CSVError) {
    separator = Self.separator(of: line)
    let fields = try Self.fields(line, separator, path: path)
    columnCount = fields.count
    let isNumber = fields.map { DecimalNumber($0) != nil }
    let names = fields.map { $0.map(Self.lowercased) }
    hasHeader = isNumber.contains(false) || Self.counts(names)

    let labelColumns =
      hasHeader ? names.indices.filter { Self.labelNames.contains(names[$0]) } : []
    guard labelColumns.count <= 1 else {
      throw .severalLabels(path: path, names: labelColumns.map { Self.text(names[$0]) })
    }
    var pixels = Array(names.indices)
    if let column = labelColumns.first {
      labelColumn = column
      pixels.remove(at: column)
    } else if hasHeader || squareRoot(columnCount) != nil {
      labelColumn = nil
    } else {
      labelColumn = 0
      pixels.removeFirst()
    }
    if hasHeader {
      guard !names[0].isEmpty, names[0] != Array("unnamed: 0".utf8) else {
        throw .rowNumbers(path: path)
      }
      // A first image with one bad number is no header.
      if let column = pixels.first(where: { isNumber[$0] != isNumber[pixels[0]] }) {
        throw .notAHeader(path: path, column: column + 1, found: Self.text(names[column]))
      }
    }
    let pixelNames = pixels.map { names[$0] }
    if hasHeader, let size = try Self.size(pixelNames, path: path) {
      (height, width) = size
    } else if let side = squareRoot(pixels.count), side > 1 {
      if hasHeader { try Self.checkOrder(pixelNames, path: path) }
      (height, width) = (side, side)
    } else {
      throw .noImages(
        path: path, columns: columnCount,
        labelName: labelColumns.first.map { Self.text(names[$0]) },
        hasHeader: hasHeader)
    }
  }

  /// Names are compared as bytes: what a stranger piles up in Unicode costs no time here.
  private static func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }

  private static func text(_ name: [UInt8]) -> String {
    String(decoding: name.prefix(40), as: UTF8.self)
  }

  /// The number that a name is, or ends in, of at most nine digits.
  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard 1...9 ~= digits.count, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// The mark that is there most often, outside of quotes.
  private static func separator(of line: ArraySlice<UInt8>) -> UInt8 {
    var counts = [0, 0, 0]
    let marks = Array(",;\t".utf8)
    var isQuoted = false
    for byte in line {
      if byte == quote { isQuoted.toggle() }
      if !isQuoted, let mark = marks.firstIndex(of: byte) { counts[mark] += 1 }
    }
    let most = counts.max() ?? 0
    return marks[counts.firstIndex(of: most) ?? 0]
  }

  private static func fields(
    _ line: ArraySlice<UInt8>, _ separator: UInt8, path: String
  ) throws(CSVError) -> [ArraySlice<UInt8>] {
    var fields: [ArraySlice<UInt8>] = []
    var position = line.startIndex
    while true {
      let field = CSVField(line, from: position, separator)
      fields.append(field.content)
      guard fields.count <= columnLimit else {
        throw .tooManyColumns(path: path, limit: columnLimit)
      }
      guard field.end < line.endIndex else { return fields }
      position = field.end + 1
    }
  }

  /// Whether the names are 0, 1, 2 … or 1, 2, 3 …, as of a table whose columns were never named.
  private static func counts(_ names: [[UInt8]]) -> Bool {
    let numbers = names.filter { !labelNames.contains($0) }.map(number)
    guard numbers.count > 9, let first = numbers[0], first <= 1 else { return false }
    return numbers.enumerated().allSatisfy { $1 == first + $0 }
  }

  /// Rows and columns where the names are such as `1x1`, `1x2`, …, `28x28`.
  private static func size(
    _ names: [[UInt8]], path: String
  ) throws(CSVError) -> (height: Int, width: Int)? {
    func place(_ name: [UInt8]?) -> (row: Int, column: Int)? {
      let parts = (name ?? []).split(separator: UInt8(ascii: "x"), omittingEmptySubsequences: false)
      guard parts.count == 2, let row = number(parts[0]), let column = number(parts[1]) else {
        return nil
      }
      return (row, column)
    }
    guard let first = place(names.first), let last = place(names.last),
      (0...1).contains(first.row), first.row == first.column,
      case let height = last.row - first.row + 1, case let width = last.column - first.row + 1,
      height * width == names.count
    else { return nil }
    for (index, name) in names.enumerated() {
      let expected = "\(first.row + index / width)x\(first.row + index % width)"
      guard name == Array(expected.utf8) else {
        throw .outOfOrder(path: path, expected: expected, found: text(name))
      }
    }
    return (height, width)
  }

  /// Names such as `pixel0`, `pixel1` … must count: sorted as text, `pixel10` would come before `pixel2`, and the
  /// images would be scrambled.
  private static func checkOrder(_ names: [[UInt8]], path: String) throws(CSVError) {
    let prefixes = names.map { name in
      name.dropLast(name.reversed().prefix { $0 &- 0x30 < 10 }.count)
    }
    let numbers = zip(names, prefixes).map { number($0.dropFirst($1.count)) }
    guard let first = numbers[0], !numbers.contains(nil), Set(prefixes).count == 1 else { return }
    for (index, found) in numbers.enumerated() where found != first + index {
      throw .outOfOrder(
        path: path, expected: "\(text(Array(prefixes[0])))\(first + index)",
        found: text(names[index]))
    }
  }
}

private let quote = UInt8(ascii: "\"")

/// One field of a line: what is in it, without the spaces and quotes around it, and where it ends.
struct CSVField {
  let content: ArraySlice<UInt8>
  /// At the separator, the line's end, or the end of the bytes.
  let end: Int

  init(_ bytes: ArraySlice<UInt8>, from start: Int, _ separator: UInt8) {
    func isSpace(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") && separator != byte
    }
    func isEnd(_ byte: UInt8) -> Bool { byte == separator || byte == 0x0A || byte == 0x0D }
    let rest = bytes[start...].drop(while: isSpace)
    if rest.first == quote,
      let closing = Self.closingQuote(rest),
      case let after = bytes[(closing + 1)...].drop(while: isSpace),
      after.first.map(isEnd) ?? true
    {
      (content, end) = (Self.trimmed(rest[(rest.startIndex + 1)..<closing]), after.startIndex)
    } else {
      let end = rest.firstIndex(where: isEnd) ?? rest.endIndex
      (content, self.end) = (Self.trimmed(rest[..<end]), end)
    }
  }

  /// A doubled quote stands for one, a line does not go on in quotes.
  private static func closingQuote(_ text: ArraySlice<UInt8>) -> Int? {
    var position = text.startIndex + 1
    while position < text.endIndex, text[position] != 0x0A, text[position] != 0x0D {
      if text[position] == quote {
        guard position + 1 < text.endIndex, text[position + 1] == quote else { return position }
        position += 1
      }
      position += 1
    }
    return nil
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let text = text.drop(while: isSpace)
    return text[..<((text.lastIndex { !isSpace($0) } ?? text.startIndex - 1) + 1)]
  }
}

/// The whole number whose square this is.
func squareRoot(_ number: Int) -> Int? {
  // That of a square is exact, however large.
  let root = Int(Double(number).squareRoot())
  return root > 0 && root * root == number ? root : nil
}
