import Testing

@testable import MNISTCore

@Suite struct SavedModelTests {
  @Test(arguments: [false, true])
  func theBestModelOfARunIsRead(_ useDropout: Bool) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    try SmallSets.withFolder { folder throws in
      try checkpoint.write(to: "\(folder)/m")
      let model = try SavedModel(readingFrom: "\(folder)/m").makeModel()
      #expect(model.stateDictionary == checkpoint.state.best)
      #expect(model.modules.allSatisfy { !$0.isTraining })
    }
  }

  /// As `safetensors.torch.save_file(model.state_dict(), path)` writes them; and a checkpoint that Python
  /// has loaded and saved, which loses all metadata.
  @Test(arguments: [false, true], [false, true])
  func weightsAloneAreReadBySheerShape(_ useDropout: Bool, _ keepsRun: Bool) throws {
    let checkpoint = try SmallSets.checkpoint(useDropout: useDropout)
    let best = try #require(checkpoint.state.best)
    var file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    file.metadata = ["format": "pt"]
    file.hasChecksums = false
    if !keepsRun { file.tensors = file.tensors.filter { best.names.contains($0.key) } }
    try SmallSets.withFolder { folder throws in
      try SmallSets.write(file.encoded(), "\(folder)/m")
      let saved = try SavedModel(readingFrom: "\(folder)/m")
      #expect(saved.makeModel().stateDictionary == best)

      let images = SmallSets.fields(6, height: 3, width: 2, classes: 3)
      try SmallSets.put(images, "t10k", in: folder)
      #expect(try saved.testImages(in: folder) == images)
      let large = SmallSets.fields(6, height: 4, width: 3, classes: 3)
      try SmallSets.write(large.imagesIDX, "\(folder)/t10k-images-idx3-ubyte")
      let error = CheckpointError.otherPixelCount(
        path: folder, expected: 6, foundHeight: 4, foundWidth: 3)
      #expect(throws: error) { try saved.testImages(in: folder) }
      #expect(
        error.description == "\(folder): the model was trained on images of another size "
          + "(expected 6 pixels, found 4×3)")
    }
  }

  @Test func picturesAreBroughtToTheSizeOfTheTraining() throws {
    let checkpoint = try SmallSets.checkpoint()
    let size = try SavedModel(checkpoint).pictureSize(path: "m")
    #expect(size.height == 2 && size.width == 3)
    let error = CheckpointError.unknownImageSize(path: "m", pixels: 6)
    #expect(throws: error) { try read(weights()).pictureSize(path: "m") }
    #expect(
      error.description == "m: the height and width of the model's images are not known (expected "
        + "a file that mnist-train wrote or a square number of pixels, found weights alone for 6)")
    let square = try read([
      "layers.0.block.0.weight": TensorValue([Float](repeating: 1, count: 9), shape: [1, 9]),
      "layers.0.block.0.bias": TensorValue([1] as [Float], shape: [1]),
      "layers.1.weight": TensorValue([1] as [Float], shape: [1, 1]),
      "layers.1.bias": TensorValue([1] as [Float], shape: [1]),
    ]).pictureSize(path: "m")
    #expect(square.height == 3 && square.width == 3)
  }

  @Test func picturesAreFittedAndImagesTurnedAsInTheTraining() throws {
    var checkpoint = try SmallSets.checkpoint()
    let upright = SmallSets.fields(4, height: 2, width: 3, classes: 3)
    let files = [
      "a.pgm": Array("P5 1 1 255\n1".utf8), "upright": upright.imagesIDX,
      "turned": upright.transposed().imagesIDX,
    ]
    try SmallSets.withFolder(files) { folder throws in
      var pictures = try SavedModel(checkpoint).images(at: "\(folder)/a.pgm")
      #expect(try pictures.next(1)?.count == 6)
      var images = try SavedModel(checkpoint).images(at: "\(folder)/upright")
      #expect(try images.next(4) == upright.pixels)
      checkpoint.settings.isTransposed = true
      images = try SavedModel(checkpoint).images(at: "\(folder)/turned")
      #expect(try images.next(4) == upright.pixels)
    }
  }

  @Test func weightsThatAreNoClassifierAreNamed() throws {
    var weights = try weights()
    weights["layers.0.block.0.bias"] = nil
    var missing = StateDictionaryError()
    missing.missing = ["layers.0.block.0.bias"]
    #expect(throws: CheckpointError.state(path: "m", missing)) { try read(weights) }

    weights = try self.weights()
    weights["layers.2.weight"] = nil
    let error = CheckpointError.notAClassifier(path: "m", name: "layers.2.weight", found: [])
    #expect(throws: error) { try read(weights) }
    #expect(
      error.description == "m: not a model of this program (expected a float32 tensor "
        + "layers.2.weight that continues the classifier, found none)")

    weights = try self.weights()
    weights["layers.1.block.0.weight"] = TensorValue([1] as [Float], shape: [1])
    #expect(
      throws: CheckpointError.notAClassifier(
        path: "m", name: "layers.1.block.0.weight", found: [])
    ) { try read(weights) }

    let others = TensorValue([1] as [Float], shape: [1])
    let other = CheckpointError.notAClassifier(
      path: "m", name: "layers.0.block.0.weight", found: ["a", "b", "c", "d"])
    #expect(throws: other) { try read(["d": others, "b": others, "a": others, "c": others]) }
    #expect(
      other.description == "m: not a model of this program (expected a float32 tensor "
        + #"layers.0.block.0.weight that continues the classifier, found "a", "b", "c" and 1 more)"#
    )

    let three = CheckpointError.notAClassifier(path: "m", name: "w", found: ["a", "b", "c"])
    #expect(three.description.hasSuffix(#"found "a", "b", "c")"#))

    weights = try self.weights()
    weights["layers.2.bias"] = TensorValue([1, 2, .nan] as [Float], shape: [3])
    #expect(throws: CheckpointError.notFinite(path: "m", tensor: "layers.2.bias")) {
      try read(weights)
    }
    #expect(throws: CheckpointError.self) { try read([:]) }
  }

  @Test func testImagesMustHaveTheModelsSizeAndClasses() throws {
    let saved = SavedModel(try SmallSets.checkpoint())
    try SmallSets.withFolder { folder throws in
      let good = SmallSets.fields(6, height: 2, width: 3, classes: 2)
      try SmallSets.put(good, "t10k", in: folder)
      #expect(try saved.testImages(in: folder) == good)

      // Six pixels too, but not the same.
      try SmallSets.put(SmallSets.fields(6, height: 3, width: 2, classes: 3), "t10k", in: folder)
      #expect(
        throws: CheckpointError.otherImageSize(
          path: folder, expectedHeight: 2, expectedWidth: 3, foundHeight: 3, foundWidth: 2)
      ) { try saved.testImages(in: folder) }

      try SmallSets.put(SmallSets.fields(8, height: 2, width: 3, classes: 4), "t10k", in: folder)
      #expect(
        throws: IDXError.labelOutOfRange(
          path: "\(folder)/t10k-labels-idx1-ubyte", index: 3, label: 3, classes: 3)
      ) { try saved.testImages(in: folder) }
    }
  }

  private func weights() throws -> [String: TensorValue] {
    let best = try #require(try SmallSets.checkpoint().state.best)
    return Dictionary(uniqueKeysWithValues: best.names.map { ($0, best[$0]!) })
  }

  @discardableResult
  private func read(_ tensors: [String: TensorValue]) throws -> SavedModel {
    try SavedModel(TensorFile(tensors: tensors), path: "m")
  }
}
