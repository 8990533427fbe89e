/// Reads images from a CSV file, one a line: in pieces, or whole as an `ImageTable`. The file may be packed with gzip.
///
/// Numbers are parted by commas, semicolons or tabs, and may stand in quotes, between spaces, with a point
/// (`12.0`) or an exponent. Pixels are whole numbers from 0 to 255, or all from 0 to 1; labels are whole numbers
/// from 0 to 255. Lines end in LF, CR or both; empty ones may follow the last.
struct CSVImages: ImageReader {
  let layout: CSVLayout
  let scale: PixelScale
  private let path: String
  private let stream: ByteStream
  /// What of the file is in memory, where in it the next line begins, and where its last whole line ends.
  private var buffer: [UInt8] = []
  private var position = 0
  private var linesEnd = 0
  private var isAtEnd = false
  /// The number of the next line, from 1.
  private var line = 1
  private var emptyLine: Int?
  private var imageCount = 0
  /// All pixels so far, and whether one was written as fractions are.
  private var bits: UInt8 = 0
  private var hasPoint = false

  /// No line is longer, in bytes.
  static let lineLimit = 1 << 24
  static let pieceBytes = 1 << 20

  /// Whether a file that begins with these bytes, unpacked, is CSV with as many columns as the smallest images have
  /// pixels.
  static func recognizes(_ start: [UInt8]) -> Bool {
    guard FileKind.name(start) == "a CSV file" else { return false }
    let line = start.drop { $0 == 0x0A || $0 == 0x0D }.prefix { $0 != 0x0A && $0 != 0x0D }
    return ",;\t".utf8.contains { mark in line.count { $0 == mark } >= 3 }
  }

  /// All images of a file.
  static func table(_ file: FileBytes) throws -> ImageTable {
    try ImageTable { try CSVImages(file, $0) }
  }

  /// The images of a file in pieces, after all of it has been looked at.
  static func reader(_ file: FileBytes) throws -> CSVImages {
    try surveyed { try CSVImages(file, $0) }
  }

  private init(_ file: FileBytes, _ scale: PixelScale) throws {
    (path, self.scale) = (file.path, scale)
    stream = try ByteStream(file)
    var start: [UInt8] = []
    var isWhole = false
    // The layout takes the first line, however long, and a byte more, which may belong to its end.
    repeat {
      let piece = try stream.next(Self.pieceBytes)
      start += piece
      isWhole = piece.count < Self.pieceBytes
      guard start.count <= Self.lineLimit + Self.pieceBytes else {
        throw CSVError.lineTooLong(path: path, line: 1, limitBytes: Self.lineLimit)
      }
    } while !isWhole && !start.dropLast().contains(where: Self.isLineEnd)
    if start.starts(with: [0xEF, 0xBB, 0xBF]) { start.removeFirst(3) }
    if let kind = FileKind.name(start), kind != "a CSV file", kind != "a text file" {
      throw CSVError.otherFormat(path: path, format: kind)
    }
    let first = start.prefix { !Self.isLineEnd($0) }
    layout = try CSVLayout(first, path: path)
    buffer = start
    findLines(isAtEnd: isWhole)
    if layout.hasHeader { skipLineEnd(first.endIndex) }
  }

  var height: Int { layout.height }
  var width: Int { layout.width }
  var hasLabels: Bool { layout.labelColumn != nil }

  mutating func next(_ count: Int) throws -> (pixels: [UInt8], labels: [UInt8]?)? {
    var images = Images()
    let size = height * width
    images.pixels.reserveCapacity(min(count, Self.pieceBytes / size + 1) * size)
    while true {
      try readLines(count, &images)
      if images.count == count { break }
      guard try readPiece() else {
        try checkEnd(after: images.count)
        break
      }
      guard images.pixels.count < IDX.limitBytes else {
        throw FileError.tooLarge(
          path: path, limitBytes: IDX.limitBytes, foundBytes: images.pixels.count)
      }
      // Twice as much where the array grows.
      let growth = images.pixels.capacity - images.pixels.count < Self.pieceBytes
      guard !growth || SystemMemory.has(2 * images.pixels.capacity + Self.pieceBytes) else {
        throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
      }
    }
    imageCount += images.count
    return images.count == 0 ? nil : (images.pixels, hasLabels ? images.labels : nil)
  }

  private func checkEnd(after count: Int) throws {
    guard imageCount + count > 0 else { throw CSVError.noRows(path: path) }
    if scale == .bytes, hasPoint, bits <= 1 { throw FractionsFound() }
  }

  private struct Images {
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    var count = 0
  }

  // MARK: - Lines

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// More of the file behind what is left of the buffer; false at its end.
  private mutating func readPiece() throws -> Bool {
    guard !isAtEnd else { return false }
    let piece = try stream.next(Self.pieceBytes)
    buffer.removeFirst(position)
    position = 0
    buffer += piece
    findLines(isAtEnd: piece.count < Self.pieceBytes)
    guard linesEnd > 0 || buffer.count <= Self.lineLimit else {
      throw CSVError.lineTooLong(path: path, line: line, limitBytes: Self.lineLimit)
    }
    return true
  }

