import MNISTCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func predict(_ options: PredictOptions, _ console: inout Console) throws {
  let saved = try SavedModel(readingFrom: options.modelPath)
  let source = options.dataSource(trainedWith: saved.settings?.dataset ?? .auto)
  let data = try saved.testImages(from: source) { console.report($0) }
  console.note(DataText.line(data.origin))
  let images = data.images
  let count = min(options.testCount ?? images.count, images.count)
  let tested = Subset(ImageDataset(images), indices: Array(0..<count))

  let predicted = saved.makeModel()
    .predictedLabels(of: tested, batchSize: options.batchSize)
  if options.show {
    for index in 0..<count {
      console.print(PredictionText.picture(images, index: index, predicted: predicted[index]))
    }
  }
  console.print(PredictionText.accuracy(predicted: predicted, images.labels))
}

exit(Tool.run(ProcessArguments.all, predict))
