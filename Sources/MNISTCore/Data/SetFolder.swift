/// The one place that finds a set, told by what lies there, not by what it is called.
///
/// Of the forms the first counts that is there: the IDX files of `MNISTFolder`; then one of these, of which there
/// may be only one: IDX files under names of their own (`emnist-letters-train-images-idx3-ubyte`), pictures in
/// folders for classes, CSV files, an archive of NumPy's. A CSV file or an archive may itself stand in the folder's
/// place. The classes are called as the folders are, or as `classes.txt` beside the files says.
public enum SetFolder {
  /// Reads the training set (`isTrain`) or the test set in `directory`.
  ///
  /// Where `classes` is given, every label must be below it. Each error that is thrown describes itself in one
  /// sentence that names the path.
  public static func load(
    _ directory: String, isTrain: Bool, classes: Int? = nil,
    preparation: ImagePreparation = ImagePreparation()
  ) throws -> ImageSet {
    require(classes ?? 1 >= 1, "\(classes ?? 1) classes")
    if let found = try find(directory, isTrain: isTrain) {
      return try found.load(preparation, classes: classes).images
    }
    // Nothing: the error says what is looked for.
    return try MNISTFolder.load(directory, isTrain: isTrain)
  }

  /// The part of the set in `directory`, nil where there is nothing of any.
  static func find(_ directory: String, isTrain: Bool) throws -> FoundSet? {
    if try FileSystem.isDirectory(directory) == false,
      let found = try others(at: directory, isTrain: isTrain)
    {
      return found
    }
    do {
      return FoundSet(.idx(try MNISTFolder.find(directory, isTrain: isTrain)), isTrain: isTrain)
    } catch let error as MNISTFolderError where error.isNothingFound {
      return try others(at: directory, isTrain: isTrain)
    }
  }

  /// The same of what lies in this very place, not in the folder for MNIST inside it.
  static func find(at place: String, isTrain: Bool) throws -> FoundSet? {
    if let files = try MNISTFolder.files(in: place, isTrain: isTrain) {
      return FoundSet(.idx(files), isTrain: isTrain)
    }
    return try others(at: place, isTrain: isTrain)
  }

  private static func others(at place: String, isTrain: Bool) throws -> FoundSet? {
    guard let isDirectory = try FileSystem.isDirectory(place) else { return nil }
    guard isDirectory else {
      return try TableFile(place, isTrain: isTrain).map { FoundSet(.table($0), isTrain: isTrain) }
    }
    var forms: [(name: String, find: () throws -> FoundSet.Form?)] = []
    for set in MNISTFolder.namedSets(in: place) {
      forms.append(
        (
          "IDX files \(set)",
          { try MNISTFolder.files(in: place, isTrain: isTrain, set: set).map(FoundSet.Form.idx) }
        ))
    }
    if PictureFolder.Layout(of: place) != nil {
      forms.append(
        ("pictures", { try PictureFolder(in: place, isTrain: isTrain).map(FoundSet.Form.pictures) })
      )
    }
    for set in TableFile.sets(in: place) {
      forms.append(
        (
          "\(set.kind.rawValue) in \(set.path)",
          { try TableFile(set.path, isTrain: isTrain).map(FoundSet.Form.table) }
        ))
    }
    guard forms.count < 2 else {
      throw SetFolderError.severalSets(path: place, found: forms.map(\.name))
    }
    return try forms.first?.find().map { FoundSet($0, isTrain: isTrain) }
  }
}

/// One part of a set that was found, not yet read.
struct FoundSet: Equatable, Sendable {
  enum Form: Equatable {
    case idx(MNISTFolder.Files)
    case pictures(PictureFolder)
    case table(TableFile)
  }

  let form: Form
  let isTrain: Bool

  init(_ form: Form, isTrain: Bool) { (self.form, self.isTrain) = (form, isTrain) }

  /// The folder or the file that it is in.
  var place: String {
    switch form {
    case .idx(let files): files.folder
    case .pictures(let pictures): pictures.folder
    case .table(let file): file.path
    }
  }

  /// What stands for the labels in a sentence about them.
  var labelsPlace: String {
    if case .idx(let files) = form { files.labels } else { place }
  }

  /// The other part, or this one, of the same set; nil where it is not there.
  func part(isTrain: Bool) throws -> FoundSet? {
    if isTrain == self.isTrain { return self }
    switch form {
    case .idx(let files):
      return try MNISTFolder.files(in: files.folder, isTrain: isTrain, set: files.set)
        .map { FoundSet(.idx($0), isTrain: isTrain) }
    case .pictures(let pictures):
      return try PictureFolder(in: pictures.folder, isTrain: isTrain)
        .map { FoundSet(.pictures($0), isTrain: isTrain) }
    case .table(let file):
      return try TableFile(file.path, isTrain: isTrain).map {
        FoundSet(.table($0), isTrain: isTrain)
      }
    }
  }

