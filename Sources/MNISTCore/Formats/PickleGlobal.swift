/// The names of Python's world that a pickle of weights may use, by what they build.
enum PickleGlobal: Hashable {
  case orderedDictionary
  case namespace
  case set
  case size
  case device
  case tensor
  case parameter
  /// NumPy's single numbers, which lists of scores and rates often hold, and how they are written.
  case numberType
  case number
  case encode
  case storage(NumberType)

  static let known: [String: PickleGlobal] = {
    var known: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDictionary,
      "argparse.Namespace": .namespace,
      "builtins.set": .set,
      "__builtin__.set": .set,
      "torch.Size": .size,
      "torch.device": .device,
      "numpy.dtype": .numberType,
      "_codecs.encode": .encode,
      "torch._utils._rebuild_tensor_v2": .tensor,
      "torch._utils._rebuild_parameter": .parameter,
    ]
    for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
      known["\(module).scalar"] = .number
    }
    for (name, type) in storages { known["torch.\(name)"] = .storage(type) }
    return known
  }()

  static let storages: [(name: String, type: NumberType)] = [
    ("DoubleStorage", .float64), ("FloatStorage", .float32), ("HalfStorage", .float16),
    ("BFloat16Storage", .bfloat16), ("LongStorage", .int64), ("IntStorage", .int32),
    ("ShortStorage", .int16), ("CharStorage", .int8), ("ByteStorage", .uint8),
    ("BoolStorage", .bool),
  ]

  static let numpyTypes: [String: NumberType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
    "i1": .int8, "u1": .uint8, "b1": .bool,
  ]

  static let numberTypes: Set<String> = [
    "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64",
    "torch.int32",
    "torch.int16", "torch.int8", "torch.uint8", "torch.bool", "torch.complex64", "torch.complex128",
  ]
}

extension PickleReader {
  func global(_ module: String, _ name: String) throws(PickleError) -> Item {
    let path = "\(module).\(name)"
    if let global = PickleGlobal.known[path] { return .global(global) }
    // A type of numbers: it is called what its name says.
    if PickleGlobal.numberTypes.contains(path) { return .value(.string(path)) }
    throw .forbidden(name: path)
  }

  mutating func result(
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
    case .numberType:
      guard case .value(.string(let name))? = arguments.first,
        let type = PickleGlobal.numpyTypes[name]
      else { throw misplaced("a known type of numbers") }
      return .numberType(type)
    case .encode where arguments.count == 2:
      // How protocol 2 writes bytes.
      guard case .value(.string(let text)) = arguments[0],
        case .value(.string("latin1")) = arguments[1],
        text.unicodeScalars.allSatisfy({ $0.value <= 0xFF })
      else { throw misplaced("bytes") }
      return .bytes(text.unicodeScalars.map { UInt8($0.value) })
    case .number where arguments.count == 2: return .value(try number(arguments))
    case .parameter where arguments.count >= 1:
      guard case .value(.tensor) = arguments[0] else { throw misplaced("a tensor") }
      return arguments[0]
    default: throw misplaced("other arguments")
    }
  }

  /// A single number of NumPy, out of its type and its bytes.
  private func number(_ arguments: [Item]) throws(PickleError) -> Value {
    guard case .numberType(let type) = arguments[0], case .bytes(let bytes) = arguments[1],
      bytes.count == type.byteCount
    else { throw misplaced("a number of NumPy") }
    if type == .float64 {
      let word: [UInt64] = NumberBytes.numbers(in: bytes[...])
      return .number(Double(bitPattern: word[0]))
    }
    switch type.converted(bytes[...]) {
    case .float32(let numbers): return .number(Double(numbers[0]))
    case .int64(let numbers): return type == .bool ? .bool(numbers[0] != 0) : .integer(numbers[0])
    }
  }

  /// A storage is named by a tuple: the word, its class, its key, a device and how many numbers it has.
  func storage(_ item: Item) throws(PickleError) -> PickledStorage {
    guard case .object(let index) = item, objects[index].kind == .tuple,
      objects[index].items.count == 5
    else { throw .foreignReference(offset: start) }
    let parts = objects[index].items
    guard case .value(.string("storage")) = parts[0], case .global(.storage(let type)) = parts[1],
      case .value(.string(let key)) = parts[2], case .value(.string) = parts[3],
      case .value(.integer(let count)) = parts[4], let count = Int(exactly: count),
      0...(1 << 48) ~= count, key.utf8.count <= 64
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

  mutating func setState(_ state: Item) throws(PickleError) {
    if case .numberType? = stack.last {
      // The order of its bytes is all that it says of a plain number.
      let state = try items(state, .tuple)
      guard state.count > 1, case .value(.string(let order)) = state[1], ["<", "|"].contains(order)
      else {
        throw misplaced("a type of little-endian numbers")
      }
      return
    }
    guard case .object(let stateIndex) = state,
      objects[stateIndex].kind == .dictionary(.plain), stack.count > marks.last ?? 0,
      case .object(let index)? = stack.last, objects[index].state == nil,
      [.dictionary(.ordered), .dictionary(.namespace)].contains(objects[index].kind)
    else { throw misplaced("a dictionary's or a namespace's state") }
    objects[index].state = stateIndex
  }
}
