import Synchronization

/// The model that answers, until another one is loaded in its place.
final class ServedModel: Sendable {
  struct Version: Sendable {
    let model: SavedModel
    /// In evaluation for good.
    let classifier: Frozen<ImageClassifier>
    let size: ImageSize

    init(_ model: SavedModel, path: String, threadCount: Int) throws {
      try MemoryNeed(
        serving: model.layout, batchSize: PredictionWorker.batchSize, threadCount: threadCount
      ).check()
      size = try model.pictureSize(path: path)
      self.model = model
      let classifier = model.makeModel()
      classifier.prepareForPrediction()
      self.classifier = Frozen(classifier)
    }
  }

  let path: String
  private let threadCount: Int
  private let version: Mutex<Version>

  /// - Parameter threadCount: how many compute with it at once.
  init(_ model: SavedModel, path: String, threadCount: Int = 1) throws {
    (self.path, self.threadCount) = (path, threadCount)
    version = Mutex(try Version(model, path: path, threadCount: threadCount))
  }

  var current: Version { version.withLock { $0 } }

  /// Reads the file anew. What it throws leaves the model as it is.
  func reload() throws {
    let model = try SavedModel(readingFrom: path)
    let next = try Version(model, path: path, threadCount: threadCount)
    version.withLock { $0 = next }
  }

  /// What it is, as a JSON object.
  var json: String {
    let version = current
    let model = version.model
    let names = model.classNames.map { "[\($0.map(JSONText.quoted).joined(separator: ","))]" }
    var members = [
      "\"file\":\(JSONText.quoted(FileSystem.split(path).name))",
      "\"version\":\(JSONText.quoted(Release.version))",
      "\"height\":\(version.size.height)", "\"width\":\(version.size.width)",
      "\"classes\":\(model.layout.outputSize)", "\"class_names\":\(names ?? "null")",
      "\"hidden_sizes\":[\(model.layout.hiddenSizes.map(String.init).joined(separator: ","))]",
      "\"batch_norm\":\(model.layout.usesBatchNorm)",
      "\"parameters\":\(model.layout.parameterCount)",
    ]
    if let place = model.place {
      members += ["\"epoch\":\(place.epoch)"]
      if place.lowestLoss.isFinite {
        members.append("\"lowest_validation_loss\":\(place.lowestLoss)")
      }
      if let accuracy = place.highestAccuracy {
        members.append("\"highest_validation_accuracy\":\(accuracy)")
      }
    }
    return "{\(members.joined(separator: ","))}"
  }
}
