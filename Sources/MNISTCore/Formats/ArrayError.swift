/// What can be wrong with an array of images or labels, NumPy's or in an IDX file. Byte counts include the header
/// and are those of the unpacked content.
package enum ArrayError: Error, Equatable, CustomStringConvertible {
  /// `noun` is what it has none of: `images` or `labels`.
  case empty(path: String, noun: String)
  case noPixels(path: String, height: Int, width: Int)
  /// The sizes are those of images with more than one number for a pixel.
  case colour(path: String, sizes: [Int])
  /// Rows of pixels, but not as many as square images have.
  case notSquare(path: String, sizes: [Int])
  /// The sizes are not those of images.
  case notImages(path: String, sizes: [Int])
  /// The sizes are not those of labels.
  case notLabels(path: String, sizes: [Int])
  case sizesOverflow(path: String, sizes: [Int])
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  /// `availableBytes` is nil where what follows is not unpacked.
  case tooLong(path: String, neededBytes: Int, availableBytes: Int?)
  /// It is packed, and in so little that it cannot unpack to what its header promises.
  case unbacked(path: String, neededBytes: Int, largestBytes: Int)
  /// `image` counts from 0. The scale is `fractions` where another pixel is no whole number.
  case notAPixel(path: String, image: Int, PixelScale, found: String)
  case notALabel(path: String, index: Int, found: String)
  case countsDiffer(imagesPath: String, images: Int, labelsPath: String, labels: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .empty(let path, let noun): "\(path): no \(noun) (expected at least 1, found 0)"
    case .noPixels(let path, let height, let width):
      "\(path): images without pixels (expected at least 1×1, found \(height)×\(width))"
    case .colour(let path, let sizes):
      "\(path): images in colour (expected one number a pixel, count×height×width, found "
        + "\(Self.text(sizes)); make them grey first)"
    case .notSquare(let path, let sizes):
      "\(path): rows that are no square images (expected count×height×width, or count×pixels "
        + "of square images, found \(Self.text(sizes)))"
    case .notImages(let path, let sizes):
      "\(path): not an array of images (expected count×height×width, found \(Self.text(sizes)))"
    case .notLabels(let path, let sizes):
      "\(path): not a list of labels (expected one number an image, found \(Self.text(sizes))"
        + (sizes.count == 2 ? "; of a column for each class, argmax(axis=1) makes it)" : ")")
    case .sizesOverflow(let path, let sizes):
      "\(path): impossible sizes (expected a product below 2⁶³, found \(Self.text(sizes)))"
    case .truncated(let path, let needed, let available):
      "\(path): truncated (expected \(needed) bytes as its header promises, found \(available))"
    case .tooLong(let path, let needed, let available):
      "\(path): too long (expected \(needed) bytes as its header promises, found "
        + (available.map(String.init) ?? "more") + ")"
    case .unbacked(let path, let needed, let largest):
      "\(path): truncated (expected \(needed) bytes as its header promises, found gzip data "
        + "for at most \(largest))"
    case .notAPixel(let path, let image, .bytes, let found):
      "\(path): image \(image) has a pixel of \(found) (expected whole numbers from 0 to 255, or "
        + "all from 0 to 1: save the images as they were before numbers were moved or scaled)"
    case .notAPixel(let path, let image, .fractions, let found):
      "\(path): image \(image) has a pixel of \(found) beside fractions (expected all from 0 to 1, "
        + "or whole numbers from 0 to 255: scale or round them first)"
    case .notALabel(let path, let index, let found):
      "\(path): label at index \(index) is none (expected a whole number from 0 to 255, "
        + "found \(found))"
    case .countsDiffer(let imagesPath, let images, let labelsPath, let labels):
      "\(labelsPath): not as many labels as there are images in \(imagesPath) "
        + "(expected \(images), found \(labels))"
    }
  }

  private static func text(_ sizes: [Int]) -> String {
    sizes.isEmpty ? "a single number" : sizes.map(String.init).joined(separator: "×")
  }
}
