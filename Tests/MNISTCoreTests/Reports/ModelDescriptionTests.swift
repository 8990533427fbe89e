import Testing

@testable import MNISTCore

@Suite struct ModelDescriptionTests {
  /// Of 35 and 24 parameters in the hidden layers, 10 and 8 in the norms behind them and 15 in the last layer.
  private static let layers = """
    [{"name":"layers.0.block.0","type":"Linear","shapes":{"weight":[5,6],"bias":[5]}},\
    {"name":"layers.0.block.2","type":"BatchNorm1d","shapes":{"weight":[5],"bias":[5],\
    "running_mean":[5],"running_var":[5],"num_batches_tracked":[]}},\
    {"name":"layers.1.block.0","type":"Linear","shapes":{"weight":[4,5],"bias":[4]}},\
    {"name":"layers.1.block.2","type":"BatchNorm1d","shapes":{"weight":[4],"bias":[4],\
    "running_mean":[4],"running_var":[4],"num_batches_tracked":[]}},\
    {"name":"layers.2","type":"Linear","shapes":{"weight":[3,4],"bias":[3]}}]
    """

  private func description(_ checkpoint: Checkpoint, path: String = "m") -> ModelDescription {
    ModelDescription(ModelFile(SavedModel(checkpoint), path: path))
  }

