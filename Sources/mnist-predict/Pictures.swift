import MNISTCore

/// Answers with a line for each picture. Of one that cannot be read it tells why, and goes on.
func predictPictures(
  _ options: PredictOptions, _ model: some Module, _ size: ImageSize, names: [String]?,
  _ console: inout Console
) {
  var failures = 0
  for path in options.pictures where console.hasReader {
    do {
      let picture = try path == "-" ? PictureFile.readStandardInput() : PictureFile.read(path)
      let image =
        options.isRaw
        ? try ModelImage(raw: picture, height: size.height, width: size.width, path: path)
        : ModelImage(fitting: picture, height: size.height, width: size.width)
      if let warning = PredictionText.warning(path, image, isRaw: options.isRaw) {
        console.warn(warning)
      }
      if options.show {
        console.print(TerminalPicture.text(image.pixels, width: size.width, colors: Console.colors))
      }
      let answer = try model.classification(of: image)
      console.print(
        options.json
          ? answer.json(file: path, names: names)
          : PredictionText.line(path, answer, names: names))
    } catch {
      failures += 1
      console.failAndGoOn(error)
    }
  }
  if options.json {
    console.print(
      PredictionText.jsonSummary(
        count: options.pictures.count - failures, failures: failures, accuracy: nil))
  }
}
