import Testing

/// The fields of a message of Protocol Buffers, read without knowing what they mean.
struct ProtobufReader {
  private enum Content {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private var fields: [(number: Int, content: Content)] = []

  init(_ bytes: some Collection<UInt8>) throws {
    var rest = Array(bytes)[...]
    func varint() throws -> UInt64 {
      var number: UInt64 = 0
      for shift in 0..<10 {
        guard let byte = rest.popFirst() else { break }
        number |= UInt64(byte & 0x7F) << (7 * shift)
        if byte < 0x80 { return number }
      }
      throw Failure.unreadable
    }
    func take(_ count: Int) throws -> ArraySlice<UInt8> {
      try #require(count <= rest.count, "\(count) bytes of \(rest.count)")
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    while !rest.isEmpty {
      let tag = try varint()
      let content: Content
      switch tag & 7 {
      case 0: content = .number(try varint())
      case 1: content = .number(try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
      case 2: content = .bytes(try take(Int(try varint())))
      case 5: content = .number(try take(4).reversed().reduce(0) { $0 << 8 | UInt64($1) })
      default: throw Failure.unreadable
      }
      fields.append((Int(tag >> 3), content))
    }
  }

  enum Failure: Error { case unreadable }

  /// The numbers of all fields, in the order of the bytes.
  var fieldNumbers: [Int] { fields.map(\.number) }

  /// All values of a field: whole numbers, or the bits of others.
  func numbers(_ number: Int) -> [UInt64] {
    fields.compactMap { field in
      if field.number == number, case .number(let value) = field.content { value } else { nil }
    }
  }

  func bytes(_ number: Int) -> [[UInt8]] {
    fields.compactMap { field in
      if field.number == number, case .bytes(let value) = field.content {
        Array(value)
      } else {
        nil
      }
    }
  }

  func texts(_ number: Int) -> [String] {
    bytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  func messages(_ number: Int) throws -> [ProtobufReader] { try bytes(number).map { try Self($0) } }

  /// The only message of a field.
  func message(_ number: Int) throws -> ProtobufReader {
    let messages = try messages(number)
    try #require(messages.count == 1, "\(messages.count) of field \(number)")
    return messages[0]
  }
}
