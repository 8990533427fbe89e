/// The two kinds of IDX file that make up a labelled set; the raw value is the file's magic number:
/// two zero bytes, the element type (8 is an unsigned byte) and the number of sizes.
enum IDXKind: UInt32 {
  /// Sizes are count, height and width.
  case images = 0x0000_0803
  /// The only size is the count.
  case labels = 0x0000_0801

  var rank: Int { Int(rawValue & 0xff) }

  /// The magic number and one 32-bit word for each size.
  var headerBytes: Int { 4 + 4 * rank }

  var noun: String { self == .images ? "images" : "labels" }
}
