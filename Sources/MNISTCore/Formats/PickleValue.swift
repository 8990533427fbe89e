/// What a pickle holds: plain data, and tensors in whatever form they have here.
///
/// A file gives `PickledTensor`s, which say where numbers lie; `TensorValue`s are the numbers themselves.
enum PickleValue<Tensor> {
  case none
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case list([PickleValue])
  case tuple([PickleValue])
  case set([PickleValue])
  case dictionary(PickleDictionary<Tensor>)
  indirect case tensor(Tensor)
}

extension PickleValue: Equatable where Tensor: Equatable {}
extension PickleValue: Hashable where Tensor: Hashable {}
extension PickleValue: Sendable where Tensor: Sendable {}

/// Pairs in order, no key twice. Python's ordered dictionaries and argparse's namespaces are read as these too.
struct PickleDictionary<Tensor> {
  struct Pair {
    let key: PickleValue<Tensor>
    let value: PickleValue<Tensor>
  }

  let kind: PickleDictionaryKind
  let pairs: [Pair]
  /// What an ordered dictionary carries beside its pairs: `_metadata` of a module's state.
  let attributes: [Pair]

  init(pairs: [Pair], kind: PickleDictionaryKind = .plain, attributes: [Pair] = []) {
    self.kind = kind
    self.pairs = pairs
    self.attributes = attributes
  }

  /// With names for keys.
  init(
    _ pairs: [(String, PickleValue<Tensor>)], kind: PickleDictionaryKind = .plain,
    attributes: [(String, PickleValue<Tensor>)] = []
  ) {
    func named(_ pairs: [(String, PickleValue<Tensor>)]) -> [Pair] {
      pairs.map { Pair(key: .string($0.0), value: $0.1) }
    }
    self.init(pairs: named(pairs), kind: kind, attributes: named(attributes))
  }

  /// The value of a key that is a string.
  subscript(name: String) -> PickleValue<Tensor>? {
    pairs.first {
      if case .string(name) = $0.key { true } else { false }
    }?.value
  }
}

/// Which of Python's types a dictionary is.
enum PickleDictionaryKind: Sendable {
  case plain
  /// `collections.OrderedDict`
  case ordered
  /// `argparse.Namespace`
  case namespace
}

extension PickleDictionary.Pair: Equatable where Tensor: Equatable {}
extension PickleDictionary.Pair: Hashable where Tensor: Hashable {}
extension PickleDictionary.Pair: Sendable where Tensor: Sendable {}
extension PickleDictionary: Equatable where Tensor: Equatable {}
extension PickleDictionary: Hashable where Tensor: Hashable {}
extension PickleDictionary: Sendable where Tensor: Sendable {}

extension PickleValue {
  /// The same with each tensor replaced, in the order in which they stand.
  func map<Other>(_ transform: (Tensor) throws -> Other) rethrows -> PickleValue<Other> {
    return switch self {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .list(let values): .list(try values.map { try $0.map(transform) })
    case .tuple(let values): .tuple(try values.map { try $0.map(transform) })
    case .set(let values): .set(try values.map { try $0.map(transform) })
    case .dictionary(let dictionary): .dictionary(try dictionary.map(transform))
    case .tensor(let tensor): .tensor(try transform(tensor))
    }
  }

  /// All tensors in it, in the order in which they stand.
  var tensors: [Tensor] {
    var tensors: [Tensor] = []
    _ = map { tensors.append($0) }
    return tensors
  }

  /// What it is, with its article.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .list: "a list"
    case .tuple: "a tuple"
    case .set: "a set"
    case .dictionary: "a dictionary"
    case .tensor: "a tensor"
    }
  }
}

extension PickleDictionary {
  func map<Other>(_ transform: (Tensor) throws -> Other) rethrows -> PickleDictionary<Other> {
    func mapped(_ pair: Pair) throws -> PickleDictionary<Other>.Pair {
      .init(key: try pair.key.map(transform), value: try pair.value.map(transform))
    }
    return .init(
      pairs: try pairs.map(mapped), kind: kind, attributes: try attributes.map(mapped))
  }
}

/// One run of numbers in a file, which several tensors may share.
struct PickledStorage: Hashable, Sendable {
  /// The name of its entry in the archive, in the folder `data`.
  let key: String
  let type: NumberType
  /// How many numbers it holds.
  let count: Int
}

/// A tensor as a pickle describes it: number (i, j, …) of it is number `offset + i · strides[0] + j · strides[1]
/// + …` of the storage.
///
/// All of that lies inside the storage, and the sizes can be multiplied.
struct PickledTensor: Hashable, Sendable {
  /// As many more numbers as its storage a tensor may have, by repeating some with a stride of 0.
  static let repeatLimit = 1 << 20
  static let axisLimit = 8

  let storage: PickledStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]
  /// The product of the sizes.
  let count: Int
  /// The numbers of the storage that it uses some of.
  let range: Range<Int>

  /// Nil for sizes, strides or an offset that leave the storage.
  init?(storage: PickledStorage, offset: Int, shape: [Int], strides: [Int]) {
    guard shape.count == strides.count, shape.count <= Self.axisLimit, offset >= 0,
      shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
    else { return nil }
    // A size of 0 counts as 1 here: strides must be countable, too.
    var product = 1
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let next = product.multipliedReportingOverflow(by: max(1, size))
      guard !next.overflow, next.partialValue <= 1 << 48 else { return nil }
      product = next.partialValue
      let (step, overflow) = stride.multipliedReportingOverflow(by: max(0, size - 1))
      let sum = last.addingReportingOverflow(step)
      guard !overflow, !sum.overflow else { return nil }
      last = sum.partialValue
    }
    count = shape.contains(0) ? 0 : product
    if count == 0 {
      guard offset <= storage.count else { return nil }
      range = offset..<offset
    } else {
      guard last < storage.count, count - storage.count <= Self.repeatLimit else { return nil }
      range = offset..<(last + 1)
    }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// One that has its storage to itself, in C order.
  init(key: String, type: NumberType, shape: [Int]) {
    let count = elementCount(of: shape)
    storage = PickledStorage(key: key, type: type, count: count)
    offset = 0
    self.shape = shape
    strides = Self.strides(of: shape)
    self.count = count
    range = 0..<count
  }

  /// Those of C order; an axis of size 0 counts as 1, as PyTorch has it.
  static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(1, shape[axis + 1])
    }
    return strides
  }

  /// Whether the numbers of `range` are the tensor's in C order, each once.
  private var isContiguous: Bool {
    let expected = Self.strides(of: shape)
    return shape.indices.allSatisfy { shape[$0] <= 1 || strides[$0] == expected[$0] }
  }

  /// Its numbers, of which `bytes` are those of `range`.
  func value(of bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> TensorValue {
    let indices = count == 0 || isContiguous ? nil : self.indices
    return TensorValue(
      shape: shape,
      elements: storage.type.converted(bytes, isBigEndian: isBigEndian, indices: indices))
  }

  /// Where in `range` each of its numbers stands.
  private var indices: [Int] {
    zip(shape, strides).reduce([0]) { indices, axis in
      indices.flatMap { index in (0..<axis.0).map { index + $0 * axis.1 } }
    }
  }
}
