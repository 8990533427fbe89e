/// Predictions of images without labels as CSV, a row for each.
package struct PredictionTable {
  /// Which columns there are.
  package enum Form: String, CaseIterable, Sendable {
    /// `index,predicted,probability` with indices from 0, or for pictures `file,…`; a class that has a name also has
    /// it, in `class`.
    case csv
    /// `ImageId,Label` with numbers from 1, as Kaggle wants them. Where the training's data named its classes, which
    /// have no numbers there, `Label` is the name.
    case kaggle
  }

  private let form: Form
  private let fileNames: [String]?
  private let classNames: [String]?

  /// A table of `images` as `model` sees them.
  package init(_ form: Form, _ images: UnlabelledImages, _ model: SavedModel) {
    self.form = form
    fileNames = images.fileNames
    classNames = form == .csv ? model.classNames : model.settings?.classNames
  }

  /// The first line.
  package var header: String {
    switch form {
    case .csv:
      CSVText.line(
        [fileNames == nil ? "index" : "file", "predicted"] + (classNames == nil ? [] : ["class"])
          + ["probability"])
    case .kaggle: CSVText.line(["ImageId", "Label"])
    }
  }

  /// The line of one image. A probability comes back exactly when it is read as float32.
  package func line(_ answer: Classification) -> String {
    let name = ClassNames.name(of: answer.predicted, in: classNames)
    switch form {
    case .csv:
      return CSVText.line(
        [fileNames?[answer.index] ?? "\(answer.index)", "\(answer.predicted)"]
          + (classNames == nil ? [] : [name]) + ["\(answer.confidence)"])
    case .kaggle: return CSVText.line(["\(answer.index + 1)", name])
    }
  }
}
