/// A safetensors file, open for reading: an 8-byte little-endian header length, a JSON header, then the
/// numbers, little-endian and in C order. Nothing in a file is ever executed.
///
/// It is the format of https://github.com/huggingface/safetensors, which Python reads with
/// `safetensors.torch.load_file`.
struct SafeTensors: TensorContainer {
  /// The format itself allows headers of 100 MB; the deepest model the trainer builds needs 3.
  static let headerLimitBytes = 8 << 20
  static let tensorLimit = 100_000
  static let axisLimit = 8

  /// The header's entry for `metadata`; no tensor can have this name.
  static let metadataName = "__metadata__"

  private let header: SafeTensorsHeader
  private let checksums: SafeTensorsChecksums?
  /// The index of the first byte after the header.
  private let dataStart: Int

  /// Reads the header; then it is known that the file is as long as that says. Throws `SafeTensorsError` and
  /// what `read` throws.
  ///
  /// - Parameters:
  ///   - path: only serves the sentences.
  ///   - read: gives the bytes of a range, which is inside the file.
  init(path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8]) throws {
    let start = try read(0..<min(FileKind.prefixBytes, byteCount))
    dataStart = try Self.headerEnd(start, byteCount: byteCount, path: path)
    let headerBytes = try read(0..<dataStart)
    header = try SafeTensorsHeader(parsing: headerBytes[8...], path: path)
    let found = byteCount - dataStart
    let expected = header.dataByteCount
    guard found >= expected else {
      throw SafeTensorsError.truncated(
        path: path, expectedDataBytes: expected, foundDataBytes: found)
    }
    guard found == expected else {
      throw SafeTensorsError.dataAfterEnd(
        path: path, expectedDataBytes: expected, foundDataBytes: found)
    }
    checksums = try SafeTensorsChecksums(of: header, in: headerBytes, path: path)
  }

  var listing: TensorFile.Listing {
    TensorFile.Listing(
      metadata: header.metadata,
      entries: header.entries.map { .init(name: $0.name, type: $0.type, shape: $0.shape) },
      hasChecksums: checksums != nil)
  }

  /// All tensors, in the listing's order. Memory for what the header promises is asked for only here, where
  /// the file has that many bytes.
  func values(read: (Range<Int>) throws -> [UInt8]) throws -> [TensorValue] {
    try header.entries.map { entry in
      let data = try read(
        (dataStart + entry.range.lowerBound)..<(dataStart + entry.range.upperBound))
      try checksums?.check(data[...], of: entry.name)
      return TensorValue(shape: entry.shape, elements: entry.type.converted(data[...]))
    }
  }

  /// The index of the first byte after the header, as a file's first bytes give it.
  private static func headerEnd(
    _ start: [UInt8], byteCount: Int, path: String
  ) throws(SafeTensorsError) -> Int {
    let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let brace = UInt8(ascii: "{")
    // Only a file that cannot be safetensors is compared with other formats.
    if length > headerLimitBytes || !start.dropFirst(8).starts(with: [brace]),
      let error = foreignFormat(start, path: path)
    {
      throw error
    }
    guard byteCount >= 8 else { throw .tooShort(path: path, foundBytes: byteCount) }
    // Of a text or a picture, too, the first 8 bytes can be read as a length, and an absurd one; what is
    // wrong with it shows at byte 8.
    let first = start.dropFirst(8).first
    if let first, first != brace {
      throw .headerNotAnObject(path: path, found: JSONReader.name(of: first))
    }
    guard length <= headerLimitBytes else {
      throw .headerTooLarge(path: path, limitBytes: headerLimitBytes, foundBytes: length)
    }
    let end = 8 + Int(length)
    guard end <= byteCount else {
      throw .headerBeyondEnd(path: path, expectedBytes: end - 8, foundBytes: byteCount - 8)
    }
    guard length > 0 else {
      throw .headerNotAnObject(path: path, found: JSONReader.name(of: nil))
    }
    return end
  }

  private static func foreignFormat(_ start: [UInt8], path: String) -> SafeTensorsError? {
    if FileKind.isPickle(start) { return .pickle(path: path) }
    let kind = FileKind.name(start)
    return kind == "a safetensors file" ? nil : kind.map { .foreignFormat(path: path, found: $0) }
  }
}

// MARK: Writing

extension TensorFile {
  /// The bytes of a safetensors file; equal content gives equal bytes.
  ///
  /// Metadata comes first, its keys sorted, after the header's checksum; tensors follow in the reference
  /// writer's order, larger numbers before smaller ones, then by name. What the reader would refuse must
  /// not be asked for: more than the limits allow, a tensor under the metadata's name. Who gives the value
  /// away has each tensor in memory only until its bytes are.
  consuming func encoded() -> [UInt8] {
    require(
      tensors.count <= SafeTensors.tensorLimit,
      "\(tensors.count) tensors, at most \(SafeTensors.tensorLimit) fit in a file")
    require(
      tensors[SafeTensors.metadataName] == nil,
      "a tensor cannot be called \(SafeTensors.metadataName)")
    var ordered = tensors.sorted { Self.comesBefore($0, $1) }
    let header = Array(header(ordered).utf8)
    require(
      header.count <= SafeTensors.headerLimitBytes,
      "a header of \(header.count) bytes, at most \(SafeTensors.headerLimitBytes) fit in a file")
    let dataByteCount = ordered.reduce(0) { $0 + Self.byteCount($1.value) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + dataByteCount)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    bytes += header
    if hasChecksums { SafeTensorsChecksums.seal(&bytes) }
    tensors = [:]
    for index in ordered.indices {
      switch ordered[index].value.elements {
      case .float32(let numbers): NumberBytes.append(numbers, to: &bytes)
      case .int64(let numbers): NumberBytes.append(numbers, to: &bytes)
      }
      ordered[index].value = TensorValue([] as [Float], shape: [0])
    }
    return bytes
  }

  /// The JSON, padded with spaces to a multiple of 8.
  private func header(_ ordered: [(key: String, value: TensorValue)]) -> String {
    var entries: [String] = []
    var texts = metadata
    var pairs: [String] = []
    if hasChecksums {
      for (name, value) in ordered {
        texts[SafeTensorsChecksums.name(of: name)] = SafeTensorsChecksums.text(value.elements)
      }
      pairs.append(SafeTensorsChecksums.openPair)
    }
    pairs += texts.sorted { Self.bytesPrecede($0.key, $1.key) }
      .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
    if !pairs.isEmpty {
      entries.append("\"\(SafeTensors.metadataName)\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, value) in ordered {
      require(
        value.shape.count <= SafeTensors.axisLimit && value.shape.allSatisfy { $0 >= 0 },
        "shape \(value.shape), at most \(SafeTensors.axisLimit) axes of 0 and more fit in a file")
      let type = value.elements.type == .float32 ? "F32" : "I64"
      let shape = value.shape.map(String.init).joined(separator: ",")
      let end = offset + Self.byteCount(value)
      entries.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    let text = "{\(entries.joined(separator: ","))}"
    return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
  }

  private static func byteCount(_ value: TensorValue) -> Int {
    value.elements.count * value.elements.type.byteCount
  }

  private static func comesBefore(
    _ left: (key: String, value: TensorValue), _ right: (key: String, value: TensorValue)
  ) -> Bool {
    let leftSize = left.value.elements.type.byteCount
    let rightSize = right.value.elements.type.byteCount
    return leftSize == rightSize ? bytesPrecede(left.key, right.key) : leftSize > rightSize
  }

  /// By their bytes, as other writers sort. Swift's own order takes different spellings of one letter for
  /// equal.
  private static func bytesPrecede(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
