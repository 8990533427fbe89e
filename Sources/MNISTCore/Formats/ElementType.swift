/// The type of the numbers in an array of NumPy's or in an IDX file.
struct ElementType: Equatable, Sendable {
  enum Kind: String, Sendable {
    case boolean = "bool"
    case unsigned = "uint"
    case signed = "int"
    case float
  }

  let kind: Kind
  /// 1, 2, 4 or 8; of a float 2, 4 or 8.
  let byteCount: Int
  let isBigEndian: Bool

  /// NumPy's name, such as `float32`.
  var name: String { kind == .boolean ? "bool" : "\(kind.rawValue)\(8 * byteCount)" }

  /// The bits of the number that begins at `start`.
  func word(at start: Int, in bytes: [UInt8]) -> UInt64 {
    func bits(_ place: Int) -> UInt64 { UInt64(bytes[start + place]) << UInt64(8 * place) }
    let word =
      switch byteCount {
      case 1: bits(0)
      case 2: bits(0) | bits(1)
      case 4: bits(0) | bits(1) | bits(2) | bits(3)
      default:
        bits(0) | bits(1) | bits(2) | bits(3) | bits(4) | bits(5) | bits(6) | bits(7)
      }
    return isBigEndian ? word.byteSwapped >> UInt64(64 - 8 * byteCount) : word
  }

  /// The number with these bits.
  func float(_ word: UInt64) -> Double {
    switch byteCount {
    case 8: return Double(bitPattern: word)
    case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    default: return Double(NumberType.float(float16: UInt16(truncatingIfNeeded: word)))
    }
  }

  /// The number with these bits, for people.
  func text(_ word: UInt64) -> String {
    switch kind {
    case .boolean: return "a bool of \(word)"
    case .unsigned: return "\(word)"
    case .float: return "\(float(word))"
    case .signed:
      let shift = 64 - 8 * byteCount
      return "\(Int64(bitPattern: word << UInt64(shift)) >> Int64(shift))"
    }
  }
}
