/// A machine for Python's pickles that builds plain data and descriptions of tensors, and nothing else.
///
/// A pickle is a program for a machine with a stack. This one knows the instructions that data needs, those of
/// PyTorch's own safe reader and their shorter forms of protocols 4 and 5. Of Python's world it knows a handful of
/// names, which it does not call: it knows what they would build. Any other is refused by its name.
///
/// Values that stand in several places are one value here too, so that time and memory grow with the bytes: what
/// would be too large when it is written out is refused, as is what is nested too deep or holds itself.
struct PickleReader {
  typealias Value = PickleValue<PickledTensor>

  static let depthLimit = 64
  /// Steps that put a value somewhere: about 300,000 tensors.
  static let stepLimit = 8 << 20

  /// What stands on the stack.
  private enum Item {
    case value(Value)
    /// The index of one that can grow after others have come to hold it.
    case object(Int)
    case global(PickleGlobal)
    case storage(PickledStorage)
  }

  private struct Object {
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

  private let bytes: [UInt8]
  private var position = 0
  /// Where the present instruction stands.
  private var start = 0
  private var stack: [Item] = []
  private var marks: [Int] = []
  private var memo: [Int: Item] = [:]
  private var objects: [Object] = []
  private var steps = 0

  /// Each object's value once it is known, its size when it is written out, and its levels.
  private var values: [Int: (value: Value, size: Int, depth: Int)] = [:]
  private var sizeLeft: Int
  private let sizeLimit: Int

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // Written out, a value takes one byte at least; a little more for those that are shared.
    sizeLimit = min(4 * bytes.count + 1_024, 4 << 20)
    sizeLeft = sizeLimit
  }

  /// The one value that all of `bytes` build.
  static func value(of bytes: [UInt8]) throws(PickleError) -> Value {
    var reader = PickleReader(bytes)
    let item = try reader.run()
    return try reader.value(of: item, level: 0).value
  }

  // MARK: Instructions

