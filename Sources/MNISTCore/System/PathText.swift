/// Paths as text that keeps every byte.
///
/// A path is bytes, and Swift's text has room for UTF-8 only. Bytes that are not part of UTF-8 stand for
/// themselves as the scalars U+10FF80 … U+10FFFF of a private plane, much as in Python's
/// `surrogateescape`; so do the bytes of these scalars themselves, so that no two paths become one text.
enum PathText {
  private static let base: UInt32 = 0x10FF00

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ byte($0) == nil })
    {
      return text
    }
    var text = String.UnicodeScalarView()
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      let scalars = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars
      if let scalars, scalars.count == 1, let scalar = scalars.first, byte(scalar) == nil {
        text.append(scalar)
        rest = rest.dropFirst(length)
      } else {
        // A byte below 0x80 is UTF-8 by itself.
        text.append(Unicode.Scalar(base + UInt32(first)) ?? "\u{FFFD}")
        rest = rest.dropFirst()
      }
    }
    return String(text)
  }

  /// The byte that a scalar stands for, nil if it is a letter like any other.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    scalar.value >= base + 0x80 && scalar.value <= base + 0xFF
      ? UInt8(scalar.value - base) : nil
  }

  /// The bytes that `text` spells and a zero byte, for a system call.
  static func bytes(_ text: String) -> [CChar] {
    text.unicodeScalars.flatMap { scalar in
      byte(scalar).map { [CChar(bitPattern: $0)] }
        ?? UTF8.encode(scalar).map { $0.map { CChar(bitPattern: $0) } } ?? []
    } + [0]
  }
}
