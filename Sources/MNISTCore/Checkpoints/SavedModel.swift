/// A trained classifier out of a file, ready to predict.
///
/// The file is a checkpoint of `mnist-train`, of which the best model is taken, or the same model's weights
/// alone, as `safetensors.torch.save_file(model.state_dict(), path)` and `torch.save` write them; see
/// `ClassifierWeights`.
public struct SavedModel: Equatable, Sendable {
  package let layout: ModelLayout
  /// That of the images; nil for weights alone, which tell only the number of pixels.
  let imageSize: ImageSize?
  let weights: StateDictionary
  /// The settings of the run; nil for weights alone.
  public let settings: TrainingSettings?
  /// How far the run is and what it has come to; nil for weights alone.
  package let place: Place?

  package struct Place: Equatable, Sendable {
    /// Epochs behind the run.
    package let epoch: Int
    /// How far it is in the next one.
    let progress: EpochProgress
    /// Whether patience has ended it, or all its epochs are done.
    let isOver: Bool
    /// Batches that the model has learned from.
    let updateCount: Int
    /// What the epochs came to, as far as the file tells it.
    let epochs: [LoggedEpoch]
    package let lowestLoss: Double
    /// Of a run that monitors the accuracy, from its first epoch on.
    package let highestAccuracy: Double?
  }

  /// Number formats of the file's weights other than float32, whose numbers they have become: `float16`, say.
  package private(set) var convertedTypes: [String] = []

  /// Throws `FileError`, an error of the file's container, or `CheckpointError`.
  public init(readingFrom path: String) throws {
    try self.init(reading: InputFile(path, limit: Checkpoint.limitBytes))
  }

  /// The same of an open file.
  init(reading file: borrowing InputFile) throws {
    var convertedTypes: [String] = []
    let path = file.path
    let content = try TensorFile(reading: file) { listing in
      convertedTypes = try Self.check(listing, path: path)?.convertedTypes ?? []
    }
    try self.init(content, path: path)
    self.convertedTypes = convertedTypes
  }

  /// Refuses what cannot be a model, from its names and shapes. Returns what a classifier's weights alone are;
  /// nil for a run.
  @discardableResult
  static func check(
    _ listing: TensorFile.Listing, path: String
  ) throws(CheckpointError) -> ClassifierWeights? {
    guard !isCheckpoint(listing.metadata) else {
      try Checkpoint.check(listing, path: path)
      return nil
    }
    return try ClassifierWeights(listing, path: path)
  }

  /// - Parameter path: only serves the sentences.
  init(_ file: TensorFile, path: String) throws(CheckpointError) {
    guard !Self.isCheckpoint(file.metadata) else {
      self.init(try Checkpoint(file, path: path))
      return
    }
    let weights = try ClassifierWeights(file.listing, path: path)
    self.init(
      layout: weights.layout, imageSize: nil, weights: try weights.state(of: file.tensors),
      settings: nil, place: nil)
  }

  /// The best model of a run, or the one that is there as long as no epoch is over.
  public init(_ checkpoint: Checkpoint) {
    let (settings, state) = (checkpoint.settings, checkpoint.state)
    self.init(
      layout: settings.layout, imageSize: settings.imageSize, weights: state.best ?? state.last,
      settings: settings,
      place: Place(
        epoch: state.epoch, progress: state.progress,
        isOver: state.epoch >= settings.epochCount
          || state.epochsWithoutImprovement >= settings.patience ?? .max,
        updateCount: state.optimizer.first?.step ?? 0, epochs: state.loggedEpochs,
        lowestLoss: state.lowestLoss, highestAccuracy: state.highestAccuracy))
  }

  /// What the classes are called, a name for each: as the training's data said or, of a published set, as its
  /// authors do; nil where that is not known.
  public var classNames: [String]? {
    let names = settings?.classNames ?? settings?.dataIdentity().publishedClassNames
    return names?.count == layout.outputSize ? names : nil
  }

  private init(
    layout: ModelLayout, imageSize: ImageSize?, weights: StateDictionary,
    settings: TrainingSettings?,
    place: Place?
  ) {
    self.place = place
    self.settings = settings
    self.layout = layout
    self.imageSize = imageSize
    self.weights = weights
  }

  /// Whether `mnist-train` wrote the file. Python drops all metadata when it saves a file again: without the
  /// version, the settings are gone too.
  static func isCheckpoint(_ metadata: [String: String]) -> Bool {
    metadata["format_version"] != nil
  }

  /// The test images of the set in a folder, with the sizes and classes this model was trained on: where the set
  /// names its classes in another order, labels are given the model's numbers. Throws what `SetFolder.load`
  /// throws, and `CheckpointError` for images of another size or other classes.
  public func testImages(in directory: String) throws -> ImageSet {
    let preparation = settings?.dataIdentity().preparation ?? ImagePreparation()
    let images = try SetFolder.load(
      directory, isTrain: false, classes: layout.outputSize, preparation: preparation)
    try checkSize(images.size, path: directory)
    return try withClasses(images, areOwn: false, path: directory)
  }

