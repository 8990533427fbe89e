/// The content of a safetensors file: named tensors, and text beside them.
///
/// The file is an 8-byte little-endian header length, a JSON header, then the numbers,
/// little-endian and in C order. F32 and I64 are supported. Nothing in a file is ever executed.
/// It is the format of https://github.com/huggingface/safetensors, which Python reads with
/// `safetensors.torch.load_file`.
public struct SafeTensors: Equatable, Sendable {
  /// The format itself allows headers of 100 MB; the deepest model the trainer builds needs 3.
  public static let headerLimitBytes = 8 << 20
  public static let tensorLimit = 100_000
  public static let axisLimit = 8

  /// The header's entry for `metadata`; no tensor can have this name.
  static let metadataName = "__metadata__"

  public var metadata: [String: String]
  public var tensors: [String: TensorValue]

  public init(metadata: [String: String] = [:], tensors: [String: TensorValue] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }
}

// MARK: Reading

extension SafeTensors {
  /// Reads a whole file's `bytes`; `path` only serves the sentences.
  ///
  /// Nothing is allocated for a number in the header before the bytes it promises are seen to be
  /// there.
  public init(parsing bytes: [UInt8], path: String) throws(SafeTensorsError) {
    let dataStart = try Self.headerEnd(bytes, path: path)
    let header = try SafeTensorsHeader(parsing: bytes[8..<dataStart], path: path)
    let found = bytes.count - dataStart
    let expected = header.dataByteCount
    guard found >= expected else {
      throw .truncated(path: path, expectedDataBytes: expected, foundDataBytes: found)
    }
    guard found == expected else {
      throw .dataAfterEnd(path: path, expectedDataBytes: expected, foundDataBytes: found)
    }
    self.init(metadata: header.metadata)
    tensors.reserveCapacity(header.entries.count)
    for entry in header.entries {
      let data = bytes[(dataStart + entry.range.lowerBound)..<(dataStart + entry.range.upperBound)]
      let elements: TensorValue.Elements =
        switch entry.type {
        case .float32: .float32(Self.numbers(data))
        case .int64: .int64(Self.numbers(data))
        }
      tensors[entry.name] = TensorValue(shape: entry.shape, elements: elements)
    }
  }

  /// The index of the first byte after the header.
  private static func headerEnd(
    _ bytes: [UInt8], path: String
  ) throws(SafeTensorsError) -> Int {
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let brace = UInt8(ascii: "{")
    // Only what cannot be a safetensors file is asked what else it is.
    if length > headerLimitBytes || !bytes.dropFirst(8).starts(with: [brace]),
      let error = foreignFormat(bytes, path: path)
    {
      throw error
    }
    guard bytes.count >= 8 else { throw .tooShort(path: path, foundBytes: bytes.count) }
    // The first bytes of a text or a picture make a length too, an absurd one.
    if let first = bytes.dropFirst(8).first, first != brace {
      throw .headerNotAnObject(path: path, found: JSONReader.name(of: first))
    }
    guard length <= headerLimitBytes else {
      throw .headerTooLarge(path: path, limitBytes: headerLimitBytes, foundBytes: length)
    }
    let end = 8 + Int(length)
    guard end <= bytes.count else {
      throw .headerBeyondEnd(path: path, expectedBytes: end - 8, foundBytes: bytes.count - 8)
    }
    let first = bytes[8..<end].first
    guard first == brace else {
      throw .headerNotAnObject(path: path, found: JSONReader.name(of: first))
    }
    return end
  }

  private static func foreignFormat(_ bytes: [UInt8], path: String) -> SafeTensorsError? {
    let start = Array(bytes.prefix(4))
    if start == [0x50, 0x4B, 3, 4] { return .pickle(path: path) }
    // 0x80, the protocol, then an instruction: none has a code this small.
    if start.count > 2, start[0] == 0x80, 1...5 ~= start[1], start[2] > 0x10 {
      return .pickle(path: path)
    }
    if start == [0x89, 0x50, 0x4E, 0x47] {
      return .foreignFormat(path: path, found: "a PNG image")
    }
    if start.starts(with: [0x1F, 0x8B, 8]) {
      return .foreignFormat(path: path, found: "a gzip file")
    }
    return nil
  }

  private static func numbers<Number: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ data: ArraySlice<UInt8>
  ) -> [Number] {
    var numbers = [Number](repeating: 0, count: data.count / MemoryLayout<Number>.stride)
    numbers.withUnsafeMutableBytes { $0.copyBytes(from: data) }
    return numbers
  }
}

// MARK: Writing

extension SafeTensors {
  /// The bytes of the file; equal content gives equal bytes.
  ///
  /// Metadata comes first, its keys sorted; tensors follow in the reference writer's order, larger
  /// numbers before smaller ones, then by name. What the reader would refuse must not be asked for:
  /// more than the limits allow, a tensor under the metadata's name.
  public func encoded() -> [UInt8] {
    precondition(
      tensors.count <= Self.tensorLimit,
      "\(tensors.count) tensors, at most \(Self.tensorLimit) fit in a file")
    precondition(
      tensors[Self.metadataName] == nil, "a tensor cannot be called \(Self.metadataName)")
    let ordered = tensors.sorted { Self.comesBefore($0, $1) }
    let header = Array(header(ordered).utf8)
    precondition(
      header.count <= Self.headerLimitBytes,
      "a header of \(header.count) bytes, at most \(Self.headerLimitBytes) fit in a file")
    let dataByteCount = ordered.reduce(0) { $0 + Self.byteCount($1.value) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + dataByteCount)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    bytes += header
    for (_, value) in ordered {
      switch value.elements {
      case .float32(let numbers): numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
      case .int64(let numbers): numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  /// The JSON, padded with spaces to a multiple of 8.
  private func header(_ ordered: [(key: String, value: TensorValue)]) -> String {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { Self.bytesPrecede($0.key, $1.key) }
        .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      entries.append("\"\(Self.metadataName)\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, value) in ordered {
      precondition(
        value.shape.count <= Self.axisLimit && value.shape.allSatisfy { $0 >= 0 },
        "shape \(value.shape), at most \(Self.axisLimit) axes of 0 and more fit in a file")
      let type = SafeTensorsElementType(value.elements).rawValue
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
    value.elements.count * SafeTensorsElementType(value.elements).byteCount
  }

  private static func comesBefore(
    _ left: (key: String, value: TensorValue), _ right: (key: String, value: TensorValue)
  ) -> Bool {
    let leftSize = SafeTensorsElementType(left.value.elements).byteCount
    let rightSize = SafeTensorsElementType(right.value.elements).byteCount
    return leftSize == rightSize ? bytesPrecede(left.key, right.key) : leftSize > rightSize
  }

  /// The order of other writers; Swift's own order of strings goes by what they look like.
  private static func bytesPrecede(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

#if !_endian(little)
  #error("Numbers are copied as they lie in memory, which a big-endian machine must not do.")
#endif
