/// A 32-bit word as people write it: `0x` and eight lower-case digits.
func hexadecimal(_ word: UInt32) -> String {
  let digits = String(word, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}

/// Bytes as people write them: two lower-case digits each, with spaces between.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
