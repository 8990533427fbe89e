import Foundation
import Testing

@testable import MNISTCore

@Suite struct CheckpointTests {
  @Test(arguments: [false, true])
  func whatIsWrittenIsRead(_ useDropout: Bool) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    let file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    #expect(try Checkpoint(file, path: "m") == checkpoint)
    try SmallSets.withFolder { folder throws in
      try checkpoint.write(to: "\(folder)/m")
      #expect(try SmallSets.content("\(folder)/m") == checkpoint.encoded())
      #expect(try Checkpoint(readingFrom: "\(folder)/m") == checkpoint)
    }
  }

  @Test(arguments: [false, true])
  func equalRunsGiveEqualBytes(_ useDropout: Bool) throws {
    let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded()
    #expect(try SmallSets.checkpoint(useDropout: useDropout).encoded() == bytes)
    #expect(try SmallSets.checkpoint(useDropout: useDropout, seed: 4).encoded() != bytes)
    #expect(try SmallSets.checkpoint(useDropout: useDropout, epochCount: 3).encoded() != bytes)
  }

  /// Wide enough that every kernel has work for three threads.
  @Test(arguments: [false, true])
  func theNumberOfThreadsNeverChangesTheBytes(_ useDropout: Bool) throws {
    let images = SmallSets.fields(200)
    let settings = SmallSets.settings(
      images, hiddenSizes: [150, 95], useDropout: useDropout, batchSize: 79)
    let files = try [1, 2, 3].map { threads in
      try ThreadPool.use(threadCount: threads) {
        let run = TrainingRun(settings, images: images)
        try run.train()
        return Checkpoint(settings: settings, state: run.state).encoded()
      }
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  /// By hand: the models have 92 trained numbers in 10 tensors and 20 others in 6.
  @Test func theRoomThatIsNeededCountsEveryTensorOfTheRun() {
    let images = SmallSets.fields(6, height: 2, width: 3, classes: 3)
    var settings = SmallSets.settings(images, hiddenSizes: [5, 4])
    let models = 92 * 4 * 4 + 20 * 4 * 2
    let tensors = 10 * 5 + 6 * 2
    #expect(
      Checkpoint.byteCount(for: settings, in: .safeTensors)
        == models + tensors * 170 + 7_000 + 2 * 135)
    #expect(
      Checkpoint.byteCount(for: settings, in: .pyTorch)
        == models + tensors * 320 + 7_000 + 2 * 135)
    // A file has the last 50,000 epochs.
    settings.epochCount = 50_001
    #expect(
      Checkpoint.byteCount(for: settings, in: .safeTensors)
        == models + tensors * 170 + 7_000 + 50_000 * 135)
    // Without normalisation 74 numbers in 6 tensors, and no others.
    let plain = SmallSets.settings(images, hiddenSizes: [5, 4], useDropout: true)
    #expect(
      Checkpoint.byteCount(for: plain, in: .safeTensors)
        == 74 * 4 * 4 + 6 * 5 * 170 + 7_000 + 2 * 135)
  }

  /// Python's `load_state_dict(load_file(path), strict=False)` finds the best model under these names.
  @Test func theBestModelStandsUnderPyTorchsNames() throws {
    let checkpoint = try SmallSets.checkpoint()
    let file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    let names = [
      "layers.0.block.0.weight", "layers.0.block.0.bias", "layers.0.block.2.weight",
      "layers.0.block.2.bias", "layers.0.block.2.running_mean", "layers.0.block.2.running_var",
      "layers.0.block.2.num_batches_tracked", "layers.1.block.0.weight", "layers.1.block.0.bias",
      "layers.1.block.2.weight", "layers.1.block.2.bias", "layers.1.block.2.running_mean",
      "layers.1.block.2.running_var", "layers.1.block.2.num_batches_tracked", "layers.2.weight",
      "layers.2.bias",
    ]
    let best = try #require(checkpoint.state.best)
    #expect(best.names == names)
    for name in names {
      #expect(file.tensors[name] == best[name], "\(name)")
      #expect(file.tensors["last.\(name)"] == checkpoint.state.last[name], "\(name)")
    }
    let parameters = names.filter { $0.hasSuffix("weight") || $0.hasSuffix("bias") }
    for (name, state) in zip(parameters, checkpoint.state.optimizer) {
      #expect(file.tensors["optimizer.\(name).step"] == TensorValue([Int64(state.step)], shape: []))
      #expect(file.tensors["optimizer.\(name).exp_avg"] == state.expAvg)
      #expect(file.tensors["optimizer.\(name).exp_avg_sq"] == state.expAvgSq)
    }
    let words = checkpoint.state.generator.words.map { Int64($0) }
    #expect(file.tensors["generator.words"] == TensorValue(words, shape: [624]))
    #expect(
      file.tensors.count == 2 * names.count + 3 * parameters.count + 3, "and nothing else")
  }

  /// The best and the last state are two: were they one, a mix-up could not show.
  @Test func theModelOfACheckpointIsTheBest() throws {
    var checkpoint = try SmallSets.checkpoint()
    let bias = TensorValue([1, 2, 3] as [Float], shape: [3])
    checkpoint.state.last["layers.2.bias"] = bias
    let model = SavedModel(checkpoint).makeModel()
    #expect(model.stateDictionary == checkpoint.state.best)
    #expect(model.stateDictionary["layers.2.bias"] != bias)
    #expect(model.modules.allSatisfy { !$0.isTraining })
  }

  @Test func beforeTheFirstEpochIsOverTheLastModelStandsForTheBest() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [5, 4], batchSize: 8)
    let checkpoint = Checkpoint(
      settings: settings, state: TrainingRun(settings, images: images).state)
    let file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    #expect(try Checkpoint(file, path: "m") == checkpoint)
    #expect(SavedModel(checkpoint).makeModel().stateDictionary == checkpoint.state.last)
  }

  @Test func afterTheFirstEpochItsModelIsTheBest() throws {
    let checkpoint = try SmallSets.checkpoint(epochCount: 1)
    #expect(checkpoint.state.epoch == 1 && checkpoint.state.best != nil)
    let file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    #expect(try Checkpoint(file, path: "m") == checkpoint)
  }

  @Test func otherDataThanTheRunsIsNamed() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    let checkpoint = try SmallSets.checkpoint()
    #expect(throws: Never.self) { try checkpoint.check(images, in: "d") }
    let others = SmallSets.fields(24, height: 2, width: 3, classes: 3, seed: 2)
    #expect(
      throws: CheckpointError.otherData(
        path: "d", noun: "images", expected: images.imagesCRC32, found: others.imagesCRC32)
    ) { try checkpoint.check(others, in: "d") }
    let labels = [UInt8](images.labels.reversed())
    let mislabeled = ImageSet(height: 2, width: 3, pixels: images.pixels, labels: labels)
    #expect(
      throws: CheckpointError.otherData(
        path: "d", noun: "labels", expected: images.labelsCRC32, found: mislabeled.labelsCRC32)
    ) { try checkpoint.check(mislabeled, in: "d") }
  }

  @Test func onlyARunCanGoOn() throws {
    try SmallSets.withFolder { folder throws in
      #expect(throws: CheckpointError.nothingToResume(path: "\(folder)/m")) {
        try Checkpoint(resuming: "\(folder)/m")
      }
      let weights = TensorFile(tensors: ["w": TensorValue([1] as [Float], shape: [1])])
      try SmallSets.write(weights.encoded(), "\(folder)/m")
      #expect(throws: CheckpointError.noRun(path: "\(folder)/m")) {
        try Checkpoint(resuming: "\(folder)/m")
      }
      // Where nothing can be, nobody knows that there is nothing.
      #expect(throws: FileError.cannotRead(path: "\(folder)/m/n", reason: "Not a directory")) {
        try Checkpoint(resuming: "\(folder)/m/n")
      }
    }
  }
}
