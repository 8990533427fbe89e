import Testing

@testable import MNISTCore

@Suite struct ServedModelTests {
  @Test func whatTheModelIsIsAnObject() throws {
    let checkpoint = try SmallSets.checkpoint()
    let served = try ServedModel(SavedModel(checkpoint), path: "some/folder/m \"1\".ckpt")
    let file = ModelFile(SavedModel(checkpoint), path: "some/folder/m \"1\".ckpt")
    #expect(served.json == ModelDescription(file).json)
    #expect(served.json.hasPrefix(#"{"file":"m \"1\".ckpt","version":"\#(Release.version)","#))
  }

  @Test func aRunThatMonitorsTheAccuracyTellsItsHighest() throws {
    var checkpoint = try SmallSets.checkpoint()
    checkpoint.state.highestAccuracy = 0.75
    let served = try ServedModel(SavedModel(checkpoint), path: "m")
    #expect(served.json.hasSuffix(#","highest_validation_accuracy":0.75}"#))
  }

  @Test func theClassesMayHaveNames() throws {
    let served = try ServedModel(
      SmallService.model(classNames: ["a", "b \"c\"", "récht"]), path: "m")
    #expect(
      served.json.contains(
        #""classes":3,"class_names":["a","b \"c\"","récht"],"hidden_sizes":"#))
  }

  /// A loss that is not finite is no number of JSON.
  @Test func beforeTheFirstEpochThereIsNoLoss() throws {
    let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [5], useDropout: true)
    let run = TrainingRun(settings, images: images)
    let served = try ServedModel(
      SavedModel(Checkpoint(settings: settings, state: run.state)), path: "m")
    #expect(
      served.json.hasSuffix(
        #","epoch":0,"n_epochs":\#(settings.epochCount),"train_batches":0,"valid_batches":0,"updates":0,"is_over":false}"#
      ))
  }

  @Test func weightsAloneHaveNoEpoch() throws {
    try SmallSets.withFolder { folder throws in
      let images = SmallSets.fields(24, height: 3, width: 3, classes: 3)
      let settings = SmallSets.settings(images, hiddenSizes: [5])
      let run = TrainingRun(settings, images: images)
      let path = "\(folder)/m"
      try SavedModel(Checkpoint(settings: settings, state: run.state)).makeModel().save(to: path)
      let served = try ServedModel(SavedModel(readingFrom: path), path: path)
      #expect(served.current.size == ImageSize(height: 3, width: 3))
      #expect(
        served.json
          == ModelDescription(try ModelFile(readingFrom: path)).json.replacing(
            /"bytes":\d+,"crc32":"0x\w+"/, with: #""bytes":1234,"crc32":"0x00000abc""#))
      #expect(served.json.hasSuffix(#","parameters":78,"resumable":false}"#))
    }
  }

  @Test func weightsForImagesOfAnUnknownFormAreRefused() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/m"
      try SmallService.model().makeModel().save(to: path)
      let model = try SavedModel(readingFrom: path)
      #expect(throws: CheckpointError.unknownImageSize(path: path, pixels: 6)) {
        try ServedModel(model, path: path)
      }
    }
  }

  @Test func theFileIsReadAnewAndADamagedOneLeavesTheModelInItsPlace() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/m"
      let checkpoints = try [3, 4].map { try SmallSets.checkpoint(seed: $0) }
      try checkpoints[0].write(to: path)
      let served = try ServedModel(SavedModel(readingFrom: path), path: path)
      #expect(served.current.model == SavedModel(checkpoints[0]))

      try checkpoints[1].write(to: path)
      #expect(served.current.model == SavedModel(checkpoints[0]))
      try served.reload()
      #expect(served.current.model == SavedModel(checkpoints[1]))

      let whole = try SmallSets.content(path)
      try SmallSets.write(Array(whole.dropLast(9)), path)
      #expect(throws: (any Error).self) { try served.reload() }
      // Readable, but of images whose form it does not tell.
      try SavedModel(checkpoints[0]).makeModel().save(to: path)
      #expect(throws: CheckpointError.unknownImageSize(path: path, pixels: 6)) {
        try served.reload()
      }
      #expect(served.current.model == SavedModel(checkpoints[1]))
    }
  }

  @Test func whoAnswersTakesTheNewModelWithTheNextRequest() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/m"
      let models = try [3, 4].map { try SmallService.model(seed: $0) }
      let served = try ServedModel(models[0], path: path)
      let worker = PredictionWorker(served, ServiceMetrics())
      func answer() -> String {
        worker.responses(to: [.asking(body: SmallService.picture)])[0].text
      }
      let expected = try models.map {
        try $0.makeModel().classification(of: SmallService.image()).json()
      }
      #expect(expected[0] != expected[1])
      #expect(answer() == expected[0])
      try SmallSets.checkpoint(seed: 4).write(to: path)
      #expect(answer() == expected[0])
      try served.reload()
      #expect(answer() == expected[1])
      #expect(answer() == expected[1])
    }
  }
}
