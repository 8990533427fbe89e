/// A field of a message of Protocol Buffers: its number, and what it holds. A message is its fields, in the
/// order in which they are written.
///
/// The form is that of https://protobuf.dev/programming-guides/encoding.
indirect enum ProtobufField: Equatable, Sendable {
  /// As many bytes as the number needs; ten where it is negative.
  case integer(Int, Int64)
  case float32(Int, Float)
  case float64(Int, Double)
  case bytes(Int, [UInt8])
  /// Bytes as well: those of the numbers, little-endian.
  case numbers(Int, [Float])
  case message(Int, [ProtobufField])

  static func text(_ number: Int, _ text: String) -> ProtobufField {
    .bytes(number, Array(text.utf8))
  }

  /// With what stands before the content: the field's number and kind, and for bytes their count.
  fileprivate var byteCount: Int {
    func counted(_ number: Int, _ count: Int) -> Int {
      Varint.byteCount(Varint.tag(number, .counted)) + Varint.byteCount(UInt64(count)) + count
    }
    return switch self {
    case .integer(let number, let value):
      Varint.byteCount(Varint.tag(number, .varint)) + Varint.byteCount(UInt64(bitPattern: value))
    case .float32(let number, _): Varint.byteCount(Varint.tag(number, .fourBytes)) + 4
    case .float64(let number, _): Varint.byteCount(Varint.tag(number, .eightBytes)) + 8
    case .bytes(let number, let bytes): counted(number, bytes.count)
    case .numbers(let number, let values): counted(number, 4 * values.count)
    case .message(let number, let fields): counted(number, fields.byteCount)
    }
  }

  fileprivate func append(to bytes: inout [UInt8]) {
    func begin(_ number: Int, _ kind: Varint.Kind) {
      Varint.append(Varint.tag(number, kind), to: &bytes)
    }
    func begin(_ number: Int, count: Int) {
      begin(number, .counted)
      Varint.append(UInt64(count), to: &bytes)
    }
    switch self {
    case .integer(let number, let value):
      begin(number, .varint)
      Varint.append(UInt64(bitPattern: value), to: &bytes)
    case .float32(let number, let value):
      begin(number, .fourBytes)
      NumberBytes.append([value], to: &bytes)
    case .float64(let number, let value):
      begin(number, .eightBytes)
      NumberBytes.append([value], to: &bytes)
    case .bytes(let number, let content):
      begin(number, count: content.count)
      bytes += content
    case .numbers(let number, let values):
      begin(number, count: 4 * values.count)
      NumberBytes.append(values, to: &bytes)
    case .message(let number, let fields):
      begin(number, count: fields.byteCount)
      for field in fields { field.append(to: &bytes) }
    }
  }
}

extension [ProtobufField] {
  /// Of the message. A message inside another one is preceded by this number: it is counted first, so that
  /// all bytes are written once, into one array.
  var byteCount: Int { reduce(0) { $0 + $1.byteCount } }

  /// The message's bytes; equal fields give equal bytes.
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    for field in self { field.append(to: &bytes) }
    return bytes
  }
}

/// A number in seven bits a byte, the lowest first; the eighth bit says that more follow.
private enum Varint {
  /// What follows a field's number.
  enum Kind: UInt64 {
    case varint = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  static func tag(_ number: Int, _ kind: Kind) -> UInt64 { UInt64(number) << 3 | kind.rawValue }

  static func byteCount(_ number: UInt64) -> Int {
    max(1, (UInt64.bitWidth - number.leadingZeroBitCount + 6) / 7)
  }

  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
