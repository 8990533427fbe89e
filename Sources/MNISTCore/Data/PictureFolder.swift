/// One part of a set of pictures that lie in a folder for each class.
///
/// ```
/// pets/train/cat/1.png   pets/test/cat/7.png        or, without a part for testing,   pets/cat/1.png
/// ```
/// The classes are numbered in the order of their folders' names, as torchvision's `ImageFolder` does it: that of
/// the letters' numbers. `training` stands for `train` and `testing` for `test`; where there is neither, `valid`,
/// `val` or `validation` has the test pictures. Where nothing is split, of each seven pictures of a class in the
/// order of their names the fourth is for testing. Hidden files and what file managers leave are passed over.
struct PictureFolder: Equatable {
  /// Where the class folders or the folders of the parts are.
  let folder: String
  let isTrain: Bool
  /// The names of the folders, one for each class; nil where these are the classes' numbers.
  let classNames: [String]?
  let paths: [String]
  /// The class of each picture.
  let labels: [UInt8]
  /// The pictures of the other part, where the two were not split; nil where they were.
  let others: [String]?

  /// The pictures of one part, nil where the folder holds no pictures in folders for classes.
  init?(in folder: String, isTrain: Bool) throws {
    guard let layout = Layout(of: folder) else { return nil }
    let base: String
    switch layout {
    case .shared: base = folder
    case .split(let train, let test):
      guard let part = isTrain ? train : test else {
        throw Self.noPart(of: folder, isTrain: isTrain, found: (isTrain ? test : train) ?? "none")
      }
      base = part
    }
    self.folder = folder
    self.isTrain = isTrain
    let found = Layout.folders(in: base).map(Layout.lastName)
    guard found.count <= ClassNames.countLimit else {
      throw PictureFolderError.tooManyClasses(path: base, found: found.count)
    }
    var names = found
    if case .split(let train?, _) = layout {
      names = Layout.folders(in: train).map(Layout.lastName)
    }
    if let fault = ClassNames.fault(names) {
      throw ClassNamesError(path: base, expected: "a folder for each, all different", found: fault)
    }
    classNames = names == names.indices.map { "\($0)" } ? nil : names

    var (paths, labels, others): ([String], [UInt8], [String]) = ([], [], [])
    for name in found {
      let path = FileSystem.withSlash(base) + name
      guard let label = names.firstIndex(of: name), let label = UInt8(exactly: label) else {
        throw PictureFolderError.unknownClass(path: path, expected: names)
      }
      var pictures = try Layout.files(in: path)
      guard !pictures.isEmpty || !isTrain else { throw PictureFolderError.noPictures(path: path) }
      if layout == .shared {
        let isOwn = { Self.isForTesting($0) != isTrain }
        others += pictures.indices.filter { !isOwn($0) }.map { pictures[$0] }
        pictures = pictures.indices.filter(isOwn).map { pictures[$0] }
      }
      paths += pictures
      labels += [UInt8](repeating: label, count: pictures.count)
    }
    guard !paths.isEmpty else {
      throw Self.noPart(
        of: folder, isTrain: isTrain, found: "\(others.count) in \(found.count) folders to share")
    }
    (self.paths, self.labels) = (paths, labels)
    self.others = layout == .shared ? others : nil
  }

  private static func noPart(of folder: String, isTrain: Bool, found: String) -> SetFolderError {
    .noPart(
      path: folder, isTrain: isTrain,
      expected: "pictures in \(FileSystem.withSlash(folder))\(isTrain ? "train" : "test")/CLASS/",
      found: found)
  }

  /// Of the images of a class that were not split, whether the one at `index` is kept for testing: one in seven, as
  /// of MNIST.
  static func isForTesting(_ index: Int) -> Bool { index % 7 == 3 }

  // MARK: - Reading

