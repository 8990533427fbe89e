// A run that begins with the weights of another model, `--start_from`.

extension TrainOptions {
  /// The model whose weights the run begins with; nil where none was named. Throws as `SavedModel` does.
  package func startingModel() throws -> SavedModel? {
    try startPath.map { try SavedModel(readingFrom: $0) }
  }

  /// The same options with the model's widths. Refuses what the data or other options do not allow: images of another
  /// size, other widths where they were asked for, and dropout in place of batch normalisation or the reverse.
  func starting(from model: SavedModel, on images: ImageSet) throws -> TrainOptions {
    let path = startPath ?? ""
    let layout = model.layout
    try model.checkStarting(images.size, path: path)
    func refusal(_ option: String, _ expected: String, _ found: String) -> UsageError {
      Self.command.error(
        .contradictsStart(option: option, path: path, expected: expected, found: found))
    }
    guard layout.usesBatchNorm != settings.useDropout else {
      let names = ["batch normalisation", "dropout"]
      throw layout.usesBatchNorm
        ? refusal("--use_dropout", names[0], names[1])
        : refusal("--use_dropout", names[1], names[0])
    }
    if asksForWidths {
      let asked = hiddenSizes(inputSize: images.imageSize, outputSize: images.classCount)
      guard asked == layout.hiddenSizes else {
        let texts = Self.widthTexts(layout.hiddenSizes, asked, areCounted: givenWidths == nil)
        throw refusal(widthsOption, texts.0, texts.1)
      }
    }
    var options = self
    options.givenWidths = layout.hiddenSizes
    return options
  }
}

extension TrainingText {
  /// What a person should know of the model that a run begins with, before the run trains.
  package static func notes(
    onStartingFrom model: SavedModel, _ options: TrainOptions, _ settings: TrainingSettings
  ) -> [String] {
    let path = options.startPath ?? ""
    let name = PythonSyntax.escaped(path)
    let (known, count) = (model.layout.outputSize, settings.outputSize)
    var notes = [PredictionText.convertedTypes(of: model, in: path, tool: tool)]
    if known != count {
      notes.append(
        "\(tool): \(name): a model of \(classes(known)), and the data has \(classes(count)): its "
          + "last layer begins anew")
    } else if let former = model.settings {
      // A class without a name is called by its number.
      func names(_ settings: TrainingSettings) -> [String] {
        settings.classNames ?? settings.dataIdentity().publishedClassNames
          ?? (0..<count).map { "\($0)" }
      }
      let (found, own) = (names(former), names(settings))
      if found != own {
        notes.append(
          "\(tool): \(name): its classes are called \(list(found)), the data's \(list(own)): its "
            + "last layer is taken over all the same")
      }
    }
    return notes.compactMap(\.self)
  }

  private static func classes(_ count: Int) -> String { "\(count) class\(count == 1 ? "" : "es")" }

  /// `cat, dog, owl and 7 more`
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).map(PythonSyntax.escaped).joined(separator: ", ")
    return shown + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }
}
