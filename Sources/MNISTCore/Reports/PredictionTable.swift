/// Predictions of images without labels as CSV, a row for each.
package struct PredictionTable {
  /// Which columns there are.
  package enum Form: String, CaseIterable, Sendable {
    /// `index,predicted,probability` with indices from 0, or for pictures `file,…`; a class that has a name also has
    /// it, in `class`.
    case csv
    /// `ImageId,Label` with numbers from 1, as Kaggle wants them. Where the training's data was a person's own and
    /// named its classes, whose numbers may be nobody else's, `Label` is the name.
    case kaggle
  }

  private let form: Form
  private let fileNames: [String]?
  /// The cell of each class's name.
  private let classCells: [String]?

  /// A table of `images` as `model` sees them.
  package init(_ form: Form, _ images: UnlabelledImages, _ model: SavedModel) {
    // A published set's classes have their numbers.
    let areOwnNames = model.settings?.classNames != nil && model.settings?.dataset == .auto
    let areNamed = form == .csv || areOwnNames
    self.form = form
    fileNames = images.fileNames
    classCells = areNamed ? model.classNames?.map(CSVText.cell) : nil
  }

  /// The first line.
  package var header: String {
    switch form {
    case .csv:
      (fileNames == nil ? "index" : "file") + ",predicted," + (classCells == nil ? "" : "class,")
        + "probability\n"
    case .kaggle: "ImageId,Label\n"
    }
  }

  /// The line of one image. A probability comes back exactly when it is read as float32.
  package func line(_ answer: Classification) -> String {
    let cell = classCells?[answer.predicted]
    switch form {
    case .csv:
      let image = fileNames.map { CSVText.cell($0[answer.index]) } ?? "\(answer.index)"
      return "\(image),\(answer.predicted),\(cell.map { $0 + "," } ?? "")\(answer.confidence)\n"
    case .kaggle: return "\(answer.index + 1),\(cell ?? "\(answer.predicted)")\n"
    }
  }
}
