/// Where a run's images come from: the folder, the network, or the built-in generator.
///
/// What a person names outright is never replaced by anything else. A set is found or downloaded, and is
/// the published one to the last bit, or loading ends with an error; a folder must hold a set. Only the
/// folder that is used where none is named may be made and filled.
public struct DataSource: Sendable {
  /// Which images; nil where nothing was named, which for a new run is `auto`, and else the data that the
  /// model was trained on.
  public var choice: DatasetChoice?
  /// The data folder; nil where none was named, which is `data`.
  public var directory: String?
  /// An address to download from in place of the known ones.
  public var mirror: String?
  /// What is done to the images of a folder as they are loaded; nothing to those of a set by its name.
  public var preparation = ImagePreparation()
  var defaultDirectory = "data"
  var limits = HTTPLimits()
  var sets = PublishedSet.all

  /// The images of `choice`, whose files are in the folder `directory`.
  public init(
    _ choice: DatasetChoice? = nil, in directory: String? = nil, mirror: String? = nil
  ) {
    self.choice = choice
    self.directory = directory
    self.mirror = mirror
  }

  var folder: String { directory ?? defaultDirectory }

  var mnist: PublishedSet { publishedSet(named: .mnist) }
  var fashionMNIST: PublishedSet { publishedSet(named: .fashionMNIST) }

  /// The published set of that name.
  func publishedSet(named choice: DatasetChoice) -> PublishedSet {
    guard let set = sets[choice] else { stop("no published set is called \(choice.rawValue)") }
    return set
  }

  /// Whether a published set may be put into the folder, which is made for it.
  var mayFill: Bool { directory == nil || choice ?? .auto != .auto }

  /// The training images of a new run.
  ///
  /// `auto` takes the set in the folder. Where there is none, and no folder was named, MNIST is
  /// downloaded; where that cannot be, the built-in digits are made and the origin says why.
  public func trainingImages(
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> LoadedImages {
    if let choice, choice != .auto { return try named(choice, isTrain: true, report: report) }
    if let found = try filesInFolder(isTrain: true) { return found }
    guard mayFill else { throw try noSet(isTrain: true) }
    do {
      return try published(mnist, isTrain: true, report: report)
    } catch let error as DownloadError {
      return LoadedImages(
        images: BuiltInDigits.make(isTrain: true), origin: .digits(missing: error))
    }
  }

  func noSet(isTrain: Bool) throws -> DataSourceError {
    .noSet(try FolderContent(folder, isTrain: isTrain))
  }

  /// A set by its name; every label must be below `classes`, where that is given.
  func named(
    _ choice: DatasetChoice, isTrain: Bool, classes: Int? = nil,
    report: (DownloadEvent) -> Void
  ) throws -> LoadedImages {
    switch choice {
    case .digits: try digits(isTrain: isTrain, classes: classes)
    default:
      try published(
        publishedSet(named: choice), isTrain: isTrain, classes: classes, report: report)
    }
  }

  func digits(isTrain: Bool, classes: Int? = nil) throws -> LoadedImages {
    let data = LoadedImages(images: BuiltInDigits.make(isTrain: isTrain), origin: .digits())
    try ImageSet.check(data.images.labels, below: classes, path: data.origin.place)
    return data
  }

  // MARK: - Files

  /// The set in the folder, nil where there is nothing of one.
  func filesInFolder(isTrain: Bool, classes: Int? = nil) throws -> LoadedImages? {
    guard let found = try SetFolder.find(folder, isTrain: isTrain) else { return nil }
    // Some figures in a folder that nobody has named are no set.
    if directory == nil, case .pictures(let pictures) = found.form, Set(pictures.labels).count == 1
    {
      return nil
    }
    return try load(found, classes: classes)
  }

  /// The images of what was found; a published set is known by its content.
  func load(_ found: FoundSet, classes: Int? = nil) throws -> LoadedImages {
    var data = try found.load(preparation, classes: classes)
    let known = [mnist, fashionMNIST].first {
      $0.part(isTrain: found.isTrain).matches(
        imagesCRC32: data.images.imagesCRC32, labelsCRC32: data.images.labelsCRC32)
    }
    if let known, case .files(let folder) = data.origin {
      data.origin = .published(name: known.name, folder: folder)
    }
    return data
  }

  /// The part of the set, which is downloaded first where it is not there.
  func published(
    _ set: PublishedSet, isTrain: Bool, classes: Int? = nil, report: (DownloadEvent) -> Void
  ) throws -> LoadedImages {
    if let data = try publishedFiles(set, isTrain: isTrain, classes: classes) { return data }
    if try FileSystem.isDirectory(folder) == nil, FolderContent.isSlip(folder) {
      throw try noSet(isTrain: isTrain)
    }
    let base = FileSystem.withSlash(folder)
    try Download(set, into: base + set.subfolder, mirror: mirror, limits: limits)
      .run(report: report)
    guard let data = try publishedFiles(set, isTrain: isTrain, classes: classes) else {
      throw try noSet(isTrain: isTrain)
    }
    return data
  }

  /// The part of the set where it is there, nil where it is not.
  ///
  /// - Parameter place: the data folder as a rule.
  func publishedFiles(
    _ set: PublishedSet, in place: String? = nil, isTrain: Bool, classes: Int? = nil
  ) throws -> LoadedImages? {
    guard let files = try set.files(in: place ?? folder, isTrain: isTrain) else { return nil }
    let data = try set.load(files, isTrain: isTrain)
    if !data.isVerified {
      // Many sets have files of these names and this size, and some are known.
      for other in [mnist, fashionMNIST]
      where other.part(isTrain: isTrain).images.digests.crc32 == data.images.imagesCRC32 {
        throw DataSourceError.anotherSet(
          path: files.images.path, expected: set.name, found: other.name)
      }
    }
    try ImageSet.check(data.images.labels, below: classes, path: files.labels.path)
    return LoadedImages(
      images: data.images,
      origin: data.isVerified
        ? .published(name: set.name, folder: files.folder)
        : .unverified(name: set.name, folder: files.folder),
      source: files.found(isTrain: isTrain))
  }
}

/// Which images a run is about; the raw value is the choice's name for people.
public enum DatasetChoice: String, CaseIterable, Sendable {
  /// The set in the data folder, whatever it is; where there is none, MNIST.
  case auto
  /// MNIST as it was published.
  case mnist
  /// Fashion-MNIST as it was published.
  case fashionMNIST = "fashion-mnist"
  /// Ten characters of old Japanese books, as they were published.
  case kmnist
  /// MNIST made anew, with 60,000 test images.
  case qmnist
  /// Letters without regard to their case: 26 classes, from 1 on.
  case emnistLetters = "emnist-letters"
  /// EMNIST's digits.
  case emnistDigits = "emnist-digits"
  /// Digits and letters, of each class as many: 47 classes.
  case emnistBalanced = "emnist-balanced"
  /// Digits, capital and small letters: 62 classes.
  case emnistByClass = "emnist-byclass"
  /// All of EMNIST in the 47 classes of `emnistBalanced`.
  case emnistByMerge = "emnist-bymerge"
  /// EMNIST's digits, as many as MNIST has.
  case emnistMNIST = "emnist-mnist"
  /// Made by `BuiltInDigits`.
  case digits
}

/// Where images came from.
public enum DataOrigin: Equatable, Sendable, CustomStringConvertible {
  /// A published set, to the last bit, from files in `folder`.
  case published(name: String, folder: String)
  /// Files in `folder` that have the form of the published set of this name. Whether they are that set is not
  /// known: digests are published of its packed files only, and these are unpacked.
  case unverified(name: String, folder: String)
  /// Somebody's own IDX set: it is none of the published ones.
  case files(folder: String)
  /// Somebody's own set in another form, such as `pictures`, which is in the folder or the file `place`.
  case other(form: String, place: String, details: [String])
  /// The built-in digits. `missing` says why they take MNIST's place, nil where they were asked for.
  case digits(missing: DownloadError? = nil)

