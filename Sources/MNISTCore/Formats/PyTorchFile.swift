/// A file of PyTorch, as `torch.save` writes it: a ZIP archive of a pickle, which describes plain data and tensors,
/// and of the tensors' numbers, an entry for each storage.
///
/// It is read in two steps: first the structure, with every size checked against the bytes that are there, then
/// numbers as they are asked for. Nothing in a file is ever executed.
struct PyTorchFile {
  /// More than the deepest model that the trainer builds needs.
  static let pickleLimitBytes = 64 << 20
  /// The records that say a word about the file.
  private static let noteLimitBytes = 1 << 16

  let path: String
  let root: PickleValue<PickledTensor>
  /// Whether this program wrote the file, so that no byte of it may differ. What is not read yet is checked
  /// when it is: all of the file once all numbers have been.
  let isSealed: Bool
  private let archive: ZIPArchive
  private let isBigEndian: Bool
  /// By the storages' keys.
  private let storages: [String: ZIPArchive.Entry]

  /// Reads the structure of a whole file's `bytes`; `path` only serves the sentences.
  init(parsing bytes: [UInt8], path: String) throws {
    try self.init(path: path, byteCount: bytes.count) { Array(bytes[$0]) }
  }

  /// Reads the structure of an open file. Throws `FileError`, `ZIPError` or `PyTorchError`.
  init(reading file: borrowing InputFile) throws {
    try self.init(path: file.path, byteCount: file.size) { try file.read($0) }
  }

  /// - Parameter read: gives the bytes of a range, which is inside the file.
  init(path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8]) throws {
    self.path = path
    let start = try read(0..<min(FileKind.prefixBytes, byteCount))
    guard start.starts(with: ZIPArchive.signature) else {
      throw start.starts(with: Self.formerStart)
        ? PyTorchError.formerForm(path: path)
        : PyTorchError.otherFormat(path: path, found: FileKind.name(start))
    }
    let archive = try ZIPArchive(path: path, byteCount: byteCount, read: read)
    self.archive = archive
    isSealed = archive.isSealed
    let pickleName = "/data.pkl"
    let pickles = archive.entries.filter {
      $0.name.hasSuffix(pickleName) && $0.name.utf8.count { $0 == UInt8(ascii: "/") } == 1
    }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw PyTorchError.noPickle(path: path, found: pickles.count)
    }
    let folder = pickle.name.dropLast(pickleName.count)
    var storages: [String: ZIPArchive.Entry] = [:]
    var notes: [Substring: ZIPArchive.Entry] = [:]
    for entry in archive.entries {
      let name = entry.name.dropFirst(folder.count + 1)
      if entry.name.hasPrefix("\(folder)/data/") {
        storages[String(name.dropFirst(5))] = entry
      } else if entry.name.hasPrefix("\(folder)/") {
        notes[name] = entry
      }
    }
    self.storages = storages
    // Compiled programs are saved with torch.jit.save in an archive of the same sort.
    guard notes["constants.pkl"] == nil else { throw PyTorchError.compiled(path: path) }
    isBigEndian =
      try notes["byteorder"].map {
        let bytes = try archive.content(of: $0, limit: Self.noteLimitBytes, read: read)
        let name = String(decoding: bytes, as: UTF8.self)
        guard ["little", "big"].contains(name) else {
          throw PyTorchError.unknownByteOrder(path: path, found: name)
        }
        return name == "big"
      } ?? false
    let bytes = try archive.content(of: pickle, limit: Self.pickleLimitBytes, read: read)
    do throws(PickleError) {
      root = try PickleReader.value(of: bytes)
    } catch {
      throw PyTorchError.pickle(path: path, error)
    }
    let used = Set(root.tensors.map(\.storage))
    for storage in used { try check(storage) }
    if isSealed {
      guard notes.count + storages.count == archive.entries.count, used.count == storages.count
      else {
        throw PyTorchError.otherEntries(
          path: path, expected: used.count + notes.count, found: archive.entries.count)
      }
      // Read now, so that all of the file has been read once all numbers have been.
      for entry in notes.values {
        _ = try archive.content(of: entry, limit: Self.pickleLimitBytes, read: read)
      }
    }
  }

  private func check(_ storage: PickledStorage) throws(PyTorchError) {
    guard let entry = storages[storage.key] else {
      throw .missingStorage(path: path, key: storage.key)
    }
    // Both factors are small enough.
    let expected = storage.count * storage.type.byteCount
    guard entry.byteCount == expected else {
      throw .wrongStorageSize(
        path: path, key: storage.key, expectedBytes: expected, foundBytes: entry.byteCount)
    }
  }

  /// What the older form begins with: a pickle of one large number.
  static let formerStart: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]
}

// MARK: Numbers