  /// The pictures as images: of the size that all of them have or, where one is given, fitted to that.
  func load(fittedTo size: ImageSize?) throws -> (images: ImageSet, oddities: [Oddity]) {
    // The first one says how large they are, so that memory is asked for only once all are known to fit.
    let first = try Self.image(
      of: PictureFile.read(paths[0]), paths[0], fittedTo: size, likeFirst: nil)
    let (height, width) = (first.height, first.width)
    let model = First(path: paths[0], size: ImageSize(height: height, width: width))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(try Self.pixelCount(of: paths.count, model.size, in: folder))
    var (blank, inverted): ([String], [String]) = ([], [])
    // What is wrong with pictures that are kept for testing is not to be found after the training.
    let all = paths + (isTrain ? others ?? [] : [])
    let stepCount = 256
    for start in stride(from: 0, to: all.count, by: stepCount) {
      let part = all[start..<min(start + stepCount, all.count)]
      let images = try PictureFile.images(part) { picture, path in
        try Self.image(of: picture, path, fittedTo: size, likeFirst: model)
      }
      for (index, image) in zip(part.indices, images) where index < paths.count {
        pixels += image.pixels
        if image.isBlank {
          blank.append(paths[index])
        } else if image.isInverted {
          inverted.append(paths[index])
        }
      }
    }
    var oddities: [Oddity] = []
    if let path = blank.first { oddities.append(.blankPictures(blank.count, first: path)) }
    if size == nil, 2 * inverted.count > paths.count {
      oddities.append(.darkOnLight(inverted.count, of: paths.count))
    }
    return (
      ImageSet(
        height: height, width: width, pixels: pixels, labels: labels, classNames: classNames),
      oddities
    )
  }

  /// How many pixels so many pictures have. Throws where there is no memory for them.
  static func pixelCount(
    of count: Int, _ size: ImageSize, in folder: String
  ) throws(FileError) -> Int {
    let (pixelCount, overflow) = (size.height * size.width).multipliedReportingOverflow(by: count)
    guard !overflow, SystemMemory.has(pixelCount) else {
      throw .cannotRead(path: folder, reason: SystemError.noMemory)
    }
    return pixelCount
  }

  /// The picture that the others must be as large as.
  private typealias First = (path: String, size: ImageSize)

  private static func image(
    of picture: Picture, _ path: String, fittedTo size: ImageSize?, likeFirst first: First?
  ) throws -> ModelImage {
    if let size { return ModelImage(fitting: picture, height: size.height, width: size.width) }
    let found = ImageSize(height: picture.height, width: picture.width)
    if let first, found != first.size {
      throw PictureFolderError.sizesDiffer(
        path: path, expected: first.size, first: first.path, found: found)
    }
    return try ModelImage(raw: picture, height: found.height, width: found.width, path: path)
  }
}

// MARK: - Finding

extension PictureFolder {
  /// Where the folders of the classes are, if the set in `folder` is pictures: whatever is made there is a class.
  static func placesOfClasses(in folder: String) -> [String] {
    guard (try? MNISTFolder.find(folder, isTrain: true)) == nil else { return [] }
    return switch Layout(of: folder) {
    case nil: []
    case .shared?: [folder]
    case .split(let train, let test)?: [train, test].compactMap(\.self)
    }
  }

  /// How pictures lie in a folder.
  enum Layout: Equatable {
    /// A folder for each part; nil for one that is not there.
    case split(train: String?, test: String?)
    /// One folder for each class, which both parts share.
    case shared

    private static let trainNames = ["train", "training"]
    private static let testNames = ["test", "testing", "valid", "val", "validation"]

    /// Nil where no folder in it, nor in those for the parts, has a picture.
    init?(of folder: String) {
      let folders = Self.folders(in: folder)
      func part(_ names: [String]) -> String? {
        names.lazy.compactMap { name in folders.first { Self.lastName($0).lowercased() == name } }
          .first { Self.folders(in: $0).contains(where: Self.hasPicture) }
      }
      let (train, test) = (part(Self.trainNames), part(Self.testNames))
      if train != nil || test != nil {
        self = .split(train: train, test: test)
        return
      }
      // Pictures without classes often lie in folders of these names: they are none of a class.
      let isPart = { (path: String) in
        (Self.trainNames + Self.testNames).contains(Self.lastName(path).lowercased())
      }
      guard folders.contains(where: { !isPart($0) && Self.hasPicture($0) }) else { return nil }
      self = .shared
    }