  /// The same from a source, which may download them; `report` is told how that goes. Unless the source
  /// names a set or a folder, they are those of the set that the model was trained on. Throws what the
  /// source throws, and `CheckpointError` for images of another size or other classes.
  ///
  /// - Parameter folder: where the training's images were, if that is known.
  public func testImages(
    from source: DataSource, foundBefore folder: String? = nil,
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    // Weights alone do not say what they were trained on.
    var data = try source.images(
      of: settings?.dataIdentity(foundBefore: folder), isTrain: false, classes: layout.outputSize,
      report: report)
    let found = data.images.size
    if case .pictures? = data.source?.form, let imageSize, found != imageSize {
      throw PictureFolderError.otherSize(
        path: data.origin.place, expected: imageSize, found: found)
    }
    try checkSize(found, path: data.origin.place)
    data.images = try withClasses(
      data.images, areOwn: data.kinship == .own, path: data.origin.place)
    return data
  }

  /// The images with this model's classes, told apart by their names.
  private func withClasses(
    _ images: ImageSet, areOwn: Bool, path: String
  ) throws(CheckpointError) -> ImageSet {
    let (names, ownNames) = (classNames, settings?.classNames)
    // Weights alone do not say what their classes are; and of a model's own data only one part may have names.
    let areInOrder =
      settings == nil || areOwn && (ownNames == nil || images.classNames == nil)
      || ownNames == nil && images.classNames == nil
    guard !areInOrder else { return names.map(images.named) ?? images }
    // A class without a name is called by its number, as folders of digits are: "10" may come before "2".
    func numbers(_ count: Int) -> [String] { (0..<count).map { "\($0)" } }
    let found = images.classNames ?? numbers(images.classCount)
    let known =
      ownNames.map { [$0] } ?? [names, numbers(layout.outputSize)].compactMap(\.self)
    guard let same = known.lazy.compactMap(images.named(found).renumbered).first else {
      throw .otherClasses(
        path: path, expected: known[0], found: found.first { !known[0].contains($0) } ?? "")
    }
    return same.named(names)
  }

  /// What a picture is brought to: the size of the training's images or, where the file does not tell it, a
  /// square of as many pixels.
  ///
  /// - Parameter path: the file's, for the sentence.
  package func pictureSize(path: String) throws(CheckpointError) -> ImageSize {
    if let imageSize { return imageSize }
    let side = Int(Double(layout.inputSize).squareRoot().rounded())
    guard side * side == layout.inputSize else {
      throw .unknownImageSize(path: path, pixels: layout.inputSize)
    }
    return ImageSize(height: side, width: side)
  }

  /// Images to be predicted, from a file or a folder: see `UnlabelledImages`. Throws what is wrong with them, and
  /// `CheckpointError` for images of another size.
  ///
  /// - Parameter isRaw: whether pictures are taken as they are, not fitted to the model's images.
  public func images(at path: String, isRaw: Bool = false) throws -> UnlabelledImages {
    try images(at: path, isRaw: isRaw, isTransposed: false, modelPath: "the model")
  }

  package func images(
    at path: String, isRaw: Bool, isTransposed: Bool, modelPath: String
  ) throws -> UnlabelledImages {
    let images = try UnlabelledImages(
      path, isRaw: isRaw, isTransposed: isTransposed || settings?.isTransposed == true
    ) { try pictureSize(path: modelPath) }
    try checkSize(images.size, path: path)
    return images
  }

  private func checkSize(_ found: ImageSize, path: String) throws(CheckpointError) {
    if let imageSize, found != imageSize {
      throw .otherImageSize(
        path: path, expectedHeight: imageSize.height, expectedWidth: imageSize.width,
        foundHeight: found.height, foundWidth: found.width)
    }
    guard found.height * found.width == layout.inputSize else {
      throw .otherPixelCount(
        path: path, expected: layout.inputSize, foundHeight: found.height, foundWidth: found.width)
    }
  }

  /// The weights alone as a safetensors file.
  package var weightsFile: [UInt8] { weights.safeTensors.encoded() }

  /// The model in a file as one of PyTorch: all of the run where it is one, else the weights. Throws as
  /// `init(readingFrom:)`.
  package static func pyTorchFile(of path: String) throws -> [UInt8] {
    let file = try TensorFile(reading: InputFile(path, limit: Checkpoint.limitBytes)) {
      try check($0, path: path)
    }
    guard !isCheckpoint(file.metadata) else {
      return try Checkpoint(file, path: path).encoded(as: .pyTorch)
    }
    return try SavedModel(file, path: path).weights.safeTensors.encoded(as: .pyTorch)
  }

  /// The classifier, in evaluation.
  public func makeModel() -> ImageClassifier {
    let model = ImageClassifier(
      inputSize: layout.inputSize, outputSize: layout.outputSize,
      hiddenSizes: layout.hiddenSizes,
      regularization: layout.usesBatchNorm
        ? .batchNorm : .dropout(probability: 0, generator: CounterGenerator(seed: 0)),
      using: RandomGenerator(seed: 0))
    do {
      try model.load(stateDictionary: weights)
    } catch {
      stop("a file's sizes and tensors are of one model: \(error)")
    }
    model.evaluate()
    return model
  }
}