extension PyTorchFile {
  /// The numbers of one tensor of the file, as float32 or int64. Throws as `values` does.
  func value(
    of tensor: PickledTensor, read: (Range<Int>) throws -> [UInt8]
  ) throws -> TensorValue {
    try values(of: [tensor], read: read)[0]
  }

  /// The numbers of tensors of the file, in their order, as float32 or int64.
  ///
  /// Each storage is read and checked once, and is in memory only while its tensors are made. Throws `FileError`,
  /// also where memory does not suffice, `ZIPError`, and what `read` throws.
  ///
  /// - Parameter read: gives the bytes of a range of the file.
  func values(
    of tensors: [PickledTensor], read: (Range<Int>) throws -> [UInt8]
  ) throws -> [TensorValue] {
    guard SystemMemory.has(Self.memoryByteCount(of: tensors)) else {
      throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
    }
    var values = [TensorValue?](repeating: nil, count: tensors.count)
    let groups = Dictionary(grouping: tensors.indices) { tensors[$0].storage }
    for (storage, indices) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
      guard let entry = storages[storage.key] else { stop("a tensor of another file") }
      let bytes = try archive.content(of: entry, limit: entry.byteCount, read: read)
      let size = storage.type.byteCount
      for index in indices {
        let range = tensors[index].range
        let part = bytes[(range.lowerBound * size)..<(range.upperBound * size)]
        values[index] = tensors[index].value(of: part, isBigEndian: isBigEndian)
      }
    }
    return values.compactMap { $0 }
  }

  /// Memory for reading them: the numbers, and beside them the bytes of the largest one's storage and, where it is
  /// strided, the places of its numbers.
  static func memoryByteCount(of tensors: [PickledTensor]) -> Int {
    let needed = tensors.reduce(0.0) { $0 + Double($1.count * $1.storage.type.convertedByteCount) }
    let largest = tensors.map { 8 * $0.count + $0.storage.count * $0.storage.type.byteCount }.max()
    // No memory is that large.
    return Int(min(needed, 0x1p60)) + (largest ?? 0)
  }

  /// All of the file, with every number in it. Throws as `values` does.
  func loaded(read: (Range<Int>) throws -> [UInt8]) throws -> PickleValue<TensorValue> {
    var values = try values(of: root.tensors, read: read)[...]
    return root.map { _ in values.removeFirst() }
  }
}

// MARK: Writing

extension PyTorchFile {
  /// The folder that all entries are in; PyTorch takes the file's name, which would make equal content differ.
  private static let folder = "archive"

  /// The bytes of a file; equal content gives equal bytes, sealed.
  ///
  /// `torch.load` opens it with its defaults where there is no namespace in it, and maps it into memory where it
  /// is asked to.
  static func encoded(_ root: PickleValue<TensorValue>) -> [UInt8] {
    encoded(described(root), values: root.tensors)
  }

  /// The same for a large file: who gives the values away has each in memory only until its bytes are.
  ///
  /// - Parameters:
  ///   - structure: `described` of the whole.
  ///   - values: the tensors in the order in which they stand there.
  static func encoded(
    _ structure: PickleValue<PickledTensor>, values: consuming [TensorValue]
  ) -> [UInt8] {
    var values = values
    let pickle = PickleWriter.bytes(of: structure)
    let byteCount = values.reduce(pickle.count) {
      $0 + $1.elements.count * $1.elements.type.byteCount + 256
    }
    var writer = ZIPWriter(capacity: byteCount)
    writer.add("\(folder)/data.pkl", pickle)
    writer.add("\(folder)/.format_version", Array("1".utf8))
    writer.add("\(folder)/.storage_alignment", Array("\(ZIPWriter.alignment)".utf8))
    writer.add("\(folder)/byteorder", Array("little".utf8))
    for index in values.indices {
      var bytes: [UInt8] = []
      switch values[index].elements {
      case .float32(let numbers): NumberBytes.append(numbers, to: &bytes)
      case .int64(let numbers): NumberBytes.append(numbers, to: &bytes)
      }
      values[index] = TensorValue([] as [Float], shape: [0])
      writer.add("\(folder)/data/\(index)", bytes)
    }
    writer.add("\(folder)/version", Array("3\n".utf8))
    // Given away, so that its bytes are not copied.
    return (consume writer).finished(sealedIn: folder)
  }

  /// With each tensor in a storage of its own, numbered in their order.
  static func described(
    _ root: PickleValue<TensorValue>
  ) -> PickleValue<PickledTensor> {
    var count = 0
    return root.map { value in
      defer { count += 1 }
      return PickledTensor(key: "\(count)", type: value.elements.type, shape: value.shape)
    }
  }
}

extension TensorValue.Elements {
  /// What its numbers are.
  var type: NumberType {
    switch self {
    case .float32: .float32
    case .int64: .int64
    }
  }
}
