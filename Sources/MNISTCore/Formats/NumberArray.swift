/// The type of the numbers in an array of NumPy's or in an IDX file.
struct ElementType: Equatable, Sendable {
  enum Kind: String, Sendable {
    case boolean = "bool"
    case unsigned = "uint"
    case signed = "int"
    case float
  }

  let kind: Kind
  /// 1, 2, 4 or 8; of a float 2, 4 or 8.
  let byteCount: Int
  let isBigEndian: Bool

  /// NumPy's name, such as `float32`.
  var name: String { kind == .boolean ? "bool" : "\(kind.rawValue)\(8 * byteCount)" }

  /// The bits of the number that begins at `start`.
  func word(at start: Int, in bytes: [UInt8]) -> UInt64 {
    func bits(_ place: Int) -> UInt64 { UInt64(bytes[start + place]) << UInt64(8 * place) }
    let word =
      switch byteCount {
      case 1: bits(0)
      case 2: bits(0) | bits(1)
      case 4: bits(0) | bits(1) | bits(2) | bits(3)
      default:
        bits(0) | bits(1) | bits(2) | bits(3) | bits(4) | bits(5) | bits(6) | bits(7)
      }
    return isBigEndian ? word.byteSwapped >> UInt64(64 - 8 * byteCount) : word
  }

  /// The number with these bits.
  func float(_ word: UInt64) -> Double {
    switch byteCount {
    case 8: return Double(bitPattern: word)
    case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    default: return Double(NumberType.float(float16: UInt16(truncatingIfNeeded: word)))
    }
  }

  /// The number with these bits, for people.
  func text(_ word: UInt64) -> String {
    switch kind {
    case .boolean: return "a bool of \(word)"
    case .unsigned: return "\(word)"
    case .float: return "\(float(word))"
    case .signed:
      let shift = 64 - 8 * byteCount
      return "\(Int64(bitPattern: word << UInt64(shift)) >> Int64(shift))"
    }
  }
}

/// How many images there are, and of which size, by the sizes of an array.
struct ImageShape: Equatable, Sendable {
  let count: Int
  let height: Int
  let width: Int

  /// Takes `[count, height, width]`, the same with an axis of 1 for the colours, last or second, and `[count,
  /// pixels]` of square images. `path` is the array's name in errors.
  init(_ sizes: [Int], path: String) throws(ArrayError) {
    if sizes.first == 0 { throw .empty(path: path, noun: "images") }
    guard Self.product(sizes) != nil else { throw .sizesOverflow(path: path, sizes: sizes) }
    switch sizes.count {
    case 2:
      guard let side = squareRoot(sizes[1]) else { throw .notSquare(path: path, sizes: sizes) }
      self.init(count: sizes[0], height: side, width: side)
    case 3: self.init(count: sizes[0], height: sizes[1], width: sizes[2])
    case 4 where sizes[3] == 1: self.init(count: sizes[0], height: sizes[1], width: sizes[2])
    case 4 where sizes[1] == 1: self.init(count: sizes[0], height: sizes[2], width: sizes[3])
    case 4 where [2, 3, 4].contains(sizes[3]) || [2, 3, 4].contains(sizes[1]):
      throw .colour(path: path, sizes: sizes)
    default: throw .notImages(path: path, sizes: sizes)
    }
    guard height > 0, width > 0 else {
      throw .noPixels(path: path, height: height, width: width)
    }
  }

  /// Nil where it cannot be counted in 63 bits.
  static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }

  private init(count: Int, height: Int, width: Int) {
    (self.count, self.height, self.width) = (count, height, width)
  }
}

/// The numbers of an array in their order as bytes, piece by piece: pixels, or labels.
struct ByteNumbers {
  enum Role {
    /// `perImage` of them belong to one image.
    case pixels(PixelScale, perImage: Int)
    /// The first of every so many is a label.
    case labels(every: Int)
  }

  private let stream: ByteStream
  private let type: ElementType
  private let role: Role
  /// Where the numbers end in the stream, which ends there.
  private let endOffset: Int
  private var count = 0
  /// The largest fraction so far, where they are floats.
  private var largest = 0.0

