/// Decodes PBM, PGM and PPM, as text (P1, P2, P3) or binary (P4, P5, P6).
///
/// A comment, from `#` to the end of its line, may stand wherever white space may before the
/// pixels, and among the numbers of a text. A file holds one picture.
struct NetpbmDecoder {
  private let file: [UInt8]
  private let path: String
  private var position = 2

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[0] == UInt8(ascii: "P")
      && (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1])
      && (isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#"))
  }

  /// Throws `NetpbmError`, `PictureError` or `FileError`; `path` is the file's name in them.
  static func decode(_ file: [UInt8], path: String) throws -> Picture {
    require(recognizes(file), "the caller looks at the signature first")
    var decoder = NetpbmDecoder(file: file, path: path)
    return try decoder.picture()
  }

  private init(file: [UInt8], path: String) {
    self.file = file
    self.path = path
  }

  private mutating func picture() throws -> Picture {
    let kind = file[1] - UInt8(ascii: "0")
    let width = try number("the width")
    let height = try number("the height")
    try Picture.checkSize(height: height, width: width, path: path)
    let isBits = kind == 1 || kind == 4
    let maximum = isBits ? 1 : try number("the largest value")
    guard (1...65_535).contains(maximum) else {
      throw NetpbmError.wrongMaximum(path: path, found: maximum)
    }
    let samplesPerPixel = kind == 3 || kind == 6 ? 3 : 1
    let count = width * height * samplesPerPixel
    let isText = kind <= 3
    if !isText {
      guard position < file.count, Self.isSpace(file[position]) else {
        throw unexpected("one white space before the pixels")
      }
      position += 1
    }
    // The pixels take at least so many bytes; memory is asked for only where the file has them.
    let rowBytes = isBits && !isText ? (width + 7) / 8 : 0
    let neededBytes =
      switch kind {
      case 1: count
      case 2, 3: 2 * count - 1
      case 4: rowBytes * height
      default: maximum > 255 ? 2 * count : count
      }
    guard file.count - position >= neededBytes else {
      throw NetpbmError.truncated(
        path: path, neededBytes: position + neededBytes, availableBytes: file.count)
    }
    try Picture.checkMemory(pixelCount: width * height, fileBytes: file.count, path: path)

    var luminance = [UInt8](repeating: 0, count: width * height)
    for pixel in luminance.indices {
      switch kind {
      case 1: luminance[pixel] = try bit() ? 0 : 255
      case 4:
        let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
        let byte = file[position + row * rowBytes + column / 8]
        luminance[pixel] = byte >> (7 - column % 8) & 1 == 1 ? 0 : 255
      default:
        let first = pixel * samplesPerPixel
        let red = try scaledSample(first, maximum, isText: isText)
        guard samplesPerPixel == 3 else {
          luminance[pixel] = Picture.luminance(red: red, green: red, blue: red)
          continue
        }
        let green = try scaledSample(first + 1, maximum, isText: isText)
        let blue = try scaledSample(first + 2, maximum, isText: isText)
        luminance[pixel] = Picture.luminance(red: red, green: green, blue: blue)
      }
    }
    if isText { skipSpace() } else { position += neededBytes }
    guard position == file.count else {
      throw NetpbmError.trailingData(
        path: path, offset: position, foundBytes: file.count - position)
    }
    return Picture(height: height, width: width, luminance: luminance)
  }

  /// A value of 0 … maximum as one of 0 … 65535, rounded.
  private mutating func scaledSample(
    _ index: Int, _ maximum: Int, isText: Bool
  ) throws(NetpbmError) -> UInt16 {
    let value: Int
    if isText {
      value = try number("value \(index)")
    } else if maximum > 255 {
      value = Int(file[position + 2 * index]) << 8 | Int(file[position + 2 * index + 1])
    } else {
      value = Int(file[position + index])
    }
    guard value <= maximum else {
      throw .valueTooLarge(path: path, index: index, maximum: maximum, found: value)
    }
    return UInt16((value * 65_535 + maximum / 2) / maximum)
  }

  // MARK: Text

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private mutating func skipSpace() {
    while position < file.count {
      if file[position] == UInt8(ascii: "#") {
        while position < file.count, file[position] != 10, file[position] != 13 { position += 1 }
      } else if Self.isSpace(file[position]) {
        position += 1
      } else {
        return
      }
    }
  }

  /// White space and a decimal number; `noun` is what it means.
  private mutating func number(_ noun: @autoclosure () -> String) throws(NetpbmError) -> Int {
    let before = position
    skipSpace()
    let start = position
    guard start > before else { throw unexpected("white space before \(noun())") }
    var value = 0
    while position < file.count, let digit = Self.digit(file[position]) {
      value = 10 * value + digit
      position += 1
      guard value <= Int(Int32.max) else { throw .numberTooLarge(path: path, offset: start) }
    }
    guard position > start else { throw unexpected("\(noun())") }
    return value
  }

  /// A 0 or a 1; white space before it may be left out.
  private mutating func bit() throws(NetpbmError) -> Bool {
    skipSpace()
    guard position < file.count, let digit = Self.digit(file[position]), digit <= 1 else {
      throw unexpected("0 or 1")
    }
    position += 1
    return digit == 1
  }

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private func unexpected(_ expected: String) -> NetpbmError {
    let found = position < file.count ? "byte \(hexadecimal([file[position]]))" : "the end"
    return .unexpected(path: path, offset: position, expected: expected, found: found)
  }
}

/// What can be wrong with a PBM, PGM or PPM file. Offsets count from the file's first byte.
package enum NetpbmError: Error, Equatable, CustomStringConvertible {
  /// Something else than the format allows here.
  case unexpected(path: String, offset: Int, expected: String, found: String)
  /// A number with more digits than any that is allowed.
  case numberTooLarge(path: String, offset: Int)
  /// A largest value that is not one of 1 … 65535.
  case wrongMaximum(path: String, found: Int)
  /// A value above the picture's largest; `index` counts all values from 0.
  case valueTooLarge(path: String, index: Int, maximum: Int, found: Int)
  /// The file has fewer bytes than its pixels take.
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  /// Bytes follow the picture.
  case trailingData(path: String, offset: Int, foundBytes: Int)

  /// One sentence with the path.
  package var description: String {
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
