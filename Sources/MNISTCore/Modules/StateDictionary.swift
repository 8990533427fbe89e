/// The state of a module by name, in order: a value that nothing can change afterwards.
public struct StateDictionary: Equatable, Sendable {
  /// In the module's order.
  public private(set) var names: [String] = []
  private var values: [String: TensorValue] = [:]

  /// An empty one.
  public init() {}

  /// The value under a name; nil where there is none. Setting nil removes the name.
  public subscript(name: String) -> TensorValue? {
    get { values[name] }
    set {
      let isNew = values[name] == nil
      values[name] = newValue
      if newValue == nil { names.removeAll { $0 == name } } else if isNew { names.append(name) }
    }
  }
}

/// A state that does not fit the module it was to be loaded into.
public struct StateDictionaryError: Error, Equatable, CustomStringConvertible {
  /// A tensor of another type or shape.
  public struct Mismatch: Equatable, Sendable {
    /// The tensor's.
    public let name: String
    /// Element type and shape, such as `float32 [630, 784]`.
    public let expected: String
    /// The same of what was found.
    public let found: String
  }

  /// Names that are the module's and not the state's.
  public var missing: [String] = []
  /// Names that are the state's and not the module's.
  public var unexpected: [String] = []
  /// Tensors that both have, but not alike.
  public var mismatched: [Mismatch] = []

  public var description: String {
    var parts = mismatched.map {
      "tensor \($0.name) has another shape (expected \($0.expected), found \($0.found))"
    }
    if !missing.isEmpty { parts.append("missing tensors: " + Self.list(missing)) }
    if !unexpected.isEmpty { parts.append("unexpected tensors: " + Self.list(unexpected)) }
    return Self.list(parts, separator: "; ")
  }

  /// The first few: a file of many tensors does not fill the screen.
  private static func list(_ texts: [String], separator: String = ", ") -> String {
    let shown = texts.prefix(10)
    let rest = texts.count - shown.count
    return shown.joined(separator: separator) + (rest > 0 ? " and \(rest) more" : "")
  }
}

extension StateDictionaryError {
  /// How what was found differs from what must be there, both as names with element type and shape, in
  /// order; nil if it does not.
  static func difference(
    expected: [(name: String, summary: String)], found: [(name: String, summary: String)]
  ) -> StateDictionaryError? {
    let summaries = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.summary) })
    var error = StateDictionaryError()
    for (name, summary) in expected {
      guard let found = summaries[name] else {
        error.missing.append(name)
        continue
      }
      if found != summary {
        error.mismatched.append(Mismatch(name: name, expected: summary, found: found))
      }
    }
    let names = Set(expected.map(\.name))
    error.unexpected = found.map(\.name).filter { !names.contains($0) }
    return error == StateDictionaryError() ? nil : error
  }
}

extension Module {
  /// Parameters, buffers and counters under PyTorch's names, copied.
  public var stateDictionary: StateDictionary {
    var state = StateDictionary()
    for (name, member) in flattened() { state[name] = member.value }
    return state
  }

  /// Takes over a state. It must have exactly this module's names and shapes; if it has not, nothing is
  /// changed.
  public func load(stateDictionary state: StateDictionary) throws(StateDictionaryError) {
    let own = flattened()
    let difference = StateDictionaryError.difference(
      expected: own.map { ($0.name, $0.member.value?.summary ?? "") },
      found: state.names.map { ($0, state[$0]?.summary ?? "") })
    if let difference { throw difference }

    for (name, member) in own {
      switch (member, state[name]?.elements) {
      case (.parameter(let parameter), .float32(let numbers)): parameter.copy(from: numbers)
      case (.buffer(let buffer), .float32(let numbers)): buffer.copy(from: numbers)
      case (.counter(let counter), .int64(let numbers)): counter.count = numbers[0]
      default: stop("\(name) was checked and does not fit")
      }
    }
  }
}

extension Member {
  fileprivate var value: TensorValue? {
    switch self {
    case .parameter(let parameter): parameter.value
    case .buffer(let buffer): buffer.value
    case .counter(let counter): TensorValue([counter.count], shape: [])
    case .module: nil
    }
  }
}

extension TensorValue {
  /// Element type and shape, such as `float32 [630, 784]`.
  var summary: String {
    switch elements {
    case .float32: "float32 \(shape)"
    case .int64: "int64 \(shape)"
    }
  }
}
