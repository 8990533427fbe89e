/// What is done to the images of a set as they are loaded.
public struct ImagePreparation: Equatable, Sendable {
  /// The size that pictures are brought to, as `ModelImage.init(fitting:height:width:)` does it; nil where they
  /// are taken as they are. It means nothing to images that are no pictures.
  public var pictureSize: ImageSize?
  /// Whether each image's rows and columns are swapped.
  public var isTransposed: Bool

  /// Nothing, unless it is asked for.
  public init(pictureSize: ImageSize? = nil, isTransposed: Bool = false) {
    (self.pictureSize, self.isTransposed) = (pictureSize, isTransposed)
  }
}

/// Rows and columns of pixels.
public struct ImageSize: Equatable, Sendable, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int

  /// So many rows and columns.
  public init(height: Int, width: Int) {
    require(height > 0 && width > 0, "an image of \(height)×\(width) pixels")
    (self.height, self.width) = (height, width)
  }

  /// Such as `28×28`.
  public var description: String { "\(height)×\(width)" }

  var transposed: ImageSize { ImageSize(height: width, width: height) }
}

extension ImageSet {
  /// The same images with rows and columns swapped in each.
  func transposed() -> ImageSet {
    let pixels = Self.transposed(pixels, height: height, width: width)
    return ImageSet(
      height: width, width: height, pixels: pixels, labels: labels, classNames: classNames)
  }

  /// Images `[count, height, width]` as `[count, width, height]`.
  static func transposed(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    var swapped: [UInt8] = []
    swapped.reserveCapacity(pixels.count)
    for start in stride(from: 0, to: pixels.count, by: height * width) {
      for column in start..<start + width {
        for row in 0..<height { swapped.append(pixels[column + row * width]) }
      }
    }
    return swapped
  }
}
