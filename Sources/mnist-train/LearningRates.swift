import MNISTCore

/// Tries learning rates on the run that the options ask for, and trains nothing.
func testLearningRates(
  _ options: TrainOptions, writingTo file: LearningRateCurveFile, _ console: inout Console
) throws {
  let start = try options.startingModel()
  let data = try options.dataSource.trainingImages { console.report($0) }
  console.note(unusedOptionsOf: options, data)
  let settings = try options.settings(for: data, resuming: nil, startingFrom: start)
  try MemoryNeed(training: settings, imageCount: data.images.count).check()
  let run = TrainingRun(settings, images: data.images)
  if let start {
    run.start(from: start)
    for note in TrainingText.notes(onStartingFrom: start, options, settings) { console.note(note) }
  }
  if let note = TrainingText.clippedBatchSize(options, to: settings.batchSize) {
    console.note(note)
  }
  console.warn(about: data, isTrain: true)

  // From now on the first signal is only noted, so that nothing of the file is left that is not whole.
  Console.setLastWords(TrainingText.testEndedAtOnce)
  StopSignal.holdBack("")
  var count = 0
  do {
    let test = try run.testLearningRates { test in
      count = test.points.count
      if options.verbosity == 1 {
        console.progress { TrainingText.progress(of: test, columns: $0) }
      }
      try StopSignal.check()
    }
    try StopSignal.duringSave { () throws(FileError) in try file.write(test) }
    console.note(TrainingText.written(test, to: file))
    let suggestion = try test.suggestion()
    console.print(TrainingText.suggested(suggestion))
    console.note(TrainingText.training(with: suggestion, options, seed: settings.seed))
  } catch let signal as StopSignal {
    console.note(TrainingText.stoppedTesting(by: signal, after: count))
    throw signal
  }
}