  @Test func aRunIsAnObjectWithAllThatTheFileTells() throws {
    let checkpoint = try SmallSets.checkpoint()
    let (settings, state) = (checkpoint.settings, checkpoint.state)
    let (images, labels) = (hexadecimal(settings.imagesCRC32), hexadecimal(settings.labelsCRC32))
    let shown = RunConfiguration(version: "", commandLine: [], modelPath: "", settings).settings
      .map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",")
    let best = try #require(state.loggedEpochs.min { $0.validLoss < $1.validLoss })
    // 19 of 24 images in batches of 8 are three of them, the last one smaller.
    #expect(
      description(checkpoint, path: "some/folder/m \"1\".ckpt").json == """
        {"file":"m \\"1\\".ckpt","version":"\(Release.version)","written_by":"mnist-train",\
        "container":"safetensors","format_version":1,"bytes":1234,"crc32":"0x00000abc",\
        "height":2,"width":3,"pixels":6,"classes":3,"class_names":null,"hidden_sizes":[5,4],\
        "batch_norm":true,"layers":\(Self.layers),"parameters":92,"resumable":true,\
        "data":{"name":null,"train_images_crc32":"\(images)","train_labels_crc32":"\(labels)"},\
        "settings":{\(shown)},"epoch":2,"n_epochs":2,"train_batches":0,"valid_batches":0,\
        "updates":\(state.optimizer[0].step),"is_over":true,\
        "best_epoch":{"epoch":\(best.epoch),"train_loss":\(best.trainLoss),\
        "valid_loss":\(best.validLoss),"valid_accuracy":\(best.validAccuracy)},\
        "lowest_validation_loss":\(state.lowestLoss)}
        """)
    #expect(state.optimizer[0].step > 0)
  }

  @Test func theTextHasALineForEachFact() throws {
    var checkpoint = try SmallSets.checkpoint()
    checkpoint.settings.classNames = ["a", "b \u{1B}", "récht"]
    checkpoint.settings.epochCount = 7
    checkpoint.state.progress = EpochProgress(train: .init(batches: 1, loss: 2))
    checkpoint.state.loggedEpochs = [
      LoggedEpoch(
        epoch: 2, trainLoss: 0.5, validLoss: 0.25, validAccuracy: 0.75, lowestLoss: 0.25,
        learningRate: nil)
    ]
    checkpoint.state.lowestLoss = 0.25
    let settings = checkpoint.settings
    let text = description(checkpoint).text
    #expect(
      text.hasPrefix(
        """
        file        m
        written by  mnist-train (format 1)
        container   safetensors
        size        1234 bytes
        CRC-32      0x00000abc
        images      2 x 3 pixels
        classes     3: a, b \\x1b, récht
        parameters  92
        data        own images: CRC-32 \(hexadecimal(settings.imagesCRC32)) of the training images, \
        \(hexadecimal(settings.labelsCRC32)) of the labels
        epochs      2 of 7 done, and 1 training batch of the next
        updates     \(checkpoint.state.optimizer[0].step)
        best epoch  2: training loss 5.0000e-01, validation loss 2.5000e-01, validation accuracy 0.7500
        lowest loss 2.5000e-01
        goes on     yes, with --resume
        layers
          layers.0.block.0: Linear, weight [5, 6], bias [5]
          layers.0.block.2: BatchNorm1d, weight [5], bias [5], running_mean [5], running_var [5], \
        num_batches_tracked []
        """))
    #expect(text.contains("\n  layers.2: Linear, weight [3, 4], bias [3]\nsettings\n  seed "))
    #expect(text.contains("\n  n_epochs" + String(repeating: " ", count: 16) + "7\n"))
    #expect(!text.contains("class_names"))
  }

  @Test(arguments: [
    (EpochProgress(), "2 of 2 done"),
    (EpochProgress(train: .init(batches: 3)), "2 of 2 done, and 3 training batches of the next"),
    (
      EpochProgress(train: .init(batches: 3), valid: .init(batches: 1)),
      "2 of 2 done, and all training batches and 1 validation batch of the next"
    ),
  ])
  func thePlaceInTheEpochIsTold(_ progress: EpochProgress, _ words: String) throws {
    var checkpoint = try SmallSets.checkpoint()
    checkpoint.state.progress = progress
    #expect(description(checkpoint).text.contains("\nepochs      \(words)\n"))
  }

  @Test func whetherItGoesOnDependsOnHowItEnded() throws {
    let checkpoint = try SmallSets.checkpoint()
    func goesOn(_ change: (inout Checkpoint) -> Void) -> [String] {
      var changed = checkpoint
      change(&changed)
      let description = description(changed)
      let line = description.text.split(separator: "\n").first { $0.hasPrefix("goes on ") }
      return ["\(description.isResumable)", String(line?.dropFirst(12) ?? "")]
    }
    #expect(goesOn { _ in } == ["true", "yes, with --resume --n_epochs 4"])
    #expect(goesOn { $0.settings.epochCount = 3 } == ["true", "yes, with --resume"])
    #expect(
      goesOn {
        ($0.settings.epochCount, $0.settings.patience) = (9, 2)
        $0.state.epochsWithoutImprovement = 2
      } == ["true", "yes, with --resume --patience 4"])
    #expect(
      goesOn { $0.settings.learningRateSchedule = .cosine }
        == ["false", "no: all epochs are done, and its cosine schedule has that length"])
  }

  @Test func theDataOfAPublishedSetHasItsName() throws {
    var checkpoint = try SmallSets.checkpoint()
    (checkpoint.settings.imagesCRC32, checkpoint.settings.labelsCRC32) = (0xe9f4_d8b3, 0xe0cb_4ad2)
    #expect(description(checkpoint).json.contains(#""data":{"name":"MNIST","train_images"#))
    checkpoint.settings.dataset = .digits
    #expect(
      description(checkpoint).text.contains("\ndata        built-in digits: CRC-32 0xe9f4d8b3"))
  }

  @Test func weightsAloneAreSaidToBeThat() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/m"
      try SavedModel(SmallSets.checkpoint()).makeModel().save(to: path)
      let content = try SmallSets.content(path)
      let file = try ModelFile(readingFrom: path)
      #expect(file.byteCount == content.count && file.crc32 == CRC32.checksum(content))
      let description = ModelDescription(file)
      #expect(
        description.json == """
          {"file":"m","version":"\(Release.version)","written_by":null,"container":"safetensors",\
          "format_version":null,"bytes":\(content.count),"crc32":"\(hexadecimal(file.crc32))",\
          "height":null,"width":null,"pixels":6,"classes":3,"class_names":null,\
          "hidden_sizes":[5,4],"batch_norm":true,"layers":\(Self.layers),"parameters":92,\
          "resumable":false}
          """)
      let text = description.text
      for line in [
        "written by  weights alone, as other programs write them",
        "images      6 pixels, in a form that the file does not tell", "classes     3",
        "goes on     no: weights alone can only be started from (--start_from)",
      ] {
        #expect(text.contains("\n\(line)\n"), "\(line)")
      }
      #expect(text.hasSuffix("\n  layers.2: Linear, weight [3, 4], bias [3]"))
    }
  }

  /// By its content, not by its name; and read whole, in pieces.
  @Test(arguments: [("m.pth", "PyTorch"), ("m.ckpt", "safetensors")])
  func theContainerIsTold(_ name: String, _ container: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.checkpoint().write(to: "\(folder)/\(name)")
      let content = try SmallSets.content("\(folder)/\(name)")
      try SmallSets.write(content, "\(folder)/m")
      let file = try ModelFile(readingFrom: "\(folder)/m")
      #expect(file.model == SavedModel(try SmallSets.checkpoint()))
      #expect(file.crc32 == CRC32.checksum(content) && file.byteCount == content.count)
      #expect(
        ModelDescription(file).json.contains(#""container":"\#(container)","format_version":1"#))
    }
  }
}
