import MNISTCore

/// Prepares a run, and tells what it is, before it trains.
func train(_ options: TrainOptions, _ console: inout Console) throws {
  guard options.comparedRuns.isEmpty else {
    return console.compareRuns(in: options.comparedRuns)
  }
  StopSignal.listen()
  let file = try CheckpointFile(options.modelPath)
  let stored = options.resume ? try Checkpoint(resuming: options.modelPath) : nil
  if let directory = options.logDirectory {
    try RunLog.checkWritable(
      directory, resuming: stored.map { configuration($0.settings, savedTo: file) })
  }
  let source = options.dataSource
  let identity = stored?.settings.dataIdentity(
    foundBefore: CheckpointFile.dataFolder(of: options.modelPath))
  let data =
    try identity.map { try source.images(of: $0, isTrain: true) { console.report($0) } }
    ?? source.trainingImages { console.report($0) }
  let settings = try options.settings(for: data, resuming: stored)
  try file.checkRoom(for: settings)
  try MemoryNeed.check(
    .training, settings.layout, batchSize: settings.batchSize, imageCount: data.images.count)
  let run = TrainingRun(settings, images: data.images)
  StopSignal.holdBack()

  if !file.isLocked { console.note(TrainingText.withoutLock(options.modelPath)) }
  if let stored {
    run.resume(from: stored.state)
    guard !run.isOver else {
      return console.note(TrainingText.nothingLeft(of: run, in: options.modelPath))
    }
    console.note(TrainingText.resumed(run, from: options.modelPath))
    if let identity, let note = TrainingText.data(data.origin, of: identity, options) {
      console.note(note)
    }
  } else {
    if options.seed == nil { console.note(TrainingText.chosenSeed(settings.seed)) }
    if let note = TrainingText.clippedBatchSize(options, to: settings.batchSize) {
      console.note(note)
    }
    console.warn(about: data, isTrain: true)
    console.print(DataText.line(data))
    console.print(TrainingText.sizes(of: run))
    if options.verbosity >= 1 { console.print(TrainingText.parts(of: run)) }
  }
  let log = try options.logDirectory.map {
    try openLog($0, of: run, savingTo: file, stored, &console)
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
  _ directory: String, of run: TrainingRun, savingTo file: CheckpointFile,
  _ stored: Checkpoint?, _ console: inout Console
) throws -> RunLog {
  let log = try RunLog(
    directory, configuration(run.settings, savedTo: file), resumingAfter: stored?.state.epoch)
  for note in [
    TrainingText.otherFolder(log, than: directory), TrainingText.missingRows(log, of: run.epoch),
  ] {
    if let note { console.note(note) }
  }
  return log
}

exit(Tool.run(ProcessArguments.all, train))
