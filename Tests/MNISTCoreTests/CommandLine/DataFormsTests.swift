import Testing

@testable import MNISTCore

/// The two tools on a set that is no IDX set, from outside.
@Suite struct DataFormsTests: ToolRuns {
  private let images = SmallSets.fields(48, height: 6, width: 5, classes: 3)

  @Test func aFolderOfPicturesIsTrainedOnAndMeasured() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.put(
        SmallPictures.files(images, classes: ["cat", "dog", "owl"]), in: "\(folder)/d")
      let run = try await train("--seed 1 --verbose 0", in: folder)
      #expect(run.exitCode == 0 && run.error == "")
      #expect(
        run.output.hasPrefix(
          "Data: pictures in d (train 42 of 48, 3 classes: cat, dog, owl)\nTrain: [33, 30] [33]\n"))
      let prediction = try await predict("", in: folder)
      #expect(prediction.exitCode == 0 && prediction.output.hasPrefix("Accuracy: "))
      #expect(
        prediction.error.hasPrefix("Data: pictures in d (test 6 of 48, 3 classes: cat, dog, owl)\n")
      )
      let json = try await predict("--json", in: folder)
      #expect(
        json.output.contains(
          #""data":"pictures in d (test 6 of 48, 3 classes: cat, dog, owl)","own_data":true"#))
      let resumed = try await train("--resume --n_epochs 3", in: folder)
      #expect(resumed.exitCode == 0)
    }
  }

  /// The model's file remembers what was done.
  @Test func picturesOfAllSizesAreFittedByBothTools() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      var files = SmallPictures.files(images, classes: ["cat", "dog", "owl"])
      files["cat/x.png"] = SmallPictures.png([[0, 0, 0], [0, 255, 0], [0, 0, 0]])
      try SmallSets.put(files, in: "\(folder)/d")
      let refused = try await train("--seed 1", in: folder)
      #expect(refused.exitCode == 1)
      #expect(
        refused.error
          == "mnist-train: error: d/cat/x.png: pictures of different sizes (expected 6×5 as "
          + "d/cat/0000.png has, found 3×3; --image_size 28, or HxW, brings all to one size)\n")
      let run = try await train("--seed 1 --image_size 9x8 --transpose --verbose 0", in: folder)
      #expect(run.exitCode == 0 && run.output.contains("owl, rows and columns swapped)\n"))
      let settings = try Checkpoint(readingFrom: "\(folder)/m").settings
      #expect(settings.fittedPictures && settings.isTransposed)
      #expect([settings.imageHeight, settings.imageWidth] == [9, 8])
      let prediction = try await predict("", in: folder)
      #expect(prediction.exitCode == 0)
      #expect(prediction.error.contains("rows and columns swapped)\n"))
      #expect(!prediction.error.contains("model's own"))
    }
  }

  /// As of a model of MNIST's.
  @Test func testPicturesOfAnotherSizeAreFittedWhereThatIsAskedFor() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      let pictures = SmallPictures.files(images, classes: ["0", "1", "2"], in: "p/test/")
      try SmallSets.put(pictures, in: folder)
      let refused = try await predict("--data_dir p", in: folder)
      #expect(
        refused.error
          == "mnist-predict: error: p: pictures of another size than the model's images (expected "
          + "2×3, found 6×5; --image_size 2x3 brings them to it)\n")
      let run = try await predict("--data_dir p --image_size 2x3", in: folder)
      #expect(run.exitCode == 0)
      #expect(
        run.error.hasPrefix(
          "Data: pictures in p (test 48, 3 classes), not known to be the model's own data\n"))
    }
  }

  /// Of a model whose training images were upright.
  @Test func testImagesAreSwappedWhereThatIsAskedFor() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      let upright = try await predict("", in: folder)
      for (part, isTrain) in [("train", true), ("t10k", false)] {
        let images = try SetFolder.load("\(folder)/d", isTrain: isTrain)
        try SmallSets.put(images.transposed(), part, in: "\(folder)/w")
      }
      let refused = try await predict("--data_dir w", in: folder)
      #expect(
        refused.error == "mnist-predict: error: w: the model was trained on images of another size "
          + "(expected 2×3, found 3×2)\n")
      let run = try await predict("--data_dir w --transpose", in: folder)
      #expect(run.output == upright.output)
      let line = "Data: IDX files in w (not the published MNIST, rows and columns swapped)\n"
      let warning = upright.error.split(separator: "\n")[1]
      #expect(run.error == "\(line)\(warning)\n")
    }
  }

  @Test func aSizeHasNoEffectOnImagesThatAreNoPictures() async throws {
    try await withSet { folder async throws in
      let run = try await train("--seed 1 --image_size 28", in: folder)
      #expect(run.exitCode == 0)
      let note = "WARNING: --image_size has no effect: the images are no pictures (d)\n"
      #expect(run.error == "mnist-train: \(note)mnist-train: \(note)")
      let settings = try Checkpoint(readingFrom: "\(folder)/m").settings
      #expect(!settings.fittedPictures)
    }
  }

  /// A set in another form gives the same model, but for where it says what its classes are called.
  @Test func equalImagesGiveEqualModels() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let classes = ["0", "1", "2"]
      let sorted = images.labels.indices.sorted { images.labels[$0] < images.labels[$1] }
      let set = ImageSet(
        height: 6, width: 5,
        pixels: sorted.flatMap { images.pixels[$0 * 30..<$0 * 30 + 30] },
        labels: sorted.map { images.labels[$0] })
      try SmallSets.put(set, in: "\(folder)/d")
      try SmallSets.put(
        SmallPictures.files(images, classes: classes, in: "train/"), in: "\(folder)/p")
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      #expect(try await train("--seed 1 --data_dir p --model_fn n", in: folder).exitCode == 0)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/n"))
    }
  }
}
