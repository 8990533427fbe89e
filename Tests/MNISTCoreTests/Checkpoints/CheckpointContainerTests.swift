import Foundation
import Testing

@testable import MNISTCore

/// A run in PyTorch's container; `Benchmarks` and CI have PyTorch itself load one.
@Suite struct CheckpointContainerTests {
  @Test(arguments: [false, true])
  func bothContainersHoldTheSame(_ useDropout: Bool) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    let file = try TensorFile(parsing: checkpoint.encoded(as: .pyTorch), path: "m")
    #expect(try file == TensorFile(parsing: checkpoint.encoded(), path: "m"))
    #expect(try Checkpoint(file, path: "m") == checkpoint)
    try SmallSets.withFolder { folder throws in
      for name in ["m.pth", "m.PT", "m.pth.bak", "m.pt.rescued-2"] {
        try checkpoint.write(to: "\(folder)/\(name)")
        #expect(try SmallSets.content("\(folder)/\(name)") == checkpoint.encoded(as: .pyTorch))
        #expect(try Checkpoint(resuming: "\(folder)/\(name)") == checkpoint)
        #expect(try SavedModel(readingFrom: "\(folder)/\(name)") == SavedModel(checkpoint))
      }
    }
  }

  @Test func beforeTheFirstEpochIsOverTheLastModelStandsForTheBest() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [5, 4], batchSize: 8)
    let checkpoint = Checkpoint(
      settings: settings, state: TrainingRun(settings, images: images).state)
    let file = try TensorFile(parsing: checkpoint.encoded(as: .pyTorch), path: "m")
    #expect(try Checkpoint(file, path: "m") == checkpoint)
  }

  @Test(arguments: [false, true])
  func equalRunsGiveEqualBytes(_ useDropout: Bool) throws {
    let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded(as: .pyTorch)
    #expect(try SmallSets.checkpoint(useDropout: useDropout).encoded(as: .pyTorch) == bytes)
    let other = try SmallSets.checkpoint(useDropout: useDropout, seed: 4).encoded(as: .pyTorch)
    #expect(other != bytes)
  }

  /// PyTorch counts steps in float32, which has no 2²⁴ + 1.
  @Test func moreStepsThanFloat32CountsComeBack() throws {
    var checkpoint = try SmallSets.checkpoint()
    for index in checkpoint.state.optimizer.indices {
      checkpoint.state.optimizer[index].step = 1 << 24 + index
    }
    let file = try TensorFile(parsing: checkpoint.encoded(as: .pyTorch), path: "m")
    #expect(try Checkpoint(file, path: "m") == checkpoint)
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try SmallSets.checkpoint().encoded(as: .pyTorch)
    for length in stride(from: 0, to: bytes.count, by: 37) {
      #expect(throws: (any Error).self, "\(length) bytes") { try read(Array(bytes[..<length])) }
    }
    for length in bytes.count - 200..<bytes.count {
      #expect(throws: (any Error).self, "\(length) bytes") { try read(Array(bytes[..<length])) }
    }
  }

  /// `Reliability/mutations.sh` flips every bit.
  @Test(arguments: [false, true]) func flippedBitsAreRefused(_ useDropout: Bool) throws {
    let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded(as: .pyTorch)
    for index in stride(from: 0, to: bytes.count, by: 101) {
      var changed = bytes
      changed[index] ^= 1 << (index % 8)
      #expect(throws: (any Error).self, "byte \(index)") { try read(changed) }
    }
  }

  /// Also of what only PyTorch reads, such as its own form of the steps.
  @Test(arguments: [false, true]) func noEntryCanChangeUnnoticed(_ useDropout: Bool) throws {
    let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded(as: .pyTorch)
    let archive = try ZIPArchive(path: "m", byteCount: bytes.count) { Array(bytes[$0]) }
    #expect(archive.entries.count >= 40)
    for entry in archive.entries {
      var changed = bytes
      changed[entry.range.lowerBound + entry.byteCount / 2] ^= 1
      #expect(throws: (any Error).self, "\(entry.name)") { try read(changed) }
    }
  }

  // MARK: What Python finds

  @Test(arguments: [false, true])
  func pythonFindsTheMirroredProjectsKeys(_ useDropout: Bool) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    let root = try root(checkpoint)
    #expect(
      root.pairs.map(\.key)
        == ["model", "opt", "config", "last", "steps", "generator", "__metadata__"].map {
          .string($0)
        })
    let names = checkpoint.settings.layout.slots.map { PickleValue<PickledTensor>.string($0.name) }
    #expect(dictionary(root["model"])?.pairs.map(\.key) == names)
    #expect(dictionary(root["model"])?.kind == .ordered)
    #expect(dictionary(root["last"])?.pairs.map(\.key) == names)
    #expect(
      dictionary(root["__metadata__"])?.pairs.map(\.key)
        == checkpoint.metadata.keys.sorted().map { .string($0) })

    let config = try #require(dictionary(root["config"]))
    // No namespace: `torch.load` refuses one where it is not told to trust the file.
    #expect(config.kind == .plain)
    #expect(config["model_fn"] == nil)
    #expect(config["gpu_id"] == .integer(-1) && config["verbose"] == .integer(1))
    #expect(config["train_ratio"] == .number(0.8) && config["batch_size"] == .integer(8))
    #expect(config["n_epochs"] == .integer(2) && config["n_layers"] == .integer(3))
    #expect(config["use_dropout"] == .bool(useDropout) && config["dropout_p"] == .number(0.3))
    #expect(config["hidden_sizes"] == .list([.integer(5), .integer(4)]))
    #expect(config["dataset"] == .string("auto") && config["seed"] == .integer(3))
  }

  @Test func aSeedOfAll64BitsStandsAsText() throws {
    let checkpoint = try SmallSets.checkpoint(seed: .max)
    #expect(
      dictionary(try root(checkpoint)["config"])?["seed"] == .string("18446744073709551615"))
  }

  /// In the order of PyTorch 2.15.
  @Test func theOptimizersStateIsPyTorchs() throws {
    var checkpoint = try SmallSets.checkpoint()
    let group = try group(checkpoint)
    let names = [
      "lr", "betas", "eps", "weight_decay", "amsgrad", "maximize", "foreach", "capturable",
      "differentiable", "fused", "decoupled_weight_decay", "params",
    ]
    #expect(group.pairs.map(\.key) == names.map { .string($0) })
    let adam = Adam([Parameter(Tensor([0]))])
    #expect(group["lr"] == .number(adam.learningRate))
    #expect(group["betas"] == .tuple([.number(adam.beta1), .number(adam.beta2)]))
    #expect(group["eps"] == .number(adam.epsilon) && group["weight_decay"] == .integer(0))
    for name in ["amsgrad", "maximize", "capturable", "differentiable", "decoupled_weight_decay"] {
      #expect(group[name] == .bool(false), "\(name)")
    }
    for name in ["foreach", "fused"] {
      #expect(group[name] == PickleValue<PickledTensor>.none, "\(name)")
    }
    #expect(group["params"] == .list((0..<10).map { .integer($0) }))

    checkpoint.settings.weightDecay = 0.1
    checkpoint.settings.decoupledWeightDecay = true
    checkpoint.settings.learningRateSchedule = .cosine
    checkpoint.settings.epochCount = 4
    let other = try self.group(checkpoint)
    #expect(other["weight_decay"] == .number(0.1))
    #expect(other["decoupled_weight_decay"] == .bool(true))
    #expect(other["initial_lr"] == .number(0.001))
    // (1 + cos(π 2 / 4)) / 2, rounded as PyTorch rounds it.
    #expect(other["lr"] == .number(0.0005))
  }

  // MARK: Weights alone

  @Test(arguments: [false, true])
  func weightsAloneBecomeAFileOfPyTorchToo(_ useDropout: Bool) throws {
    let saved = SavedModel(try SmallSets.checkpoint(useDropout: useDropout))
    try SmallSets.withFolder(["m": saved.weightsFile]) { folder throws in
      let weights = try SavedModel(readingFrom: "\(folder)/m")
      #expect(weights.settings == nil && weights.weights == saved.weights)
      let bytes = try SavedModel.pyTorchFile(of: "\(folder)/m")
      try SmallSets.write(bytes, "\(folder)/m.pth")
      #expect(try SavedModel(readingFrom: "\(folder)/m.pth") == weights)
      let file = try PyTorchFile(parsing: bytes, path: "m")
      let config = dictionary(dictionary(file.root)?["config"])
      #expect(config?["n_layers"] == .integer(3) && config?["use_dropout"] == .bool(useDropout))
      #expect(config?["dropout_p"] == .number(0.3) && config?["seed"] == nil)
    }
  }

  @Test func aWholeRunStaysWhole() throws {
    let checkpoint = try SmallSets.checkpoint()
    try SmallSets.withFolder(["m": checkpoint.encoded()]) { folder throws in
      #expect(try SavedModel.pyTorchFile(of: "\(folder)/m") == checkpoint.encoded(as: .pyTorch))
    }
  }

  // MARK: -

  private func read(_ bytes: [UInt8]) throws {
    _ = try Checkpoint(TensorFile(parsing: bytes, path: "m"), path: "m")
  }

  private func root(_ checkpoint: Checkpoint) throws -> PickleDictionary<PickledTensor> {
    let file = try PyTorchFile(parsing: checkpoint.encoded(as: .pyTorch), path: "m")
    return try #require(dictionary(file.root))
  }

  private func group(_ checkpoint: Checkpoint) throws -> PickleDictionary<PickledTensor> {
    let groups = dictionary(try root(checkpoint)["opt"])?["param_groups"]
    guard case .list(let list)? = groups, let group = dictionary(list.first) else {
      throw CancellationError()
    }
    return group
  }

  private func dictionary(
    _ value: PickleValue<PickledTensor>?
  ) -> PickleDictionary<PickledTensor>? {
    if case .dictionary(let dictionary)? = value { dictionary } else { nil }
  }
}
