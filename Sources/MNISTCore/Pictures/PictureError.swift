/// What can be wrong with a picture, whatever its format.
public enum PictureError: Error, Equatable, CustomStringConvertible {
  case empty(path: String)
  /// `found` names the format, such as `JPEG`.
  case unsupportedFormat(path: String, found: String)
  case noPixels(path: String, height: Int, width: Int)
  case tooManyPixels(path: String, height: Int, width: Int, limit: Int)
  /// A picture to be taken as it is has not the size of the model's images.
  case wrongSize(
    path: String, expectedHeight: Int, expectedWidth: Int, foundHeight: Int, foundWidth: Int)

  public var description: String {
    switch self {
    case .empty(let path):
      "\(path): the file is empty (expected PNG, PGM or PPM)"
    case .unsupportedFormat(let path, let found):
      "\(path): not a picture that can be read (expected PNG, PGM or PPM, found \(found))"
    case .noPixels(let path, let height, let width):
      "\(path): no pixels (expected a width and height of at least 1, found \(width)×\(height))"
    case .tooManyPixels(let path, let height, let width, let limit):
      "\(path): too many pixels (expected at most \(limit), found \(width)×\(height))"
    case .wrongSize(let path, let expectedHeight, let expectedWidth, let height, let width):
      "\(path): wrong size for a picture taken as it is "
        + "(expected \(expectedWidth)×\(expectedHeight), found \(width)×\(height))"
    }
  }
}
