#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A directory with the four files of MNIST, or of any set in the same form.
///
/// The files lie in `MNIST/raw` inside it, as torchvision puts them, or in the directory itself.
/// Their names are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same with `t10k`
/// for the test set. Of several copies the first counts, in this order: `MNIST/raw` before the
/// directory itself; in a folder the name with a dash before `idx` before that with a dot; of one
/// name the plain file before the one with `.gz`. Images and labels come from the same folder: the
/// first that has both.
public enum MNISTFolder {
  /// Reads the training set (`isTrain`) or the test set in `directory`.
  ///
  /// Where `classes` is given, every label must be below it. Throws `MNISTFolderError`, `FileError`,
  /// `GzipError` or `IDXError`; each describes itself in one sentence that names the path.
  public static func load(
    _ directory: String, isTrain: Bool, classes: Int? = nil
  ) throws -> ImageSet {
    precondition(classes ?? 1 >= 1, "\(classes ?? 1) classes")
    let files = try find(directory, prefix: isTrain ? "train" : "t10k")
    return try ImageSet(imagesPath: files.images, labelsPath: files.labels, classes: classes)
  }

  private static func find(
    _ directory: String, prefix: String
  ) throws -> (images: String, labels: String) {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    let isDirectory = try isDirectory(directory)
    if isDirectory == false { throw MNISTFolderError.notADirectory(path: directory) }
    let base = directory.hasSuffix("/") ? directory : directory + "/"
    let folders = [base + "MNIST/raw/", base]
    let imageNames = ["\(prefix)-images-idx3-ubyte", "\(prefix)-images.idx3-ubyte"]
    let labelNames = ["\(prefix)-labels-idx1-ubyte", "\(prefix)-labels.idx1-ubyte"]
    var found: [String] = []
    for folder in folders {
      let images = try firstFile(in: folder, imageNames)
      let labels = try firstFile(in: folder, labelNames)
      if let images, let labels {
        return (images, labels)
      }
      found += [images, labels].compactMap(\.self)
    }
    throw MNISTFolderError.missing(
      path: directory, names: imageNames + labelNames, folders: folders,
      found: isDirectory == nil ? nil : found)
  }

  private static func firstFile(in folder: String, _ names: [String]) throws -> String? {
    // Some archives unpack to a folder of the same name around each file: those are passed over.
    try names.flatMap { [folder + $0, folder + $0 + ".gz"] }
      .first { try isDirectory($0) == false }
  }

  /// `nil` where nothing has this name. A link that leads nowhere is something, so that it is named
  /// when it is read, not passed over.
  private static func isDirectory(_ path: String) throws -> Bool? {
    var status = stat()
    let name = PathText.bytes(path)
    if stat(name, &status) == 0 {
      return status.st_mode & S_IFMT == S_IFDIR
    }
    let reason = errno
    guard reason == ENOENT || reason == ENOTDIR else {
      throw FileError.cannotRead(path: path, reason: SystemError.text(reason))
    }
    return lstat(name, &status) == 0 ? false : nil
  }
}
