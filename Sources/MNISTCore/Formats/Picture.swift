/// A decoded picture: how light each pixel is, and how much of it covers what lies beneath.
///
/// Color becomes lightness by ITU-R BT.601: `0.299 R + 0.587 G + 0.114 B` of the stored values,
/// rounded to 8 bits. Gamma and color profiles are not applied.
public struct Picture: Equatable, Sendable {
  /// Rows of pixels.
  public let height: Int
  /// Columns of pixels.
  public let width: Int
  /// `[height, width]` in C order, from 0, black, to 255, white.
  public let luminance: [UInt8]
  /// The same from 0, transparent, to 255; nil where every pixel is opaque.
  public let opacity: [UInt8]?

  /// The most pixels that are decoded: as many as 4096 × 4096 have.
  static let pixelLimit = 1 << 24

  /// A picture of `[height, width]` pixels from their lightness and, where not all are opaque, opacity.
  public init(height: Int, width: Int, luminance: [UInt8], opacity: [UInt8]? = nil) {
    require(height > 0 && width > 0, "a picture of \(height)×\(width) pixels")
    let (count, overflow) = height.multipliedReportingOverflow(by: width)
    require(
      !overflow && luminance.count == count && opacity?.count ?? count == count,
      "\(luminance.count) values for \(height)×\(width) pixels")
    self.height = height
    self.width = width
    self.luminance = luminance
    self.opacity = opacity
  }

  /// The lightness of red, green and blue from 0 to 65535, in 8 bits.
  static func luminance(red: UInt16, green: UInt16, blue: UInt16) -> UInt8 {
    let weighted = 299 * UInt32(red) + 587 * UInt32(green) + 114 * UInt32(blue)
    // 257 = 65535 / 255; half of the divisor rounds.
    return UInt8((weighted + 128_500) / 257_000)
  }

  /// Refuses a picture without pixels or with too many, before memory is asked for them.
  static func checkSize(height: Int, width: Int, path: String) throws(PictureError) {
    guard height > 0, width > 0 else {
      throw .noPixels(path: path, height: height, width: width)
    }
    let (count, overflow) = height.multipliedReportingOverflow(by: width)
    guard !overflow, count <= pixelLimit else {
      throw .tooManyPixels(path: path, height: height, width: width, limit: pixelLimit)
    }
  }

  /// Refuses a picture that there is no memory for: to decode one of `pixelCount` pixels from a file of
  /// `fileBytes`, and to bring it to a model's form.
  static func checkMemory(
    pixelCount: Int, fileBytes: Int, path: String
  ) throws(FileError) {
    // Each step on the way to the model's form has a copy of the pixels, and the array that gathers the
    // packed data grows by doubling.
    guard SystemMemory.has(8 * pixelCount + 4 * fileBytes) else {
      throw .cannotRead(path: path, reason: SystemError.noMemory)
    }
  }
}

/// What can be wrong with a picture, whatever its format.
public enum PictureError: Error, Equatable, CustomStringConvertible {
  /// The file has no bytes.
  case empty(path: String)
  /// `found` names the format, such as `JPEG`.
  case unsupportedFormat(path: String, found: String)
  /// A height or width of 0.
  case noPixels(path: String, height: Int, width: Int)
  /// More pixels than are decoded.
  case tooManyPixels(path: String, height: Int, width: Int, limit: Int)
  /// A picture that is to be taken as it is does not have the size of the model's images.
  case wrongSize(
    path: String, expectedHeight: Int, expectedWidth: Int, foundHeight: Int, foundWidth: Int)

  /// Formats for which there is a way out.
  private static let convertible = ["JPEG", "GIF", "WebP", "AVIF", "HEIC", "TIFF", "BMP"]

  /// One sentence with the path.
  public var description: String {
    switch self {
    case .empty(let path):
      "\(path): the file is empty (expected PNG, PGM or PPM)"
    case .unsupportedFormat(let path, let found):
      "\(path): not a picture that can be read (expected PNG, PGM or PPM, found \(found)"
        + (Self.convertible.contains(found) ? "; mogrify -format png converts it)" : ")")
    case .noPixels(let path, let height, let width):
      "\(path): no pixels (expected a height and width of at least 1, found \(height)×\(width))"
    case .tooManyPixels(let path, let height, let width, let limit):
      "\(path): too many pixels (expected at most \(limit), found \(height)×\(width))"
    case .wrongSize(let path, let expectedHeight, let expectedWidth, let height, let width):
      "\(path): wrong size for a picture taken as it is "
        + "(expected \(expectedHeight)×\(expectedWidth), found \(height)×\(width))"
    }
  }
}
