/// Where a run's images come from: the folder, the network, or the built-in generator.
///
/// A set named outright is found or downloaded, and is the published one to the last bit, or loading
/// ends with an error; nothing else ever takes its place.
public struct DataSource: Sendable {
  /// Which images.
  public var choice: DatasetChoice
  /// The data folder.
  public var directory: String
  /// An address to download from in place of the known ones.
  public var mirror: String?
  var limits = HTTPLimits()
  var mnist = PublishedSet.mnist
  var fashionMNIST = PublishedSet.fashionMNIST

  /// The images of `choice`, whose files are in the folder `directory` or are put there.
  public init(_ choice: DatasetChoice, in directory: String, mirror: String? = nil) {
    self.choice = choice
    self.directory = directory
    self.mirror = mirror
  }

  /// The training images.
  ///
  /// `auto` takes the IDX set in the folder; where there is none, MNIST is downloaded; where that
  /// cannot be, the built-in digits are made and the origin says why.
  public func trainingImages(
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    guard choice == .auto else { return try named(choice, isTrain: true, report: report) }
    if let found = try filesInFolder(isTrain: true) { return found }
    do {
      return try published(mnist, isTrain: true, report: report)
    } catch let error as DownloadError {
      return LoadedImages(
        images: BuiltInDigits.make(isTrain: true), origin: .digits(missing: error))
    }
  }

  /// The test images for a model whose training images had these checksums.
  ///
  /// `auto` takes the IDX set in the folder; where there is none, the set that the model was trained
  /// on, if it is a published one. Every label must be below `classes`.
  public func testImages(
    trainImagesCRC32: UInt32, trainLabelsCRC32: UInt32, classes: Int,
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    guard choice == .auto else {
      return try named(choice, isTrain: false, classes: classes, report: report)
    }
    let trainedOn = [mnist, fashionMNIST].first {
      $0.train.matches(imagesCRC32: trainImagesCRC32, labelsCRC32: trainLabelsCRC32)
    }
    guard let trainedOn else {
      return try load(
        MNISTFolder.find(directory, isTrain: false), isTrain: false, classes: classes)
    }
    return try filesInFolder(isTrain: false, classes: classes)
      ?? published(trainedOn, isTrain: false, classes: classes, report: report)
  }

  private func named(
    _ choice: DatasetChoice, isTrain: Bool, classes: Int? = nil,
    report: (DownloadEvent) -> Void
  ) throws -> LoadedImages {
    switch choice {
    case .auto: stop("auto is no name of a set")
    case .mnist: try published(mnist, isTrain: isTrain, classes: classes, report: report)
    case .fashionMNIST:
      try published(fashionMNIST, isTrain: isTrain, classes: classes, report: report)
    case .digits: try digits(isTrain: isTrain, classes: classes)
    }
  }

  private func digits(isTrain: Bool, classes: Int?) throws -> LoadedImages {
    let data = LoadedImages(images: BuiltInDigits.make(isTrain: isTrain), origin: .digits())
    try ImageSet.check(data.images.labels, below: classes, path: data.origin.place)
    return data
  }

  // MARK: - Files

  /// The set in the folder, nil where there is nothing of one.
  private func filesInFolder(isTrain: Bool, classes: Int? = nil) throws -> LoadedImages? {
    do {
      let files = try MNISTFolder.find(directory, isTrain: isTrain)
      return try load(files, isTrain: isTrain, classes: classes)
    } catch let error as MNISTFolderError where error.isNothingFound {
      return nil
    }
  }

  private func load(
    _ files: MNISTFolder.Files, isTrain: Bool, classes: Int?
  ) throws -> LoadedImages {
    let images = try MNISTFolder.load(files, classes: classes)
    let known = [mnist, fashionMNIST].first {
      $0.part(isTrain: isTrain).matches(
        imagesCRC32: images.imagesCRC32, labelsCRC32: images.labelsCRC32)
    }
    let origin: DataOrigin =
      known.map { .published(name: $0.name, folder: files.folder) }
      ?? .files(folder: files.folder)
    return LoadedImages(images: images, origin: origin)
  }

