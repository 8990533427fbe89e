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
    /// `perImage` of them belong to one image; of bytes, each of which is a pixel, it does not matter.
    case pixels(PixelScale, perImage: Int = 1)
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
      let piece = min(count - output.count, (1 << 20) / size)
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
