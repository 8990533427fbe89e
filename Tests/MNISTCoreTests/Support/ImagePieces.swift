@testable import MNISTCore

/// What a reader gives in pieces of `count` images, put together.
func pieces(of reader: inout some ImageReader, _ count: Int) throws -> ImageTable {
  var (pixels, labels): ([UInt8], [UInt8]) = ([], [])
  var isEnd = false
  while let piece = try reader.next(count) {
    precondition(!isEnd, "more behind less than a piece")
    isEnd = piece.pixels.count < count * reader.height * reader.width
    precondition(piece.pixels.count <= count * reader.height * reader.width, "more than a piece")
    precondition((piece.labels != nil) == reader.hasLabels, "labels come and go")
    pixels += piece.pixels
    labels += piece.labels ?? []
  }
  return ImageTable(
    height: reader.height, width: reader.width, pixels: pixels,
    labels: reader.hasLabels ? labels : nil, scale: reader.scale)
}
