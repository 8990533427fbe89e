extension Module {
  /// Writes parameters, buffers and counters to a safetensors file under PyTorch's names, with checksums.
  ///
  /// Whoever opens the path, at any instant and after a power cut too, finds the old file or the new. In
  /// Python `model.load_state_dict(safetensors.torch.load_file(path))` loads it.
  public func save(to path: String) throws(FileError) {
    let state = stateDictionary
    var tensors: [String: TensorValue] = [:]
    for name in state.names { tensors[name] = state[name] }
    // What readers of PyTorch's safetensors files look for.
    let file = SafeTensors(metadata: ["format": "pt"], tensors: tensors, hasChecksums: true)
    try OutputFile.write(file.encoded(), to: path)
  }

  /// Takes over the state in a safetensors file, of `save(to:)` or of PyTorch. It must have exactly this
  /// module's names and shapes; otherwise nothing is changed, and `FileError`, `SafeTensorsError` or
  /// `ModuleFileError` is thrown.
  public func load(from path: String) throws {
    let own = stateDictionary
    let bytes = own.names.reduce(0) { $0 + 8 * (own[$1]?.elements.count ?? 0) }
    let file = try SafeTensors(
      reading: InputFile(path, limit: bytes + SafeTensors.headerLimitBytes + 8)
    ) { header in
      let difference = StateDictionaryError.difference(
        expected: own.names.map { ($0, own[$0]?.summary ?? "") },
        found: header.entries.map { ($0.name, $0.summary) })
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

/// A file whose tensors are not those of the module that was to take them over.
public struct ModuleFileError: Error, Equatable, CustomStringConvertible {
  /// The file's.
  public let path: String
  /// Missing, unexpected and wrongly shaped tensors.
  public let difference: StateDictionaryError

  public var description: String { "\(path): \(difference)" }
}
