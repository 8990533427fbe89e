/// Why bytes were refused as JSON, or as the JSON that was asked for.
///
/// Offsets count from the first byte of the file (or of the array) that the text was taken from.
public enum JSONError: Error, Equatable, CustomStringConvertible {
  case unexpected(offset: Int, expected: String, found: String)
  case byteOrderMark(offset: Int)
  case notUTF8(offset: Int)
  case controlCharacter(offset: Int, code: UInt8)
  /// The offset is the backslash's.
  case badEscape(offset: Int)
  /// Half of a pair of `\u` escapes; the offset is its backslash's.
  case loneSurrogate(offset: Int)
  /// The offset is the second name's.
  case duplicateName(offset: Int, name: String)
  case tooDeep(offset: Int, limit: Int)
  /// Combining marks in one row; the offset is the text's.
  case tooManyMarks(offset: Int, limit: Int)
  /// A number, but not a plain integer from 0 to 2⁶³ − 1.
  case notAnInteger(offset: Int, found: String)
  /// `expected` and `found` are nouns with their article, such as `an object`.
  case wrongKind(offset: Int, expected: String, found: String)

  public var description: String {
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
