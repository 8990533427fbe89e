/// The header of a safetensors file: what lies where, every number of it checked.
///
/// The entries' ranges follow one another from 0 without gap or overlap, and each is as long as its
/// shape and type ask for. Whether the file holds that many bytes is the caller's to check.
struct SafeTensorsHeader {
  struct Entry {
    let name: String
    let type: NumberType
    let shape: [Int]
    /// In bytes, from the first byte after the header.
    let range: Range<Int>
  }

  private let path: String
  private(set) var metadata: [String: String] = [:]
  /// Those of the metadata's texts that are checksums, by their names there.
  private(set) var checksums: [String: String] = [:]
  /// Where the text of the header's own checksum begins, with its quote.
  private(set) var checksumOffset: Int?
  /// In the order of their data.
  private(set) var entries: [Entry] = []

  var dataByteCount: Int { entries.last?.range.upperBound ?? 0 }

  init(parsing bytes: ArraySlice<UInt8>, path: String) throws(SafeTensorsError) {
    self.path = path
    let members = try fromJSON { () throws(JSONError) in try JSONReader.value(in: bytes).object() }
    let tensors = members.filter { $0.name != SafeTensors.metadataName }
    guard tensors.count <= SafeTensors.tensorLimit else {
      throw .tooManyTensors(path: path, limit: SafeTensors.tensorLimit, found: tensors.count)
    }
    for member in members where member.name == SafeTensors.metadataName {
      // MLX writes null where it has no metadata, and the reference takes it as none.
      if member.value.content != .null { try readMetadata(member.value) }
    }
    for member in tensors {
      entries.append(try entry(member))
    }
    // An empty tensor may share its offset with the one that follows it.
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkOrder()
  }

  private mutating func readMetadata(_ value: JSONValue) throws(SafeTensorsError) {
    for member in try fromJSON(value.object) {
      guard case .string(let text) = member.value.content else {
        throw .metadataNotText(path: path, name: member.name, found: member.value.kind)
      }
      if SafeTensorsChecksums.isName(member.name) {
        checksums[member.name] = text
      } else {
        metadata[member.name] = text
      }
      if member.name == SafeTensorsChecksums.headerName { checksumOffset = member.value.offset }
    }
  }

  private func entry(_ member: JSONValue.Member) throws(SafeTensorsError) -> Entry {
    let tensor = member.name
    var typeField: JSONValue?
    var shapeField: JSONValue?
    var offsetsField: JSONValue?
    for field in try fromJSON(member.value.object) {
      switch field.name {
      case "dtype": typeField = field.value
      case "shape": shapeField = field.value
      case "data_offsets": offsetsField = field.value
      default: throw .unknownField(path: path, tensor: tensor, field: field.name)
      }
    }
    guard let typeField else { throw .missingField(path: path, tensor: tensor, field: "dtype") }
    guard let shapeField else { throw .missingField(path: path, tensor: tensor, field: "shape") }
    guard let offsetsField else {
      throw .missingField(path: path, tensor: tensor, field: "data_offsets")
    }
    let typeName = try fromJSON(typeField.string)
    let type = NumberType.safeTensorsNames.first { $0.name == typeName }?.type
    guard let type else {
      throw .unsupportedType(path: path, tensor: tensor, found: typeName)
    }
    let shape = try shape(shapeField, of: tensor)
    let range = try range(offsetsField, of: tensor)
    let byteCount = try byteCount(shape, type, of: tensor)
    guard range.count == byteCount else {
      throw .wrongSize(
        path: path, tensor: tensor, expectedBytes: byteCount, foundBytes: range.count)
    }
    return Entry(name: tensor, type: type, shape: shape, range: range)
  }

  private func shape(_ value: JSONValue, of tensor: String) throws(SafeTensorsError) -> [Int] {
    let axes = try fromJSON(value.array)
    guard axes.count <= SafeTensors.axisLimit else {
      throw .tooManyAxes(
        path: path, tensor: tensor, limit: SafeTensors.axisLimit, found: axes.count)
    }
    var shape: [Int] = []
    for axis in axes {
      shape.append(try fromJSON(axis.integer))
    }
    return shape
  }

  private func range(
    _ value: JSONValue, of tensor: String
  ) throws(SafeTensorsError) -> Range<Int> {
    let offsets = try fromJSON(value.array)
    guard offsets.count == 2 else {
      throw .wrongOffsetCount(path: path, tensor: tensor, found: offsets.count)
    }
    let begin = try fromJSON(offsets[0].integer)
    let end = try fromJSON(offsets[1].integer)
    guard begin <= end else {
      throw .reversedOffsets(path: path, tensor: tensor, begin: begin, end: end)
    }
    return begin..<end
  }

  /// The product of the sizes, refused wherever it overflows on the way, even to a later 0: see
  /// `elementCount`.
  private func byteCount(
    _ shape: [Int], _ type: NumberType, of tensor: String
  ) throws(SafeTensorsError) -> Int {
    guard let count = checkedElementCount(of: shape) else {
      throw .sizeOverflow(path: path, tensor: tensor, shape: shape)
    }
    return count * type.byteCount
  }

  private func checkOrder() throws(SafeTensorsError) {
    var end = 0
    for entry in entries {
      let begin = entry.range.lowerBound
      guard begin <= end else {
        throw .gap(path: path, tensor: entry.name, expectedOffset: end, foundOffset: begin)
      }
      guard begin == end else {
        throw .overlap(path: path, tensor: entry.name, expectedOffset: end, foundOffset: begin)
      }
      end = entry.range.upperBound
    }
  }

  /// What `body` reads, its refusal told as this file's.
  private func fromJSON<Value>(
    _ body: () throws(JSONError) -> Value
  ) throws(SafeTensorsError) -> Value {
    do throws(JSONError) {
      return try body()
    } catch {
      throw .invalidHeader(path: path, reason: error)
    }
  }
}

extension NumberType {
  /// Under the names that safetensors gives them. Other formats are not read.
  static let safeTensorsNames: [(name: String, type: NumberType)] = [
    ("F64", .float64), ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16), ("I64", .int64),
    ("I32", .int32), ("I16", .int16), ("I8", .int8), ("U8", .uint8), ("BOOL", .bool),
  ]
}
