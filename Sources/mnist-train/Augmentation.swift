import MNISTCore

/// Shows what the run's augmentation makes of its first images, and trains nothing.
func showAugmentation(
  in path: String, _ options: TrainOptions, _ console: inout Console
) throws {
  let data = try options.dataSource.trainingImages { console.report($0) }
  console.note(unusedOptionsOf: options, data)
  let settings = try options.settings(for: data, resuming: nil)
  console.warn(about: data, isTrain: true)
  if options.seed == nil { console.note(TrainingText.chosenSeed(settings.seed)) }
  let sheet = AugmentationSheet(TrainingRun(settings, images: data.images), images: data.images)
  try sheet.write(to: path)
  console.note(TrainingText.written(sheet, to: path))
}