  private mutating func findLines(isAtEnd: Bool) {
    self.isAtEnd = isAtEnd
    // The LF that belongs to a CR at the very end may not be there yet.
    let whole = isAtEnd ? buffer[...] : buffer.dropLast(buffer.last == 0x0D ? 1 : 0)
    linesEnd = isAtEnd ? buffer.count : (whole.lastIndex(where: Self.isLineEnd) ?? -1) + 1
  }

  private mutating func skipLineEnd(_ end: Int) {
    position = end
    if position < linesEnd, buffer[position] == 0x0D { position += 1 }
    if position < linesEnd, buffer[position] == 0x0A { position += 1 }
    line += 1
  }

  /// Reads the lines that are whole in the buffer, until there are `count` images.
  private mutating func readLines(_ count: Int, _ images: inout Images) throws {
    let (bytes, end, columnCount) = (buffer, linesEnd, layout.columnCount)
    let (separator, labelColumn) = (layout.separator, layout.labelColumn ?? -1)
    let (largest, factor) = scale == .bytes ? (255, 1) : (1, 255)
    var hasPoint = self.hasPoint
    defer { self.hasPoint = self.hasPoint || hasPoint }
    while images.count < count, position < end {
      if isEmptyLine(bytes) { continue }
      if let emptyLine {
        throw CSVError.wrongColumnCount(
          path: path, line: emptyLine, expected: columnCount, found: 0)
      }
      var start = position
      var bits = self.bits
      for column in 0..<columnCount {
        // Nearly every field is one to three digits, or these with `.0`.
        var next = start
        var value = 0
        while next < end, next - start < 3, case let digit = bytes[next] &- 0x30, digit < 10 {
          value = value &* 10 &+ Int(digit)
          next += 1
        }
        var point = false
        if end - next > 1, next > start, bytes[next] == 0x2E, bytes[next + 1] == 0x30 {
          point = true
          next += 2
        }
        let mark = next < end ? bytes[next] : 0x0A
        let isEnd = column + 1 == columnCount ? Self.isLineEnd(mark) : mark == separator
        let isLabel = column == labelColumn
        if isEnd, next > start, value <= (isLabel ? 255 : largest) {
          if isLabel {
            images.labels.append(UInt8(truncatingIfNeeded: value))
          } else {
            bits |= UInt8(truncatingIfNeeded: value)
            hasPoint = hasPoint || point
            images.pixels.append(UInt8(truncatingIfNeeded: value &* factor))
          }
          start = next + 1
        } else {
          start = try readField(bytes[..<end], start, column, &bits, &images) + 1
        }
      }
      self.bits = bits
      images.count += 1
      skipLineEnd(start - 1)
    }
  }

  private mutating func isEmptyLine(_ bytes: [UInt8]) -> Bool {
    let first = bytes[position]
    guard Self.isLineEnd(first) || first == UInt8(ascii: " ") else { return false }
    let rest = bytes[position..<linesEnd].drop { $0 == UInt8(ascii: " ") }
    guard rest.first.map(Self.isLineEnd) ?? true else { return false }
    emptyLine = emptyLine ?? line
    skipLineEnd(rest.startIndex)
    return true
  }

  /// A field of any form; returns where it ends.
  private mutating func readField(
    _ bytes: ArraySlice<UInt8>, _ start: Int, _ column: Int, _ bits: inout UInt8,
    _ images: inout Images
  ) throws -> Int {
    let field = CSVField(bytes, from: start, layout.separator)
    let isLast = column + 1 == layout.columnCount
    let isLineEnd = field.end == bytes.endIndex || bytes[field.end] != layout.separator
    guard isLast == isLineEnd else {
      var (found, end) = (column + 1, field.end)
      while end < bytes.endIndex, bytes[end] == layout.separator {
        end = CSVField(bytes, from: end + 1, layout.separator).end
        found += 1
      }
      throw CSVError.wrongColumnCount(
        path: path, line: line, expected: layout.columnCount, found: found)
    }
    let isLabel = column == layout.labelColumn
    func refusal(_ what: CSVError.Value) -> CSVError {
      .badValue(
        path: path, line: line, column: column + 1, what,
        found: field.content.isEmpty
          ? "nothing" : JSONText.excerpt(String(decoding: field.content.prefix(40), as: UTF8.self)))
    }
    guard let number = DecimalNumber(field.content) else {
      throw refusal(isLabel ? .label : .pixel)
    }
    if isLabel {
      guard let label = number.byte else { throw refusal(.label) }
      images.labels.append(label)
      return field.end
    }
    hasPoint = hasPoint || number.hasPoint
    switch scale {
    case .bytes:
      if !number.isWhole, !number.isNegative { throw FractionsFound() }
      guard let pixel = number.byte else { throw refusal(.pixel) }
      bits |= pixel
      images.pixels.append(pixel)
    case .fractions:
      guard let pixel = number.byteOfFraction else { throw refusal(.fraction) }
      images.pixels.append(pixel)
    }
    return field.end
  }
}
