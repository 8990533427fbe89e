/// What a model file is, for people and for programs: the one answer of `mnist-predict --info` and of the service.
package struct ModelDescription: Sendable {
  package let file: ModelFile

  package init(_ file: ModelFile) { self.file = file }

  var model: SavedModel { file.model }
  /// The file's name without its folders.
  var name: String { FileSystem.split(file.path).name }
  /// Nil where the file does not tell the form of its images.
  var imageSize: ImageSize? { try? model.pictureSize(path: file.path) }

  /// The settings that the file tells, under their names in `config.json`; none of weights alone.
  var settings: [RunConfiguration.Setting] { RunConfiguration.settings(of: model) }

  /// The epoch whose model the file has, as far as it tells its epochs.
  var bestEpoch: LoggedEpoch? {
    guard let settings = model.settings, let place = model.place else { return nil }
    return LoggedEpoch.best(of: place.epochs, by: settings.monitor)
  }

  /// Whether training can go on, with more epochs or patience where the run is over.
  var isResumable: Bool {
    guard let settings = model.settings, let place = model.place else { return false }
    return place.epoch < settings.epochCount
      || settings.whatHasItsLength == nil
        && settings.epochCount < settings.learningRateSchedule.epochLimit
  }

  /// A JSON object, in one line.
  package var json: String {
    let layout = model.layout
    let size = imageSize
    let isRun = model.settings != nil
    let members =
      [
        ("file", JSONText.quoted(name)),
        ("version", JSONText.quoted(Release.version)),
        ("written_by", isRun ? JSONText.quoted(Self.writer) : "null"),
        ("container", JSONText.quoted(file.container.name)),
        ("format_version", isRun ? "\(Checkpoint.formatVersion)" : "null"),
        ("bytes", "\(file.byteCount)"),
        ("crc32", JSONText.quoted(hexadecimal(file.crc32))),
        ("height", size.map { "\($0.height)" } ?? "null"),
        ("width", size.map { "\($0.width)" } ?? "null"),
        ("pixels", "\(layout.inputSize)"),
        ("classes", "\(layout.outputSize)"),
        ("class_names", model.classNames.map { Self.array($0.map(JSONText.quoted)) } ?? "null"),
        ("hidden_sizes", Self.array(layout.hiddenSizes.map { "\($0)" })),
        ("batch_norm", "\(layout.usesBatchNorm)"),
        ("layers", Self.array(layout.layers.map(Self.layer))),
        ("parameters", "\(layout.parameterCount)"),
        ("resumable", "\(isResumable)"),
      ] + runMembers
    return Self.object(members)
  }

  private var runMembers: [(String, String)] {
    guard let settings = model.settings, let place = model.place else { return [] }
    let data = settings.dataIdentity()
    var members = [
      (
        "data",
        Self.object([
          ("name", data.setName.map(JSONText.quoted) ?? "null"),
          ("train_images_crc32", JSONText.quoted(hexadecimal(data.imagesCRC32))),
          ("train_labels_crc32", JSONText.quoted(hexadecimal(data.labelsCRC32))),
        ])
      ),
      ("settings", Self.object(self.settings.map { ($0.name, $0.json) })),
      ("epoch", "\(place.epoch)"),
      ("n_epochs", "\(settings.epochCount)"),
      ("train_batches", "\(place.progress.train.batches)"),
      ("valid_batches", "\(place.progress.valid.batches)"),
      ("updates", "\(place.updateCount)"),
      ("is_over", "\(place.isOver)"),
    ]
    if let best = bestEpoch {
      let figures = Self.object([
        ("epoch", "\(best.epoch)"), ("train_loss", Self.number(best.trainLoss)),
        ("valid_loss", Self.number(best.validLoss)),
        ("valid_accuracy", Self.number(best.validAccuracy)),
      ])
      members.append(("best_epoch", figures))
    }
    // Infinite as long as no epoch is over.
    if place.lowestLoss.isFinite {
      members.append(("lowest_validation_loss", "\(place.lowestLoss)"))
    }
    if let accuracy = place.highestAccuracy {
      members.append(("highest_validation_accuracy", "\(accuracy)"))
    }
    return members
  }

  /// Who writes runs into files.
  static let writer = "mnist-train"

  private static func layer(_ layer: (name: String, type: String, slots: [ModelLayout.Slot]))
    -> String
  {
    let shapes = layer.slots.map { (String($0.ownName), array($0.shape.map { "\($0)" })) }
    return object([
      ("name", JSONText.quoted(layer.name)), ("type", JSONText.quoted(layer.type)),
      ("shapes", object(shapes)),
    ])
  }

  private static func object(_ members: [(String, String)]) -> String {
    "{\(members.map { "\(JSONText.quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
  }

  private static func array(_ elements: [String]) -> String {
    "[\(elements.joined(separator: ","))]"
  }

  /// JSON has no number that is not finite.
  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}

extension TensorFile.Container {
  /// As people call it.
  var name: String { self == .pyTorch ? "PyTorch" : "safetensors" }
}
