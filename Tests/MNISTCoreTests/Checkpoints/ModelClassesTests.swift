import Testing

@testable import MNISTCore

/// What a model's classes are called: in its file, and against a set's names.
@Suite struct ModelClassesTests {
  private static func checkpoint(_ names: [String]?) throws -> Checkpoint {
    var checkpoint = try SmallSets.checkpoint()
    checkpoint.settings.classNames = names
    return checkpoint
  }

  /// A model with these names, of the kind that a run saves.
  private static func model(_ names: [String]?) throws -> SavedModel {
    SavedModel(try checkpoint(names))
  }

  // MARK: The file

  @Test func anyNamesComeBack() throws {
    let all = ClassNamesTests.strange
    for start in stride(from: 0, to: all.count, by: 3) {
      let names = Array(all[start..<start + 3])
      let checkpoint = try Self.checkpoint(names)
      let bytes = checkpoint.encoded()
      let read = try Checkpoint(TensorFile(parsing: bytes, path: "m"), path: "m")
      #expect(read == checkpoint && read.encoded() == bytes)
      #expect(SavedModel(read).classNames == names)
    }
  }

  @Test func ofAsManyClassesAsThereCanBeAllNamesComeBack() throws {
    var settings = TrainingSettings()
    settings.outputSize = 256
    settings.classNames = (0..<256).map { "\($0)" + String(repeating: "\u{1}", count: 1_000) }
    let row = try #require(TrainingSetting.all.first { $0.name == "class_names" })
    var read = settings
    read.classNames = nil
    #expect(row.read(try #require(row.text(settings)), 0, &read) == nil && read == settings)
    let configuration = RunConfiguration(
      version: "1", commandLine: [], modelPath: "m", settings)
    try SmallSets.withFolder(["config.json": Array(configuration.json.utf8)]) { folder throws in
      #expect(try RunConfiguration.read("\(folder)/config.json") == configuration)
    }
  }

  @Test func withoutNamesTheFileSaysNothingOfThem() throws {
    let file = try TensorFile(parsing: SmallSets.checkpoint().encoded(), path: "m")
    #expect(file.metadata["class_names"] == nil)
    #expect(try Self.model(nil).classNames == nil)
    let named = try TensorFile(parsing: Self.checkpoint(["a", "b", "c"]).encoded(), path: "m")
    #expect(named.metadata["class_names"] == #"["a","b","c"]"#)
  }

  @Test(arguments: [
    "", "[]", "null", "a,b,c", #"["a","b"]"#, #"["a","b","c","d"]"#, #"["a","b","a"]"#,
    #"["a","b",""]"#, #"["a","b",3]"#, #"["a","b","c"] "x""#, #"{"a":1,"b":2,"c":3}"#,
  ])
  func whatAreNoNamesForTheClassesIsRefused(_ text: String) throws {
    var file = try TensorFile(parsing: SmallSets.checkpoint().encoded(), path: "m")
    file.metadata["class_names"] = text
    let error = CheckpointError.invalidSetting(
      path: "m", name: "class_names",
      expected: "an array of 3 different names, each of 1 to 1024 bytes", found: text)
    #expect(throws: error) { try SavedModel(file, path: "m") }
  }

  @Test func theNamesOfAPublishedSetNeedNoRoomInTheFile() throws {
    var checkpoint = try SmallSets.checkpoint()
    (checkpoint.settings.imagesCRC32, checkpoint.settings.labelsCRC32) = (0xb4f2_9f28, 0x741a_4657)
    // A file whose sizes are another set's does not have its classes.
    #expect(SavedModel(checkpoint).classNames == nil)
    let identity = checkpoint.settings.dataIdentity()
    let names = try #require(identity.publishedClassNames)
    #expect(names.count == 10 && names[0] == "T-shirt/top" && names[9] == "Ankle boot")
    #expect(ClassNames.fault(names) == nil)
  }

  // MARK: Against a set

  /// The test images of a folder of IDX files with a `classes.txt`, as a model with `names` has them.
  private func tested(_ names: [String]?, on found: [String]?) throws -> ImageSet {
    var images: ImageSet?
    try SmallSets.withFolder { folder in
      try SmallSets.put(Self.test, "t10k", in: folder)
      if let found {
        try SmallSets.write(Array(found.joined(separator: "\n").utf8), "\(folder)/classes.txt")
      }
      do {
        images = try Self.model(names).testImages(in: folder)
      } catch CheckpointError.otherClasses(folder, let expected, let found) {
        throw CheckpointError.otherClasses(path: "d", expected: expected, found: found)
      }
    }
    return try #require(images)
  }

  private static let test = SmallSets.fields(6, height: 2, width: 3, classes: 3)

