/// What a run's augmentation makes of its first ten images: a row for each, the image itself, then what ten epochs train
/// on in its place.
package struct AugmentationSheet {
  private static let (rows, variants) = (10, 10)
  /// Of a pixel, and of the lines between images.
  private static let (scale, gap) = (3, 6)
  /// Between black and white, so that an image's borders are seen.
  private static let ground: UInt8 = 96

  /// The file, a PNG.
  let png: [UInt8]
  /// How many rows it has: fewer than ten where the run has fewer images.
  package let imageCount: Int

  /// - Parameter run: with augmentation, on `images`.
  package init(_ run: TrainingRun, images: ImageSet) {
    guard let augmented = run.augmented else { stop("a sheet of images that are not varied") }
    let rows = Array(run.trainData.indices.prefix(Self.rows))
    imageCount = rows.count
    let size = images.imageSize
    var columns = [rows.flatMap { images.pixels[$0 * size..<($0 + 1) * size] }]
    for epoch in 0..<Self.variants {
      augmented.epoch = epoch
      columns.append(augmented.pixels(of: rows))
    }
    let cellWidth = Self.scale * images.width + Self.gap
    let cellHeight = Self.scale * images.height + Self.gap
    let (width, height) = (
      columns.count * cellWidth + Self.gap, rows.count * cellHeight + Self.gap
    )
    var sheet = [UInt8](repeating: Self.ground, count: width * height)
    for (column, pixels) in columns.enumerated() {
      for index in pixels.indices {
        let (image, pixel) = index.quotientAndRemainder(dividingBy: size)
        let (y, x) = pixel.quotientAndRemainder(dividingBy: images.width)
        let top = image * cellHeight + Self.gap + y * Self.scale
        let left = column * cellWidth + Self.gap + x * Self.scale
        for line in top..<top + Self.scale {
          for place in left..<left + Self.scale { sheet[line * width + place] = pixels[index] }
        }
      }
    }
    png = PNGEncoder.encode(height: height, width: width, pixels: sheet)
  }

  /// Replaces the file, or makes it, and folders around it; of what may be there only a sheet of the same size is
  /// replaced. Throws `FileError`.
  package func write(to path: String) throws(FileError) {
    // The signature and the header, which has the size.
    let start = png.prefix(33)
    try OutputFile.checkStanding(
      at: path, what: "no sheet of these images", expected: "one"
    ) { $0.starts(with: start) }
    let folders = try MadeFolders(around: path)
    try withExtendedLifetime(folders) { () throws(FileError) in
      try OutputFile.write(png, to: path)
    }
  }
}
