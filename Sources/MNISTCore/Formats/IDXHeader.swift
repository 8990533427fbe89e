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
  init(_ bytes: some Collection<UInt8>, kind: IDXKind, path: String) throws(IDXError) {
    let words = Self.words(bytes.prefix(kind.headerBytes))
    if let magic = words.first, magic != kind.rawValue {
      throw .wrongMagic(path: path, expected: kind.rawValue, found: magic)
    }
    guard words.count == 1 + kind.rank else {
      throw .truncatedHeader(
        path: path, neededBytes: kind.headerBytes, availableBytes: bytes.count)
    }
    let sizes = words.dropFirst().map(Int.init)
    guard sizes[0] > 0 else {
      throw .empty(path: path, noun: kind.noun)
    }
    guard !sizes.contains(0) else {
      throw .noPixels(path: path, height: sizes[1], width: sizes[2])
    }
    var product = (partialValue: 1, overflow: false)
    for size in sizes where !product.overflow {
      product = product.partialValue.multipliedReportingOverflow(by: size)
    }
    let total = product.partialValue.addingReportingOverflow(kind.headerBytes)
    guard !product.overflow && !total.overflow else {
      throw .sizesOverflow(path: path, sizes: sizes)
    }
    self.kind = kind
    self.sizes = sizes
    elementCount = product.partialValue
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
