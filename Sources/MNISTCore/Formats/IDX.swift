/// The content of an IDX file of unsigned bytes.
///
/// Layout: `00 00 08 rank`, then `rank` sizes as big-endian 32-bit words, then the elements in C
/// order. The file may be packed with gzip, which its content tells, not its name.
struct IDX: Equatable {
  let sizes: [Int]
  let elements: [UInt8]

  /// No file is larger than this, packed or unpacked: 4 GiB.
  static let limitBytes = 4 << 30

  /// Decodes the content of a file, which must be of `kind`, in any form of `IDXForm`, and exactly as long as its
  /// header says.
  ///
  /// Throws `FileError` where there is no memory for it, `GzipError`, `IDXError` or `ArrayError`; `path` is its
  /// name in them. The header is checked before memory is asked for what it promises, and nothing is unpacked
  /// beyond that promise.
  static func decode(
    _ content: consuming [UInt8], _ kind: IDXKind, path: String
  ) throws -> IDX {
    var file = content
    if let other = try IDXForm(FileBytes(file, path: path), kind)?.whole() { return other }
    if GzipReader.recognizes(file) {
      return try unpack(file, kind, path: path)
    }
    let header = try IDXHeader(file, kind: kind, path: path)
    guard file.count >= header.fileBytes else {
      throw ArrayError.truncated(
        path: path, neededBytes: header.fileBytes, availableBytes: file.count)
    }
    guard file.count == header.fileBytes else {
      throw ArrayError.tooLong(
        path: path, neededBytes: header.fileBytes, availableBytes: file.count)
    }
    // In place: there may be no memory for a second copy.
    file.removeFirst(kind.headerBytes)
    return IDX(sizes: header.sizes, elements: file)
  }

  private static func unpack(_ file: [UInt8], _ kind: IDXKind, path: String) throws -> IDX {
    let reader = try GzipReader(file, path: path)
    let header = try IDXHeader(try reader.read(kind.headerBytes), kind: kind, path: path) {
      (try? reader.read(FileKind.prefixBytes)) ?? []
    }
    guard header.fileBytes <= reader.largestOutput else {
      throw ArrayError.unbacked(
        path: path, neededBytes: header.fileBytes, largestBytes: reader.largestOutput)
    }
    guard header.fileBytes <= limitBytes else {
      throw FileError.tooLarge(
        path: path, limitBytes: limitBytes, foundBytes: header.fileBytes)
    }
    // The reader's memory grows in steps, and at a step the smaller is there beside the larger.
    guard SystemMemory.has(header.elementCount / 2 * 3) else {
      throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
    }
    let elements = try reader.read(header.elementCount)
    guard elements.count == header.elementCount else {
      throw ArrayError.truncated(
        path: path, neededBytes: header.fileBytes,
        availableBytes: kind.headerBytes + elements.count)
    }
    // A file of the right length has no byte more. Asking for one also makes the reader check gzip's last
    // checksum and length.
    guard try reader.read(1).isEmpty else {
      throw ArrayError.tooLong(path: path, neededBytes: header.fileBytes, availableBytes: nil)
    }
    return IDX(sizes: header.sizes, elements: elements)
  }
}

/// The two kinds of IDX file that make up a labelled set; the raw value is the file's magic number:
/// two zero bytes, the element type (8 is an unsigned byte) and the number of sizes.
enum IDXKind: UInt32 {
  /// Sizes are count, height and width.
  case images = 0x0000_0803
  /// The only size is the count.
  case labels = 0x0000_0801

  var rank: Int { Int(rawValue & 0xff) }

  /// The magic number and one 32-bit word for each size.
  var headerBytes: Int { 4 + 4 * rank }

  var noun: String { self == .images ? "images" : "labels" }
}

/// The head of an IDX file: a magic number and `rank` sizes, all big-endian 32-bit words.
struct IDXHeader: Equatable {
  let kind: IDXKind
  /// As many as the kind's rank, none of them zero.
  let sizes: [Int]
  /// The product of the sizes; one byte each.
  let elementCount: Int

  /// The size of the whole file: this header and the elements.
  var fileBytes: Int { kind.headerBytes + elementCount }

