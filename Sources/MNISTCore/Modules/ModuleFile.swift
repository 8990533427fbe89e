extension Module {
  /// Writes parameters, buffers and counters to a file under PyTorch's names, with checksums.
  ///
  /// A path that ends in `.pth` or `.pt` gets what `torch.save(model.state_dict(), path)` writes, so that in
  /// Python `model.load_state_dict(torch.load(path))` loads it; any other gets a safetensors file, and
  /// `model.load_state_dict(safetensors.torch.load_file(path))` does. Whoever opens the path, at any instant
  /// and after a power cut too, finds the old file or the new.
  public func save(to path: String) throws(FileError) {
    let state = stateDictionary
    switch TensorFile.Container(path: path) {
    case .safeTensors: try OutputFile.write(state.safeTensors.encoded(), to: path)
    case .pyTorch: try OutputFile.write(PyTorchFile.encoded(state.pickle), to: path)
    }
  }

  /// Takes over the state in a file of `save(to:)` or of PyTorch, whatever its name. It must have exactly this
  /// module's names, types and shapes; otherwise nothing is changed, and `FileError`, an error of the file's
  /// container or `ModuleFileError` is thrown.
  public func load(from path: String) throws {
    let own = stateDictionary
    // A run of PyTorch has an optimiser's two numbers beside each of the model's.
    let bytes = own.names.reduce(0) { $0 + 16 * (own[$1]?.elements.count ?? 0) }
    let limit = bytes + SafeTensors.headerLimitBytes + 8
    let file = try TensorFile(reading: InputFile(path, limit: limit)) { listing in
      let difference = StateDictionaryError.difference(
        expected: own.names.map { ($0, own[$0]?.summary ?? "") },
        found: listing.entries.map { ($0.name, $0.summary) })
      if let difference { throw ModuleFileError(path: path, difference: difference) }
    }
    var state = StateDictionary()
    for name in own.names { state[name] = file.tensors[name] }
    do throws(StateDictionaryError) {
      try load(stateDictionary: state)
    } catch {
      throw ModuleFileError(path: path, difference: error)
    }
  }
}

extension StateDictionary {
  /// The state as a safetensors file of its own.
  var safeTensors: TensorFile {
    var tensors: [String: TensorValue] = [:]
    for name in names { tensors[name] = self[name] }
    // What readers of PyTorch's safetensors files look for.
    return TensorFile(metadata: ["format": "pt"], tensors: tensors, hasChecksums: true)
  }

  /// The state as PyTorch has it, its tensors in order.
  var pickle: PickleValue<TensorValue> {
    .dictionary(
      .init(names.compactMap { name in self[name].map { (name, .tensor($0)) } }, kind: .ordered))
  }
}

/// A file whose tensors are not those of the module that was to take them over.
public struct ModuleFileError: Error, Equatable, CustomStringConvertible {
  /// The file's.
  public let path: String
  /// Missing, unexpected and wrongly shaped tensors.
  public let difference: StateDictionaryError

  public var description: String { "\(path): \(difference)" }
}
