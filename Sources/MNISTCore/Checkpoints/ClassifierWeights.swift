/// The tensors of a file that are a classifier's, whoever wrote it: their shapes tell the sizes.
///
/// Other programs put one prefix in front of all names (`module.`, `_orig_mod.`, `model.`), keep numbers in
/// other formats, and have no `num_batches_tracked`, which is then 0; MLX has one more `layers` in each
/// `Sequential`. A run's other tensors may stand beside them.
struct ClassifierWeights {
  let layout: ModelLayout
  /// Number formats of weights other than float32, such as `float16`.
  let convertedTypes: [String]
  /// What the classifier's tensors are called in the file.
  private let names: [String: String]
  private let path: String

  fileprivate static let firstName = "layers.0.block.0.weight"

  /// Throws where names and shapes are no classifier's; `path` only serves the sentences.
  init(_ listing: TensorFile.Listing, path: String) throws(CheckpointError) {
    self.path = path
    let entries = listing.entries.filter { !Checkpoint.Name.isOfRun($0.name) }
      .sorted { $0.name < $1.name }
    let prefix = Self.prefix(of: entries.map(\.name))
    var found: [String: TensorFile.Listing.Entry] = [:]
    var others: [String] = []
    for entry in entries {
      let name = Self.withoutSequential(entry.name)
      // Scalars are compared: characters may join over the prefix's end.
      guard name.unicodeScalars.starts(with: prefix.unicodeScalars),
        case let own = String(name.unicodeScalars.dropFirst(prefix.unicodeScalars.count)),
        found.updateValue(entry, forKey: own) == nil
      else {
        others.append(entry.name)
        continue
      }
    }
    guard others.isEmpty else {
      throw .state(path: path, StateDictionaryError(unexpected: others))
    }
    names = found.mapValues(\.name)
    layout = try ModelLayout(of: found.mapValues(\.shape), path: path)

    var expected: [(name: String, summary: String)] = []
    var summaries = found.mapValues(\.summary)
    var types: Set<String> = []
    for slot in layout.slots {
      guard let entry = found[slot.name] else {
        if slot.kind != .counter { expected.append((slot.name, slot.summary)) }
        continue
      }
      expected.append((slot.name, slot.summary))
      // Once it is read, any format of numbers is the slot's.
      if entry.shape == slot.shape { summaries[slot.name] = slot.summary }
      if slot.kind != .counter, entry.type != .float32 { types.insert(entry.type.name) }
    }
    let difference = StateDictionaryError.difference(
      expected: expected, found: summaries.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
    if let difference { throw .state(path: path, difference) }
    convertedTypes = types.sorted()
  }

  /// What stands before the name of the first weight; nothing where several names end like that, or none.
  private static func prefix(of names: [String]) -> String {
    let first = firstName.unicodeScalars
    let prefixes = names.map { withoutSequential($0).unicodeScalars }
      .filter { $0.reversed().starts(with: first.reversed()) }
      .map { String($0.dropLast(first.count)) }
    guard let prefix = prefixes.first, prefixes.count == 1, prefix.utf8.last == UInt8(ascii: ".")
    else { return "" }
    return prefix
  }

  /// `layers.0.block.0.weight` for `layers.layers.0.block.layers.0.weight`.
  private static func withoutSequential(_ name: String) -> String {
    var parts: [Substring] = []
    for part in name.split(separator: ".", omittingEmptySubsequences: false)
    where part != "layers" || !["layers", "block"].contains(parts.last) {
      parts.append(part)
    }
    return parts.joined(separator: ".")
  }

  /// The classifier's state out of the file that has the listing.
  func state(of tensors: [String: TensorValue]) throws(CheckpointError) -> StateDictionary {
    var state = StateDictionary()
    for slot in layout.slots {
      let name = names[slot.name] ?? slot.name
      let value = tensors[name] ?? TensorValue([0] as [Int64], shape: [])
      switch (value.elements, slot.kind) {
      case (.float32(let numbers), .counter):
        guard let count = Int64(exactly: numbers[0]) else {
          throw .invalidValue(
            path: path, tensor: name, expected: "a whole number", found: "\(numbers[0])")
        }
        state[slot.name] = TensorValue([count], shape: [])
      case (.int64(let numbers), .parameter), (.int64(let numbers), .buffer):
        state[slot.name] = TensorValue(numbers.map { Float($0) }, shape: slot.shape)
      case (.float32(let numbers), _):
        guard numbers.allSatisfy(\.isFinite) else { throw .notFinite(path: path, tensor: name) }
        state[slot.name] = value
      case (.int64, .counter):
        state[slot.name] = value
      }
    }
    return state
  }
}

extension ModelLayout {
  fileprivate init(of shapes: [String: [Int]], path: String) throws(CheckpointError) {
    func sizes(_ name: String) throws(CheckpointError) -> [Int] {
      // Sizes stay small enough that no product of two of them overflows.
      guard let shape = shapes[name], shape.count == 2,
        shape.allSatisfy({ 1...Int(Int32.max) ~= $0 })
      else {
        let isOther = name == ClassifierWeights.firstName
        throw .notAClassifier(
          path: path, name: name, found: isOther ? shapes.keys.sorted() : [])
      }
      return shape
    }
    let inputSize = try sizes(ClassifierWeights.firstName)[1]
    var hiddenSizes: [Int] = []
    while shapes["layers.\(hiddenSizes.count).block.0.weight"] != nil {
      hiddenSizes.append(try sizes("layers.\(hiddenSizes.count).block.0.weight")[0])
    }
    self.init(
      inputSize: inputSize, outputSize: try sizes("layers.\(hiddenSizes.count).weight")[0],
      hiddenSizes: hiddenSizes, usesBatchNorm: shapes["layers.0.block.2.weight"] != nil)
  }
}
