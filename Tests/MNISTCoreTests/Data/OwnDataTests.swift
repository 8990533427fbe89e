import Foundation
import Testing

@testable import MNISTCore

/// Which images belong to a model, by what its file says of its training images.
@Suite struct OwnDataTests {
  private let mnist = SmallPublishedSet()
  private let fashion = SmallPublishedSet(
    name: "Fashion-MNIST", subfolder: "FashionMNIST/raw", seed: 50)
  private let own = SmallPublishedSet(seed: 9)

  @Test(arguments: ["MNIST/raw", "FashionMNIST/raw", "", "other/raw", "a/b/c"])
  func ofSeveralSetsTheModelsOwnIsTaken(_ place: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(fashion.files, in: "\(folder)/z")
      try SmallSets.put(mnist.files, in: "\(folder)/0")
      try SmallSets.put(own.files, in: place.isEmpty ? folder : "\(folder)/\(place)")
      for source in [source(usually: folder), source(in: folder)] {
        for (isTrain, images) in [(true, own.train), (false, own.test)] {
          let data = try source.images(of: identity(own), isTrain: isTrain)
          #expect(data.images == images)
          #expect(data.kinship == .own)
          #expect(data.description == "\(data.origin)")
          #expect(data.origin == .files(folder: place.isEmpty ? folder : "\(folder)/\(place)"))
        }
      }
    }
  }

  /// The checksums of files packed with gzip in one piece, in two, and not at all.
  @Test(arguments: [0, 1, 2]) func theTrainingFilesAreComparedPackedOrNot(_ pieces: Int) throws {
    func packed(_ bytes: [UInt8]) -> [UInt8] {
      switch pieces {
      case 0: bytes
      case 1: SmallSets.gzip(bytes)
      default: SmallSets.gzip(Array(bytes.prefix(20))) + SmallSets.gzip(Array(bytes.dropFirst(20)))
      }
    }
    try SmallSets.withFolder(own.files.mapValues(packed)) { folder throws in
      let data = try source(usually: folder).images(of: identity(own), isTrain: false)
      #expect(data.images == own.test && data.kinship == .own)
      // The same labels with other images are another set.
      var other = identity(own)
      other.imagesCRC32 ^= 1
      #expect(throws: DataSourceError.self) {
        try source(usually: folder).images(of: other, isTrain: false)
      }
      let named = try source(in: folder).images(of: other, isTrain: false)
      #expect(named.images == own.test)
      #expect(
        named.description
          == "IDX files in \(folder) (not the published MNIST), not the model's own "
          + "data, which is a set with the CRC-32s \(hexadecimal(other.imagesCRC32)) and "
          + "\(hexadecimal(other.labelsCRC32)) of its training images and labels")
    }
  }

  /// A packed file is known by the checksum at its end: it is not unpacked for that.
  @Test func theEndOfAPackedTrainingFileTellsIt() throws {
    var files = own.files.mapValues(SmallSets.gzip)
    // A pixel.
    files["train-images-idx3-ubyte"]?[100] ^= 1
    try SmallSets.withFolder(files) { folder throws in
      let data = try source(in: folder).images(of: identity(own), isTrain: false)
      #expect(data.images == own.test && data.kinship == .own)
    }
  }

  @Test func anotherSetIsRefusedAndBothAreNamed() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(mnist.files, in: "\(folder)/MNIST/raw")
      var source = source(usually: folder)
      source.sets[.fashionMNIST]?.installedFolders = ["/installed"]
      source.mirror = try LoopbackServer.refusingAddress()
      let error = DataSourceError.notTheModels(
        path: folder, isTrain: false, expected: "Fashion-MNIST",
        found: "MNIST (\(folder)/MNIST/raw)",
        searched: ["\(folder) with its subfolders", "/installed", "/before"],
        reason: "Fashion-MNIST could not be downloaded: no connection")
      var identity = identity(fashion)
      identity.folder = "/before"
      #expect(throws: error) { try source.images(of: identity, isTrain: false) }
      #expect(
        ErrorText.sentence(error)
          == "\(folder): the model's own test images are not there (expected Fashion-MNIST, found "
          + "MNIST (\(folder)/MNIST/raw); searched \(folder) with its subfolders, /installed, "
          + "/before; Fashion-MNIST could not be downloaded: no connection; --data_dir or --dataset "
          + "takes other images all the same)")
      #expect(try SmallSets.names(folder) == ["MNIST"])
    }
  }

  /// It is named by its folder, or by its name.
  @Test func whatIsNamedIsTakenAndSaidNotToBeTheModels() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(mnist.files, in: "\(folder)/MNIST/raw")
      for source in [
        source(in: folder), source(.mnist, usually: folder), source(.auto, usually: folder),
      ] {
        let data = try source.images(of: identity(fashion), isTrain: false)
        #expect(data.images == mnist.test)
        #expect(data.kinship == .other(trainedOn: "Fashion-MNIST"))
        #expect(
          DataText.line(data)
            == "Data: MNIST (\(folder)/MNIST/raw), not the model's own data, which "
            + "is Fashion-MNIST")
        let summary = PredictionText.jsonSummary(count: 1, accuracy: nil, data: data)
        #expect(
          summary == #"{"summary":true,"count":1,"data":"MNIST (\#(folder)/MNIST/raw)","#
            + #""own_data":false}"#)
      }
      let named = try source(.mnist, usually: folder).images(of: identity(mnist), isTrain: false)
      #expect(named.kinship == .own)
      #expect(
        PredictionText.jsonSummary(count: 1, accuracy: nil, data: named).hasSuffix(
          #""own_data":true}"#))
    }
  }

  @Test func testImagesWithoutTheTrainingImagesAreNotBelieved() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(own.test, "t10k", in: folder)
      #expect(throws: DataSourceError.self) {
        try source(usually: folder).images(of: identity(own), isTrain: false)
      }
      let named = try source(in: folder).images(of: identity(own), isTrain: false)
      #expect(named.kinship == .unknown)
      #expect(named.description.hasSuffix(", not known to be the model's own data"))
      #expect(
        PredictionText.jsonSummary(count: 1, accuracy: nil, data: named).hasSuffix(
          #""own_data":null}"#))
      #expect(
        try source(in: folder).images(of: identity(mnist), isTrain: false).kinship
          == .other(trainedOn: "MNIST"))
      // Published ones are known by themselves.
      try SmallSets.put(mnist.test, "t10k", in: folder)
      let known = try source(usually: folder).images(of: identity(mnist), isTrain: false)
      #expect(known.images == mnist.test && known.kinship == .own)
    }
  }

  /// As from a model's weights alone.
  @Test func whereTheFileDoesNotSayTheSetInTheFolderIsTaken() throws {
    try SmallSets.withFolder { folder throws in
      #expect(throws: DataSourceError.self) {
        try source(usually: folder).images(of: nil, isTrain: false)
      }
      try SmallSets.put(own.files, in: folder)
      for source in [source(usually: folder), source(in: folder)] {
        let data = try source.images(of: nil, isTrain: false)
        #expect(data.images == own.test && data.kinship == nil)
      }
    }
  }

  @Test func theDataIsFoundWhereItWasBeforeAsLongAsNoFolderIsNamed() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(own.files, in: "\(folder)/before")
      try SmallSets.put(mnist.files, in: "\(folder)/data")
      var identity = identity(own)
      identity.folder = "\(folder)/before"
      let data = try source(usually: "\(folder)/data").images(of: identity, isTrain: true)
      #expect(data.images == own.train && data.origin == .files(folder: "\(folder)/before"))
      let named = try source(in: "\(folder)/data").images(of: identity, isTrain: true)
      #expect(named.images == mnist.train)
      #expect(throws: DataSourceError.self) {
        try source(in: "\(folder)/no").images(of: identity, isTrain: true)
      }
    }
  }

  @Test func aPublishedSetIsDownloadedWhereNoFolderIsNamed() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try await LoopbackServer.with(fashion.answers()) { server async throws in
        var named = source(in: "\(folder)/data")
        named.mirror = server.address
        #expect(throws: DataSourceError.self) {
          try named.images(of: identity(fashion), isTrain: false)
        }
        #expect(server.requestedPaths == [])
        #expect(try SmallSets.names(folder) == [])
        // Beside another set, too.
        try SmallSets.put(mnist.files, in: "\(folder)/data/MNIST/raw")
        var source = source(usually: "\(folder)/data")
        source.mirror = server.address
        let data = try source.images(of: identity(fashion), isTrain: false, classes: 3)
        #expect(data.images == fashion.test && data.kinship == .own)
        #expect(
          data.origin
            == .published(name: "Fashion-MNIST", folder: "\(folder)/data/FashionMNIST/raw"))
        // Where nothing else is, its labels must be classes of the model.
        source.defaultDirectory = "\(folder)/a"
        let error = IDXError.labelOutOfRange(
          path: "\(folder)/a/FashionMNIST/raw/t10k-labels-idx1-ubyte", index: 2, label: 2,
          classes: 2)
        #expect(throws: error) {
          try source.images(of: identity(fashion), isTrain: false, classes: 2)
        }
        source.defaultDirectory = "\(folder)/b"
        let training = try source.images(of: identity(fashion), isTrain: true, classes: 3)
        #expect(training.images == fashion.train)
      }
    }
  }

  @Test func aModelOfTheDigitsIsMeasuredOnThemUnlessAFolderIsNamed() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(mnist.files, in: folder)
      let identity = DataIdentity(imagesCRC32: 1, labelsCRC32: 2, dataset: .digits)
      let data = try source(usually: folder).images(of: identity, isTrain: false)
      #expect(data.images == BuiltInDigits.make(isTrain: false) && data.kinship == .own)
      let named = try source(in: folder).images(of: identity, isTrain: false)
      #expect(named.images == mnist.test)
      #expect(named.kinship == .other(trainedOn: "built-in digits"))
      let digits = try source(.digits, usually: folder).images(
        of: self.identity(mnist), isTrain: false)
      #expect(digits.kinship == .other(trainedOn: "MNIST"))
    }
  }

  /// They count only where a folder is taken without being named.
  @Test func trainingImagesThatAreDamagedDoNotKeepOneFromMeasuring() throws {
    var files = own.files
    files["train-images-idx3-ubyte"] = [0x1F, 0x8B, 8, 0]
    try SmallSets.withFolder(files) { folder throws in
      #expect {
        try source(usually: folder).images(of: identity(own), isTrain: false)
      } throws: {
        "\($0)".hasPrefix("\(folder)/train-images-idx3-ubyte: ")
      }
      let named = try source(in: folder).images(of: identity(own), isTrain: false)
      #expect(named.images == own.test && named.kinship == .unknown)
    }
  }

  /// Nobody else has a set of one's own; a published one is to be had elsewhere.
  @Test func whatIsWrongWithASetOfOnesOwnWhereItWasIsSaid() throws {
    try SmallSets.withFolder { folder throws in
      for (set, place) in [(own, "own"), (own, "data/x"), (mnist, "mnist")] {
        var files = set.files
        files["train-images-idx3-ubyte"] = [0x1F, 0x8B, 8, 0]
        try SmallSets.put(files, in: "\(folder)/\(place)")
      }
      var source = source(usually: "\(folder)/data")
      source.mirror = try LoopbackServer.refusingAddress()
      var identity = identity(own)
      identity.folder = "\(folder)/own"
      #expect {
        try source.images(of: identity, isTrain: true)
      } throws: {
        "\($0)".hasPrefix("\(folder)/own/train-images-idx3-ubyte: ")
      }
      // Where it is not looked for as a rule, it does not matter.
      try SmallSets.put(own.files, in: "\(folder)/data/y")
      #expect(try source.images(of: identity, isTrain: true).images == own.train)
      identity = self.identity(mnist)
      identity.folder = "\(folder)/mnist"
      #expect {
        try source.images(of: identity, isTrain: true)
      } throws: {
        "\($0)".hasPrefix("MNIST could not be downloaded: ")
      }
    }
  }

  // MARK: -

  private func source(_ choice: DatasetChoice? = nil, usually folder: String) -> DataSource {
    var source = DataSource(choice)
    source.defaultDirectory = folder
    return configured(source)
  }

  private func source(in folder: String) -> DataSource { configured(DataSource(in: folder)) }

  private func configured(_ source: DataSource) -> DataSource { source.with(mnist, fashion) }

  private func identity(_ set: SmallPublishedSet) -> DataIdentity {
    DataIdentity(imagesCRC32: set.train.imagesCRC32, labelsCRC32: set.train.labelsCRC32)
  }
}
