/// A strict reader of JSON (RFC 8259) that a stranger wrote.
///
/// Refused beyond what the grammar refuses: a byte order mark, text that is not UTF-8, half
/// surrogate pairs, a name that stands twice in one object (compared after its escapes are
/// resolved), more than 16 levels of arrays and objects, and more than 30 combining marks in a row.
/// Time and memory are linear in the number of bytes.
struct JSONReader {
  static let depthLimit = 16
  /// Unicode's own limit for streams (UAX #15). Swift sorts such a row in quadratic time whenever
  /// it compares or hashes the text: a megabyte of it would take a minute.
  static let markLimit = 30

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The one value that `bytes` spell; white space may stand around it. Offsets are the slice's
  /// indices.
  static func value(in bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw .byteOrderMark(offset: bytes.startIndex)
    }
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    guard reader.next == nil else { throw reader.unexpected("nothing more") }
    return value
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    let offset = position
    let content: JSONValue.Content
    switch next {
    case UInt8(ascii: "{"): content = .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): content = .array(try elements(depth: depth + 1))
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      content = .number(try number())
    case UInt8(ascii: "t"): content = try word("true", .boolean(true))
    case UInt8(ascii: "f"): content = try word("false", .boolean(false))
    case UInt8(ascii: "n"): content = try word("null", .null)
    default: throw unexpected("a value")
    }
    skipSpace()
    return JSONValue(offset: offset, content: content)
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONValue.Member] {
    try open(depth: depth)
    if skip("}") { return [] }
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    repeat {
      skipSpace()
      let offset = position
      guard next == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
      let name = try string()
      guard names.insert(name).inserted else {
        throw .duplicateName(offset: offset, name: name)
      }
      skipSpace()
      guard skip(":") else { throw unexpected("\":\"") }
      members.append(JSONValue.Member(name: name, value: try value(depth: depth)))
    } while skip(",")
    guard skip("}") else { throw unexpected("\",\" or \"}\"") }
    return members
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    try open(depth: depth)
    if skip("]") { return [] }
    var elements: [JSONValue] = []
    repeat {
      elements.append(try value(depth: depth))
    } while skip(",")
    guard skip("]") else { throw unexpected("\",\" or \"]\"") }
    return elements
  }

  private mutating func open(depth: Int) throws(JSONError) {
    guard depth <= Self.depthLimit else {
      throw .tooDeep(offset: position, limit: Self.depthLimit)
    }
    position += 1
    skipSpace()
  }

  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = skip("-")
    if !skip("0") { try digits() }
    if skip(".") { try digits() }
    if skip("e") || skip("E") {
      if !skip("-") { _ = skip("+") }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    guard position > start else { throw unexpected("a digit") }
  }

  private mutating func word(
    _ word: StaticString, _ content: JSONValue.Content
  ) throws(JSONError) -> JSONValue.Content {
    let text = word.description
    guard bytes[position...].starts(with: text.utf8) else { throw unexpected("a value") }
    position += text.utf8.count
    return content
  }

  // MARK: Text

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var text = ""
    while true {
      text += try plainText()
      switch next {
      case UInt8(ascii: "\""):
        position += 1
        guard Self.longestRowOfMarks(in: text) <= Self.markLimit else {
          throw .tooManyMarks(offset: start, limit: Self.markLimit)
        }
        return text
      case UInt8(ascii: "\\"): text.unicodeScalars.append(try escape())
      case let code?: throw .controlCharacter(offset: position, code: code)
      case nil: throw unexpected("a closing quote")
      }
    }
  }

  /// The run up to the next quote, backslash, control character or the end.
  private mutating func plainText() throws(JSONError) -> String {
    let start = position
    while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      position += 1
    }
    let run = bytes[start..<position]
    if let text = String(validating: run, as: UTF8.self) { return text }
    // Decoded once more, only to say where it went wrong.
    var offset = start
    var decoder = UTF8()
    var iterator = run.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      offset += UTF8.width(scalar)
    }
    throw .notUTF8(offset: offset)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let letter = next else { throw .badEscape(offset: start) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try codePoint(start: start)
    default: throw .badEscape(offset: start)
    }
  }

  /// What stands after `\u`, with the second half of a surrogate pair where the first asks for it.
  private mutating func codePoint(start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try fourDigits(start: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let second = position
    guard first < 0xDC00, skip("\\"), skip("u") else { throw .loneSurrogate(offset: start) }
    let low = try fourDigits(start: second)
    guard 0xDC00...0xDFFF ~= low,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (low - 0xDC00))
    else { throw .loneSurrogate(offset: start) }
    return scalar
  }

  private mutating func fourDigits(start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .badEscape(offset: start)
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }

  static func longestRowOfMarks(in text: String) -> Int {
    var longest = 0
    var row = 0
    for scalar in text.unicodeScalars {
      // U+0300 is the first that combines.
      let isMark =
        scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
      row = isMark ? row + 1 : 0
      longest = max(longest, row)
    }
    return longest
  }

  // MARK: Bytes

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func unexpected(_ expected: String) -> JSONError {
    .unexpected(offset: position, expected: expected, found: Self.name(of: next))
  }

  /// How a sentence calls a byte: `"x"`, `byte 0xEF`, `the end`.
  static func name(of byte: UInt8?) -> String {
    guard let byte else { return "the end" }
    guard 0x20..<0x7F ~= byte else { return "byte \(hexadecimal(byte))" }
    return "\"\(Unicode.Scalar(byte))\""
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16, uppercase: true)
  }
}
