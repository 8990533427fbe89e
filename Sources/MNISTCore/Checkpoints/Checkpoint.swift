/// A run on disk, as one safetensors file.
///
/// The best model's tensors stand under PyTorch's names, so that in Python
/// `model.load_state_dict(safetensors.torch.load_file(path), strict=False)` loads it. Beside them:
/// `last.…`, the model after the last epoch; `optimizer.….{step,exp_avg,exp_avg_sq}`, Adam's state of
/// each parameter; `generator.…`, the random generators. The settings are text in `__metadata__`.
/// Nothing in it tells where or how fast it was made: equal runs give equal bytes.
public struct Checkpoint: Equatable, Sendable {
  static let formatVersion = 1
  /// Above the largest model the trainer builds; a file's own size bounds the memory for reading it.
  static let limitBytes = 16 << 30

  public var settings: TrainingSettings
  public var state: TrainingState

  public init(settings: TrainingSettings, state: TrainingState) {
    self.settings = settings
    self.state = state
  }

  public func write(to path: String) throws(FileError) {
    try OutputFile.write(encoded(), to: path)
  }

  /// Whether a checkpoint could be written to `path`; see `OutputFile.checkWritable`.
  public static func checkWritable(
    _ path: String, settings: TrainingSettings? = nil
  ) throws(FileError) {
    // The best and the last model and two moments, four bytes a number.
    let byteCount = (settings?.parameterCount ?? 0) * 4 * 4
    try OutputFile.checkWritable(path, byteCount: byteCount)
  }

  func encoded() -> [UInt8] {
    var tensors: [String: TensorValue] = [:]
    for name in state.best.names { tensors[name] = state.best[name] }
    for name in state.last.names { tensors[Name.last + name] = state.last[name] }
    for (name, state) in zip(settings.parameterNames, state.optimizer) {
      tensors[Name.step(name)] = TensorValue([Int64(state.step)], shape: [])
      tensors[Name.average(name)] = state.expAvg
      tensors[Name.averageOfSquares(name)] = state.expAvgSq
    }
    let words = state.generator.words
    tensors[Name.words] = TensorValue(words.map { Int64($0) }, shape: [words.count])
    tensors[Name.position] = TensorValue([Int64(state.generator.position)], shape: [])
    tensors[Name.dropoutDraws] = TensorValue(
      [Int64(bitPattern: state.dropoutDraws)], shape: [])
    return SafeTensors(metadata: metadata, tensors: tensors).encoded()
  }

  enum Name {
    static let last = "last."
    static let words = "generator.words"
    static let position = "generator.position"
    static let dropoutDraws = "generator.dropout_draws"
    static func step(_ parameter: String) -> String { "optimizer.\(parameter).step" }
    static func average(_ parameter: String) -> String { "optimizer.\(parameter).exp_avg" }
    static func averageOfSquares(_ parameter: String) -> String {
      "optimizer.\(parameter).exp_avg_sq"
    }
  }
}
