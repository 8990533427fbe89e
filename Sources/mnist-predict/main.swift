import MNISTCore

func predict(_ options: PredictOptions, _ console: inout Console) throws {
  let saved = try SavedModel(readingFrom: options.modelPath)
  guard options.pictures.isEmpty else {
    try MemoryNeed.check(saved, batchSize: 1)
    let (height, width) = try saved.pictureSize(path: options.modelPath)
    predictPictures(options, saved.makeModel(), height: height, width: width, &console)
    return
  }
  let source = options.dataSource(trainedWith: saved.settings?.dataset ?? .auto)
  let data = try saved.testImages(from: source) { console.report($0) }
  console.note(DataText.line(data.origin))
  try MemoryNeed.check(saved, batchSize: min(options.batchSize, data.images.count))
  try predictTestSet(options, saved.makeModel(), data, &console)
}

exit(Tool.run(ProcessArguments.all, predict))
