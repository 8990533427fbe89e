/// What can be wrong with a set of images or labels in the IDX format. Byte counts include the
/// header and are those of the unpacked content.
public enum IDXError: Error, Equatable, CustomStringConvertible {
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  case truncatedHeader(path: String, neededBytes: Int, availableBytes: Int)
  /// `noun` is what the file has none of: `images` or `labels`.
  case empty(path: String, noun: String)
  case noPixels(path: String, height: Int, width: Int)
  case sizesOverflow(path: String, sizes: [Int])
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  /// `availableBytes` is `nil` for a packed file, which is not unpacked beyond what it needs.
  case tooLong(path: String, neededBytes: Int, availableBytes: Int?)
  /// A packed file so small that it cannot unpack to what its header promises.
  case unbacked(path: String, neededBytes: Int, largestBytes: Int)
  case countsDiffer(imagesPath: String, images: Int, labelsPath: String, labels: Int)
  case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)

  public var description: String {
    switch self {
    case .wrongMagic(let path, let expected, let found):
      "\(path): \(Self.fault(expected: expected, found: found)) "
        + "(expected magic \(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .truncatedHeader(let path, let needed, let available):
      "\(path): truncated in the header (expected \(needed) bytes, found \(available))"
    case .empty(let path, let noun):
      "\(path): no \(noun) (expected at least 1, found 0)"
    case .noPixels(let path, let height, let width):
      "\(path): images without pixels (expected at least 1×1, found \(height)×\(width))"
    case .sizesOverflow(let path, let sizes):
      "\(path): impossible sizes (expected a product below 2⁶³, found "
        + sizes.map(String.init).joined(separator: "×") + ")"
    case .truncated(let path, let needed, let available):
      "\(path): truncated (expected \(needed) bytes as its header promises, found \(available))"
    case .tooLong(let path, let needed, let available):
      "\(path): too long (expected \(needed) bytes as its header promises, found "
        + (available.map(String.init) ?? "more") + ")"
    case .unbacked(let path, let needed, let largest):
      "\(path): truncated (expected \(needed) bytes as its header promises, "
        + "found gzip data for at most \(largest))"
    case .countsDiffer(let imagesPath, let images, let labelsPath, let labels):
      "\(labelsPath): not as many labels as there are images in \(imagesPath) "
        + "(expected \(images), found \(labels))"
    case .labelOutOfRange(let path, let index, let label, let classes):
      "\(path): label at index \(index) is beyond the classes "
        + "(expected 0…\(classes - 1), found \(label))"
    }
  }

  /// In words, what a file with the magic number `found` is.
  private static func fault(expected: UInt32, found: UInt32) -> String {
    switch (found, IDXKind(rawValue: expected)) {
    case (IDXKind.labels.rawValue, .images): return "a label file in place of images"
    case (IDXKind.images.rawValue, .labels): return "an image file in place of labels"
    case (expected.byteSwapped, _): return "an IDX file with its bytes in reverse order"
    default: break
    }
    guard found >> 16 == 0, let element = elementNames[found >> 8] else {
      return "not an IDX file"
    }
    return element == elementNames[expected >> 8]
      ? "an IDX file with \(found & 0xff) sizes in place of \(expected & 0xff)"
      : "an IDX file of \(element) elements in place of unsigned bytes"
  }

  private static let elementNames: [UInt32: String] = [
    0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64",
  ]
}
