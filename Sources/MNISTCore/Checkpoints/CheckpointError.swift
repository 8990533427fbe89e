/// A file that is safetensors, but not a checkpoint of this trainer.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  case missingSetting(path: String, name: String)
  case invalidSetting(path: String, name: String, expected: String, found: String)
  case newerVersion(path: String, expected: Int, found: Int)
  /// Missing, unexpected and wrongly shaped tensors.
  case state(path: String, StateDictionaryError)
  case notFinite(path: String, tensor: String)
  case invalidValue(path: String, tensor: String, expected: String, found: String)
  /// The path is that of the images.
  case otherImageSize(
    path: String, expectedHeight: Int, expectedWidth: Int, foundHeight: Int, foundWidth: Int)

  public var description: String {
    switch self {
    case .missingSetting(let path, let name):
      "\(path): not written by mnist-train (expected \(name) in __metadata__, found none)"
    case .invalidSetting(let path, let name, let expected, let found):
      "\(path): \(name) in __metadata__ is out of range (expected \(expected), found "
        + "\(JSONText.excerpt(found)))"
    case .newerVersion(let path, let expected, let found):
      "\(path): written by a newer version (expected format \(expected), found \(found))"
    case .state(let path, let error):
      "\(path): \(error)"
    case .notFinite(let path, let tensor):
      "\(path): tensor \(tensor) holds a number that is not finite"
    case .invalidValue(let path, let tensor, let expected, let found):
      "\(path): tensor \(tensor) is out of range (expected \(expected), found \(found))"
    case .otherImageSize(let path, let height, let width, let foundHeight, let foundWidth):
      "\(path): the model was trained on images of another size (expected \(height)×\(width), "
        + "found \(foundHeight)×\(foundWidth))"
    }
  }
}