  private mutating func run() throws(PickleError) -> Item {
    while true {
      start = position
      let code = try byte()
      switch code {
      case 0x80: _ = try byte()  // PROTO
      case 0x95: _ = try number(8)  // FRAME
      case UInt8(ascii: "."):
        guard stack.count == 1, marks.isEmpty, let item = stack.popLast() else {
          throw misplaced("one value at the end")
        }
        guard position == bytes.count else { throw .trailingBytes(offset: position) }
        return item
      case UInt8(ascii: "N"): try push(.value(.none))
      case 0x88: try push(.value(.bool(true)))
      case 0x89: try push(.value(.bool(false)))
      case UInt8(ascii: "K"): try push(.value(.integer(Int64(try number(1)))))
      case UInt8(ascii: "M"): try push(.value(.integer(Int64(try number(2)))))
      case UInt8(ascii: "J"):
        let word = UInt32(truncatingIfNeeded: try number(4))
        try push(.value(.integer(Int64(Int32(bitPattern: word)))))
      case 0x8A: try push(.value(longInteger(try slice(Int(try byte())))))
      case UInt8(ascii: "G"):
        let word = try slice(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try push(.value(.number(Double(bitPattern: word))))
      case UInt8(ascii: "X"): try push(.value(.string(try text(4))))
      case UInt8(ascii: "U"), 0x8C: try push(.value(.string(try text(1))))
      case 0x8D: try push(.value(.string(try text(8))))
      case UInt8(ascii: "("):
        try count(1)
        marks.append(stack.count)
      case UInt8(ascii: "]"): try push(new(.list))
      case UInt8(ascii: "}"): try push(new(.dictionary(.plain)))
      case UInt8(ascii: ")"): try push(new(.tuple))
      case 0x8F: try push(new(.set))
      case UInt8(ascii: "t"): try push(new(.tuple, try popMark()))
      case 0x85...0x87: try push(new(.tuple, try pop(Int(code) - 0x84)))
      case UInt8(ascii: "a"): try append(try pop(1), to: [.list])
      case UInt8(ascii: "e"): try append(try popMark(), to: [.list])
      case 0x90: try append(try popMark(), to: [.set])
      case UInt8(ascii: "s"): try append(try pop(2), to: Self.growingDictionaries)
      case UInt8(ascii: "u"): try append(try popMark(), to: Self.growingDictionaries)
      case UInt8(ascii: "q"): try remember(at: try number(1))
      case UInt8(ascii: "r"): try remember(at: try number(4))
      case 0x94: try remember(at: memo.count)
      case UInt8(ascii: "h"): try recall(try number(1))
      case UInt8(ascii: "j"): try recall(try number(4))
      case UInt8(ascii: "c"): try push(try global(try line(), try line()))
      case 0x93:
        let names = try pop(2)
        guard case .value(.string(let module)) = names[0],
          case .value(.string(let name)) = names[1]
        else { throw misplaced("a name") }
        try push(try global(module, name))
      case UInt8(ascii: "Q"): try push(.storage(try storage(try pop(1)[0])))
      case UInt8(ascii: "R"):
        let call = try pop(2)
        try push(try result(of: call[0], arguments: try items(call[1], .tuple)))
      case 0x81:
        let call = try pop(2)
        guard case .global(.namespace) = call[0], try items(call[1], .tuple).isEmpty else {
          throw misplaced("a new argparse.Namespace")
        }
        try push(new(.dictionary(.namespace)))
      case UInt8(ascii: "b"): try setState(try pop(1)[0])
      default: throw .unknownInstruction(offset: start, code: code)
      }
    }
  }

  private static let growingDictionaries: [Object.Kind] = [
    .dictionary(.plain), .dictionary(.ordered),
  ]

  // MARK: The stack

  private func misplaced(_ expected: String) -> PickleError {
    .misplaced(offset: start, expected: expected)
  }

  /// Counts what an instruction puts somewhere.
  private mutating func count(_ number: Int) throws(PickleError) {
    steps += number
    guard steps <= Self.stepLimit else { throw .tooMany(limit: Self.stepLimit) }
  }

  private mutating func push(_ item: Item) throws(PickleError) {
    try count(1)
    stack.append(item)
  }

  private mutating func new(_ kind: Object.Kind, _ items: [Item] = []) -> Item {
    objects.append(Object(kind: kind, items: items))
    return .object(objects.count - 1)
  }

  /// The last `count` items that no mark stands before.
  private mutating func pop(_ count: Int) throws(PickleError) -> [Item] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw misplaced("\(count) values before it")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMark() throws(PickleError) -> [Item] {
    guard let mark = marks.popLast() else { throw misplaced("a mark before it") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func append(_ items: [Item], to kinds: [Object.Kind]) throws(PickleError) {
    let isDictionary = kinds == Self.growingDictionaries
    guard stack.count > marks.last ?? 0, case .object(let index)? = stack.last,
      kinds.contains(objects[index].kind), !isDictionary || items.count % 2 == 0
    else {
      throw misplaced(isDictionary ? "a dictionary for pairs" : "a list or a set for items")
    }
    objects[index].items += items
  }

  private mutating func remember(at index: Int) throws(PickleError) {
    guard let item = stack.last else { throw misplaced("a value to remember") }
    try count(1)
    memo[index] = item
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let item = memo[index] else { throw misplaced("a value that was remembered") }
    try push(item)
  }

  private func items(_ item: Item, _ kind: Object.Kind) throws(PickleError) -> [Item] {
    guard case .object(let index) = item, objects[index].kind == kind else {
      throw misplaced(kind == .tuple ? "a tuple" : "a list")
    }
    return objects[index].items
  }

  // MARK: What names stand for

  private func global(_ module: String, _ name: String) throws(PickleError) -> Item {
    let path = "\(module).\(name)"
    if let global = PickleGlobal.known[path] { return .global(global) }
    // A type of numbers: it is called what its name says.
    if PickleGlobal.numberTypes.contains(path) { return .value(.string(path)) }
    throw .forbidden(name: path)
  }

  private mutating func result(
    of function: Item, arguments: [Item]
  ) throws(PickleError) -> Item {
    guard case .global(let global) = function else { throw misplaced("a name to call") }
    switch global {
    case .orderedDictionary where arguments.isEmpty: return new(.dictionary(.ordered))
    case .set where arguments.count == 1:
      let items = try items(arguments[0], .list)
      try count(items.count)
      return new(.set, items)
    case .size where arguments.count == 1:
      _ = try items(arguments[0], .tuple)
      return arguments[0]
    case .device:
      guard case .value(.string)? = arguments.first else { throw misplaced("a device's name") }
      return arguments[0]
    case .tensor where arguments.count >= 6:
      guard case .storage(let storage) = arguments[0] else { throw misplaced("a storage") }
      let offset = try integer(arguments[1])
      let shape = try integers(arguments[2])
      let strides = try integers(arguments[3])
      guard
        let tensor = PickledTensor(
          storage: storage, offset: offset, shape: shape, strides: strides)
      else {
        throw .impossibleTensor(
          offset: start, shape: Array(shape.prefix(9)), strides: Array(strides.prefix(9)))
      }
      return .value(.tensor(tensor))
    case .parameter where arguments.count >= 1:
      guard case .value(.tensor) = arguments[0] else { throw misplaced("a tensor") }
      return arguments[0]
    default: throw misplaced("other arguments")
    }
  }

  /// A storage is named by a tuple: the word, its class, its key, a device and how many numbers it has.
  private func storage(_ item: Item) throws(PickleError) -> PickledStorage {
    guard case .object(let index) = item, objects[index].kind == .tuple,
      objects[index].items.count == 5
    else { throw .foreignReference(offset: start) }
    let parts = objects[index].items
    guard case .value(.string("storage")) = parts[0], case .global(.storage(let type)) = parts[1],
      case .value(.string(let key)) = parts[2], case .value(.string) = parts[3],
      case .value(.integer(let count)) = parts[4], let count = Int(exactly: count),
      0...(1 << 48) ~= count
    else { throw .foreignReference(offset: start) }
    return PickledStorage(key: key, type: type, count: count)
  }

  private func integer(_ item: Item) throws(PickleError) -> Int {
    guard case .value(.integer(let number)) = item, let number = Int(exactly: number) else {
      throw misplaced("an integer")
    }
    return number
  }

  private func integers(_ item: Item) throws(PickleError) -> [Int] {
    var numbers: [Int] = []
    for item in try items(item, .tuple) { numbers.append(try integer(item)) }
    return numbers
  }

  private mutating func setState(_ state: Item) throws(PickleError) {
    guard case .object(let stateIndex) = state,
      objects[stateIndex].kind == .dictionary(.plain), stack.count > marks.last ?? 0,
      case .object(let index)? = stack.last, objects[index].state == nil,
      [.dictionary(.ordered), .dictionary(.namespace)].contains(objects[index].kind)
    else { throw misplaced("a dictionary's or a namespace's state") }
    objects[index].state = stateIndex
  }

  // MARK: Bytes

  private mutating func byte() throws(PickleError) -> UInt8 {
    guard position < bytes.count else { throw .truncated(foundBytes: bytes.count) }
    position += 1
    return bytes[position - 1]
  }

  private mutating func slice(_ count: Int) throws(PickleError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw .truncated(foundBytes: bytes.count) }
    position += count
    return bytes[(position - count)..<position]
  }

  /// A little-endian number of so many bytes.
  private mutating func number(_ count: Int) throws(PickleError) -> Int {
    Array(try slice(count)).number(at: 0, bytes: count)
  }

  /// Text whose length stands before it, in so many bytes.
  private mutating func text(_ width: Int) throws(PickleError) -> String {
    try text(of: try slice(try number(width)))
  }

  private func text(of bytes: ArraySlice<UInt8>) throws(PickleError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self),
      JSONReader.longestRowOfMarks(in: text) <= JSONReader.markLimit
    else { throw .unreadableText(offset: bytes.startIndex) }
    return text
  }

  /// Up to the next line's end.
  private mutating func line() throws(PickleError) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw .truncated(foundBytes: bytes.count)
    }
    defer { position = end + 1 }
    return try text(of: bytes[position..<end])
  }

  /// Two's complement, the least significant byte first. What 64 bits do not hold becomes the nearest number.
  private func longInteger(_ bytes: ArraySlice<UInt8>) -> Value {
    let isNegative = (bytes.last ?? 0) >= 0x80
    if bytes.count <= 8 {
      let word = bytes.reversed().reduce(isNegative ? ~0 : 0) { $0 << 8 | UInt64($1) }
      return .integer(Int64(bitPattern: word))
    }
    let magnitude = bytes.reversed().reduce(0.0) { $0 * 256 + Double(isNegative ? ~$1 : $1) }
    return .number(isNegative ? -1 - magnitude : magnitude)
  }

  // MARK: Values

  /// The value that an item has become by the end; its size when it is written out, and its levels.
  private mutating func value(
    of item: Item, level: Int
  ) throws(PickleError) -> (value: Value, size: Int, depth: Int) {
    switch item {
    case .value(let value):
      if case .string(let text) = value { return (value, 1 + text.utf8.count / 8, 0) }
      return (value, 1, 0)
    case .global, .storage: throw misplaced("a value, not a name that stands alone")
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
      value = .dictionary(PickleDictionary(kind, pairs: pairs, attributes: attributes))
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

/// The names of Python's world that a pickle of weights may use, by what they build.
enum PickleGlobal: Hashable {
  case orderedDictionary
  case namespace
  case set
  case size
  case device
  case tensor
  case parameter
  case storage(NumberType)

  static let known: [String: PickleGlobal] = {
    var known: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDictionary,
      "argparse.Namespace": .namespace,
      "builtins.set": .set,
      "__builtin__.set": .set,
      "torch.Size": .size,
      "torch.device": .device,
      "torch._utils._rebuild_tensor_v2": .tensor,
      "torch._utils._rebuild_parameter": .parameter,
    ]
    for (name, type) in storages { known["torch.\(name)"] = .storage(type) }
    return known
  }()

  static let storages: [(name: String, type: NumberType)] = [
    ("DoubleStorage", .float64), ("FloatStorage", .float32), ("HalfStorage", .float16),
    ("BFloat16Storage", .bfloat16), ("LongStorage", .int64), ("IntStorage", .int32),
    ("ShortStorage", .int16), ("CharStorage", .int8), ("ByteStorage", .uint8),
    ("BoolStorage", .bool),
  ]

  static let numberTypes: Set<String> = [
    "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64",
    "torch.int32",
    "torch.int16", "torch.int8", "torch.uint8", "torch.bool", "torch.complex64", "torch.complex128",
  ]
}
