/// The files of a report.
package enum ReportFolder {
  static let fileNames = ["predictions.csv", "confusion.csv", "report.html"]

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
      ("predictions.csv", predictions(evaluation.classifications, names: page.images.classNames)),
      ("confusion.csv", confusion(evaluation.confusion, names: page.images.classNames)),
      ("report.html", page.html),
    ] {
      try OutputFile.write(Array(text.utf8), to: "\(directory)/\(name)")
    }
  }

  /// `index,label,predicted,probability,p_0,…`: a row for each image; numbers come back exactly. Classes with
  /// names have these beside their numbers: `index,label,label_class,predicted,class,probability,p_cat,…`.
  static func predictions(_ classifications: [Classification], names: [String]? = nil) -> String {
    let classes = (0..<(classifications.first?.probabilities.count ?? 0))
    func cells(_ label: Int?) -> [String] {
      [label.map { "\($0)" } ?? ""]
        + (names == nil ? [] : [label.map { ClassNames.name(of: $0, in: names) } ?? ""])
    }
    let header =
      (names == nil
        ? ["index", "label", "predicted", "probability"]
        : ["index", "label", "label_class", "predicted", "class", "probability"])
      + classes.map { "p_\(ClassNames.name(of: $0, in: names))" }
    let rows = classifications.map { classification in
      ["\(classification.index)"] + cells(classification.label) + cells(classification.predicted)
        + ["\(classification.confidence)"] + classification.probabilities.map { "\($0)" }
    }
    return table([header] + rows)
  }

  /// A row for each label, a column for each prediction.
  static func confusion(_ matrix: ConfusionMatrix, names: [String]? = nil) -> String {
    let classes = matrix.counts.indices.map { ClassNames.name(of: $0, in: names) }
    let rows = zip(classes, matrix.counts).map { name, counts in [name] + counts.map { "\($0)" } }
    return table([["label"] + classes.map { "predicted_\($0)" }] + rows)
  }

  private static func table(_ rows: [[String]]) -> String {
    rows.map { CSVText.line($0) }.joined()
  }
}