  /// Numbers from where the stream is, right after a header, up to its end.
  ///
  /// - Parameter sizes: the array's; their product must fit what there is.
  init(_ stream: ByteStream, _ type: ElementType, sizes: [Int], _ role: Role) throws(ArrayError) {
    let path = stream.path
    guard let bytes = ImageShape.product(sizes + [type.byteCount]),
      case let end = bytes.addingReportingOverflow(stream.position), !end.overflow
    else { throw .sizesOverflow(path: path, sizes: sizes) }
    endOffset = end.partialValue
    guard endOffset <= stream.byteCount else {
      throw stream.isPacked
        ? .unbacked(path: path, neededBytes: endOffset, largestBytes: stream.byteCount)
        : .truncated(path: path, neededBytes: endOffset, availableBytes: stream.byteCount)
    }
    guard stream.isPacked || endOffset == stream.byteCount else {
      throw .tooLong(path: path, neededBytes: endOffset, availableBytes: stream.byteCount)
    }
    (self.stream, self.type, self.role) = (stream, type, role)
  }

  /// The scale of the bytes that `next` gives.
  var scale: PixelScale {
    if case .pixels(let scale, _) = role {
      type.kind == .boolean ? .fractions : scale
    } else {
      .bytes
    }
  }

  /// The next `count` bytes, which there are. Beside them, memory is that of a small piece.
  ///
  /// Throws `ArrayError`, `FractionsFound` and what the stream throws.
  mutating func next(_ count: Int) throws -> [UInt8] {
    guard count < IDX.limitBytes else {
      throw FileError.tooLarge(path: stream.path, limitBytes: IDX.limitBytes, foundBytes: count)
    }
    guard SystemMemory.has(count) else {
      throw FileError.cannotRead(path: stream.path, reason: SystemError.noMemory)
    }
    let every = if case .labels(let every) = role { every } else { 1 }
    if type.kind == .unsigned, type.byteCount == 1, every == 1 {
      return try raw(count)
    }
    let size = type.byteCount * every
    var output: [UInt8] = []
    output.reserveCapacity(count)
    while output.count < count {
      let piece = min(count - output.count, max(1, (1 << 20) / size))
      try convert(try raw(piece * size), step: size, into: &output)
    }
    return output
  }

  /// After the last number: nothing may follow.
  func checkEnd() throws {
    guard try stream.next(1).isEmpty else {
      throw ArrayError.tooLong(path: stream.path, neededBytes: endOffset, availableBytes: nil)
    }
    if case .pixels(.bytes, _) = role, type.kind == .float, largest <= 1 { throw FractionsFound() }
  }

  private func raw(_ count: Int) throws -> [UInt8] {
    let bytes = try stream.next(count)
    guard bytes.count == count else {
      throw ArrayError.truncated(
        path: stream.path, neededBytes: endOffset, availableBytes: stream.position)
    }
    return bytes
  }

  private mutating func convert(
    _ raw: [UInt8], step: Int, into output: inout [UInt8]
  ) throws {
    let type = type
    let factor: UInt8 = scale == .fractions ? 255 : 1
    // All bits but these must be zero in a whole number from 0 to 255.
    let bits: UInt64 = type.kind == .signed && type.byteCount == 1 ? 0x7F : 0xFF
    for start in stride(from: 0, to: raw.count, by: step) {
      let word = type.word(at: start, in: raw)
      switch type.kind {
      case .float:
        guard let byte = try byte(of: type.float(word)) else { throw refusal(word) }
        output.append(byte)
      case .boolean:
        guard word <= 1 else { throw refusal(word) }
        output.append(UInt8(truncatingIfNeeded: word) * factor)
      case .unsigned, .signed:
        guard word & ~bits == 0 else { throw refusal(word) }
        output.append(UInt8(truncatingIfNeeded: word))
      }
      count += 1
    }
  }

  /// Nil where it is neither a pixel nor a label.
  private mutating func byte(of number: Double) throws(FractionsFound) -> UInt8? {
    if case .pixels(.fractions, _) = role {
      return 0...1 ~= number ? UInt8((number * 255).rounded()) : nil
    }
    guard 0...255 ~= number else { return nil }
    let byte = UInt8(number)
    if Double(byte) != number {
      if case .pixels = role { throw FractionsFound() }
      return nil
    }
    largest = max(largest, number)
    return byte
  }

  private func refusal(_ word: UInt64) -> ArrayError {
    let found = type.text(word)
    return switch role {
    case .labels: .notALabel(path: stream.path, index: count, found: found)
    case .pixels(let scale, let perImage):
      .notAPixel(path: stream.path, image: count / perImage, scale, found: found)
    }
  }
}

/// Images from the numbers of an array, with labels from another where there are some.
struct ArrayImages: ImageReader {
  let height: Int
  let width: Int
  let scale: PixelScale
  private var remaining: Int
  private var pixels: ByteNumbers
  private var labels: ByteNumbers?

