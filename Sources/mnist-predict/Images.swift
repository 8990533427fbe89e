import MNISTCore

/// Answers with a row for each image of a file or a folder, on standard output or in a file.
func predictImages(
  _ options: PredictOptions, _ saved: SavedModel, _ console: inout Console
) throws {
  // As long as there is no file to finish, a signal ends the tool at once.
  StopSignal.listen()
  try options.checkPredictionsPath()
  var images = try options.openImages(for: saved)
  for note in options.notes(on: images) { console.note(note) }
  let model = try options.answering(saved)
  let table = PredictionTable(options.predictionsForm ?? .csv, images, saved)
  let file = try options.openPredictions()
  func put(_ lines: String) throws {
    if let file { try file.append(lines) } else { console.print(String(lines.dropLast())) }
  }

  if !options.json { try put(table.header) }
  var count = 0
  while console.hasReader, case let wanted = options.batchSize(after: count), wanted > 0,
    let answers = try model.classifications(ofNext: wanted, in: &images)
  {
    try put(
      answers.map { answer in
        options.json
          ? answer.json(of: images, names: saved.classNames) + "\n"
          : table.line(answer)
      }.joined())
    count += answers.count
    if file != nil { console.progress { String("\(count) images".prefix(max(0, $0 - 1))) } }
    do {
      try StopSignal.check()
    } catch {
      console.note(options.stopped(by: error, after: count))
      throw error
    }
  }
  try file?.finish()
  if options.json { console.print(PredictionText.jsonSummary(count: count, accuracy: nil)) }
  for warning in options.warnings(on: images) { console.warn(warning) }
  for note in options.notes(afterPredicting: count) { console.note(note) }
}
