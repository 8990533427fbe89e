#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Numbers as C's `printf` writes them.
enum NumberText {
  /// `%.4e`: `1.9642e-01`
  static func scientific(_ number: Double) -> String { format("%.4e", number) }

  /// `%.4f`: `0.9837`
  static func fixed(_ number: Double) -> String { format("%.4f", number) }

  private static func format(_ format: String, _ number: Double) -> String {
    // C may show the sign of what is not a number, which means nothing; Python does not.
    guard !number.isNaN else { return "nan" }
    // The longest, the largest double with four decimals, has 316 characters.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      let length = withVaList([number]) {
        vsnprintf(buffer.baseAddress, buffer.count, format, $0)
      }
      return String(decoding: buffer.prefix(Int(length)).map { UInt8($0) }, as: UTF8.self)
    }
  }
}
