/// What can be wrong with a PBM, PGM or PPM file. Offsets count from the file's first byte.
public enum NetpbmError: Error, Equatable, CustomStringConvertible {
  case unexpected(path: String, offset: Int, expected: String, found: String)
  /// A number with more digits than any that is allowed.
  case numberTooLarge(path: String, offset: Int)
  case wrongMaximum(path: String, found: Int)
  case valueTooLarge(path: String, index: Int, maximum: Int, found: Int)
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  case trailingData(path: String, offset: Int, foundBytes: Int)

  public var description: String {
    switch self {
    case .unexpected(let path, let offset, let expected, let found):
      "\(path): not a picture at byte \(offset) (expected \(expected), found \(found))"
    case .numberTooLarge(let path, let offset):
      "\(path): a number too large at byte \(offset)"
    case .wrongMaximum(let path, let found):
      "\(path): wrong largest value of a picture (expected 1 to 65535, found \(found))"
    case .valueTooLarge(let path, let index, let maximum, let found):
      "\(path): value \(index) is too large (expected at most \(maximum), found \(found))"
    case .truncated(let path, let needed, let available):
      "\(path): truncated picture (expected at least \(needed) bytes, found \(available))"
    case .trailingData(let path, let offset, let found):
      "\(path): more than one picture (expected the end after \(offset) bytes, found \(found) more)"
    }
  }
}
