// Where a run is saved: opening the file, what is said about it, and other options that mean its place.

extension TrainOptions {
  /// Opens the file that the run saves itself to. Nothing is read or downloaded yet.
  ///
  /// A new run in a folder of its own takes that, or another where it is not free: from here on the options say
  /// which.
  package mutating func openModelFile() throws -> CheckpointFile {
    let file: CheckpointFile
    if resume {
      file = try CheckpointFile(modelPath)
    } else if let runDirectory {
      let taken = try RunDirectory.take(runDirectory)
      put(in: taken.directory)
      file = taken.file
    } else {
      file = try CheckpointFile(forNewRunAt: modelPath, keepingFormer: !overwrite)
    }
    try checkPlaces()
    return file
  }

  /// Puts model and log into a folder.
  mutating func put(in directory: String) {
    runDirectory = RunFolder.name(directory)
    modelPath = RunDirectory.modelPath(in: directory)
    logDirectory = runDirectory
  }

  /// The option that says where the model is, and its value.
  var place: [String] {
    runDirectory.map { ["--run_dir", $0] } ?? ["--model_fn", modelPath]
  }

  /// Refuses a path that serves two purposes. What is there already has been refused as no model; this finds
  /// what only the run would make.
  func checkPlaces() throws(UsageError) {
    func resolved(_ path: String) -> String { FileSystem.place(of: path) }
    /// Whether `path` is the folder `folder` or one of those in it.
    func isInside(_ path: String, _ folder: String) -> Bool {
      path == folder || path.hasPrefix(FileSystem.withSlash(folder))
    }
    func refusal(_ allowed: String, _ path: String? = nil) -> UsageError {
      Self.command.error(
        .outOfRange(
          option: place[0], allowed: allowed + (path.map(PythonSyntax.escaped) ?? ""),
          found: PythonSyntax.escaped(place[1])))
    }
    let isAlone = runDirectory == nil
    let model = resolved(modelPath)
    // Where no folder is named, it is `data`.
    let dataFolder = dataset == .digits ? nil : dataDirectory ?? "data"
    for case (let option, let path?) in [("--log_dir", logDirectory), ("--data_dir", dataFolder)] {
      if isInside(resolved(path), model) {
        throw refusal(
          isAlone
            ? "a file, not a folder of \(option), "
            : "a folder whose \(RunDirectory.modelName) is no folder of \(option), ", path)
      }
      if !resume, !overwrite, isAlone, isInside(resolved(path), model + OutputTarget.backupSuffix) {
        throw refusal("a file whose .bak is no folder of \(option), ", path)
      }
    }
    let name = model.split(separator: "/").last.map(String.init) ?? ""
    if let log = logDirectory, RunLog.fileNames.map({ resolved(log) + "/" + $0 }).contains(model) {
      throw refusal("none of the files that --log_dir writes")
    }
    for classes in dataFolder.map(PictureFolder.placesOfClasses) ?? [] {
      let classes = resolved(classes)
      if model != FileSystem.withSlash(classes) + name, isInside(model, classes) {
        throw refusal("a \(isAlone ? "file" : "folder") outside the pictures of --data_dir")
      }
      if let log = logDirectory, resolved(log) != classes, isInside(resolved(log), classes) {
        throw Self.command.error(
          .outOfRange(
            option: "--log_dir", allowed: "a folder outside the pictures of --data_dir",
            found: PythonSyntax.escaped(log)))
      }
    }
    if let dataFolder, IDXFileName(name) != nil, isInside(model, resolved(dataFolder)) {
      throw refusal("none of the files of --data_dir")
    }
  }
}

extension TrainingText {
  /// What a person should know of the file that the run is saved to, before the run begins.
  package static func notes(on file: CheckpointFile) -> [String] {
    let path = PythonSyntax.escaped(file.path)
    var notes: [String] = []
    if !file.isLocked {
      notes.append(
        "\(tool): \(path): its file system has no locks: see to it that no other run writes there")
    }
    if file.isMounted {
      notes.append(
        "\(tool): \(path) is mounted by itself and cannot be replaced as a whole: it is written in "
          + "place, and \(path).rescued is the whole run where that is broken off")
    }
    if let former = file.former, let backup = file.backup {
      notes.append(
        "\(tool): \(path) holds \(words(former)); the first save of this run keeps it as "
          + PythonSyntax.escaped(backup.path)
          + (backup.former.map { ", in place of \(words($0)) there" } ?? ""))
    }
    return notes
  }

  /// `another run (seed 1, 3 of 20 epochs, lowest loss 1.2345e-01)`
  static func words(_ model: FormerModel) -> String {
    guard let run = model.run else { return "the weights of another model" }
    var text = "another run (seed \(run.seed), \(run.epoch) of \(run.epochCount) epochs"
    if run.epoch > 0 { text += ", lowest loss \(NumberText.scientific(run.lowestLoss))" }
    return text + ")"
  }
}

extension TrainingText {
  /// Nil where a run is in the folder that was asked for.
  package static func otherRunFolder(_ options: TrainOptions, than wanted: String?) -> String? {
    guard let wanted, let directory = options.runDirectory, directory != wanted else { return nil }
    return
      "\(tool): \(PythonSyntax.escaped(wanted)) holds another run, or files of its names; this "
      + "one is in \(PythonSyntax.escaped(directory))"
  }
}
