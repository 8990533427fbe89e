extension Checkpoint {
  /// Reads a checkpoint in either container. Throws `FileError`, an error of the container, or
  /// `CheckpointError`.
  public init(readingFrom path: String) throws {
    let file = try TensorFile(reading: InputFile(path, limit: Self.limitBytes)) {
      try Self.check($0, path: path)
    }
    try self.init(file, path: path)
  }

  /// Reads the run that is to go on. Throws as above, and where no file is.
  public init(resuming path: String) throws {
    guard FileSystem.leadsToFile(path) || errno != ENOENT else {
      throw CheckpointError.nothingToResume(path: path)
    }
    do {
      try self.init(readingFrom: path)
    } catch CheckpointError.missingSetting(_, "format_version") {
      throw CheckpointError.noRun(path: path)
    }
  }

  /// Refuses other data than the run began with; `directory` only serves the sentence.
  public func check(_ images: ImageSet, in directory: String) throws(CheckpointError) {
    for (noun, expected, found) in [
      ("images", settings.imagesCRC32, images.imagesCRC32),
      ("labels", settings.labelsCRC32, images.labelsCRC32),
    ] where expected != found {
      throw .otherData(path: directory, noun: noun, expected: expected, found: found)
    }
  }

  /// Refuses what cannot be a checkpoint, from its names and shapes.
  static func check(_ listing: TensorFile.Listing, path: String) throws(CheckpointError) {
    let settings = try CheckpointMetadata(listing, path: path).settings()
    guard listing.hasChecksums else { throw .noChecksums(path: path) }
    try CheckpointTensors(settings: settings, path: path)
      .checkNamesAndShapes(listing.entries.map { ($0.name, $0.summary) })
  }

  /// - Parameter path: only serves the sentences.
  init(_ file: TensorFile, path: String) throws(CheckpointError) {
    try Self.check(file.listing, path: path)
    let metadata = CheckpointMetadata(file.listing, path: path)
    let settings = try metadata.settings()
    try CheckpointTensors(settings: settings, path: path).checkNumbers(file.tensors)

    var best = StateDictionary()
    var last = StateDictionary()
    for slot in settings.layout.slots {
      best[slot.name] = file.tensors[slot.name]
      last[slot.name] = file.tensors[Name.last + slot.name]
    }
    func integers(_ name: String) -> [Int64] {
      if case .int64(let numbers)? = file.tensors[name]?.elements { numbers } else { [] }
    }
    func moments(_ name: String) -> TensorValue {
      file.tensors[name] ?? TensorValue([] as [Float], shape: [0])
    }
    let optimizer = settings.layout.parameterNames.map { name in
      Adam.State(
        step: Int(integers(Name.step(name))[0]), expAvg: moments(Name.average(name)),
        expAvgSq: moments(Name.averageOfSquares(name)))
    }
    let epoch = try metadata.epoch(of: settings.epochCount)
    self.init(
      settings: settings,
      state: TrainingState(
        epoch: epoch, progress: try metadata.progress(),
        lowestLoss: try metadata.lowestLoss(),
        epochsWithoutImprovement: try metadata.epochsWithoutImprovement(of: settings, epoch: epoch),
        highestAccuracy: try metadata.highestAccuracy(of: settings, epoch: epoch),
        best: epoch > 0 ? best : nil, last: last, optimizer: optimizer,
        generator: RandomGenerator.State(
          words: integers(Name.words).map { UInt32($0) }, position: Int(integers(Name.position)[0])),
        dropoutDraws: UInt64(bitPattern: integers(Name.dropoutDraws)[0]),
        loggedEpochs: try metadata.loggedEpochs(upTo: epoch)))
  }
}

/// What a file's settings say its tensors must be. Nothing is asked for memory here: names, shapes and
/// numbers are compared as they are.
private struct CheckpointTensors {
  let settings: TrainingSettings
  let path: String

  func checkNamesAndShapes(
    _ found: [(name: String, summary: String)]
  ) throws(CheckpointError) {
    var expected: [(name: String, summary: String)] = []
    for slot in settings.layout.slots {
      let summary = slot.summary
      expected += [(slot.name, summary), (Checkpoint.Name.last + slot.name, summary)]
      if slot.kind == .parameter {
        expected += [
          (Checkpoint.Name.step(slot.name), "int64 []"),
          (Checkpoint.Name.average(slot.name), summary),
          (Checkpoint.Name.averageOfSquares(slot.name), summary),
        ]
      }
    }
    expected += [
      (Checkpoint.Name.words, "int64 [\(RandomGenerator.State.wordCount)]"),
      (Checkpoint.Name.position, "int64 []"), (Checkpoint.Name.dropoutDraws, "int64 []"),
    ]
    let difference = StateDictionaryError.difference(
      expected: expected, found: found.sorted { $0.name < $1.name })
    if let difference { throw .state(path: path, difference) }
  }

  func checkNumbers(_ tensors: [String: TensorValue]) throws(CheckpointError) {
    let modelNames = Set(settings.layout.slots.map(\.name))
    for (name, value) in tensors.sorted(by: { $0.key < $1.key }) {
      switch value.elements {
      case .float32(let numbers):
        // Only the best model must be finite: later epochs may have diverged, and the squares of
        // finite gradients overflow in very deep models.
        guard !modelNames.contains(name) || numbers.allSatisfy(\.isFinite) else {
          throw .notFinite(path: path, tensor: name)
        }
        if name.hasSuffix(".running_var") || name.hasSuffix(".exp_avg_sq") {
          try check(numbers, name, "numbers of 0 or more") { !($0 < 0) }
        }
      case .int64(let numbers):
        let size = Int64(RandomGenerator.State.wordCount)
        switch name {
        case Checkpoint.Name.words:
          try check(numbers, name, "32-bit words") { 0...Int64(UInt32.max) ~= $0 }
          guard numbers.contains(where: { $0 != 0 }) else {
            throw .invalidValue(
              path: path, tensor: name, expected: "a word that is not 0", found: "only zeros")
          }
        case Checkpoint.Name.position: try check(numbers, name, "0 to \(size)") { 0...size ~= $0 }
        case Checkpoint.Name.dropoutDraws: break
        // Counts that a double holds exactly: more steps than any run takes.
        default: try check(numbers, name, "0 to \(1 << 53)") { 0...(1 << 53) ~= $0 }
        }
      }
    }
  }

