/// Each small change of some bytes: every bit flipped, every length cut to, every byte left out, and before every
/// byte others put in, the one that is there among them. With `every` above 1 only each such place.
func forEachChange(
  of bytes: [UInt8], every: Int = 1, puttingIn others: [UInt8] = [0, 0x50, 0xFF],
  _ body: ([UInt8], String) -> Void
) {
  for index in stride(from: 0, to: bytes.count, by: every) {
    var changed = bytes
    for bit in 0..<8 {
      changed[index] ^= 1 << bit
      body(changed, "bit \(bit) of byte \(index) flipped")
      changed[index] ^= 1 << bit
    }
    body(Array(bytes[..<index]), "cut to \(index) bytes")
    changed.remove(at: index)
    body(changed, "byte \(index) left out")
    for byte in others + [bytes[index]] {
      changed = bytes
      changed.insert(byte, at: index)
      body(changed, "\(byte) put in before byte \(index)")
    }
  }
  body(bytes + [0], "a zero at the end")
}