  /// The folder, or the one file, that the images are from; nil where they are from none.
  public var folder: String? {
    switch self {
    case .published(_, let folder), .unverified(_, let folder), .files(let folder),
      .other(_, let folder, _):
      folder
    case .digits: nil
    }
  }

  /// The folder that the images are from, or `built-in digits`.
  public var place: String { folder ?? "built-in digits" }

  /// The name of the published set that they are.
  var publishedName: String? {
    if case .published(let name, _) = self { name } else { nil }
  }

  /// What a run says about its data, such as `MNIST (data/MNIST/raw)`.
  public var description: String {
    switch self {
    case .published(let name, let folder): "\(name) (\(folder))"
    case .unverified(let name, let folder):
      "\(name) (\(folder); not verified: of the unpacked files no digest is known)"
    case .files(let folder): "IDX files in \(folder) (not the published MNIST)"
    case .other(let form, let place, let details):
      "\(form) in \(place) (\(details.joined(separator: ", ")))"
    case .digits(let missing?): "built-in digits (\(missing))"
    case .digits(nil): "built-in digits"
    }
  }
}

/// Images that were found, downloaded or made.
public struct LoadedImages: Equatable, Sendable, CustomStringConvertible {
  /// The images with their labels.
  public internal(set) var images: ImageSet
  /// Where they came from.
  public internal(set) var origin: DataOrigin
  /// Of test images, how they stand to the model that they are for; nil where nobody asked.
  public internal(set) var kinship: DataKinship?
  /// What was found; nil where the images were made.
  let source: FoundSet?
  /// What is odd about the files, besides what is odd about the images.
  let oddities: [Oddity]
  /// What was done to the images, of what was asked for.
  let preparation: ImagePreparation

  init(
    images: ImageSet, origin: DataOrigin, kinship: DataKinship? = nil, source: FoundSet? = nil,
    oddities: [Oddity] = [], preparation: ImagePreparation = ImagePreparation()
  ) {
    self.images = images
    self.origin = origin
    self.kinship = kinship
    self.source = source
    self.oddities = oddities
    self.preparation = preparation
  }

  /// Where the images came from and, unless they are a model's own, how they stand to the model.
  public var description: String {
    switch kinship {
    case .own?, nil: "\(origin)"
    case .other(let trainedOn)?: "\(origin), not the model's own data, which is \(trainedOn)"
    case .unknown?: "\(origin), not known to be the model's own data"
    }
  }

  /// The choice that gives images from the same place once more, after `choice` gave these: not `auto`
  /// where that has led to the built-in digits, for by then MNIST may be there.
  func chosen(by choice: DatasetChoice) -> DatasetChoice {
    if case .digits = origin { .digits } else { choice }
  }
}
