import MNISTCore

/// Measures the model on the test images, or on the first of them.
func predictTestSet(
  _ options: PredictOptions, _ model: some Module, _ data: LoadedImages, _ console: inout Console
) throws {
  // What can fail comes before the work.
  let metrics = try options.logDirectory.map { try LoggedRun(readingFrom: $0).rows } ?? []
  if let directory = options.reportDirectory { try ReportFolder.checkWritable(directory) }

  let images = data.images
  let count = min(options.testCount ?? images.count, images.count)
  let tested = Subset(ImageDataset(images), indices: Array(0..<count))
  var predicted: [Int] = []
  var forReport: [Classification] = []
  try model.classify(tested, batchSize: options.batchSize) { batch in
    predicted += batch.map(\.predicted)
    if options.reportDirectory != nil { forReport += batch }
    if options.json {
      console.print(batch.map { PredictionText.json($0) }.joined(separator: "\n"))
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
  if count == images.count { console.note(PredictionText.summary(confusion)) }
  if let directory = options.reportDirectory {
    let page = ReportPage(
      Evaluation(forReport), images: images, metrics: metrics,
      facts: [("Model", options.modelPath), ("Data", "\(data)")])
    try ReportFolder.write(page, to: directory)
  }
}
