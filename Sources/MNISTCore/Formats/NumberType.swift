/// The forms in which files of weights hold numbers, and how each becomes one that this program computes with:
/// float32 for every sort of float, int64 for every sort of integer and for truth values.
enum NumberType: Sendable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8, uint8, bool

  /// As sentences and Python call it.
  var name: String { "\(self)" }

  /// The size of one number.
  var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// What its numbers become.
  var convertedByteCount: Int { isFloat ? 4 : 8 }

  var isFloat: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// The numbers that `bytes` hold, float64 rounded to the nearest float32. `indices` picks some of them, in its
  /// order; nil stands for all in theirs.
  func converted(
    _ bytes: ArraySlice<UInt8>, isBigEndian: Bool = false, indices: [Int]? = nil
  ) -> TensorValue.Elements {
    func all<Word: FixedWidthInteger & BitwiseCopyable, Number>(
      _ type: Word.Type, _ number: (Word) -> Number
    ) -> [Number] {
      let words: [Word] = NumberBytes.numbers(in: bytes)
      func converted(_ word: Word) -> Number { number(isBigEndian ? word.byteSwapped : word) }
      return indices?.map { converted(words[$0]) } ?? words.map(converted)
    }
    if !isBigEndian && indices == nil {
      // As they lie there.
      if self == .float32 { return .float32(NumberBytes.numbers(in: bytes)) }
      if self == .int64 { return .int64(NumberBytes.numbers(in: bytes)) }
    }
    return switch self {
    case .float64: .float32(all(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .float32: .float32(all(UInt32.self) { Float(bitPattern: $0) })
    case .float16: .float32(all(UInt16.self, Self.float(float16:)))
    case .bfloat16: .float32(all(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .int64: .int64(all(Int64.self) { $0 })
    case .int32: .int64(all(Int32.self) { Int64($0) })
    case .int16: .int64(all(Int16.self) { Int64($0) })
    case .int8: .int64(all(Int8.self) { Int64($0) })
    case .uint8: .int64(all(UInt8.self) { Int64($0) })
    case .bool: .int64(all(UInt8.self) { $0 == 0 ? 0 : 1 })
    }
  }

  /// IEEE 754's half precision: a sign, 5 bits of exponent, 10 of significand. Swift's own type is not there on
  /// every machine.
  static func float(float16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 31)
    let significand = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Without the leading one: multiples of 2⁻²⁴.
      let magnitude = Float(significand) * 0x1p-24
      return Float(bitPattern: sign | magnitude.bitPattern)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | significand << 13)
    // The exponents' zeros are 15 and 127.
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | significand << 13)
    }
  }
}
