/// Why packed data could not be unpacked.
enum InflaterError: Error, Equatable {
  /// The input ended before the packed data did.
  case truncated
  /// `reason` is zlib's own text, such as `incorrect data check`.
  case damaged(reason: String)
}
