/// What can be wrong with a gzip file (RFC 1952).
public enum GzipError: Error, Equatable, CustomStringConvertible {
  case notDeflate(path: String, method: Int)
  /// `offset` counts the file's bytes taken so far; `reason` is zlib's own text, such as `invalid
  /// distance too far back`.
  case cannotUnpack(path: String, offset: Int, reason: String)
  case wrongCRC32(path: String, expected: UInt32, found: UInt32)
  /// Lengths modulo 2³², as the file holds them.
  case wrongLength(path: String, expected: UInt32, found: UInt32)
  case truncated(path: String, availableBytes: Int)
  /// Neither another member nor zeros follow the end of a member, which is at `offset`.
  case trailingData(path: String, offset: Int, foundBytes: Int)

  public var description: String {
    switch self {
    case .notDeflate(let path, let method):
      "\(path): unknown gzip compression method (expected 8, deflate, found \(method))"
    case .cannotUnpack(let path, let offset, let reason):
      "\(path): cannot be unpacked beyond byte \(offset): \(reason)"
    case .wrongCRC32(let path, let expected, let found):
      "\(path): unpacked data has the wrong CRC-32 "
        + "(expected \(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .wrongLength(let path, let expected, let found):
      "\(path): unpacked data has the wrong length (expected \(expected) bytes, found \(found))"
    case .truncated(let path, let available):
      "\(path): truncated (expected the rest of the gzip data, found the end after "
        + "\(available) bytes)"
    case .trailingData(let path, let offset, let found):
      "\(path): unexpected data after the gzip data "
        + "(expected the end after \(offset) bytes, found \(found) more)"
    }
  }
}