  // MARK: - Reading

  /// Whether rows and columns are swapped as the images are loaded: that is asked for, or the files are known by
  /// their names to need it.
  func isSwapped(_ preparation: ImagePreparation) -> Bool {
    let isTransposed =
      switch form {
      case .idx(let files): PublishedSet.isTransposed(inFile: files.images)
      case .pictures: false
      case .table(let file): PublishedSet.isTransposed(inFile: file.path)
      }
    return isTransposed || preparation.isTransposed
  }

  /// The images; every label must be below `classes`, where that is given.
  func load(_ preparation: ImagePreparation, classes: Int?) throws -> LoadedImages {
    let isSwapped = isSwapped(preparation)
    let swapped = isSwapped ? ["rows and columns swapped"] : []
    func prepared(_ images: ImageSet) -> ImageSet { isSwapped ? images.transposed() : images }
    switch form {
    case .idx(let files):
      let read = try MNISTFolder.load(files, classes: classes)
      let names =
        try ClassNames.read(in: files.folder, labels: read.labels)
        ?? PublishedSet.classNames(of: files.set, atLeast: read.classCount)
      let name = files.set.isEmpty ? "not the published MNIST" : files.set
      let isPlain = files.set.isEmpty && !isSwapped
      return LoadedImages(
        images: prepared(read.named(names)),
        origin: isPlain
          ? .files(folder: files.folder)
          : .other(form: "IDX files", place: files.folder, details: [name] + swapped),
        source: self, preparation: ImagePreparation(isTransposed: preparation.isTransposed))
    case .pictures(let pictures):
      // What is swapped afterwards is brought to the swapped size.
      let size = preparation.pictureSize
      let (read, oddities) = try pictures.load(fittedTo: isSwapped ? size?.transposed : size)
      try ImageSet.check(read.labels, below: classes, path: pictures.folder)
      return LoadedImages(
        images: prepared(read),
        origin: .other(
          form: "pictures", place: pictures.folder,
          details: [
            counts(read, of: pictures.others.map { $0.count + read.count }), classText(read),
          ] + swapped),
        source: self, oddities: oddities, preparation: preparation)
    case .table(let file):
      let (table, labels, sharedCount) = try file.load()
      try ImageSet.check(labels, below: classes, path: file.path)
      let folder = FileSystem.split(file.path).folder
      let read = ImageSet(
        height: table.height, width: table.width, pixels: table.pixels, labels: labels,
        classNames: try ClassNames.read(in: folder.isEmpty ? "." : folder, labels: labels))
      return LoadedImages(
        images: prepared(read),
        origin: .other(
          form: file.kind.rawValue, place: file.path,
          details: [counts(read, of: sharedCount), classText(read)] + swapped),
        source: self, preparation: ImagePreparation(isTransposed: preparation.isTransposed))
    }
  }

  /// `train 120` or, where the parts were not split, `train 103 of 120`.
  private func counts(_ images: ImageSet, of sharedCount: Int?) -> String {
    "\(isTrain ? "train" : "test") \(images.count)" + (sharedCount.map { " of \($0)" } ?? "")
  }

  /// `3 classes: cat, dog, owl`
  private func classText(_ images: ImageSet) -> String {
    "\(images.classCount) class\(images.classCount == 1 ? "" : "es")"
      + (images.classNames.map { ": \(ClassNames.list($0))" } ?? "")
  }
}

/// A place where it cannot be told what is meant.
package enum SetFolderError: Error, Equatable, CustomStringConvertible {
  /// More than one set, each in words.
  case severalSets(path: String, found: [String])
  /// There is a set, but not the part that was asked for.
  case noPart(path: String, isTrain: Bool, expected: String, found: String)
  /// Images alone.
  case noLabels(path: String, isTrain: Bool)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .severalSets(let path, let found):
      "\(path): more than one set (expected one alone, found "
        + (found.prefix(8) + (found.count > 8 ? ["…"] : [])).joined(separator: ", ") + ")"
    case .noPart(let path, let isTrain, let expected, let found):
      "\(path): no \(isTrain ? "training" : "test") images (expected \(expected), found \(found))"
    case .noLabels(let path, let isTrain):
      "\(path): images without labels (expected a label for each to "
        + "\(isTrain ? "train on" : "measure with"), found none)"
    }
  }
}