  /// Reads the header that `bytes` begin with and refuses any that cannot be a `kind` file's;
  /// `path` is its name in errors.
  ///
  /// - Parameter rest: gives more of the file, where it takes that to say what it is.
  init(
    _ bytes: some Collection<UInt8>, kind: IDXKind, path: String, rest: () -> [UInt8] = { [] }
  ) throws {
    let words = Self.words(bytes.prefix(kind.headerBytes))
    if let magic = words.first, magic != kind.rawValue {
      if !IDXError.isNearlyIDX(magic, expected: kind.rawValue),
        let format = FileKind.name(bytes.prefix(FileKind.prefixBytes) + rest())
      {
        throw IDXError.otherFormat(
          path: path, expected: kind.rawValue, found: magic, format: format)
      }
      throw IDXError.wrongMagic(path: path, expected: kind.rawValue, found: magic)
    }
    guard words.count == 1 + kind.rank else {
      throw IDXError.truncatedHeader(
        path: path, neededBytes: kind.headerBytes, availableBytes: bytes.count)
    }
    let sizes = words.dropFirst().map(Int.init)
    guard sizes[0] > 0 else {
      throw ArrayError.empty(path: path, noun: kind.noun)
    }
    guard !sizes.contains(0) else {
      throw ArrayError.noPixels(path: path, height: sizes[1], width: sizes[2])
    }
    guard let count = ImageShape.product(sizes),
      !count.addingReportingOverflow(kind.headerBytes).overflow
    else {
      throw ArrayError.sizesOverflow(path: path, sizes: sizes)
    }
    self.kind = kind
    self.sizes = sizes
    elementCount = count
  }

  /// The bytes of the header that a `kind` file with `sizes` has.
  static func encoded(_ kind: IDXKind, sizes: [Int]) -> [UInt8] {
    require(sizes.count == kind.rank, "\(kind) have \(kind.rank) sizes, not \(sizes.count)")
    return ([kind.rawValue] + sizes.map(UInt32.init)).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  /// The complete big-endian words in `bytes`.
  private static func words(_ bytes: some Collection<UInt8>) -> [UInt32] {
    let bytes = Array(bytes)
    return (0..<bytes.count / 4).map { index in
      bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}

/// What can be wrong with a set of images or labels in the IDX format, beside what is wrong with any array of them
/// (`ArrayError`).
package enum IDXError: Error, Equatable, CustomStringConvertible {
  /// The first four bytes are not those of the kind that was asked for.
  case wrongMagic(path: String, expected: UInt32, found: UInt32)
  /// The same of a file of a known other kind; `format` is a noun with its article, such as `a web page`.
  case otherFormat(path: String, expected: UInt32, found: UInt32, format: String)
  /// The file ends inside its header.
  case truncatedHeader(path: String, neededBytes: Int, availableBytes: Int)
  /// A label that the model has no class for; `index` counts from 0.
  case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .wrongMagic(let path, let expected, let found):
      "\(path): \(Self.fault(expected: expected, found: found)) "
        + "(expected magic \(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .otherFormat(let path, let expected, let found, let format):
      "\(path): \(format) in place of an IDX file (expected magic \(hexadecimal(expected)), "
        + "found \(hexadecimal(found))\(FileKind.advice(on: format)))"
    case .truncatedHeader(let path, let needed, let available):
      "\(path): truncated in the header (expected \(needed) bytes, found \(available))"
    case .labelOutOfRange(let path, let index, let label, let classes):
      "\(path): label at index \(index) is beyond the classes "
        + "(expected 0…\(classes - 1), found \(label))"
    }
  }

  /// Whether a file with the magic number `found` is IDX of another sort.
  static func isNearlyIDX(_ found: UInt32, expected: UInt32) -> Bool {
    fault(expected: expected, found: found) != notIDX
  }

  private static let notIDX = "not an IDX file"

  /// In words, what a file with the magic number `found` is.
  private static func fault(expected: UInt32, found: UInt32) -> String {
    switch (found, IDXKind(rawValue: expected)) {
    case (IDXKind.labels.rawValue, .images): return "a label file in place of images"
    case (IDXKind.images.rawValue, .labels): return "an image file in place of labels"
    case (expected.byteSwapped, _): return "an IDX file with its bytes in reverse order"
    default: break
    }
    guard let element = elementNames[found >> 8] else { return notIDX }
    guard element != elementNames[expected >> 8] else {
      return "an IDX file with \(found & 0xff) sizes in place of \(expected & 0xff)"
    }
    return "an IDX file of \(element) elements in place of unsigned bytes"
      + (expected == IDXKind.images.rawValue ? "; write the pixels as bytes from 0 to 255" : "")
  }

  private static let elementNames: [UInt32: String] = [
    0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64",
  ]
}
