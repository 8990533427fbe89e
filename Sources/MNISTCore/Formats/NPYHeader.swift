/// The head of an array in NumPy's format NPY: the type of its numbers, their order and the sizes.
///
/// Layout: `93 NUMPY`, a version of two bytes, the length of what follows as a little-endian word of 16 bits
/// (version 1) or 32 (2 and 3), then a Python literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }`, spaces and a line feed. The numbers
/// follow. Only this one form of literal is read, and nothing in it is ever evaluated.
///
/// Source: numpy.lib.format.
struct NPYHeader: Equatable {
  let type: ElementType
  /// Whether the first axis varies fastest, else the last.
  let isFortranOrder: Bool
  let shape: [Int]

  static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy itself reads no longer one without being told to.
  static let limitBytes = 1 << 16

  /// Reads the head that the stream begins with; its numbers come next. Throws `NPYError` and what the stream
  /// throws.
  init(_ stream: ByteStream) throws {
    let path = stream.path
    let start = try stream.next(8)
    guard start.starts(with: Self.signature) || Self.signature.starts(with: start) else {
      throw NPYError.notNPY(path: path, found: FileKind.name(start))
    }
    func wholly(_ bytes: [UInt8], _ count: Int) throws(NPYError) {
      guard bytes.count == count else {
        throw .truncatedHeader(
          path: path, neededBytes: stream.position - bytes.count + count,
          availableBytes: stream.position)
      }
    }
    try wholly(start, 8)
    guard 1...3 ~= start[6], start[7] == 0 else {
      throw NPYError.unknownVersion(path: path, found: "\(start[6]).\(start[7])")
    }
    let lengthBytes = start[6] == 1 ? 2 : 4
    let lengthWord = try stream.next(lengthBytes)
    try wholly(lengthWord, lengthBytes)
    let length = lengthWord.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.limitBytes else {
      throw NPYError.headerTooLarge(path: path, limitBytes: Self.limitBytes, foundBytes: length)
    }
    let text = try stream.next(length)
    try wholly(text, length)
    var literal = NPYLiteral(text, path: path)
    (type, isFortranOrder, shape) = try literal.header()
  }
}

/// Reads the literal in a header.
private struct NPYLiteral {
  private let text: [UInt8]
  private let path: String
  private var position = 0

  init(_ text: [UInt8], path: String) {
    (self.text, self.path) = (text, path)
  }

  mutating func header() throws(NPYError) -> (ElementType, Bool, [Int]) {
    var type: ElementType?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try take("{")
    while !takes("}") {
      let key = try string()
      try take(":")
      switch key {
      case "descr" where type == nil: type = try elementType()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try sizes()
      default: throw unexpected("descr, fortran_order and shape, once each")
      }
      guard takes(",") else {
        try take("}")
        break
      }
    }
    skipSpaces()
    guard position == text.count else { throw unexpected("the end of the header") }
    guard let type, let isFortranOrder, let shape else {
      throw unexpected("descr, fortran_order and shape, once each")
    }
    return (type, isFortranOrder, shape)
  }

  private mutating func elementType() throws(NPYError) -> ElementType {
    if takes("[") { throw .unsupportedType(path: path, found: "a structured type") }
    let name = try string()
    let characters = Array(name.utf8)
    guard characters.first != UInt8(ascii: "O"), characters.dropFirst().first != UInt8(ascii: "O")
    else { throw .objects(path: path) }
    let kinds: [UInt8: (ElementType.Kind, [Int])] = [
      UInt8(ascii: "b"): (.boolean, [1]), UInt8(ascii: "u"): (.unsigned, [1, 2, 4, 8]),
      UInt8(ascii: "i"): (.signed, [1, 2, 4, 8]), UInt8(ascii: "f"): (.float, [2, 4, 8]),
    ]
    guard characters.count == 3, let kind = kinds[characters[1]],
      case let byteCount = Int(characters[2]) - 0x30, kind.1.contains(byteCount),
      "<>".utf8.contains(characters[0]) || "|=".utf8.contains(characters[0]) && byteCount == 1
    else { throw .unsupportedType(path: path, found: JSONText.excerpt(name)) }
    return ElementType(
      kind: kind.0, byteCount: byteCount, isBigEndian: characters[0] == UInt8(ascii: ">"))
  }

