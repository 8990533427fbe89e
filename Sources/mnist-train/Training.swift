import MNISTCore

/// A run has come to the epoch of `--stop_after`.
struct Pause: Error {}

/// Logs the run after each epoch, and saves it: now and then, at the end, and where a signal stops it.
func train(
  _ run: TrainingRun, _ options: TrainOptions, on data: DataOrigin,
  savingTo file: CheckpointFile, _ log: RunLog?, _ console: inout Console
) throws {
  defer {
    log?.finish()
    if let failure = log?.failure { console.failAndGoOn(failure) }
  }
  let saver = CheckpointSaver(file) { epoch, progress in
    file.setDataFolder(data)
    Console.setLastWords(
      TrainingText.endedAtOnce(holding: (epoch, progress), in: options.modelPath))
  }
  var takenEpoch: Int?
  func save() throws -> SaveError? {
    let failure = try saver.take(onFallibleDevice: !run.settings.isOnCPU) {
      let checkpoint = Checkpoint(settings: run.settings, state: run.state)
      try run.checkDevice()
      return checkpoint
    }
    takenEpoch = run.epoch
    return failure
  }
  var timer = RunTimer(run)
  let (start, firstEpoch) = (ContinuousClock.now, run.epoch + 1)
  do {
    do {
      try run.train { event in
        if case .epoch(let report) = event {
          // Before the run is saved: no epoch behind a run that goes on is missing in its log.
          log?.append(MetricsRow(report, timer.endEpoch()))
          // When the line of an epoch is printed, the file has the run as it was an epoch before, or two seconds.
          if let failure = try save() { console.note(TrainingText.failedSave(failure)) }
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
        if case .epoch(let report) = event, report.epoch == options.stopAfter, !run.isOver {
          throw Pause()
        }
      }
    } catch let signal as StopSignal {
      try StopSignal.duringSave {
        if run.epoch == 0 || run.progress != EpochProgress() { _ = try save() }
        try saver.finish()
      }
      console.note(TrainingText.stopped(by: signal, options, log))
      throw signal
    }
  } catch is Pause {
    try saver.finish()
    return console.note(TrainingText.paused(run, options))
  } catch let error as TrainingError {
    try saver.finish()
    throw error
  } catch let error as DeviceError {
    // A save that fails too is told of here: the device's failure is what ends the run.
    do {
      try saver.finish()
      console.note(TrainingText.saved(after: takenEpoch, options))
    } catch {
      console.failAndGoOn(error)
    }
    throw error
  }
  log?.end()
  if run.epoch < run.settings.epochCount { console.note(TrainingText.outOfPatience(run)) }
  try saver.finish()
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  console.note(
    TrainingText.answer(of: run, options, log, seconds: seconds, since: firstEpoch))
}
