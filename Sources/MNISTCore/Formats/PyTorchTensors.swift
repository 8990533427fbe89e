/// The named tensors of a PyTorch file, and where they stand in it.
///
/// People save a model's state dictionary alone, or in a dictionary of a whole run under one of a few usual
/// names; what else stands there is passed over. A run that this program wrote, and nobody has changed
/// since, is read whole, under the names that a safetensors file has:
///
/// | in the file | name |
/// |---|---|
/// | `['model'][NAME]` | `NAME` |
/// | `['opt']['state'][i]['exp_avg']` | `optimizer.NAME.exp_avg`, of the i-th parameter; so for `exp_avg_sq` |
/// | `['steps'][i]` | `optimizer.NAME.step` |
/// | `['last'][NAME]`, `['generator'][NAME]` | `last.NAME`, `generator.NAME` |
/// | `['__metadata__']` | the text beside the tensors |
struct PyTorchTensors: TensorContainer {
  private(set) var listing = TensorFile.Listing()
  /// In the listing's order.
  private var tensors: [PickledTensor] = []
  private let file: PyTorchFile
  private var path: String { file.path }

  private typealias Dictionary = PickleDictionary<PickledTensor>

  /// Where people put the state of a model in the dictionary of a run.
  private static let modelNames = ["model", "state_dict", "model_state_dict", "net", "weights"]

  init(
    _ file: PyTorchFile, tensorLimit: Int = SafeTensors.tensorLimit
  ) throws(PyTorchTensorsError) {
    self.file = file
    listing.hasChecksums = file.isSealed
    guard case .dictionary(let root) = file.root else {
      throw .noModel(path: path, found: file.root.kind)
    }
    let models = Self.modelNames.compactMap { root[$0]?.dictionary } + [root]
    guard let model = models.first(where: { !$0.namedTensors.isEmpty }) else {
      throw .noModel(path: path, found: Self.words(root))
    }
    for (name, tensor) in model.namedTensors { add(tensor, name) }
    if file.isSealed, let texts = root["__metadata__"]?.dictionary {
      for pair in texts.pairs {
        if case (.string(let name), .string(let text)) = (pair.key, pair.value) {
          listing.metadata[name] = text
        }
      }
      addRest(of: root, parameters: model.namedTensors.map(\.name).filter(Self.isParameter))
    }
    guard tensors.count <= tensorLimit else {
      throw .tooManyTensors(path: path, limit: tensorLimit, found: tensors.count)
    }
    try checkNames()
  }

  func values(read: (Range<Int>) throws -> [UInt8]) throws -> [TensorValue] {
    // Of a sealed file, all is read, so that all is checked: the steps that stand twice, too.
    let listed = Set(tensors.map(\.storage))
    let rest = file.isSealed ? file.root.tensors.filter { !listed.contains($0.storage) } : []
    return Array(try file.values(of: tensors + rest, read: read).prefix(tensors.count))
  }

  /// What of a run is no model, under the names that say so.
  private mutating func addRest(of root: Dictionary, parameters: [String]) {
    for part in ["last", "generator"] {
      for (name, tensor) in root[part]?.dictionary?.namedTensors ?? [] {
        add(tensor, "\(part).\(name)")
      }
    }
    for pair in root["opt"]?.dictionary?["state"]?.dictionary?.pairs ?? [] {
      guard case .integer(let index) = pair.key, parameters.indices.contains(Int(index)) else {
        continue
      }
      // The step stands there as a fraction, as PyTorch has it.
      for (name, tensor) in pair.value.dictionary?.namedTensors ?? [] where name != "step" {
        add(tensor, "optimizer.\(parameters[Int(index)]).\(name)")
      }
    }
    guard case .tensor(let steps)? = root["steps"], steps.shape.count == 1 else { return }
    for (index, name) in parameters.prefix(steps.count).enumerated() {
      let step = PickledTensor(
        storage: steps.storage, offset: steps.offset + index * steps.strides[0], shape: [],
        strides: [])
      if let step { add(step, "optimizer.\(name).step") }
    }
  }

  /// Whether the optimiser has a state of it: buffers of batch normalisation have none.
  static func isParameter(_ name: String) -> Bool {
    ![".running_mean", ".running_var", ".num_batches_tracked"].contains { name.hasSuffix($0) }
  }

  private mutating func add(_ tensor: PickledTensor, _ name: String) {
    listing.entries.append(.init(name: name, type: tensor.storage.type, shape: tensor.shape))
    tensors.append(tensor)
  }

  private func checkNames() throws(PyTorchTensorsError) {
    var names: Set<String> = []
    for entry in listing.entries where !names.insert(entry.name).inserted {
      throw .duplicateName(path: path, tensor: entry.name)
    }
  }

  /// `a dictionary of "epoch", "loss" and 3 more`
  private static func words(_ root: Dictionary) -> String {
    guard !root.pairs.isEmpty else { return "an empty dictionary" }
    let names = root.pairs.prefix(5).map {
      if case .string(let name) = $0.key { JSONText.excerpt(name) } else { $0.key.kind }
    }
    let rest = root.pairs.count - names.count
    return "a dictionary of " + names.joined(separator: ", ")
      + (rest > 0 ? " and \(rest) more" : "")
  }
}

extension PickleValue {
  fileprivate var dictionary: PickleDictionary<Tensor>? {
    if case .dictionary(let dictionary) = self { dictionary } else { nil }
  }
}

extension PickleDictionary {
  fileprivate var namedTensors: [(name: String, tensor: Tensor)] {
    pairs.compactMap { pair in
      if case (.string(let name), .tensor(let tensor)) = (pair.key, pair.value) {
        (name, tensor)
      } else {
        nil
      }
    }
  }
}

/// A PyTorch file that holds no model's tensors.
package enum PyTorchTensorsError: Error, Equatable, CustomStringConvertible {
  /// `found` says what it holds, with its article.
  case noModel(path: String, found: String)
  case tooManyTensors(path: String, limit: Int, found: Int)
  case duplicateName(path: String, tensor: String)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .noModel(let path, let found):
      "\(path): a PyTorch file without a model (expected a state dictionary, alone or as model or "
        + "state_dict of a dictionary, found \(found))"
    case .tooManyTensors(let path, let limit, let found):
      "\(path): too many tensors (expected at most \(limit), found \(found))"
    case .duplicateName(let path, let tensor):
      "\(path): two tensors would be called \(JSONText.excerpt(tensor)) (expected different names)"
    }
  }
}
