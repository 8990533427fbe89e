import Testing

@testable import MNISTCore

@Suite struct DataSourceTests {
  private let mnist = SmallPublishedSet()
  private let fashion = SmallPublishedSet(
    name: "Fashion-MNIST", subfolder: "FashionMNIST/raw", seed: 50)

  // MARK: - The folder

  @Test(arguments: ["", "/MNIST/raw"])
  func automaticallyTheSetInTheFolderIsTaken(_ place: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(mnist.files, in: folder + place)
      let data = try source(.auto, folder).trainingImages()
      #expect(data.images == mnist.train)
      #expect(data.origin == .published(name: "MNIST", folder: folder + place))
      #expect(data.origin.description == "MNIST (\(folder + place))")
      #expect(data.chosen(by: .auto) == .auto)
    }
  }

  @Test func aSetOfOnesOwnIsToldFromThePublishedOne() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet(seed: 9).files, in: folder)
      let data = try source(.auto, folder).trainingImages()
      #expect(data.origin == .files(folder: folder))
      #expect(data.origin.description == "IDX files in \(folder) (not the published MNIST)")
      try SmallSets.put(fashion.files, in: folder)
      let origin = try source(.auto, folder).trainingImages().origin
      #expect(origin == .published(name: "Fashion-MNIST", folder: folder))
    }
  }

  @Test func halfASetIsNotReplacedByAnother() throws {
    try SmallSets.withFolder { folder throws in
      for name in ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"] {
        try SmallSets.write([], "\(folder)/\(name)")
      }
      #expect(throws: MNISTFolderError.self) { try source(.auto, folder).trainingImages() }
      #expect(throws: MNISTFolderError.self) { try test(.auto, folder, classes: 3) }
      #expect(throws: MNISTFolderError.self) { try test(nil, usually: folder) }
    }
  }

  @Test(arguments: [nil, .auto, .mnist] as [DatasetChoice?])
  func aFolderWithoutANameIsRefused(_ choice: DatasetChoice?) {
    #expect(throws: FileError.emptyPath) { try source(choice, "").trainingImages() }
  }

  // MARK: - A set named outright

  @Test func aSetIsFoundWhereTorchvisionPutsItAndWhereThePackageDoes() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(mnist.files, in: "\(folder)/MNIST/raw")
      for place in ["installed", "data", "data/FashionMNIST/raw"] {
        try SmallSets.put(fashion.files, in: "\(folder)/\(place)")
        var source = source(.fashionMNIST, "\(folder)/data")
        source.sets[.fashionMNIST]?.installedFolders = ["\(folder)/installed"]
        let data = try source.trainingImages()
        #expect(data.images == fashion.train)
        #expect(data.origin == .published(name: "Fashion-MNIST", folder: "\(folder)/\(place)"))
      }
    }
  }

  /// Every file, a pixel or a label of it: the error names the file.
  @Test func oneFlippedBitIsAnErrorThatNamesTheFile() throws {
    for (name, bytes) in mnist.files {
      try SmallSets.withFolder { folder throws in
        var files = mnist.files
        // In the labels a 0, which becomes another class.
        files[name]?[bytes.count - 9] ^= 1
        try SmallSets.put(files, in: folder)
        let isTrain = name.hasPrefix("train")
        let part = mnist.set.part(isTrain: isTrain)
        let file = name.contains("images") ? part.images : part.labels
        let error = DataSourceError.notPublished(
          path: "\(folder)/\(name)", set: "MNIST",
          expected: .crc32(try #require(file.digests.crc32)),
          found: .crc32(CRC32.checksum(try #require(files[name]))))
        #expect(throws: error) {
          isTrain ? try source(.mnist, folder).trainingImages() : try test(.mnist, folder)
        }
        #expect(
          error.description.hasPrefix(
            "\(folder)/\(name): not MNIST as it was published, or damaged (expected CRC-32 of the "
              + "content 0x"))
        #expect(error.description.hasSuffix("; move it away to have it downloaded)"))
        #expect(
          ErrorText.sentence(error)
            == "\(error)".dropLast() + ", or use --dataset auto to take it as it is)")
        // Unnamed it is somebody's own set.
        #expect(
          try isTrain
            ? source(.auto, folder).trainingImages().origin == .files(folder: folder)
            : test(.auto, folder).origin == .files(folder: folder))
      }
    }
  }

  @Test func ofSeveralCopiesOfANamedSetTheUnpackedOneCounts() throws {
    var files = mnist.files
    for name in mnist.files.keys { files["\(name).gz"] = [1] }
    try SmallSets.withFolder(files) { folder throws in
      #expect(try source(.mnist, folder).trainingImages().images == mnist.train)
    }
  }

  @Test func aNamedSetHasALabelForEachImage() throws {
    var files = mnist.files
    files["train-labels-idx1-ubyte"] = IDXHeader.encoded(.labels, sizes: [3]) + [0, 1, 2]
    try SmallSets.withFolder(files) { folder throws in
      let error = ArrayError.countsDiffer(
        imagesPath: "\(folder)/train-images-idx3-ubyte", images: 24,
        labelsPath: "\(folder)/train-labels-idx1-ubyte", labels: 3)
      #expect(throws: error) { try source(.mnist, folder).trainingImages() }
    }
  }

  @Test(arguments: [DatasetChoice.mnist, .fashionMNIST])
  func aSetThatCannotBeHadIsNotReplaced(_ choice: DatasetChoice) throws {
    try SmallSets.withFolder { folder throws in
      #expect(throws: DownloadError.self) { try source(choice, folder).trainingImages() }
      #expect(throws: DownloadError.self) { try test(choice, folder) }
      #expect(try SmallSets.names(folder) == [])
      let error = try MNISTFolderError.notADirectory(StrayFile("/dev/null"))
      #expect(
        "\(error)" == "/dev/null: not a folder (expected the folder that holds the data, "
          + "or a CSV or NPZ file, found a device)")
      #expect(throws: error) { try source(choice, "/dev/null").trainingImages() }
    }
  }

  // MARK: - Nothing in the folder

  @Test func mnistIsDownloadedOnceForBothParts() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try await LoopbackServer.with(mnist.answers()) { server async throws in
        for choice in [DatasetChoice.auto, nil, .mnist] {
          var source = source(choice, usually: "\(folder)/data")
          source.mirror = server.address
          let data = try source.trainingImages()
          #expect(data.images == mnist.train)
          #expect(data.origin == .published(name: "MNIST", folder: "\(folder)/data/MNIST/raw"))
        }
        #expect(try test(.auto, "\(folder)/data").images == mnist.test)
        #expect(server.requestedPaths.count == 4)
      }
    }
  }

  @Test func whatIsMissingOfASetIsDownloaded() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      var files = mnist.files
      files["t10k-images-idx3-ubyte"] = nil
      try SmallSets.put(files, in: "\(folder)/MNIST/raw")
      try await LoopbackServer.with(mnist.answers()) { server async throws in
        var source = source(.mnist, folder)
        source.mirror = server.address
        let data = try source.images(of: identity(fashion.train), isTrain: false)
        #expect(data.images == mnist.test)
        #expect(data.kinship == .other(trainedOn: "Fashion-MNIST"))
        #expect(server.requestedPaths == ["t10k-images-idx3-ubyte.gz"])
      }
    }
  }

  @Test func whereNothingCanBeDownloadedTheDigitsStandInAndSayWhy() throws {
    try SmallSets.withFolder { folder throws in
      var source = source(nil, usually: "\(folder)/data")
      source.mirror = try LoopbackServer.refusingAddress()
      let data = try source.trainingImages()
      // The model that is trained on them has them as its own.
      let test = try self.source(.digits, folder)
        .images(of: identity(data.images), isTrain: false)
      #expect(test.kinship == .own && data.images.count == 60_000)
      #expect(
        data.origin.description
          == "built-in digits (MNIST could not be downloaded: no connection)")
      #expect(data.chosen(by: .auto) == .digits)
      #expect(DataText.line(data) == "Data: \(data.origin)")
      #expect(
        DataText.warning(data.origin)?.hasPrefix(
          "WARNING: this run does not use MNIST but built-in digits: MNIST could not be "
            + "downloaded: no connection (by hand: its files go into \(folder)/data/MNIST/raw")
          == true)
      #expect(try SmallSets.names(folder) == [])
    }
  }

  // MARK: - Digits by name

  @Test func theDigitsNeedNoFolder() throws {
    let source = source(.digits, "/dev/null")
    let data = try source.images(of: nil, isTrain: false, classes: 10)
    #expect(data.images == BuiltInDigits.make(isTrain: false))
    #expect(data.origin.description == "built-in digits")
    #expect(DataText.warning(data.origin) == nil)
    let error = #expect(throws: IDXError.self) { try test(.digits, "/dev/null", classes: 3) }
    #expect(error?.description.hasPrefix("built-in digits: label at index ") == true)
  }

  // MARK: -

  /// Nothing is downloaded where a test does not say from where.
  private func source(_ choice: DatasetChoice?, _ folder: String) -> DataSource {
    configured(DataSource(choice, in: folder))
  }

  /// The folder stands for the usual one, which nobody names.
  private func source(_ choice: DatasetChoice?, usually folder: String) -> DataSource {
    var source = configured(DataSource(choice))
    source.defaultDirectory = folder
    return source
  }

  private func configured(_ source: DataSource) -> DataSource { source.with(mnist, fashion) }

  private func identity(_ images: ImageSet) -> DataIdentity {
    DataIdentity(imagesCRC32: images.imagesCRC32, labelsCRC32: images.labelsCRC32)
  }

  /// For a model of the small MNIST.
  private func test(
    _ choice: DatasetChoice, _ folder: String, classes: Int = 3
  ) throws -> LoadedImages {
    try source(choice, folder)
      .images(of: identity(mnist.train), isTrain: false, classes: classes)
  }

  private func test(_ choice: DatasetChoice?, usually folder: String) throws -> LoadedImages {
    try source(choice, usually: folder).images(of: identity(mnist.train), isTrain: false)
  }
}
