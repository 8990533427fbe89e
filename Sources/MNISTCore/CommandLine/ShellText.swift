/// Text as a word of a POSIX shell's command line, to be copied from the terminal.
enum ShellText {
  /// As it is where that is safe, else in quotes; where it could steer a terminal, or is not UTF-8, with
  /// escapes in `$'…'`.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isPlain = scalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || "0123456789_./-+,:@%=".unicodeScalars.contains($0))
    }
    if isPlain, !text.isEmpty { return text }
    let shown = PythonSyntax.escaped(text)
    if shown == text {
      return "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
    let bytes = PathText.bytes(text).dropLast().map { UInt8(bitPattern: $0) }
    return "$'" + bytes.map(escaped).joined() + "'"
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: String(Unicode.Scalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
}
