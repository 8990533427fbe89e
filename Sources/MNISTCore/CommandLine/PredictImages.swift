// Predicting images without labels: what is opened, and what is said about it.

extension PredictOptions {
  /// Refuses to write predictions over what is read, or where nothing can be written, before hours of work.
  package func checkPredictionsPath() throws {
    guard let predictionsPath else { return }
    for case (let option, let path?) in [("--model_fn", modelPath), ("--images", imagesPath)] {
      try refuse(predictionsPath, ifItIs: path, of: option)
    }
    try OutputFile.checkWritable(predictionsPath, byteCount: 0)
    try RunLog.checkHasNone(at: predictionsPath)
  }

  private func refuse(
    _ predictionsPath: String, ifItIs path: String, of option: String
  ) throws(UsageError) {
    guard FileSystem.place(of: predictionsPath) == FileSystem.place(of: path) else { return }
    throw Self.command.error(
      .outOfRange(
        option: "--predictions", allowed: "another file than \(option) names",
        found: PythonSyntax.escaped(predictionsPath)))
  }

  /// The images to predict, of which there must be enough memory for a batch.
  package func openImages(for model: SavedModel) throws -> UnlabelledImages {
    let path = imagesPath ?? ""
    let images = try model.images(
      at: path, isRaw: isRaw, isTransposed: isTransposed, modelPath: modelPath)
    if let predictionsPath, images.isFolder,
      let name = FileSystem.parts(FileSystem.place(of: predictionsPath)).last,
      images.fileNames?.contains(name) == true
    {
      try refuse(predictionsPath, ifItIs: FileSystem.withSlash(path) + name, of: "--images")
    }
    try MemoryNeed(
      predicting: model.layout, batchSize: batchSize,
      imageCount: min(batchSize, testCount ?? .max, images.fileNames?.count ?? .max)
    ).check()
    return images
  }

  /// The file for the predictions, nil where they go to standard output. From now on the first signal is only
  /// noted, so that nothing of a file is left that is not finished.
  package func openPredictions() throws -> GrowingFile? {
    guard let predictionsPath else { return nil }
    StopSignal.holdBack("")
    return try GrowingFile(predictionsPath)
  }

  /// How many images to predict next, after so many.
  package func batchSize(after count: Int) -> Int { min(batchSize, (testCount ?? .max) - count) }

  // MARK: What is said

  /// What of the input and the options goes unused.
  package func notes(on images: UnlabelledImages) -> [String] {
    let path = PythonSyntax.escaped(images.path)
    var notes: [String] = []
    if images.hasLabels {
      notes.append("\(path): its labels are not used")
    }
    if images.isSwapped { notes.append("\(path): rows and columns are swapped") }
    if images.otherFileCount > 0 {
      notes.append(
        "\(path): \(images.otherFileCount) other than the \(images.fileNames?.count ?? 0) pictures "
          + "there are passed over")
    }
    if isRaw, !images.arePictures {
      notes.append("--raw has no effect: \(path) holds no pictures, and is taken as it is")
    }
    if isTransposed, images.arePictures {
      notes.append("--transpose has no effect: \(path) holds pictures")
    }
    return notes.map { "\(Self.toolName): \($0)" }
  }

  /// How many were predicted, where that is not what was asked for or cannot be seen.
  package func notes(afterPredicting count: Int) -> [String] {
    var notes: [String] = []
    if let testCount, testCount > count {
      notes.append("--n_test \(testCount) is more than the images: all \(count) are predicted")
    }
    if let predictionsPath {
      notes.append(
        "\(count) prediction\(count == 1 ? "" : "s") in \(PythonSyntax.escaped(predictionsPath))")
    }
    return notes.map { "\(Self.toolName): \($0)" }
  }

  /// How the work was broken off.
  package func stopped(by signal: StopSignal, after count: Int) -> String {
    "\(Self.toolName): stopped by \(signal.name) after \(count) images; "
      + "\(PythonSyntax.escaped(predictionsPath ?? "")) is as it was"
  }

  /// What a person should know of the pictures before believing their predictions.
  package func warnings(on images: UnlabelledImages) -> [String] {
    func text(_ pictures: UnlabelledImages.Doubtful, _ what: String) -> String? {
      guard let first = pictures.first else { return nil }
      let others = pictures.count == 1 ? "" : " and \(pictures.count - 1) more"
      return "\(PythonSyntax.escaped(first))\(others): \(what)"
    }
    return [
      text(images.blank, "blank: the prediction means nothing"),
      text(
        images.inverted, "dark on light, taken as it is: the model knows light on dark"),
    ].compactMap(\.self)
  }
}

extension Classification {
  /// The JSON object of one of these images.
  package func json(of images: UnlabelledImages, names: [String]?) -> String {
    json(file: images.fileNames?[index], names: names)
  }
}
