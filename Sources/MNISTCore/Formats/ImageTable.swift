/// What one file of data gives: images of one size, and a label for each where the file has them.
struct ImageTable: Equatable, Sendable {
  let height: Int
  let width: Int
  /// `[count, height, width]` in C order.
  let pixels: [UInt8]
  /// `[count]`; nil where the file has images alone.
  let labels: [UInt8]?
  var scale = PixelScale.bytes

  var count: Int { pixels.count / (height * width) }
}

/// How the numbers of a file became bytes.
package enum PixelScale: Equatable, Sendable {
  /// They are from 0 to 255.
  case bytes
  /// They were from 0 to 1, and have been multiplied by 255 and rounded.
  case fractions
}

/// Gives the images of a file in their order, in pieces. Memory is that of a piece.
protocol ImageReader {
  var height: Int { get }
  var width: Int { get }
  var hasLabels: Bool { get }
  var scale: PixelScale { get }

  /// The next images, as many as `count` or all that are left: `[…, height, width]`, and their labels; nil
  /// where none is left.
  mutating func next(_ count: Int) throws -> (pixels: [UInt8], labels: [UInt8]?)?
}

/// A reader of bytes has met a number that tells that all are fractions: the file is to be read anew as such.
/// Only then is it known; most files never come to it, and are read once.
struct FractionsFound: Error {}

extension ImageTable {
  /// All images of what `reader` reads.
  init<Reader: ImageReader>(_ reader: (PixelScale) throws -> Reader) throws {
    func table(_ scale: PixelScale) throws -> ImageTable {
      var reader = try reader(scale)
      let all = try reader.next(.max)
      return ImageTable(
        height: reader.height, width: reader.width, pixels: all?.pixels ?? [],
        labels: all?.labels, scale: reader.scale)
    }
    do { self = try table(.bytes) } catch is FractionsFound { self = try table(.fractions) }
  }
}

/// Reads everything once without keeping it, so that every fault is known before the first image is used, and
/// gives a reader that begins anew.
func surveyed<Reader: ImageReader>(_ reader: (PixelScale) throws -> Reader) throws -> Reader {
  func survey(_ scale: PixelScale) throws {
    var reader = try reader(scale)
    while (try reader.next(256)) != nil {}
  }
  do {
    try survey(.bytes)
    return try reader(.bytes)
  } catch is FractionsFound {
    try survey(.fractions)
    return try reader(.fractions)
  }
}

/// Images that are in memory, as a reader.
struct TableReader: ImageReader {
  private let table: ImageTable
  private var position = 0

  init(_ table: ImageTable) { self.table = table }

  var height: Int { table.height }
  var width: Int { table.width }
  var hasLabels: Bool { table.labels != nil }
  var scale: PixelScale { table.scale }

  mutating func next(_ count: Int) -> (pixels: [UInt8], labels: [UInt8]?)? {
    let range = position..<position + min(count, table.count - position)
    guard !range.isEmpty else { return nil }
    position = range.upperBound
    let size = height * width
    return (
      Array(table.pixels[range.lowerBound * size..<range.upperBound * size]),
      table.labels.map { Array($0[range]) }
    )
  }
}

/// A file of images by itself, with labels or without, of the form that its content tells.
enum ImageFile {
  enum Form: Equatable, Sendable {
    case idx, csv, npy, npz
  }

  /// The form of a file that begins with these bytes, unpacked; nil where it is none that is known.
  static func form(_ start: [UInt8]) -> Form? {
    if NPZImages.recognizes(start) { return .npz }
    if NPYImages.recognizes(start) { return .npy }
    if start.starts(with: [0, 0]) { return .idx }
    return CSVImages.recognizes(start) ? .csv : nil
  }

  /// The images of a file in pieces. Each error that is thrown describes itself in one sentence with the path.
  static func reader(_ file: FileBytes) throws -> any ImageReader {
    let start = try ByteStream(file).next(startBytes)
    switch form(start) {
    case .npz: return try NPZImages(file).images.reader()
    case .npy: return try NPYImages(file).reader()
    case .csv: return try CSVImages.reader(file)
    case .idx: return try IDX.images(file)
    case nil: throw ImageFileError.unknown(path: file.path, found: FileKind.name(start))
    }
  }

  /// So many bytes hold the first line of 28 × 28 numbers.
  static let startBytes = 1 << 15
}

/// Why a file was refused as one of images.
package enum ImageFileError: Error, Equatable, CustomStringConvertible {
  /// `found` is a noun with its article; nil where nothing tells what it is.
  case unknown(path: String, found: String?)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .unknown(let path, let found):
      "\(path): not a file of images (expected IDX, CSV, NPZ or NPY"
        + (found.map { ", found \($0))" } ?? ")")
    }
  }
}
