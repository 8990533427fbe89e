// A run as PyTorch's own programs save one, so that `torch.load(path)`, which only builds plain data, gives
//
//     {'model': …,  'opt': …,  'config': {…},  'last': …,  'steps': …,  'generator': {…},  '__metadata__': {…}}
//
// `model` is the best state, `opt` what `torch.optim.Adam` (or `AdamW`) loads beside `last`, the state as training
// goes on from it. `config` is a plain dictionary of the settings, under the names of the command line. The
// rest is what a run needs to go on, see `PyTorchTensors`. Of weights alone there are `model`, `config` and
// `__metadata__`.

extension TensorFile {
  /// The file's bytes; equal content gives equal bytes. Who gives the value away has each tensor in memory
  /// only until its bytes are.
  consuming func encoded(as container: Container) -> [UInt8] {
    switch container {
    case .safeTensors: return encoded()
    case .pyTorch:
      let (structure, values) = pyTorchParts
      _ = consume self
      return PyTorchFile.encoded(structure, values: consume values)
    }
  }

  private var pyTorchParts: (structure: PickleValue<PickledTensor>, values: [TensorValue]) {
    let root = pyTorchRoot
    return (PyTorchFile.described(root), root.tensors)
  }

  private typealias Value = PickleValue<TensorValue>

  private var pyTorchRoot: PickleValue<TensorValue> {
    let path = "a file that was not written yet"
    do throws(CheckpointError) {
      let texts = Value.dictionary(
        .init(
          metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { ($0.key, .string($0.value)) }))
      guard SavedModel.isCheckpoint(metadata) else {
        let weights = try ClassifierWeights(listing, path: path)
        let state = try weights.state(of: tensors)
        return .dictionary(
          .init([
            ("model", state.pickle),
            ("config", .dictionary(.init(weights.layout.config))),
            (SafeTensors.metadataName, texts),
          ]))
      }
      let metadata = CheckpointMetadata(listing, path: path)
      let settings = try metadata.settings()
      let names = settings.layout.slots.map(\.name)
      let epoch = try metadata.epoch(of: settings.epochCount)
      return .dictionary(
        .init([
          ("model", Value(names: names) { tensors[$0] }),
          ("opt", try optimizer(settings, metadata, epoch: epoch)),
          ("config", .dictionary(.init(settings.config))),
          ("last", Value(names: names) { tensors[Checkpoint.Name.last + $0] }),
          ("steps", steps(settings.layout.parameterNames)), ("generator", generator),
          (SafeTensors.metadataName, texts),
        ]))
    } catch {
      stop("what a run or a model is written from is one: \(error)")
    }
  }

