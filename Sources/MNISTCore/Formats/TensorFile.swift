/// What a file of tensors holds, whichever container it has: named tensors, and text beside them.
struct TensorFile: Equatable, Sendable {
  var metadata: [String: String] = [:]
  var tensors: [String: TensorValue] = [:]
  /// Whether no byte of it can have changed unnoticed, as in all files that this program writes.
  var hasChecksums = false

  /// How a file holds its tensors.
  enum Container: Sendable {
    /// https://github.com/huggingface/safetensors
    case safeTensors
    /// What `torch.save` writes and `torch.load` reads.
    case pyTorch

    /// The one for a file that is to be written to a path: PyTorch's for `.pth` and `.pt`. A copy that stands
    /// beside a file, such as `model.pth.bak`, has the file's.
    init(path: String) {
      let ending = OutputTarget.nameWithoutCopySuffix(path[...]).lowercased()
      self = [".pth", ".pt"].contains { ending.hasSuffix($0) } ? .pyTorch : .safeTensors
    }

    /// The one of a file with these first bytes; what is neither is read as safetensors, and refused there.
    init(beginningWith start: [UInt8]) {
      // Neither is the beginning of a safetensors file.
      let isPyTorch = [ZIPArchive.signature, PyTorchFile.formerStart].contains(where: start.starts)
      self = isPyTorch ? .pyTorch : .safeTensors
    }
  }

  /// What stands in a file, before any of its numbers is read.
  struct Listing {
    struct Entry {
      let name: String
      /// As the file has it; read it is float32 or int64.
      let type: NumberType
      let shape: [Int]

      /// Element type and shape, as a tensor's own summary.
      var summary: String { "\(type.name) \(shape)" }
    }

    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    var hasChecksums = false
  }
}

extension TensorFile {
  /// Reads an open file in the container that its first bytes tell. Throws `FileError`, `SafeTensorsError` or
  /// what `check` throws.
  ///
  /// - Parameter check: sees what the file holds before any number is read, so that a large file of something
  ///   else is refused at once.
  init(
    reading file: borrowing InputFile, check: (Listing) throws -> Void = { _ in }
  ) throws {
    let path = file.path
    try self.init(
      path: path, byteCount: file.size, read: { try file.read($0) },
      check: { listing in
        try check(listing)
        guard SystemMemory.has(listing.memoryByteCount) else {
          throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
        }
      })
    try file.checkEnd()
  }

  /// Reads a whole file's `bytes`; `path` only serves the sentences.
  init(parsing bytes: [UInt8], path: String) throws {
    try self.init(path: path, byteCount: bytes.count, read: { Array(bytes[$0]) }, check: { _ in })
  }

  /// - Parameter read: gives the bytes of a range, which is inside the file.
  private init(
    path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8],
    check: (Listing) throws -> Void
  ) throws {
    let container = try Self.container(path: path, byteCount: byteCount, read: read)
    let listing = container.listing
    try check(listing)
    (metadata, hasChecksums) = (listing.metadata, listing.hasChecksums)
    for (entry, value) in zip(listing.entries, try container.values(read: read)) {
      tensors[entry.name] = value
    }
  }

  private static func container(
    path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8]
  ) throws -> any TensorContainer {
    let start = try read(0..<min(FileKind.prefixBytes, byteCount))
    switch Container(beginningWith: start) {
    case .safeTensors:
      return try SafeTensors(path: path, byteCount: byteCount, read: read)
    case .pyTorch:
      return try PyTorchTensors(PyTorchFile(path: path, byteCount: byteCount, read: read))
    }
  }

  var listing: Listing {
    let entries = tensors.map {
      Listing.Entry(name: $0.key, type: $0.value.elements.type, shape: $0.value.shape)
    }
    return Listing(metadata: metadata, entries: entries, hasChecksums: hasChecksums)
  }

  /// What an open file holds.
  static func listing(of file: borrowing InputFile) throws -> Listing {
    try container(path: file.path, byteCount: file.size) { try file.read($0) }.listing
  }
}

/// A file of tensors that is open for reading.
protocol TensorContainer {
  /// What stands in it, each name once.
  var listing: TensorFile.Listing { get }

  /// The tensors, in the listing's order.
  func values(read: (Range<Int>) throws -> [UInt8]) throws -> [TensorValue]
}

extension TensorFile.Listing {
  /// Memory for reading all of it: the numbers, and beside them the bytes and one conversion of the largest
  /// tensor.
  var memoryByteCount: Int {
    let sizes = entries.map { entry in
      let count = Double(elementCount(of: entry.shape))
      return (
        stored: count * Double(entry.type.byteCount),
        read: count * Double(entry.type.convertedByteCount)
      )
    }
    let needed = sizes.reduce(0) { $0 + $1.read } + 2 * (sizes.map(\.stored).max() ?? 0)
    // As far as numbers go; no memory is that large.
    return Int(min(needed, 0x1p60))
  }
}
