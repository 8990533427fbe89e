import Testing

@testable import MNISTCore

/// Runs that begin with another model's weights.
@Suite struct StartingModelTests {
  private let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)

  @Test func theRunBeginsWithTheModelsWeightsAndStatistics() throws {
    let checkpoint = try SmallSets.checkpoint()
    let run = TrainingRun(checkpoint.settings, images: images)
    let drawn = run.model.stateDictionary
    let (train, valid, generator) = (
      labels(run.trainData), labels(run.validData), run.state.generator
    )
    run.start(from: SavedModel(checkpoint))
    #expect(run.model.stateDictionary == checkpoint.state.best && run.state.best == nil)
    #expect(run.model.stateDictionary != drawn)
    // Random numbers are drawn all the same: the split and the order of batches are the seed's.
    let other = TrainingRun(checkpoint.settings, images: images)
    #expect((labels(other.trainData), labels(other.validData)) == (train, valid))
    #expect(run.state.generator == generator && other.state.generator == generator)
    try run.train()
    #expect(run.state.best != checkpoint.state.best)
  }

  @Test func aLastLayerOfOtherClassesBeginsAnew() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 2)
    let settings = SmallSets.settings(images, hiddenSizes: [5, 4], batchSize: 8)
    let run = TrainingRun(settings, images: images)
    let drawn = run.model.stateDictionary
    let model = SavedModel(try SmallSets.checkpoint())
    run.start(from: model)
    let state = run.model.stateDictionary
    for name in state.names {
      let isLast = name.hasPrefix("layers.2.")
      #expect(state[name] == (isLast ? drawn[name] : model.weights[name]), "\(name)")
    }
    #expect(model.startingWeights(classCount: 2).names == state.names.dropLast(2))
  }

  @Test func theChecksumIsThatOfTheWeightsTaken() throws {
    let checkpoint = try SmallSets.checkpoint()
    let model = SavedModel(checkpoint)
    let best = try #require(checkpoint.state.best)
    // In another file the weights are the same.
    let weights = try SavedModel(best.safeTensors, path: "w")
    #expect(weights.startingCRC32(classCount: 3) == model.startingCRC32(classCount: 3))
    // Whatever the last layer is, where it is not taken.
    var other = checkpoint
    other.state.best?["layers.2.bias"] = TensorValue([1, 2, 3] as [Float], shape: [3])
    #expect(
      SavedModel(other).startingCRC32(classCount: 3) != model.startingCRC32(classCount: 3))
    #expect(
      SavedModel(other).startingCRC32(classCount: 2) == model.startingCRC32(classCount: 2))
    #expect(model.startingCRC32(classCount: 2) != model.startingCRC32(classCount: 3))
  }

  @Test func aModelForOtherImagesIsRefused() throws {
    let checkpoint = try SmallSets.checkpoint()
    let model = SavedModel(checkpoint)
    let weights = try SavedModel(try #require(checkpoint.state.best).safeTensors, path: "w")
    #expect(throws: Never.self) {
      try model.checkStarting(ImageSize(height: 2, width: 3), path: "m")
      // Weights alone tell no more than the number of pixels.
      try weights.checkStarting(ImageSize(height: 3, width: 2), path: "w")
    }
    let error = StartingModelError.otherImageSize(path: "m", expected: "3×2", found: "2×3")
    #expect(throws: error) { try model.checkStarting(ImageSize(height: 3, width: 2), path: "m") }
    #expect(
      error.description == "m: the model to start from takes images of another size than the "
        + "data's (expected 3×2, found 2×3)")
    #expect(
      throws: StartingModelError.otherImageSize(
        path: "w", expected: "2×4, 8 pixels", found: "6 pixels")
    ) { try weights.checkStarting(ImageSize(height: 2, width: 4), path: "w") }
  }

  private func labels(_ subset: Subset) -> [Int] {
    subset.batch(Array(0..<subset.count)[...]).labels
  }
}