  /// What `optimizer.state_dict()` gives in PyTorch 2.15.
  private func optimizer(
    _ settings: TrainingSettings, _ metadata: CheckpointMetadata, epoch: Int
  ) throws(CheckpointError) -> Value {
    let names = settings.layout.parameterNames
    let states = names.enumerated().map { index, name in
      let step = integers(Checkpoint.Name.step(name)).first ?? 0
      let parts = [
        // PyTorch counts in float32.
        ("step", TensorValue([Float(step)], shape: [])),
        ("exp_avg", tensors[Checkpoint.Name.average(name)]),
        ("exp_avg_sq", tensors[Checkpoint.Name.averageOfSquares(name)]),
      ]
      return Value.Dictionary.Pair(
        key: .integer(Int64(index)),
        value: .dictionary(
          .init(parts.compactMap { part in part.1.map { (part.0, .tensor($0)) } })))
    }
    let decay = settings.weightDecay
    // Each step was a batch; a run that is in its first epoch does not tell how many that has.
    let batch = try metadata.progress().train.batches
    let stepCount = Int(names.first.flatMap { integers(Checkpoint.Name.step($0)).first } ?? 0)
    let batchCount = epoch > 0 ? (stepCount - batch) / epoch : 1
    // No file makes this take long.
    let limit = 100_000_000 / settings.epochCount
    var schedule = RunSchedule(settings, batchCount: max(1, min(batchCount, limit)))
    let step = TrainingStep(epoch: epoch, batch: min(batch, max(0, batchCount)))
    let rate = schedule.rate(of: step, after: try metadata.loggedEpochs(upTo: epoch))
    var group: [(String, Value)] = [
      ("lr", .number(rate)),
      ("betas", .tuple([.number(schedule.beta1(of: step) ?? 0.9), .number(0.999)])),
      ("eps", .number(1e-8)),
      ("weight_decay", decay == 0 ? .integer(0) : .number(decay)),
      ("amsgrad", .bool(false)), ("maximize", .bool(false)), ("foreach", .none),
      ("capturable", .bool(false)), ("differentiable", .bool(false)), ("fused", .none),
      ("decoupled_weight_decay", .bool(settings.decoupledWeightDecay)),
    ]
    group += RunSchedule.entries(of: settings).map { ($0.name, .number($0.value)) }
    group.append(("params", .list(names.indices.map { .integer(Int64($0)) })))
    return .dictionary(
      .init([
        ("state", .dictionary(.init(pairs: states))),
        ("param_groups", .list([.dictionary(.init(group))])),
      ]))
  }

  private func steps(_ names: [String]) -> Value {
    let steps = names.flatMap { integers(Checkpoint.Name.step($0)) }
    return .tensor(TensorValue(steps, shape: [steps.count]))
  }

  private var generator: Value {
    let prefix = Checkpoint.Name.generator
    let names = tensors.keys.filter { $0.hasPrefix(prefix) }.sorted()
    return .dictionary(
      .init(
        names.compactMap { name in
          tensors[name].map { (String(name.dropFirst(prefix.count)), .tensor($0)) }
        }))
  }

  private func integers(_ name: String) -> [Int64] {
    if case .int64(let numbers)? = tensors[name]?.elements { numbers } else { [] }
  }
}

extension PickleValue<TensorValue> {
  fileprivate typealias Dictionary = PickleDictionary<TensorValue>

  /// A module's state, whose tensors stand in this order.
  fileprivate init(names: [String], _ value: (String) -> TensorValue?) {
    self = .dictionary(
      .init(names.compactMap { name in value(name).map { (name, .tensor($0)) } }, kind: .ordered))
  }
}

extension TrainingSettings {
  /// The options of the command line that the run can be made again with, but for its files; where it was
  /// computed and what it printed is no part of it, and stands as is usual.
  fileprivate var config: [(String, PickleValue<TensorValue>)] {
    [("gpu_id", .integer(-1)), ("verbose", .integer(1))]
      + TrainingSetting.all.compactMap { setting in
        setting.json(self).map { (setting.shownName, PickleValue(json: $0)) }
      } + [("hidden_sizes", .list(hiddenSizes.map { .integer(Int64($0)) }))]
  }
}

extension ModelLayout {
  /// The same of weights alone.
  fileprivate var config: [(String, PickleValue<TensorValue>)] {
    var settings = TrainingSettings(hiddenSizes: hiddenSizes)
    settings.useDropout = !usesBatchNorm
    let names = ["n_layers", "use_dropout", "dropout_p", "hidden_sizes"]
    return settings.config.filter { names.contains($0.0) }
  }
}

extension PickleValue {
  /// A setting's value: a number, a truth value or text.
  fileprivate init(json: String) {
    let value = try? JSONReader.value(in: Array(json.utf8)[...])
    switch value?.content {
    case .boolean(let isTrue): self = .bool(isTrue)
    case .string(let text): self = .string(text)
    // A seed may need all of 64 bits: it stands as text where it does.
    default:
      self =
        if let number = Int64(json) { .integer(number) } else if UInt64(json) != nil {
          .string(json)
        } else { .number(Double(json) ?? .nan) }
    }
  }
}