  @Test func aCatIsNeverCountedAsADog() throws {
    let images = try tested(["cat", "dog", "owl"], on: ["owl", "cat", "dog"])
    #expect(Self.test.labels == [0, 1, 2, 0, 1, 2])
    #expect(images.labels == [2, 0, 1, 2, 0, 1])
    #expect(images.classNames == ["cat", "dog", "owl"])
  }

  /// A set of digits is not told apart by numbers that are only the order of somebody's folders.
  @Test func anotherSetWithoutNamesIsRefused() throws {
    let error = CheckpointError.otherClasses(
      path: "d", expected: ["cat", "dog", "owl"], found: "0")
    #expect(throws: error) { try tested(["cat", "dog", "owl"], on: nil) }
    #expect(try tested(nil, on: nil) == Self.test)
  }

  @Test func theModelsOwnSetHasTheModelsNumbers() throws {
    let own = SmallSets.fields(24, height: 2, width: 3, classes: 3)
    try SmallSets.withFolder { folder in
      try SmallSets.put(own, in: folder)
      try SmallSets.put(Self.test, "t10k", in: folder)
      let names = ["cat", "dog", "owl"]
      let data = try Self.model(names).testImages(from: DataSource(in: folder))
      #expect(data.kinship == .own && data.images == Self.test.named(names))
      // Its names may have come after the training.
      try SmallSets.write(Array("owl\ncat\ndog\n".utf8), "\(folder)/classes.txt")
      let later = try Self.model(nil).testImages(from: DataSource(in: folder))
      #expect(later.images == Self.test.named(["owl", "cat", "dog"]))
    }
  }

  @Test func aClassThatTheModelDoesNotHaveIsRefused() throws {
    let error = CheckpointError.otherClasses(
      path: "d", expected: ["cat", "dog", "owl"], found: "ape")
    #expect(throws: error) { try tested(["cat", "dog", "owl"], on: ["cat", "ape", "owl"]) }
    #expect(
      error.description == "d: a class that the model does not have (expected one of \"cat\", "
        + "\"dog\", \"owl\", found \"ape\")")
    for (count, end) in [(20, ""), (21, " and 1 more"), (22, " and 2 more")] {
      let many = CheckpointError.otherClasses(
        path: "d", expected: (1...count).map { "\($0)" }, found: "x")
      #expect(many.description.hasSuffix("\"20\"\(end), found \"x\")"))
    }
  }

  @Test func classesOfAModelWithoutNamesAreCalledByTheirNumbers() throws {
    #expect(try tested(nil, on: ["2", "0", "1"]).labels == [2, 0, 1, 2, 0, 1])
    #expect(try tested(nil, on: ["2", "0", "1"]).classNames == nil)
    let error = CheckpointError.otherClasses(path: "d", expected: ["0", "1", "2"], found: "zero")
    #expect(throws: error) { try tested(nil, on: ["zero", "1", "2"]) }
  }

  /// In folders of digits, 10 comes before 2.
  @Test func numbersAreFoundAmongTheModelsNames() throws {
    let images = try tested(["0", "2", "1"], on: nil)
    #expect(images.labels == [0, 2, 1, 0, 2, 1] && images.classNames == ["0", "2", "1"])
  }

  @Test(arguments: [(20, ""), (21, ", …")])
  func theFirstTwentyClassesAreNamed(_ count: Int, _ end: String) throws {
    let names = (0..<count).map { "n\($0)" }
    let images = ImageSet(height: 1, width: 1, pixels: [0], labels: [0], classNames: names)
    let data = LoadedImages(images: images, origin: .files(folder: "d"))
    let named = (0..<20).map { "\($0) is n\($0)" }.joined(separator: ", ")
    #expect(
      PredictionText.classesByOrder(try Self.model(nil), data)
        == "the model does not say what its classes are called: as in the data, \(named)\(end)")
    #expect(PredictionText.classesByOrder(try Self.model(["a", "b", "c"]), data) == nil)
  }

  @Test func weightsAloneTakeTheClassesInTheirOrder() throws {
    let checkpoint = try SmallSets.checkpoint()
    var file = try TensorFile(parsing: checkpoint.encoded(), path: "m")
    file.metadata = [:]
    file.hasChecksums = false
    let model = try SavedModel(file, path: "m")
    try SmallSets.withFolder(["classes.txt": Array("owl\ncat\ndog\n".utf8)]) { folder in
      try SmallSets.put(Self.test, "t10k", in: folder)
      let data = try model.testImages(from: DataSource(in: folder))
      #expect(data.images == Self.test.named(["owl", "cat", "dog"]))
      #expect(
        PredictionText.classesByOrder(model, data) == "the model does not say what its classes are "
          + "called: as in the data, 0 is owl, 1 is cat, 2 is dog")
    }
  }
}
