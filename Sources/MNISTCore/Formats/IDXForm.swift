/// An IDX file of another form than the published sets have: images `[count, pixels]` of square images, or with an
/// axis of 1 for the colours, last or second; labels of int8, int16 or int32, and QMNIST's, `[count, 8]` of int32 with
/// the class first.
struct IDXForm {
  private let file: FileBytes
  private let kind: IDXKind
  private let type: ElementType
  private let sizes: [Int]

  /// Nil where the file is no IDX file of these forms: it is of the usual one, or of none.
  ///
  /// Throws `IDXError`, `ArrayError`, and what the reading throws.
  init?(_ file: FileBytes, _ kind: IDXKind) throws {
    // A packed file with a fault that shows so early has it for every reader.
    guard let start = try? ByteStream(file).next(4), start.count == 4, start[0] == 0, start[1] == 0,
      let type = Self.types[start[2]], case let rank = Int(start[3])
    else { return nil }
    switch kind {
    case .images:
      guard type.kind == .unsigned, rank == 2 || rank == 4 else { return nil }
    case .labels:
      guard rank == 1 ? type.kind == .signed : rank == 2 else { return nil }
    }
    let header = try ByteStream(file).next(4 + 4 * rank)
    guard header.count == 4 + 4 * rank else {
      throw IDXError.truncatedHeader(
        path: file.path, neededBytes: 4 + 4 * rank, availableBytes: header.count)
    }
    (self.file, self.kind, self.type) = (file, kind, type)
    sizes = (1...rank).map { axis in
      header[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  private static let types: [UInt8: ElementType] = [
    0x08: ElementType(kind: .unsigned, byteCount: 1, isBigEndian: true),
    0x09: ElementType(kind: .signed, byteCount: 1, isBigEndian: true),
    0x0B: ElementType(kind: .signed, byteCount: 2, isBigEndian: true),
    0x0C: ElementType(kind: .signed, byteCount: 4, isBigEndian: true),
  ]

  /// The images, in pieces.
  func images() throws -> ArrayImages {
    let shape = try ImageShape(sizes, path: file.path)
    let numbers = try numbers(.pixels(.bytes))
    return ArrayImages(shape, pixels: numbers)
  }

  /// All of it, in the form of published sets.
  func whole() throws -> IDX {
    switch kind {
    case .images:
      var images = try images()
      let (height, width) = (images.height, images.width)
      let pixels = try images.next(.max)?.pixels ?? []
      return IDX(sizes: [sizes[0], height, width], elements: pixels)
    case .labels:
      let every = sizes.count == 1 ? 1 : sizes[1]
      guard sizes[0] > 0 else { throw ArrayError.empty(path: file.path, noun: kind.noun) }
      guard every == 1 || every == 8 && type.byteCount == 4 else {
        throw ArrayError.notLabels(path: file.path, sizes: sizes)
      }
      var labels = try numbers(.labels(every: every))
      let elements = try labels.next(sizes[0])
      try labels.checkEnd()
      return IDX(sizes: [sizes[0]], elements: elements)
    }
  }

  private func numbers(_ role: ByteNumbers.Role) throws -> ByteNumbers {
    let stream = try ByteStream(file)
    _ = try stream.next(4 + 4 * sizes.count)
    return try ByteNumbers(stream, type, sizes: sizes, role)
  }
}

extension IDX {
  /// The images of a file in pieces, of the usual form or another.
  static func images(_ file: FileBytes) throws -> ArrayImages {
    if let form = try IDXForm(file, .images) { return try form.images() }
    let stream = try ByteStream(file)
    let start = try stream.next(IDXKind.images.headerBytes)
    let header = try IDXHeader(start, kind: .images, path: file.path) {
      (try? stream.next(FileKind.prefixBytes)) ?? []
    }
    let shape = try ImageShape(header.sizes, path: file.path)
    let pixels = try ByteNumbers(
      stream, ElementType(kind: .unsigned, byteCount: 1, isBigEndian: true), sizes: header.sizes,
      .pixels(.bytes))
    return ArrayImages(shape, pixels: pixels)
  }
}
