/// The files of a report.
package enum ReportFolder {
  /// Finds out whether a report could be written into the folder; makes nothing.
  package static func checkWritable(_ directory: String) throws(FileError) {
    guard !directory.isEmpty else { throw .emptyPath }
    try NewFolder.checkWritable(directory)
  }

  /// Writes `report.html`, `predictions.csv` and `confusion.csv` into the folder, which is made where
  /// it is not there; files of these names are replaced. Throws `FileError`.
  package static func write(_ page: ReportPage, to directory: String) throws {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    try NewFolder.make(directory)
    let evaluation = page.evaluation
    for (name, text) in [
      ("predictions.csv", predictions(evaluation.classifications)),
      ("confusion.csv", confusion(evaluation.confusion)), ("report.html", page.html),
    ] {
      try OutputFile.write(Array(text.utf8), to: "\(directory)/\(name)")
    }
  }

  /// `index,label,predicted,probability,p_0,…`: a row for each image; numbers come back exactly.
  static func predictions(_ classifications: [Classification]) -> String {
    let classCount = classifications.first?.probabilities.count ?? 0
    let header =
      ["index", "label", "predicted", "probability"] + (0..<classCount).map { "p_\($0)" }
    let rows = classifications.map { classification in
      [
        "\(classification.index)", classification.label.map { "\($0)" } ?? "",
        "\(classification.predicted)", "\(classification.confidence)",
      ] + classification.probabilities.map { "\($0)" }
    }
    return table([header] + rows)
  }

  /// A row for each label, a column for each prediction.
  static func confusion(_ matrix: ConfusionMatrix) -> String {
    let header = ["label"] + matrix.counts.indices.map { "predicted_\($0)" }
    return table(
      [header] + matrix.counts.enumerated().map { ["\($0.offset)"] + $0.element.map { "\($0)" } })
  }

  private static func table(_ rows: [[String]]) -> String {
    rows.map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