  /// - Parameter labels: as many as there are images.
  init(_ shape: ImageShape, pixels: ByteNumbers, labels: ByteNumbers? = nil) {
    (height, width, remaining) = (shape.height, shape.width, shape.count)
    (self.pixels, self.labels) = (pixels, labels)
    scale = pixels.scale
  }

  var hasLabels: Bool { labels != nil }

  mutating func next(_ count: Int) throws -> (pixels: [UInt8], labels: [UInt8]?)? {
    let count = min(count, remaining)
    guard count > 0 else { return nil }
    let images = (try pixels.next(count * height * width), try labels?.next(count))
    remaining -= count
    if remaining == 0 {
      try pixels.checkEnd()
      try labels?.checkEnd()
    }
    return images
  }
}

/// What can be wrong with an array of images or labels, NumPy's or in an IDX file. Byte counts include the header
/// and are those of the unpacked content.
package enum ArrayError: Error, Equatable, CustomStringConvertible {
  /// `noun` is what it has none of: `images` or `labels`.
  case empty(path: String, noun: String)
  case noPixels(path: String, height: Int, width: Int)
  /// The sizes are those of images with more than one number for a pixel.
  case colour(path: String, sizes: [Int])
  /// Rows of pixels, but not as many as square images have.
  case notSquare(path: String, sizes: [Int])
  /// The sizes are not those of images.
  case notImages(path: String, sizes: [Int])
  /// The sizes are not those of labels.
  case notLabels(path: String, sizes: [Int])
  case sizesOverflow(path: String, sizes: [Int])
  case truncated(path: String, neededBytes: Int, availableBytes: Int)
  /// `availableBytes` is nil where what follows is not unpacked.
  case tooLong(path: String, neededBytes: Int, availableBytes: Int?)
  /// It is packed, and in so little that it cannot unpack to what its header promises.
  case unbacked(path: String, neededBytes: Int, largestBytes: Int)
  /// `image` counts from 0. The scale is `fractions` where another pixel is no whole number.
  case notAPixel(path: String, image: Int, PixelScale, found: String)
  case notALabel(path: String, index: Int, found: String)
  case countsDiffer(imagesPath: String, images: Int, labelsPath: String, labels: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .empty(let path, let noun): "\(path): no \(noun) (expected at least 1, found 0)"
    case .noPixels(let path, let height, let width):
      "\(path): images without pixels (expected at least 1×1, found \(height)×\(width))"
    case .colour(let path, let sizes):
      "\(path): images in colour (expected one number a pixel, count×height×width, found "
        + "\(Self.text(sizes)); make them grey first)"
    case .notSquare(let path, let sizes):
      "\(path): rows that are no square images (expected count×height×width, or count×pixels "
        + "of square images, found \(Self.text(sizes)))"
    case .notImages(let path, let sizes):
      "\(path): not an array of images (expected count×height×width, found \(Self.text(sizes)))"
    case .notLabels(let path, let sizes):
      "\(path): not a list of labels (expected one number an image, found \(Self.text(sizes))"
        + (sizes.count == 2 ? "; of a column for each class, argmax(axis=1) makes it)" : ")")
    case .sizesOverflow(let path, let sizes):
      "\(path): impossible sizes (expected a product below 2⁶³, found \(Self.text(sizes)))"
    case .truncated(let path, let needed, let available):
      "\(path): truncated (expected \(needed) bytes as its header promises, found \(available))"
    case .tooLong(let path, let needed, let available):
      "\(path): too long (expected \(needed) bytes as its header promises, found "
        + (available.map(String.init) ?? "more") + ")"
    case .unbacked(let path, let needed, let largest):
      "\(path): truncated (expected \(needed) bytes as its header promises, found packed data "
        + "for at most \(largest))"
    case .notAPixel(let path, let image, .bytes, let found):
      "\(path): image \(image) has a pixel of \(found) (expected whole numbers from 0 to 255, or "
        + "all from 0 to 1: save the images as they were before numbers were moved or scaled)"
    case .notAPixel(let path, let image, .fractions, let found):
      "\(path): image \(image) has a pixel of \(found) beside fractions (expected all from 0 to 1, "
        + "or whole numbers from 0 to 255: scale or round them first)"
    case .notALabel(let path, let index, let found):
      "\(path): label at index \(index) is none (expected a whole number from 0 to 255, "
        + "found \(found))"
    case .countsDiffer(let imagesPath, let images, let labelsPath, let labels):
      "\(labelsPath): not as many labels as there are images in \(imagesPath) "
        + "(expected \(images), found \(labels))"
    }
  }

  private static func text(_ sizes: [Int]) -> String {
    sizes.isEmpty ? "a single number" : sizes.map(String.init).joined(separator: "×")
  }
}
