import Foundation
import Testing

@testable import MNISTCore

/// One way in which the 24 training images of two rows of three pixels, or their labels, are bad.
struct DamagedSet: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let sentence: String
  /// Is given the folder of the set.
  let change: @Sendable (String) throws -> Void

  private static let images = "train-images-idx3-ubyte"
  private static let labels = "train-labels-idx1-ubyte"
  private static let halfMissing =
    "d: data is missing (expected an image and a label file together, named "
    + "train-images-idx3-ubyte or train-images.idx3-ubyte or train-labels-idx1-ubyte or "
    + "train-labels.idx1-ubyte, each with .gz or not, in d/MNIST/raw/ or d/, "
    + "found only d/train-labels-idx1-ubyte)"
  private static let imagesCRC32 = hexadecimal(
    SmallSets.fields(24, height: 2, width: 3, classes: 3).imagesCRC32)

  static let all: [DamagedSet] = [
    DamagedSet(
      "a file",
      "d: not a folder (expected the folder that holds the data, or a CSV or NPZ file, found a file)"
    ) {
      try FileManager.default.removeItem(atPath: $0)
      try SmallSets.write([1], $0)
    },
    DamagedSet("no images", halfMissing) {
      try FileManager.default.removeItem(atPath: "\($0)/\(images)")
    },
    bytes(
      "labels in place of images", images,
      "a label file in place of images (expected magic 0x00000803, found 0x00000801)"
    ) { bytes in bytes[3] = 1 },
    bytes(
      "no IDX", labels,
      "a text file in place of an IDX file (expected magic 0x00000801, found 0x74657874)"
    ) { bytes in bytes = Array("text".utf8) },
    bytes(
      "truncated", images,
      "truncated (expected 160 bytes as its header promises, found 159)"
    ) { bytes in bytes.removeLast() },
    bytes(
      "truncated header", images, "truncated in the header (expected 16 bytes, found 15)"
    ) { bytes in bytes = Array(bytes[..<15]) },
    bytes(
      "too long", labels, "too long (expected 32 bytes as its header promises, found 33)"
    ) { bytes in bytes.append(0) },
    bytes(
      "fewer labels", labels,
      "not as many labels as there are images in d/train-images-idx3-ubyte (expected 24, found 23)"
    ) { bytes in
      bytes[7] = 23
      bytes.removeLast()
    },
    bytes("none", labels, "no labels (expected at least 1, found 0)") { bytes in
      bytes = Array(bytes[..<7]) + [0]
    },
    bytes(
      "sizes that nothing backs", images,
      "impossible sizes (expected a product below 2⁶³, found 4294967295×4294967295×4294967295)"
    ) { bytes in bytes.replaceSubrange(4..<16, with: [UInt8](repeating: 0xFF, count: 12)) },
    bytes(
      "gzip, truncated", images,
      "truncated (expected the rest of the gzip data, found the end after 100 bytes)"
    ) { bytes in bytes = Array(SmallSets.gzip(bytes)[..<100]) },
    bytes(
      "gzip with a changed byte", images,
      "unpacked data has the wrong CRC-32 (expected 0x12345678, found \(imagesCRC32))"
    ) { bytes in
      let end = bytes.count
      bytes = SmallSets.gzip(bytes)
      bytes.replaceSubrange(15 + end..<19 + end, with: [0x78, 0x56, 0x34, 0x12])
    },
    bytes(
      "gzip of too much", images,
      "too long (expected 160 bytes as its header promises, found more)"
    ) { bytes in bytes = SmallSets.gzip(bytes + [0]) },
    DamagedSet(
      "a pipe",
      "d/train-labels-idx1-ubyte: not a file (expected a regular file, found a named pipe)"
    ) { folder in
      try FileManager.default.removeItem(atPath: "\(folder)/\(labels)")
      #expect(mkfifo("\(folder)/\(labels)", 0o600) == 0)
    },
  ]

  private init(
    _ name: String, _ sentence: String, _ change: @escaping @Sendable (String) throws -> Void
  ) {
    (testDescription, self.sentence, self.change) = (name, sentence, change)
  }

  private static func bytes(
    _ name: String, _ file: String, _ sentence: String,
    _ change: @escaping @Sendable (inout [UInt8]) throws -> Void
  ) -> DamagedSet {
    DamagedSet(name, "d/\(file): \(sentence)") { folder in
      var bytes = try SmallSets.content("\(folder)/\(file)")
      try change(&bytes)
      try SmallSets.write(bytes, "\(folder)/\(file)")
    }
  }
}
