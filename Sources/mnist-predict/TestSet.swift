import MNISTCore

/// Measures the model on the test images, or on the first of them.
func predictTestSet(
  _ options: PredictOptions, _ saved: SavedModel, _ data: LoadedImages, _ console: inout Console
) throws {
  // What can fail comes before the work.
  let log = try options.curvesDirectory.flatMap { try runLog(in: $0, of: saved, options, &console) }
  if let directory = options.reportDirectory { try ReportFolder.checkWritable(directory) }

  let model = try options.answering(saved)
  let images = data.images
  let count = min(options.testCount ?? images.count, images.count)
  if let note = PredictionText.clippedTestCount(options.testCount, to: images.count) {
    console.note(note)
  }
  let tested = Subset(ImageDataset(images), indices: Array(0..<count))
  var predicted: [Int] = []
  var forReport: [Classification] = []
  try model.classify(tested, batchSize: options.batchSize) { batch in
    predicted += batch.map(\.predicted)
    if options.reportDirectory != nil { forReport += batch }
    if options.json {
      console.print(
        batch.map { $0.json(names: images.classNames) }.joined(separator: "\n"))
    }
    for answer in batch where options.show {
      console.print(
        PredictionText.picture(
          images, index: answer.index, predicted: answer.predicted, colors: Console.colors))
    }
  }

  let confusion = ConfusionMatrix(predicted: predicted, labels: images.labels[..<count])
  console.print(
    options.json
      ? PredictionText.jsonSummary(
        count: count, accuracy: confusion.accuracy, data: options.namesData ? data : nil)
      : PredictionText.accuracy(predicted: predicted, images.labels))
  if count == images.count {
    console.note(PredictionText.summary(confusion, names: images.classNames))
  }
  if let directory = options.reportDirectory {
    let page = ReportPage(
      Evaluation(forReport), images: images, metrics: log?.rows ?? [],
      monitor: log?.configuration.monitor ?? .validLoss,
      facts: options.facts(of: saved, data, day: SystemClock.localDay),
      settings: RunConfiguration.settings(of: saved).filter { $0.name != "class_names" })
    try ReportFolder.write(page, to: directory)
    console.note(PredictionText.written(reportIn: directory))
  }
}

/// A log, which must be that of the model's run; nil where a run's folder has no epoch yet.
private func runLog(
  in directory: String, of saved: SavedModel, _ options: PredictOptions, _ console: inout Console
) throws -> LoggedRun? {
  let run: LoggedRun
  do {
    run = try LoggedRun(readingFrom: directory)
  } catch RunFolderError.noEpoch where options.runDirectory != nil {
    return nil
  }
  try run.check(isOf: saved, path: options.modelPath)
  if saved.settings == nil {
    console.warn(PredictionText.unknownLog(directory, of: options.modelPath))
  }
  return run
}
