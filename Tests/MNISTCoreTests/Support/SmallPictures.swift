@testable import MNISTCore

/// Folders of pictures that take no time to read.
enum SmallPictures {
  /// A gray PNG of one row after another.
  static func png(_ rows: [[UInt8]]) -> [UInt8] {
    PNGEncoder.encode(height: rows.count, width: rows[0].count, pixels: rows.flatMap { $0 })
  }

  /// One pixel.
  static func dot(_ shade: UInt8) -> [UInt8] { png([[shade]]) }

  /// The images of a set as PNG files, those of each class in a folder with its name: `cat/0003.png`.
  static func files(
    _ images: ImageSet, classes: [String], in folder: String = ""
  ) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (index, label) in images.labels.enumerated() {
      let number = String(10_000 + index).dropFirst()
      files["\(folder)\(classes[Int(label)])/\(number).png"] = PNGEncoder.encode(
        height: images.height, width: images.width,
        pixels: images.pixels[index * images.imageSize..<(index + 1) * images.imageSize])
    }
    return files
  }
}