    /// The folders in it, in the order of their names.
    static func folders(in folder: String) -> [String] {
      let base = FileSystem.withSlash(folder)
      return ((try? FileSystem.names(in: folder)) ?? [])
        .filter { !isIgnored($0) && (try? FileSystem.isDirectory(base + $0)) == true }
        .map { base + $0 }
    }

    /// What lies in the folder of a class, in the order of the names.
    static func files(in folder: String, limit: Int = fileLimit) throws -> [String] {
      let names = try FileSystem.names(in: folder, limit: limit + 1)
      guard names.count <= limit else {
        throw PictureFolderError.tooManyPictures(path: folder, limit: limit)
      }
      let base = FileSystem.withSlash(folder)
      return names.filter { !isIgnored($0) }.map { base + $0 }
    }

    /// More than any known set has in a class, and more than anybody has pictures to predict in a folder.
    static let fileLimit = 2_000_000

    /// Whether the first few files look like pictures: by their names, also those of a format that cannot be
    /// read, or by their content.
    private static func hasPicture(_ folder: String) -> Bool {
      let names = ((try? FileSystem.names(in: folder)) ?? []).filter { !isIgnored($0) }
      let base = FileSystem.withSlash(folder)
      return names.prefix(20).contains(where: isPictureName)
        || names.prefix(3).contains { name in
          guard let file = try? InputFile(base + name, limit: .max),
            let start = try? file.read(0..<min(file.size, 16))
          else { return false }
          return PNGDecoder.recognizes(start) || NetpbmDecoder.recognizes(start)
        }
    }

    static func isPictureName(_ name: String) -> Bool {
      ["png", "jpg", "jpeg", "pbm", "pgm", "ppm", "bmp", "gif", "tif", "tiff", "webp"]
        .contains { name.lowercased().hasSuffix(".\($0)") }
    }

    /// Whether file managers or archives make it by themselves, or it is hidden.
    static func isIgnored(_ name: String) -> Bool {
      name.hasPrefix(".") || ["thumbs.db", "desktop.ini", "__macosx"].contains(name.lowercased())
    }

    static func lastName(_ path: String) -> String { FileSystem.parts(path).last ?? path }
  }
}

/// What can be wrong with pictures in folders, beside what is wrong with one of them.
package enum PictureFolderError: Error, Equatable, CustomStringConvertible {
  /// More folders than there can be classes.
  case tooManyClasses(path: String, found: Int)
  /// A folder of a class with more files than are read.
  case tooManyPictures(path: String, limit: Int)
  /// The folder of a class is empty.
  case noPictures(path: String)
  /// Test pictures of a class that is not trained on.
  case unknownClass(path: String, expected: [String])
  /// Pictures that are taken as they are and are not all of the size that the `first` one has.
  case sizesDiffer(path: String, expected: ImageSize, first: String, found: ImageSize)
  /// Test pictures that are taken as they are and are not of the size of the model's images.
  case otherSize(path: String, expected: ImageSize, found: ImageSize)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .tooManyClasses(let path, let found):
      "\(path): too many folders for classes (expected at most 256, found \(found))"
    case .tooManyPictures(let path, let limit):
      "\(path): too many pictures (expected at most \(limit), found more)"
    case .noPictures(let path):
      "\(path): no pictures (expected some in the folder of each class, found nothing)"
    case .unknownClass(let path, let expected):
      "\(path): test pictures of an unknown class (expected \(ClassNames.list(expected)), found "
        + "\(PictureFolder.Layout.lastName(path)))"
    case .sizesDiffer(let path, let expected, let first, let found):
      "\(path): pictures of different sizes (expected \(expected) as \(first) has, found \(found))"
    case .otherSize(let path, let expected, let found):
      "\(path): pictures of another size than the model's images (expected \(expected), found \(found))"
    }
  }
}
