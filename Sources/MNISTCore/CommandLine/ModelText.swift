// `mnist-predict --info FILE`: what a model file is.

extension PredictOptions {
  /// Prints what the file is, or the model in a run's folder; it is only read. Throws as
  /// `SavedModel.init(readingFrom:)`.
  package func describe(_ place: String, _ console: inout Console) throws {
    let inFolder = RunDirectory.modelPath(in: place)
    let path = FileSystem.exists(inFolder) ? inFolder : place
    let description = ModelDescription(try ModelFile(readingFrom: path))
    if let note = PredictionText.convertedTypes(of: description.model, in: path) {
      console.note(note)
    }
    console.print(json ? description.json : description.text)
  }
}

extension ModelDescription {
  /// Lines for people. Names may be a stranger's: what could steer a terminal is escaped.
  var text: String {
    let layout = model.layout
    let facts =
      [
        ("file", PythonSyntax.escaped(file.path)),
        ("written by", writtenBy),
        ("container", file.container.name),
        ("size", Self.counted(file.byteCount, "byte")),
        ("CRC-32", hexadecimal(file.crc32)),
        ("images", images),
        ("classes", classes),
        ("parameters", "\(layout.parameterCount)"),
      ] + runFacts + [("goes on", goingOn)]
    let lines = facts.map { Self.row($0.0, $0.1, width: 12) }
    let layers = layout.layers.map { layer in
      let shapes = layer.slots.map { "\($0.ownName) \($0.shape)" }.joined(separator: ", ")
      return "  \(layer.name): \(layer.type), \(shapes)"
    }
    // The names of the classes have a line of their own.
    let shown = settings.filter { $0.name != "class_names" }
    let width = (shown.map(\.name.count).max() ?? 0) + 2
    let rows = shown.map { "  " + Self.row($0.name, PythonSyntax.escaped($0.text), width: width) }
    let parts = lines + ["layers"] + layers + (rows.isEmpty ? [] : ["settings"] + rows)
    return parts.joined(separator: "\n")
  }

  private var writtenBy: String {
    model.settings == nil
      ? "weights alone, as other programs write them"
      : "\(Self.writer) (format \(Checkpoint.formatVersion))"
  }

  private var images: String {
    imageSize.map { "\($0.height) x \($0.width) pixels" }
      ?? "\(Self.counted(model.layout.inputSize, "pixel")), in a form that the file does not tell"
  }

  private var classes: String {
    let names = model.classNames.map { $0.map(PythonSyntax.escaped).joined(separator: ", ") }
    return "\(model.layout.outputSize)" + (names.map { ": \($0)" } ?? "")
  }

  private var runFacts: [(String, String)] {
    guard let settings = model.settings, let place = model.place else { return [] }
    let data = settings.dataIdentity()
    let checksums =
      "CRC-32 \(hexadecimal(data.imagesCRC32)) of the training images, "
      + "\(hexadecimal(data.labelsCRC32)) of the labels"
    var facts = [
      ("data", "\(data.setName ?? "own images"): \(checksums)"),
      ("epochs", "\(place.epoch) of \(settings.epochCount) done" + Self.words(place.progress)),
      ("updates", "\(place.updateCount)"),
    ]
    if let best = bestEpoch {
      facts.append(
        (
          "best epoch",
          "\(best.epoch): training loss \(NumberText.scientific(best.trainLoss)), validation loss "
            + "\(NumberText.scientific(best.validLoss)), validation accuracy "
            + NumberText.fixed(best.validAccuracy)
        ))
    }
    if place.lowestLoss.isFinite {
      facts.append(("lowest loss", NumberText.scientific(place.lowestLoss)))
    }
    return facts
  }

  /// Where the run is in its epoch; nothing at an epoch's beginning.
  private static func words(_ progress: EpochProgress) -> String {
    let (trained, validated) = (progress.train.batches, progress.valid.batches)
    if validated > 0 {
      return
        ", and all training batches and \(counted(validated, "validation batch", "es")) of the next"
    }
    return trained > 0 ? ", and \(counted(trained, "training batch", "es")) of the next" : ""
  }

  /// Whether `--resume` can take the file, and how.
  private var goingOn: String {
    guard let settings = model.settings, let place = model.place else {
      return "no: weights alone can only be started from (--start_from)"
    }
    guard place.isOver else { return "yes, with --resume" }
    if let options = TrainingText.optionsToGoOn(after: place.epoch, of: settings) {
      return "yes, with --resume \(options)"
    }
    guard let fixed = settings.whatHasItsLength else {
      return isResumable ? "yes, with --resume and more epochs" : "no: it can have no more epochs"
    }
    return "no: all epochs are done, and its \(fixed) has that length"
  }

  private static func row(_ name: String, _ text: String, width: Int) -> String {
    name + String(repeating: " ", count: max(1, width - name.count)) + text
  }

  private static func counted(_ count: Int, _ word: String, _ ending: String = "s") -> String {
    "\(count) \(word)\(count == 1 ? "" : ending)"
  }
}
