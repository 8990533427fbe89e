import MNISTCore

/// Measures the model on the test images, or classifies images without labels where any are named, or writes it
/// for other programs, or says what it is.
func predict(_ options: PredictOptions, _ console: inout Console) throws {
  if let path = options.exportPath {
    try options.export(to: path, &console)
    return
  }
  if let path = options.describedPath {
    try options.describe(path, &console)
    return
  }
  if let address = options.serviceAddress {
    try options.serve(at: address, &console)
    return
  }
  let saved = try SavedModel(readingFrom: options.modelPath)
  if let note = PredictionText.convertedTypes(of: saved, in: options.modelPath) {
    console.note(note)
  }
  if let note = PredictionText.shifts(options) { console.note(note) }
  guard options.pictures.isEmpty else {
    try MemoryNeed(predicting: saved.layout, batchSize: 1, imageCount: 1).check()
    let size = try saved.pictureSize(path: options.modelPath)
    predictPictures(
      options, try options.answering(saved), size, names: saved.classNames, &console)
    return
  }
  guard options.imagesPath == nil else { return try predictImages(options, saved, &console) }
  let data = try saved.testImages(
    from: options.dataSource, foundBefore: CheckpointFile.dataFolder(of: options.modelPath)
  ) { console.report($0) }
  console.note(DataText.line(data))
  console.warn(about: data, isTrain: false)
  if let note = PredictionText.classesByOrder(saved, data) { console.warn(note) }
  console.note(unusedOptionsOf: options, data)
  try MemoryNeed(
    predicting: saved.layout, batchSize: options.batchSize, imageCount: data.images.count
  ).check()
  try predictTestSet(options, saved, data, &console)
}

ProcessorCheck.pass(tool: "mnist-predict")
exit(Tool.run(ProcessArguments.all, predict))
