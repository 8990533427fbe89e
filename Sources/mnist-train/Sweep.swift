import MNISTCore

/// Trains the runs of a sweep one after the other, or the one that was named, or prints what trains them.
func sweep(
  _ path: String, in directory: String, _ options: TrainOptions, _ console: inout Console
) throws {
  let folder = try SweepFolder(directory, Sweep.read(path))
  guard !options.printsRuns else {
    for command in try folder.commands(options) { console.print(command) }
    return
  }
  StopSignal.listen()
  var count = 0
  do {
    while let step = try folder.next(options.sweepRun, options) {
      try StopSignal.check()
      try train(step, in: folder, &console)
      console.print(try folder.line(step))
      count += 1
      if options.sweepRun != nil { break }
    }
  } catch let signal as StopSignal {
    console.note(folder.stopped(by: signal, options))
    throw signal
  }
  if let run = options.sweepRun {
    if count == 0 { console.note(folder.notDue(run)) }
    return
  }
  let runs = try folder.comparable()
  if !runs.isEmpty { try console.compareRuns(in: runs) }
  for line in try folder.outcome(options) { console.note(line) }
}

/// Trains one run as far as it is due. A run that its settings let fail is noted, and the others go on.
private func train(
  _ step: SweepStep, in folder: SweepFolder, _ console: inout Console
) throws {
  console.isQuiet = true
  defer { console.isQuiet = false }
  do {
    try train(step.options, &console)
  } catch let error where error is TrainingError || error is MemoryNeed {
    try folder.setFailure("\(error)", of: step)
  } catch let error as UsageError {
    try folder.setFailure(error.sentence, of: step)
  }
}
