/// A file that is safetensors, but not a checkpoint of this trainer.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  case missingSetting(path: String, name: String)
  case invalidSetting(path: String, name: String, expected: String, found: String)
  case newerVersion(path: String, expected: Int, found: Int)
  /// It says that it is this trainer's, whose files all have checksums.
  case noChecksums(path: String)
  /// Missing, unexpected and wrongly shaped tensors.
  case state(path: String, StateDictionaryError)
  case notFinite(path: String, tensor: String)
  case invalidValue(path: String, tensor: String, expected: String, found: String)
  /// Weights alone, that do not make up a classifier; `name` is that of the first tensor to lack.
  case notAClassifier(path: String, name: String)
  /// Weights alone, which can predict, but not be trained further.
  case noRun(path: String)
  case nothingToResume(path: String)
  /// The path is that of the images; checksums are CRC-32s of the unpacked files.
  case otherData(path: String, noun: String, expected: UInt32, found: UInt32)
  /// The path is that of the images.
  case otherImageSize(
    path: String, expectedHeight: Int, expectedWidth: Int, foundHeight: Int, foundWidth: Int)
  /// The same for a model that only knows how many pixels it takes.
  case otherPixelCount(path: String, expected: Int, foundHeight: Int, foundWidth: Int)
  /// Weights alone, that take as many pixels as no square has.
  case unknownImageSize(path: String, pixels: Int)

  public var description: String {
    switch self {
    case .missingSetting(let path, let name):
      "\(path): not written by mnist-train (expected \(name) in __metadata__, found none)"
    case .invalidSetting(let path, let name, let expected, let found):
      "\(path): \(name) in __metadata__ is out of range (expected \(expected), found "
        + "\(JSONText.excerpt(found)))"
    case .newerVersion(let path, let expected, let found):
      "\(path): written by a newer version (expected format \(expected), found \(found))"
    case .noChecksums(let path):
      "\(path): damaged: no checksums (expected \(SafeTensorsChecksums.headerName) in __metadata__)"
    case .state(let path, let error):
      "\(path): \(error)"
    case .notFinite(let path, let tensor):
      "\(path): tensor \(tensor) holds a number that is not finite"
    case .invalidValue(let path, let tensor, let expected, let found):
      "\(path): tensor \(tensor) is out of range (expected \(expected), found \(found))"
    case .noRun(let path):
      "\(path): holds no run to resume (expected a file that mnist-train wrote, found weights alone)"
    case .nothingToResume(let path):
      "\(path): there is no run to resume (expected a file that mnist-train wrote, found no file)"
    case .otherData(let path, let noun, let expected, let found):
      "\(path): the run to resume was trained on other \(noun) (expected CRC-32 "
        + "\(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .otherImageSize(let path, let height, let width, let foundHeight, let foundWidth):
      "\(path): the model was trained on images of another size (expected \(height)×\(width), "
        + "found \(foundHeight)×\(foundWidth))"
    case .notAClassifier(let path, let name):
      "\(path): not a model of this program (expected a float32 tensor \(name) that continues the "
        + "classifier, found none)"
    case .unknownImageSize(let path, let pixels):
      "\(path): the height and width of the model's images are not known (expected a file that "
        + "mnist-train wrote or a square number of pixels, found weights alone for \(pixels))"
    case .otherPixelCount(let path, let expected, let height, let width):
      "\(path): the model was trained on images of another size (expected \(expected) pixels, "
        + "found \(height)×\(width))"
    }
  }
}
