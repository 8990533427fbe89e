/// A JSON value that knows where it stood.
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
