import MNISTCore

/// Saves and logs the run after each epoch, and saves it where a signal stops it.
func train(
  _ run: TrainingRun, _ options: TrainOptions, on data: DataOrigin,
  savingTo file: CheckpointFile, _ log: RunLog?, _ console: inout Console
) throws {
  defer { if let failure = log?.failure { console.failAndGoOn(failure) } }
  let saver = CheckpointSaver(file, for: data)
  func save() -> FileError? {
    saver.save(Checkpoint(settings: run.settings, state: run.state))
  }
  // Where the file cannot be written in the end, the run is saved in one of these.
  let otherFolders = [CLibrary.environment("TMPDIR"), "."].compactMap(\.self)
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