  /// The part of the set, which is downloaded first where it is not there.
  private func published(
    _ set: PublishedSet, isTrain: Bool, classes: Int? = nil, report: (DownloadEvent) -> Void
  ) throws -> LoadedImages {
    func find() throws -> MNISTFolder.Files {
      try MNISTFolder.find(
        directory, isTrain: isTrain, subfolder: set.subfolder, elsewhere: set.installedFolders)
    }
    let files: MNISTFolder.Files
    do {
      files = try find()
    } catch MNISTFolderError.missing {
      let base = directory.hasSuffix("/") ? directory : directory + "/"
      try Download(set, into: base + set.subfolder, mirror: mirror, limits: limits)
        .run(report: report)
      files = try find()
    }
    let images = try MNISTFolder.load(files, classes: nil)
    let part = set.part(isTrain: isTrain)
    for (path, expected, found) in [
      (files.labels, part.labels.crc32, images.labelsCRC32),
      (files.images, part.images.crc32, images.imagesCRC32),
    ] where expected != found {
      throw DataSourceError.notPublished(
        path: path, set: set.name, expected: expected, found: found)
    }
    try ImageSet.check(images.labels, below: classes, path: files.labels)
    return LoadedImages(
      images: images, origin: .published(name: set.name, folder: files.folder))
  }
}

/// Which images a run is about; the raw value is the choice's name for people.
public enum DatasetChoice: String, CaseIterable, Sendable {
  /// The IDX set in the data folder, whatever it is; where there is none, MNIST.
  case auto
  /// MNIST as it was published.
  case mnist
  /// Fashion-MNIST as it was published.
  case fashionMNIST = "fashion-mnist"
  /// Made by `BuiltInDigits`.
  case digits
}

/// Where images came from.
public enum DataOrigin: Equatable, Sendable, CustomStringConvertible {
  /// A published set, to the last bit, from files in `folder`.
  case published(name: String, folder: String)
  /// Somebody's own IDX set: it is none of the published ones.
  case files(folder: String)
  /// The built-in digits. `missing` says why they take MNIST's place, nil where they were asked for.
  case digits(missing: DownloadError? = nil)

  /// The folder that the images are from, or `built-in digits`.
  public var place: String {
    switch self {
    case .published(_, let folder), .files(let folder): folder
    case .digits: "built-in digits"
    }
  }

  /// What a run says about its data, such as `MNIST (data/MNIST/raw)`.
  public var description: String {
    switch self {
    case .published(let name, let folder): "\(name) (\(folder))"
    case .files(let folder): "IDX files in \(folder) (not the published MNIST)"
    case .digits(let missing?): "built-in digits (\(missing))"
    case .digits(nil): "built-in digits"
    }
  }
}

/// Images that were found, downloaded or made.
public struct LoadedImages: Equatable, Sendable {
  /// The images with their labels.
  public let images: ImageSet
  /// Where they came from.
  public let origin: DataOrigin

  /// The choice that gives images from the same place once more, after `choice` gave these: not `auto`
  /// where that has led to the built-in digits, for by then MNIST may be there.
  func chosen(by choice: DatasetChoice) -> DatasetChoice {
    if case .digits = origin { .digits } else { choice }
  }
}

/// Files that are not what was asked for by name.
package enum DataSourceError: Error, Equatable, CustomStringConvertible {
  /// A file's content differs from that of the published set; numbers are CRC-32 of the unpacked content.
  case notPublished(path: String, set: String, expected: UInt32, found: UInt32)

  /// One sentence with the path and both checksums.
  package var description: String {
    switch self {
    case .notPublished(let path, let set, let expected, let found):
      "\(path): not \(set) as it was published, or damaged (expected CRC-32 of the content "
        + "\(hexadecimal(expected)), found \(hexadecimal(found)); move it away to have it "
        + "downloaded)"
    }
  }
}