  private func check<Number>(
    _ numbers: [Number], _ name: String, _ expected: String, where isAllowed: (Number) -> Bool
  ) throws(CheckpointError) {
    if let wrong = numbers.first(where: { !isAllowed($0) }) {
      throw .invalidValue(path: path, tensor: name, expected: expected, found: "\(wrong)")
    }
  }
}

/// A file whose container is sound, but that is no checkpoint of this trainer.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// `__metadata__` lacks a text that every run's file has.
  case missingSetting(path: String, name: String)
  /// A text of `__metadata__` is none of those that are expected.
  case invalidSetting(path: String, name: String, expected: String, found: String)
  /// The file's format is one that this program does not know yet.
  case newerVersion(path: String, expected: Int, found: Int)
  /// It says that it is this trainer's, whose files all have checksums.
  case noChecksums(path: String)
  /// Missing, unexpected and wrongly shaped tensors.
  case state(path: String, StateDictionaryError)
  /// A tensor of the model holds a number that is infinite or none.
  case notFinite(path: String, tensor: String)
  /// A tensor holds a number that cannot be, such as a negative step.
  case invalidValue(path: String, tensor: String, expected: String, found: String)
  /// Weights alone that do not make up a classifier; `name` is that of the first missing tensor, and where no
  /// layer is there, `found` has the names that are.
  case notAClassifier(path: String, name: String, found: [String])
  /// Weights alone, which can predict, but not be trained further.
  case noRun(path: String)
  /// No file has the path.
  case nothingToResume(path: String)
  /// The path is that of the images; checksums are CRC-32s of the unpacked files.
  case otherData(path: String, noun: String, expected: UInt32, found: UInt32)
  /// The path is that of the images.
  case otherImageSize(
    path: String, expectedHeight: Int, expectedWidth: Int, foundHeight: Int, foundWidth: Int)
  /// The same for a model that only knows how many pixels it takes.
  case otherPixelCount(path: String, expected: Int, foundHeight: Int, foundWidth: Int)
  /// Of images that name their classes; `found` is the first that the model does not have.
  case otherClasses(path: String, expected: [String], found: String)
  /// Weights alone, for a number of pixels that makes no square.
  case unknownImageSize(path: String, pixels: Int)

  /// One sentence that names the path, what was expected and what was found.
  public var description: String {
    switch self {
    case .missingSetting(let path, let name):
      "\(path): not written by mnist-train (expected \(name) in __metadata__, found none)"
    case .invalidSetting(let path, let name, let expected, let found):
      "\(path): \(name) in __metadata__ is out of range (expected \(expected), found "
        + "\(JSONText.excerpt(found)))"
    case .newerVersion(let path, let expected, let found):
      "\(path): written by a newer version (expected format \(expected), found \(found))"
    case .noChecksums(let path):
      "\(path): damaged: no checksums (expected \(SafeTensorsChecksums.headerName) in __metadata__)"
    case .state(let path, let error):
      "\(path): \(error)"
    case .notFinite(let path, let tensor):
      "\(path): tensor \(tensor) holds a number that is not finite"
    case .invalidValue(let path, let tensor, let expected, let found):
      "\(path): tensor \(tensor) is out of range (expected \(expected), found \(found))"
    case .noRun(let path):
      "\(path): holds no run to resume (expected a file that mnist-train wrote, found weights alone)"
    case .nothingToResume(let path):
      "\(path): there is no run to resume (expected a file that mnist-train wrote, found no file)"
    case .otherData(let path, let noun, let expected, let found):
      "\(path): the run to resume was trained on other \(noun) (expected CRC-32 "
        + "\(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .otherImageSize(let path, let height, let width, let foundHeight, let foundWidth):
      "\(path): the model was trained on images of another size (expected \(height)×\(width), "
        + "found \(foundHeight)×\(foundWidth))"
    case .notAClassifier(let path, let name, let found):
      "\(path): not a model of this program (expected a float32 tensor \(name) that continues the "
        + "classifier, found \(Self.list(found)))"
    case .otherClasses(let path, let expected, let found):
      "\(path): a class that the model does not have (expected one of "
        + expected.prefix(20).map(JSONText.excerpt).joined(separator: ", ")
        + (expected.count > 20 ? " and \(expected.count - 20) more" : "")
        + ", found \(JSONText.excerpt(found)))"
    case .unknownImageSize(let path, let pixels):
      "\(path): the height and width of the model's images are not known (expected a file that "
        + "mnist-train wrote or a square number of pixels, found weights alone for \(pixels))"
    case .otherPixelCount(let path, let expected, let height, let width):
      "\(path): the model was trained on images of another size (expected \(expected) pixels, "
        + "found \(height)×\(width))"
    }
  }

  /// The first few names, for a file may hold any number.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).map { JSONText.excerpt($0) }
    let rest = names.count - shown.count
    return names.isEmpty
      ? "none" : shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
