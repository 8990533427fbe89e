import MNISTCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func predict(_ options: PredictOptions, _ console: inout Console) throws {
  let checkpoint = try Checkpoint(readingFrom: options.modelPath)
  guard options.pictures.isEmpty else {
    predictPictures(
      options, checkpoint.makeModel(), height: checkpoint.settings.imageHeight,
      width: checkpoint.settings.imageWidth, &console)
    return
  }
  let source = options.dataSource(trainedWith: checkpoint.settings.dataset)
  let data = try checkpoint.testImages(from: source) { console.report($0) }
  console.note(DataText.line(data.origin))
  try predictTestSet(options, checkpoint.makeModel(), data, &console)
}

exit(Tool.run(Array(CommandLine.arguments.dropFirst()), predict))
