/// A JSON value, with its place in the text for errors.
struct JSONValue: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// As it is written: `1`, `-0.5e3`.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the text, no name twice.
    case object([Member])
  }

  struct Member: Equatable, Sendable {
    let name: String
    let value: JSONValue
  }

  /// The index of the value's first byte.
  let offset: Int
  let content: Content

  /// The elements of an array.
  func array() throws(JSONError) -> [JSONValue] {
    guard case .array(let elements) = content else { throw wrongKind("an array") }
    return elements
  }

  /// The members of an object.
  func object() throws(JSONError) -> [Member] {
    guard case .object(let members) = content else { throw wrongKind("an object") }
    return members
  }

  func string() throws(JSONError) -> String {
    guard case .string(let text) = content else { throw wrongKind("a string") }
    return text
  }

  /// A number from 0 to 2⁶³ − 1 in plain digits: `1.0`, `1e3` and `-1` are refused.
  func integer() throws(JSONError) -> Int {
    guard case .number(let text) = content else { throw wrongKind("a number") }
    guard text.utf8.first != UInt8(ascii: "-"), let number = Int(text) else {
      let limit = 40
      let found = text.utf8.count > limit ? text.prefix(limit) + "…" : text[...]
      throw .notAnInteger(offset: offset, found: String(found))
    }
    return number
  }

  /// What this value is, with its article.
  var kind: String {
    switch content {
    case .null: "null"
    case .boolean: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  private func wrongKind(_ expected: String) -> JSONError {
    .wrongKind(offset: offset, expected: expected, found: kind)
  }
}

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

/// Why bytes were refused as JSON, or as the JSON that was asked for.
///
/// Offsets count from the first byte of the file (or of the array) that the text was taken from.
package enum JSONError: Error, Equatable, CustomStringConvertible {
  /// Something else than the grammar allows here.
  case unexpected(offset: Int, expected: String, found: String)
  /// The text begins with U+FEFF.
  case byteOrderMark(offset: Int)
  /// A byte that is not part of UTF-8.
  case notUTF8(offset: Int)
  /// A character below U+0020 in a string, not written as an escape.
  case controlCharacter(offset: Int, code: UInt8)
  /// The offset is the backslash's.
  case badEscape(offset: Int)
  /// Half of a pair of `\u` escapes; the offset is its backslash's.
  case loneSurrogate(offset: Int)
  /// The offset is the second name's.
  case duplicateName(offset: Int, name: String)
  /// More arrays and objects inside one another than are read.
  case tooDeep(offset: Int, limit: Int)
  /// Combining marks in one row; the offset is the text's.
  case tooManyMarks(offset: Int, limit: Int)
  /// A number, but not a plain integer from 0 to 2⁶³ − 1.
  case notAnInteger(offset: Int, found: String)
  /// `expected` and `found` are nouns with their article, such as `an object`.
  case wrongKind(offset: Int, expected: String, found: String)

  /// Where it was found.
  var offset: Int {
    switch self {
    case .unexpected(let offset, _, _), .byteOrderMark(let offset), .notUTF8(let offset),
      .controlCharacter(let offset, _), .badEscape(let offset), .loneSurrogate(let offset),
      .duplicateName(let offset, _), .tooDeep(let offset, _), .tooManyMarks(let offset, _),
      .notAnInteger(let offset, _), .wrongKind(let offset, _, _):
      offset
    }
  }

  /// A clause without the path, which whoever reads the file adds.
  package var description: String {
    switch self {
    case .unexpected(let offset, let expected, let found):
      "not JSON at byte \(offset) (expected \(expected), found \(found))"
    case .byteOrderMark(let offset):
      "not JSON at byte \(offset) (expected a value, found a byte order mark)"
    case .notUTF8(let offset):
      "text is not UTF-8 at byte \(offset)"
    case .controlCharacter(let offset, let code):
      "unescaped control character \(JSONReader.hexadecimal(code)) at byte \(offset)"
    case .badEscape(let offset):
      "unknown or unfinished escape at byte \(offset)"
    case .loneSurrogate(let offset):
      "half of a surrogate pair at byte \(offset)"
    case .duplicateName(let offset, let name):
      "duplicate name \(JSONText.excerpt(name)) at byte \(offset)"
    case .tooDeep(let offset, let limit):
      "nested deeper than \(limit) levels at byte \(offset)"
    case .tooManyMarks(let offset, let limit):
      "more than \(limit) combining marks in a row in the text at byte \(offset)"
    case .notAnInteger(let offset, let found):
      "wrong number at byte \(offset) (expected a plain integer from 0 to \(Int.max), found "
        + "\(found))"
    case .wrongKind(let offset, let expected, let found):
      "wrong value at byte \(offset) (expected \(expected), found \(found))"
    }
  }
}
