import Synchronization

/// The model that answers, until another one is loaded in its place.
final class ServedModel: Sendable {
  struct Version: Sendable {
    let model: SavedModel
    /// In evaluation for good.
    let classifier: Frozen<ImageClassifier>
    let size: ImageSize

    /// What it is, as a JSON object.
    let json: String

    init(_ file: ModelFile, threadCount: Int) throws {
      model = file.model
      try MemoryNeed(
        serving: model.layout, batchSize: PredictionWorker.batchSize, threadCount: threadCount
      ).check()
      size = try model.pictureSize(path: file.path)
      let classifier = model.makeModel()
      classifier.prepareForPrediction()
      self.classifier = Frozen(classifier)
      json = ModelDescription(file).json
    }
  }

  let path: String
  private let threadCount: Int
  private let version: Mutex<Version>

  /// - Parameter threadCount: how many compute with it at once.
  init(_ file: ModelFile, threadCount: Int = 1) throws {
    (path, self.threadCount) = (file.path, threadCount)
    version = Mutex(try Version(file, threadCount: threadCount))
  }

  var current: Version { version.withLock { $0 } }

  /// Reads the file anew. What it throws leaves the model as it is.
  func reload() throws {
    let next = try Version(ModelFile(readingFrom: path), threadCount: threadCount)
    version.withLock { $0 = next }
  }
}
