/// A directory with the four files of MNIST, or of any set in the same form.
///
/// The files lie in `MNIST/raw` inside it, as torchvision puts them, or in the directory itself.
/// Their names are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same with `t10k`
/// for the test set. Of several copies the first counts, in this order: `MNIST/raw` before the
/// directory itself; in a folder the name with a dash before `idx` before that with a dot, before
/// any other spelling that `IDXFileName` knows, such as `test` for `t10k`; of one name the plain
/// file before the one with `.gz`. Images and labels come from the same folder: the first that has
/// both.
public enum MNISTFolder {
  /// Reads the training set (`isTrain`) or the test set in `directory`.
  ///
  /// Where `classes` is given, every label must be below it. Each error that is thrown
  /// describes itself in one sentence that names the path.
  public static func load(
    _ directory: String, isTrain: Bool, classes: Int? = nil
  ) throws -> ImageSet {
    require(classes ?? 1 >= 1, "\(classes ?? 1) classes")
    return try load(find(directory, isTrain: isTrain), classes: classes)
  }

  /// The two files of a training or a test set, and the folder they are in, without a slash at its
  /// end.
  struct Files: Equatable {
    let folder: String
    let images: String
    let labels: String

    /// What their names begin with, such as `emnist-letters`; nothing as a rule.
    var set: String { IDXFileName(FileSystem.parts(images).last ?? "")?.set ?? "" }

    /// Whether the content of both is what `ImageSet` would write.
    var arePlain: Bool {
      get throws {
        try [(images, IDXKind.images), (labels, IDXKind.labels)].allSatisfy { path, kind in
          let file = try InputFile(path, limit: IDX.limitBytes)
          var start = try file.read(0..<min(file.size, 1 << 12))
          if GzipReader.recognizes(start) { start = try GzipReader(start, path: path).read(4) }
          return start.starts(with: [24, 16, 8, 0].map { UInt8(kind.rawValue >> $0 & 255) })
        }
      }
    }
  }

  static func load(_ files: Files, classes: Int?) throws -> ImageSet {
    try ImageSet(imagesPath: files.images, labelsPath: files.labels, classes: classes)
  }

  /// Finds the files in `directory`.
  ///
  /// - Parameters:
  ///   - subfolder: what is looked in before the directory itself.
  ///   - elsewhere: folders that are looked in after it.
  static func find(
    _ directory: String, isTrain: Bool, subfolder: String = PublishedSet.mnist.subfolder,
    elsewhere: [String] = []
  ) throws -> Files {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    let isDirectory = try FileSystem.isDirectory(directory)
    if isDirectory == false { throw MNISTFolderError.notADirectory(try StrayFile(directory)) }
    let base = FileSystem.withSlash(directory)
    let folders = [base + subfolder + "/", base] + elsewhere.map { $0 + "/" }
    var found: [String] = []
    for folder in folders {
      let (images, labels) = try halves(in: folder, isTrain: isTrain)
      if let images, let labels {
        return Files(folder: name(of: folder), images: images, labels: labels)
      }
      found += [images, labels].compactMap(\.self)
    }
    throw MNISTFolderError.missing(
      path: directory, names: fileNames(isTrain: isTrain), folders: folders,
      found: isDirectory == nil ? nil : found)
  }

  /// The files of one part where both lie in this very folder, nil where they do not.
  ///
  /// - Parameter set: what their names begin with.
  static func files(in folder: String, isTrain: Bool, set: String = "") throws -> Files? {
    let base = FileSystem.withSlash(folder)
    let (images, labels) =
      set.isEmpty
      ? try halves(in: base, isTrain: isTrain) : otherHalves(in: base, isTrain: isTrain, set: set)
    guard let images, let labels else { return nil }
    return Files(folder: name(of: base), images: images, labels: labels)
  }

  /// The sets in this very folder whose names begin with more than the part.
  static func namedSets(in folder: String) -> [String] {
    var sets: [String] = []
    for file in IDXFileName.files(in: folder)
    where !file.name.set.isEmpty && !sets.contains(file.name.set) { sets.append(file.name.set) }
    return sets
  }

