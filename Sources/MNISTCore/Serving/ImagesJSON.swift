/// `{"images": [[0, 255, …], …]}`: images by their pixels from 0 to 255, row by row, ink being bright.
enum ImagesJSON {
  /// As values, text takes twenty times its room.
  static let byteLimit = 8 << 20

  /// The pixels of all images one after the other, divided by 255.
  static func numbers(
    in text: [UInt8], imageSize: Int
  ) throws(JSONError) -> [Float] {
    if let bytes = plainNumbers(in: text, imageSize: imageSize) { return bytes }
    let members = try JSONReader.value(in: text[...]).object()
    guard members.count == 1, let images = members.first, images.name == "images" else {
      throw .wrongKind(
        offset: 0, expected: "an object with \"images\" alone",
        found:
          "\(members.count == 1 ? JSONText.excerpt(members[0].name) : "\(members.count) names")")
    }
    let rows = try images.value.array()
    guard !rows.isEmpty else {
      throw .wrongKind(
        offset: images.value.offset, expected: "one image or more", found: "none")
    }
    var numbers: [Float] = []
    for row in rows {
      let pixels = try row.array()
      guard pixels.count == imageSize else {
        throw .wrongKind(
          offset: row.offset, expected: "\(imageSize) numbers", found: "\(pixels.count)")
      }
      for pixel in pixels {
        guard case .number(let text) = pixel.content else {
          throw .wrongKind(offset: pixel.offset, expected: "a number", found: pixel.kind)
        }
        guard let number = Double(text), 0...255 ~= number else {
          throw .wrongKind(
            offset: pixel.offset, expected: "a number from 0 to 255",
            found: JSONText.excerpt(text))
        }
        numbers.append(Float(number) / 255)
      }
    }
    return numbers
  }

  /// The same where the text has the plainest form, of whole numbers, and nil elsewhere: that takes a tenth of the
  /// time, and nearly every client writes it.
  static func plainNumbers(in text: [UInt8], imageSize: Int) -> [Float]? {
    var scanner = PlainScanner(text)
    var numbers: [Float] = []
    numbers.reserveCapacity(text.count / 2)
    guard scanner.skips("{"), scanner.skips(name: "images"), scanner.skips(":"), scanner.skips("[")
    else { return nil }
    repeat {
      let end = numbers.count + imageSize
      guard scanner.skips("[") else { return nil }
      repeat {
        guard let shade = scanner.shade() else { return nil }
        numbers.append(Float(shade) / 255)
      } while scanner.skips(",")
      guard scanner.skips("]"), numbers.count == end else { return nil }
    } while scanner.skips(",")
    return scanner.skips("]") && scanner.skips("}") && scanner.isAtEnd ? numbers : nil
  }
}

/// Words and small numbers with white space before them.
private struct PlainScanner {
  private let text: [UInt8]
  private var place = 0

  init(_ text: [UInt8]) { self.text = text }

  private mutating func skipSpace() {
    while place < text.count, text[place] <= 0x20,
      text[place] == 0x20 || text[place] == 0x0A || text[place] == 0x0D || text[place] == 0x09
    {
      place += 1
    }
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return place == text.count
    }
  }

  /// Whether the character is the next.
  mutating func skips(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < text.count, text[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Whether the name is the next, in quotes.
  mutating func skips(name: String) -> Bool {
    guard skips("\""), text[place...].starts(with: "\(name)\"".utf8) else { return false }
    place += name.utf8.count + 1
    return true
  }

  /// An integer from 0 to 255, if it is the next.
  mutating func shade() -> UInt8? {
    skipSpace()
    let start = place
    var number = 0
    while place < text.count, text[place] &- 0x30 < 10, place < start + 3 {
      number = number * 10 + Int(text[place] & 15)
      place += 1
    }
    let hasLeadingZero = place > start + 1 && text[start] == 0x30
    return place > start && !hasLeadingZero ? UInt8(exactly: number) : nil
  }
}
