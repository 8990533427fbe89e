import MNISTCore

func train(_ options: TrainOptions, _ console: inout Console) throws {
  guard options.comparedRuns.isEmpty else {
    return compareRuns(in: options.comparedRuns, &console)
  }
  StopSignal.listen()
  let file = try CheckpointFile(options.modelPath)
  let stored = options.resume ? try Checkpoint(resuming: options.modelPath) : nil
  if let directory = options.logDirectory {
    try RunLog.checkWritable(
      directory, resuming: stored.map { configuration($0.settings, savedTo: file) })
  }
  let source = options.dataSource(resuming: stored?.settings)
  let data = try source.trainingImages { console.report($0) }
  let images = data.images
  let settings = try settings(options, stored, data)
  try file.checkRoom(for: settings)
  try MemoryNeed.check(settings, imageCount: images.count)
  let run = TrainingRun(settings, images: images)
  StopSignal.holdBack()

  if !file.isLocked { console.note(TrainingText.withoutLock(options.modelPath)) }
  if let stored {
    run.resume(from: stored.state)
    guard !run.isOver else {
      return console.note(TrainingText.nothingLeft(of: run, in: options.modelPath))
    }
    console.note(TrainingText.resumed(run, from: options.modelPath))
  } else {
    if options.seed == nil { console.note(TrainingText.chosenSeed(settings.seed)) }
    if settings.batchSize < options.batchSize, options.asksForBatchSize {
      console.note(TrainingText.clippedBatchSize(options.batchSize, to: settings.batchSize))
    }
    console.warn(about: data.origin)
    console.print(DataText.line(data.origin))
    console.print(TrainingText.sizes(of: run))
    if options.verbosity >= 1 { console.print(TrainingText.parts(of: run)) }
  }
  let log = try options.logDirectory.map {
    try openLog($0, of: run, savingTo: file, stored, &console)
  }
  try train(run, options, savingTo: file, log, &console)
}

func configuration(
  _ settings: TrainingSettings, savedTo file: CheckpointFile
) -> RunConfiguration {
  RunConfiguration(
    version: Release.version, commandLine: [TrainOptions.toolName] + ProcessArguments.all,
    modelPath: file.absolutePath, settings)
}

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

func settings(
  _ options: TrainOptions, _ stored: Checkpoint?, _ data: LoadedImages
) throws -> TrainingSettings {
  let images = data.images
  if let stored {
    try stored.check(images, in: data.origin.place)
    return try options.settings(resuming: stored.settings, imageCount: images.count)
  }
  try options.checkAgainst(
    rowCount: images.count, inputSize: images.imageSize, outputSize: images.classCount)
  // PyTorch's generator takes 32 bits of a seed.
  let seed = options.seed ?? UInt64(UInt32.random(in: 0...UInt32.max))
  return TrainingSettings(options, seed: seed, data: data)
}

/// Saves and logs the run after each epoch, and saves it where a signal stops it.
func train(
  _ run: TrainingRun, _ options: TrainOptions, savingTo file: CheckpointFile, _ log: RunLog?,
  _ console: inout Console
) throws {
  defer { if let failure = log?.failure { console.failAndGoOn(failure) } }
  let saver = CheckpointSaver(file)
  func save() -> FileError? {
    saver.save(Checkpoint(settings: run.settings, state: run.state))
  }
  // Where the file cannot be written in the end, the run is saved in one of these.
  let otherFolders = [getenv("TMPDIR").map { String(cString: $0) }, "."].compactMap(\.self)
  var timer = RunTimer(run)
  do {
    try run.train { event in
      if case .epoch(let report) = event {
        // Before the run is saved: no epoch behind a run that goes on is missing in its log.
        log?.append(MetricsRow(report, timer.endEpoch()))
        // When the line of an epoch is printed, the one before it is on the disk.
        if let failure = save() { console.note(TrainingText.failedSave(failure)) }
      } else {
        timer.endBatch()
        if options.verbosity == 1 {
          console.progress { ProgressLine(run, timer).text(columns: $0) }
        }
      }
      if let line = TrainingText.line(for: event, verbosity: options.verbosity) {
        console.print(line)
      }
      try StopSignal.check()
    }
  } catch let signal as StopSignal {
    if run.progress != EpochProgress() { _ = save() }
    try saver.finish(orSaveIn: otherFolders)
    console.note(TrainingText.stopped(by: signal, options, log))
    throw signal
  } catch let error as TrainingError {
    try saver.finish(orSaveIn: otherFolders)
    throw error
  }
  if run.epoch < run.settings.epochCount { console.note(TrainingText.outOfPatience(run)) }
  try saver.finish(orSaveIn: otherFolders)
}

exit(Tool.run(ProcessArguments.all, train))
