extension Checkpoint {
  /// Reads a checkpoint. Throws `FileError`, `SafeTensorsError` or `CheckpointError`.
  public init(readingFrom path: String) throws {
    let bytes = try InputFile.read(path, limit: Self.limitBytes)
    try self.init(SafeTensors(parsing: bytes, path: path), path: path)
  }

  /// - Parameter path: only serves the sentences.
  init(_ file: SafeTensors, path: String) throws(CheckpointError) {
    let metadata = CheckpointMetadata(
      texts: file.metadata, tensorCount: file.tensors.count, path: path)
    let settings = try metadata.settings()
    try CheckpointTensors(tensors: file.tensors, settings: settings, path: path).check()

    var best = StateDictionary()
    var last = StateDictionary()
    for slot in settings.slots {
      best[slot.name] = file.tensors[slot.name]
      last[slot.name] = file.tensors[Name.last + slot.name]
    }
    func integers(_ name: String) -> [Int64] {
      if case .int64(let numbers)? = file.tensors[name]?.elements { numbers } else { [] }
    }
    func moments(_ name: String) -> TensorValue {
      file.tensors[name] ?? TensorValue([] as [Float], shape: [0])
    }
    let optimizer = settings.parameterNames.map { name in
      Adam.State(
        step: Int(integers(Name.step(name))[0]), expAvg: moments(Name.average(name)),
        expAvgSq: moments(Name.averageOfSquares(name)))
    }
    self.init(
      settings: settings,
      state: TrainingState(
        epoch: try metadata.epoch(of: settings.epochCount),
        lowestLoss: try metadata.lowestLoss(), best: best, last: last, optimizer: optimizer,
        generator: RandomGenerator.State(
          words: integers(Name.words).map { UInt32($0) }, position: Int(integers(Name.position)[0])),
        dropoutDraws: UInt64(bitPattern: integers(Name.dropoutDraws)[0])))
  }

  /// The test images of the set in a folder, with the sizes and classes this model was trained on.
  public func testImages(in directory: String) throws -> ImageSet {
    let images = try MNISTFolder.load(directory, isTrain: false, classes: settings.outputSize)
    try checkSize(of: images, path: directory)
    return images
  }

  /// The same from anywhere.
  public func testImages(
    from source: DataSource, report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    let data = try source.testImages(
      trainImagesCRC32: settings.imagesCRC32, trainLabelsCRC32: settings.labelsCRC32,
      classes: settings.outputSize, report: report)
    try checkSize(of: data.images, path: data.origin.place)
    return data
  }

  private func checkSize(of images: ImageSet, path: String) throws(CheckpointError) {
    guard images.height == settings.imageHeight && images.width == settings.imageWidth else {
      throw .otherImageSize(
        path: path, expectedHeight: settings.imageHeight, expectedWidth: settings.imageWidth,
        foundHeight: images.height, foundWidth: images.width)
    }
  }

  /// The best model, ready to predict.
  public func makeModel() -> ImageClassifier {
    let seed = settings.seed
    let model = settings.makeModel(
      using: RandomGenerator(seed: seed), dropout: CounterGenerator(seed: seed))
    do {
      try model.load(stateDictionary: state.best)
    } catch {
      preconditionFailure("a checkpoint's settings and tensors are of one model: \(error)")
    }
    model.evaluate()
    return model
  }
}

/// The tensors of a file, held against what its settings say must be there.
private struct CheckpointTensors {
  let tensors: [String: TensorValue]
  let settings: TrainingSettings
  let path: String

  /// Nothing is asked for memory here: names, shapes and numbers are compared as they are.
  func check() throws(CheckpointError) {
    try checkNamesAndShapes()
    try checkNumbers()
  }

  private func checkNamesAndShapes() throws(CheckpointError) {
    var expected: [(name: String, summary: String)] = []
    for slot in settings.slots {
      let summary = "\(slot.kind == .counter ? "int64" : "float32") \(slot.shape)"
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
    let found = tensors.map { (name: $0.key, summary: $0.value.summary) }
    let difference = StateDictionaryError.difference(
      expected: expected, found: found.sorted { $0.name < $1.name })
    if let difference { throw .state(path: path, difference) }
  }

  private func checkNumbers() throws(CheckpointError) {
    let modelNames = Set(settings.slots.map(\.name))
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
        default: try check(numbers, name, "0 or more") { $0 >= 0 }
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
