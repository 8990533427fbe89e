// What a pickle's instructions build, and what has become of it at the end.

extension PickleReader {
  /// What stands on the stack.
  enum Item {
    case value(Value)
    /// The index of one that can grow after others have come to hold it.
    case object(Int)
    case global(PickleGlobal)
    case storage(PickledStorage)
    /// For a number of NumPy: its type and its bytes.
    case numberType(NumberType)
    case bytes([UInt8])
  }

  struct Object {
    enum Kind: Equatable {
      case list, tuple, set
      case dictionary(PickleDictionaryKind)
    }

    let kind: Kind
    /// A dictionary's keys and values in turn.
    var items: [Item] = []
    /// What a dictionary was given beside its pairs: another dictionary's index.
    var state: Int?
  }

  /// The value that an item has become by the end; its size when it is written out, and its levels.
  mutating func value(
    of item: Item, level: Int
  ) throws(PickleError) -> (value: Value, size: Int, depth: Int) {
    switch item {
    case .value(let value):
      if case .string(let text) = value { return (value, 1 + text.utf8.count / 8, 0) }
      return (value, 1, 0)
    case .global, .storage, .numberType, .bytes:
      throw misplaced("a value, not a name that stands alone")
    case .object(let index):
      if let known = values[index] { return known }
      guard level < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
      let found = try value(of: objects[index], level: level)
      values[index] = found
      return found
    }
  }

  private mutating func value(
    of object: Object, level: Int
  ) throws(PickleError) -> (value: Value, size: Int, depth: Int) {
    var parts = try values(of: object.items, level: level)
    var value: Value
    switch object.kind {
    case .list: value = .list(parts.values)
    case .tuple: value = .tuple(parts.values)
    case .set: value = .set(parts.values)
    case .dictionary(let kind):
      var pairs = try Self.pairs(parts.values)
      var attributes: [PickleDictionary<PickledTensor>.Pair] = []
      if let index = object.state {
        let state = try values(of: objects[index].items, level: level)
        parts.size += state.size
        parts.depth = max(parts.depth, state.depth)
        if kind == .namespace {
          pairs = try Self.pairs(state.values)
        } else {
          attributes = try Self.pairs(state.values)
        }
      }
      value = .dictionary(PickleDictionary(pairs: pairs, kind: kind, attributes: attributes))
    }
    guard parts.depth < Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
    guard parts.size < sizeLimit else { throw .tooMany(limit: sizeLimit) }
    return (value, parts.size + 1, parts.depth + 1)
  }

  private mutating func values(
    of items: [Item], level: Int
  ) throws(PickleError) -> (values: [Value], size: Int, depth: Int) {
    var values: [Value] = []
    var size = 0
    var depth = 0
    for item in items {
      let part = try value(of: item, level: level + 1)
      depth = max(depth, part.depth)
      // Neither is above the limit, so that the sum cannot overflow.
      size += part.size
      // What is in an object has been counted with it.
      if case .object = item { sizeLeft -= 1 } else { sizeLeft -= part.size }
      guard sizeLeft >= 0, size <= sizeLimit else { throw .tooMany(limit: sizeLimit) }
      values.append(part.value)
    }
    return (values, size, depth)
  }

  private static func pairs(
    _ items: [Value]
  ) throws(PickleError) -> [PickleDictionary<PickledTensor>.Pair] {
    var keys: Set<Value> = []
    var pairs: [PickleDictionary<PickledTensor>.Pair] = []
    for index in stride(from: 0, to: items.count, by: 2) {
      let key = items[index]
      guard key.isKey else { throw .unusableKey(found: key.kind) }
      guard keys.insert(key).inserted else {
        var name = key.kind
        if case .string(let text) = key { name = JSONText.excerpt(text) }
        throw .duplicateKey(found: name)
      }
      pairs.append(PickleDictionary.Pair(key: key, value: items[index + 1]))
    }
    return pairs
  }
}

extension PickleValue {
  /// Whether it can be a dictionary's key. What PyTorch writes has text or integers there.
  fileprivate var isKey: Bool {
    switch self {
    case .none, .bool, .integer, .number, .string: true
    default: false
    }
  }
}