  /// - Parameter folder: ends with a slash.
  private static func halves(
    in folder: String, isTrain: Bool
  ) throws -> (images: String?, labels: String?) {
    let names = fileNames(isTrain: isTrain)
    let images = try firstFile(in: folder, Array(names.prefix(2)))
    let labels = try firstFile(in: folder, Array(names.suffix(2)))
    if images != nil, labels != nil { return (images, labels) }
    let others = otherHalves(in: folder, isTrain: isTrain, set: "")
    return (images ?? others.images, labels ?? others.labels)
  }

  private static func otherHalves(
    in folder: String, isTrain: Bool, set: String
  ) -> (images: String?, labels: String?) {
    let files = IDXFileName.files(in: folder)
      .filter { $0.name.set == set && $0.name.isTrain == isTrain }
    return (
      files.first { $0.name.isImages }?.path, files.first { !$0.name.isImages }?.path
    )
  }

  /// What the images may be called, without `.gz`, and then what the labels may be.
  static func fileNames(isTrain: Bool) -> [String] {
    let prefix = isTrain ? "train" : "t10k"
    return names(of: "\(prefix)-images-idx3-ubyte") + names(of: "\(prefix)-labels-idx1-ubyte")
  }

  /// Without the slash at its end.
  static func name(of folder: String) -> String {
    folder.utf8.count > 1 ? String(folder.dropLast()) : folder
  }

  /// The name itself and the spelling with a dot before `idx`, which many copies have.
  private static func names(of name: String) -> [String] {
    [name, name.replacing("-idx", with: ".idx")]
  }

  /// Every name under which a file may stand in a folder, in the order in which they count.
  static func namings(of name: String) -> [String] {
    names(of: name).flatMap { [$0, $0 + ".gz"] }
  }

  private static func firstFile(in folder: String, _ names: [String]) throws -> String? {
    // Some archives unpack each file into a folder of the file's own name. Such folders are passed over.
    try names.flatMap { [folder + $0, folder + $0 + ".gz"] }
      .first { try FileSystem.isDirectory($0) == false }
  }
}

/// What can be wrong with a folder that should hold the data.
public enum MNISTFolderError: Error, Equatable, CustomStringConvertible {
  /// Something else has the folder's name.
  case notADirectory(StrayFile)
  /// No folder holds both images and labels. `names` are those looked for, each also with `.gz`;
  /// `found` are the paths of the halves that are there, nil if not even the directory is.
  case missing(path: String, names: [String], folders: [String], found: [String]?)

  /// Whether there is not even half a set.
  var isNothingFound: Bool {
    if case .missing(_, _, _, let found) = self { found?.isEmpty ?? true } else { false }
  }

  /// One sentence with the path, what was looked for and what was found.
  public var description: String {
    switch self {
    case .notADirectory(let file): return "\(file)"
    case .missing(let path, let names, let folders, let found):
      let first =
        switch found {
        case nil: "no such folder"
        case []?: "nothing"
        case let halves?: "only " + halves.joined(separator: " and ")
        }
      return "\(path): data is missing (expected an image and a label file together, named "
        + names.joined(separator: " or ") + ", each with .gz or not, in "
        + folders.joined(separator: " or ") + ", found \(first))"
    }
  }
}

/// A file in place of the folder of a set.
public struct StrayFile: Equatable, Sendable, CustomStringConvertible {
  /// Where it is.
  public let path: String
  /// What it is, a noun with its article.
  public let kind: String
  /// The folder that it lies in, where that holds a set.
  public let folder: String?

  init(_ path: String) throws(FileError) {
    self.path = path
    do throws(FileError) {
      let file = try InputFile(path, limit: .max)
      kind = FileKind.name(try file.read(0..<min(file.size, FileKind.prefixBytes))) ?? "a file"
    } catch .notARegularFile(_, let kind) {
      self.kind = kind
    }
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = end.map { String(path[..<$0]) } ?? "."
    let found = try? SetFolder.find(at: folder, isTrain: true)
    self.folder = found == nil ? nil : folder
  }

  /// One sentence with the path and what it is.
  public var description: String {
    "\(path): not a folder (expected the folder that holds the data, or a CSV or NPZ file, found "
      + kind
      + (folder.map { "; did you mean \($0)?)" } ?? ")")
  }
}