  private mutating func boolean() throws(NPYError) -> Bool {
    if takes("True") { return true }
    try take("False")
    return false
  }

  private mutating func sizes() throws(NPYError) -> [Int] {
    var sizes: [Int] = []
    try take("(")
    while !takes(")") {
      guard sizes.count < 32 else { throw unexpected("at most 32 sizes") }
      sizes.append(try size())
      guard takes(",") else {
        try take(")")
        // With one size and no comma it is no tuple, and NumPy refuses it.
        guard sizes.count != 1 else { throw unexpected("a comma after the only size") }
        break
      }
    }
    return sizes
  }

  private mutating func size() throws(NPYError) -> Int {
    skipSpaces()
    let digits = text[position...].prefix { $0 &- 0x30 < 10 }
    guard 1...18 ~= digits.count else { throw unexpected("a size") }
    position += digits.count
    // Python 2 wrote large ones with an L.
    _ = takes("L")
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private mutating func string() throws(NPYError) -> String {
    skipSpaces()
    guard position < text.count, "'\"".utf8.contains(text[position]) else {
      throw unexpected("a text in quotes")
    }
    let content = text[(position + 1)...].prefix { $0 != text[position] }
    guard content.endIndex < text.count, !content.contains(UInt8(ascii: "\\")), content.count <= 100
    else { throw unexpected("a text in quotes") }
    position = content.endIndex + 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func skipSpaces() {
    position += text[position...].prefix { " \n\t\r".utf8.contains($0) }.count
  }

  private mutating func takes(_ word: String) -> Bool {
    skipSpaces()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func take(_ word: String) throws(NPYError) {
    guard takes(word) else { throw unexpected(word) }
  }

  private func unexpected(_ what: String) -> NPYError {
    let found = String(decoding: text[position...].prefix(20), as: UTF8.self)
    return .invalidHeader(
      path: path, offset: position, expected: what,
      found: found.isEmpty ? "the end" : JSONText.excerpt(found))
  }
}

/// Why a file was refused as an array or an archive of arrays of NumPy's.
package enum NPYError: Error, Equatable, CustomStringConvertible {
  /// `found` is a noun with its article, nil where nothing tells what it is.
  case notNPY(path: String, found: String?)
  case unknownVersion(path: String, found: String)
  case truncatedHeader(path: String, neededBytes: Int, availableBytes: Int)
  case headerTooLarge(path: String, limitBytes: Int, foundBytes: Int)
  /// `offset` counts from the beginning of the literal.
  case invalidHeader(path: String, offset: Int, expected: String, found: String)
  /// Python objects, which are pickled.
  case objects(path: String)
  case unsupportedType(path: String, found: String)
  /// None of the names that are known; `found` are the archive's.
  case noImages(path: String, found: [String])

  /// One sentence with the path; texts from the file are cut short and escaped.
  package var description: String {
    switch self {
    case .notNPY(let path, let found):
      "\(path): not a NumPy array (expected 93 NUMPY" + (found.map { ", found \($0))" } ?? ")")
    case .unknownVersion(let path, let found):
      "\(path): a NumPy array of an unknown version (expected 1.0, 2.0 or 3.0, found \(found))"
    case .truncatedHeader(let path, let needed, let available):
      "\(path): truncated in the header (expected \(needed) bytes, found \(available))"
    case .headerTooLarge(let path, let limit, let found):
      "\(path): a header that is too large (expected at most \(limit) bytes, found \(found))"
    case .invalidHeader(let path, let offset, let expected, let found):
      "\(path): invalid header at its byte \(offset) (expected \(expected), found \(found))"
    case .objects(let path):
      "\(path): an array of Python objects, which is never loaded because it can run code "
        + "(expected numbers; images of one size make an array of numbers)"
    case .unsupportedType(let path, let found):
      "\(path): an array that cannot be read (expected numbers such as uint8 or float32, found "
        + "\(found))"
    case .noImages(let path, let found):
      "\(path): no images (expected arrays named x_train, y_train, x_test and y_test, or "
        + "train_images and so on, or x and y, found \(Self.list(found)))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty
      ? "none"
      : names.prefix(8).map { JSONText.excerpt($0) }.joined(separator: ", ")
        + (names.count > 8 ? ", …" : "")
  }
}
