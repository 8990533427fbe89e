import MNISTCore

/// Prepares a run, and tells what it is, before it trains.
func train(_ options: TrainOptions, _ console: inout Console) throws {
  guard options.comparison.folders.isEmpty else {
    return try console.compareRuns(options.comparison)
  }
  guard !options.listsDevices else { return console.listDevices() }
  if let path = options.sweepPath, let directory = options.sweepDirectory {
    return try sweep(path, in: directory, options, &console)
  }
  if let note = TrainingText.recipe(options) { console.note(note) }
  if let path = options.augmentationSheetPath {
    return try showAugmentation(in: path, options, &console)
  }
  StopSignal.listen()
  if let file = try options.learningRateCurveFile() {
    return try testLearningRates(options, writingTo: file, &console)
  }
  // Before anything is written, or the file is replaced.
  var start = try options.startingModel()
  var options = options
  let wantedDirectory = options.runDirectory
  let file = try options.openModelFile()
  let stored = options.resume ? try Checkpoint(resuming: options.modelPath) : nil
  for text in options.optionsWithoutEffect(resuming: stored?.settings) {
    console.warnAlsoAtEnd(text)
  }
  let link = LogLink(of: file.absolutePath)
  let storedConfiguration = stored.map { configuration($0.settings, savedTo: file) }
  let logDirectory = options.logDirectory ?? storedConfiguration.flatMap(link.folder)
  if let directory = logDirectory {
    try RunLog.checkWritable(
      directory, resuming: storedConfiguration, isFixed: options.runDirectory != nil)
  }
  let source = options.dataSource
  let identity = stored?.settings.dataIdentity(
    foundBefore: CheckpointFile.dataFolder(of: options.modelPath))
  let data =
    try identity.map { try source.images(of: $0, isTrain: true) { console.report($0) } }
    ?? source.trainingImages { console.report($0) }
  console.note(unusedOptionsOf: options, data)
  let settings = try options.settings(for: data, resuming: stored, startingFrom: start)
  try file.checkRoom(for: settings)
  try MemoryNeed(training: settings, imageCount: data.images.count).check()
  let run = TrainingRun(settings, images: data.images)
  if let model = start {
    run.start(from: model)
    for note in TrainingText.notes(onStartingFrom: model, options, settings) { console.note(note) }
    start = nil
  }
  Console.setLastWords(
    TrainingText.endedAtOnce(
      holding: stored.map { ($0.state.epoch, $0.state.progress) }, in: options.modelPath))
  StopSignal.holdBack(TrainingText.waitingForSave)

  if let note = TrainingText.clippedBatchSize(options, to: settings.batchSize) {
    console.note(note)
  }
  for note in TrainingText.notes(on: file) { console.note(note) }
  if let note = TrainingText.otherRunFolder(options, than: wantedDirectory) { console.note(note) }
  if let stored {
    run.resume(from: stored.state)
    guard !run.isOver else {
      if let directory = options.logDirectory, options.runDirectory == nil,
        !RunLog.holds(directory, configuration(settings, savedTo: file))
      {
        console.note(TrainingText.nothingToLog(to: directory))
      }
      return console.note(TrainingText.nothingLeft(of: run, in: options.modelPath))
    }
    if let last = options.stopAfter, run.epoch >= last {
      return console.note(TrainingText.paused(run, options))
    }
    console.note(TrainingText.resumed(run, from: options.modelPath))
    if let note = TrainingText.otherDevice(settings, than: stored.settings) { console.note(note) }
    if let identity, let note = TrainingText.data(data.origin, of: identity, options) {
      console.note(note)
    }
    if link.isSet, options.logDirectory == nil {
      console.note(
        logDirectory.map(TrainingText.foundLog) ?? TrainingText.lostLog(of: options.modelPath))
    }
  } else {
    if logDirectory == nil { link.remove() }
    if options.seed == nil { console.note(TrainingText.chosenSeed(settings.seed)) }
    console.warn(about: data, isTrain: true)
    console.print(DataText.line(data))
    console.print(TrainingText.sizes(of: run))
    if options.verbosity >= 1 { console.print(TrainingText.parts(of: run)) }
  }
  let log = try logDirectory.map {
    try openLog(
      $0, isFixed: options.runDirectory != nil, of: run, savingTo: file, link, stored, &console)
  }
  try train(run, options, on: data.origin, savingTo: file, log, &console)
}

/// What the run's log says of it.
func configuration(
  _ settings: TrainingSettings, savedTo file: CheckpointFile
) -> RunConfiguration {
  RunConfiguration(
    version: Release.version, commandLine: [TrainOptions.toolName] + ProcessArguments.all,
    modelPath: file.absolutePath, settings)
}

/// Opens the run's log, and tells where it is not the folder that was asked for, or not whole.
func openLog(
  _ directory: String, isFixed: Bool, of run: TrainingRun, savingTo file: CheckpointFile,
  _ link: LogLink,
  _ stored: Checkpoint?, _ console: inout Console
) throws -> RunLog {
  let log = try RunLog(
    directory, configuration(run.settings, savedTo: file), resumingAfter: stored?.state.epoch,
    known: stored?.state.loggedEpochs ?? [], isFixed: isFixed)
  do throws(FileError) {
    try link.set(log.directory)
  } catch {
    if !isFixed { console.note(TrainingText.failedLink(error)) }
  }
  for note in [
    TrainingText.otherFolder(log, than: directory), TrainingText.missingRows(log, of: run.epoch),
  ] {
    if let note { console.note(note) }
  }
  return log
}

ProcessorCheck.pass(tool: "mnist-train")
exit(Tool.run(ProcessArguments.all, train))
