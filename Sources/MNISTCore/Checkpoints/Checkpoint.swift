/// A run on disk, as one file: named tensors and text, in either of two containers.
///
/// The best model's tensors stand under PyTorch's names, so that in Python
/// `model.load_state_dict(safetensors.torch.load_file(path), strict=False)` loads it. Beside them:
/// `last.…`, the model as training goes on from it; `optimizer.….{step,exp_avg,exp_avg_sq}`, Adam's state
/// of each parameter; `generator.…`, the random generators. The settings and the place in the epoch are
/// text in `__metadata__`. Before the first epoch is over the last model stands in the best one's place.
/// `PyTorchRun` says how the same stands in a file that `torch.load` reads. Both have checksums of every byte.
///
/// Nothing in it tells where, how fast or in how many parts it was made: equal runs give equal bytes.
public struct Checkpoint: Equatable, Sendable {
  static let formatVersion = 1
  /// Above the largest model the trainer builds; a file's own size bounds the memory for reading it.
  static let limitBytes = 16 << 30

  /// What shapes the run's result.
  public var settings: TrainingSettings
  /// Where the run stands, with its models.
  public var state: TrainingState

  /// A run with these settings that stands there; the state's tensors have the settings' sizes.
  public init(settings: TrainingSettings, state: TrainingState) {
    self.settings = settings
    self.state = state
  }

  /// Writes the file, for PyTorch where the path ends in `.pth` or `.pt`, else as safetensors. Whoever opens
  /// the path, at any instant and after a power cut too, finds the old file or the new. Throws where another
  /// run is writing to the path.
  public func write(to path: String) throws(FileError) {
    try CheckpointFile(path).write(self)
  }

  /// About as many bytes as a run's file may come to have: the best and the last model and, of parameters, a
  /// step and two moments; beside each tensor its name, shape and checksum; the generators and the settings,
  /// and what is logged of the epochs.
  static func byteCount(
    for settings: TrainingSettings, in container: TensorFile.Container
  ) -> Int {
    let beside = container == .pyTorch ? 320 : 170
    let tensors = settings.layout.slots.reduce(0) { sum, slot in
      let (copies, count) = slot.kind == .parameter ? (4, 5) : (2, 2)
      return sum + slot.shape.reduce(1, *) * 4 * copies + beside * count
    }
    return tensors + 7_000
      + min(settings.epochCount, LoggedEpoch.limit) * LoggedEpoch.textByteCount
  }

  /// The file's content. Who gives the checkpoint away has each tensor in memory only until its bytes are.
  consuming func encoded(as container: TensorFile.Container = .safeTensors) -> [UInt8] {
    let file = tensorFile
    _ = consume self
    return (consume file).encoded(as: container)
  }

  private var tensorFile: TensorFile {
    var tensors: [String: TensorValue] = [:]
    let best = state.best ?? state.last
    for name in best.names { tensors[name] = best[name] }
    for name in state.last.names { tensors[Name.last + name] = state.last[name] }
    for (name, state) in zip(settings.layout.parameterNames, state.optimizer) {
      tensors[Name.step(name)] = TensorValue([Int64(state.step)], shape: [])
      tensors[Name.average(name)] = state.expAvg
      tensors[Name.averageOfSquares(name)] = state.expAvgSq
    }
    let words = state.generator.words
    tensors[Name.words] = TensorValue(words.map { Int64($0) }, shape: [words.count])
    tensors[Name.position] = TensorValue([Int64(state.generator.position)], shape: [])
    tensors[Name.dropoutDraws] = TensorValue(
      [Int64(bitPattern: state.dropoutDraws)], shape: [])
    return TensorFile(metadata: metadata, tensors: tensors, hasChecksums: true)
  }

  enum Name {
    /// Whether the tensor is none of the best model's.
    static func isOfRun(_ name: String) -> Bool {
      [last, "optimizer.", generator].contains { name.hasPrefix($0) }
    }

    static let last = "last."
    static let generator = "generator."
    static let words = generator + "words"
    static let position = generator + "position"
    static let dropoutDraws = generator + "dropout_draws"
    static func step(_ parameter: String) -> String { "optimizer.\(parameter).step" }
    static func average(_ parameter: String) -> String { "optimizer.\(parameter).exp_avg" }
    static func averageOfSquares(_ parameter: String) -> String {
      "optimizer.\(parameter).exp_avg_sq"
    }
  }
}
