/// Data that is not there, or is not what was asked for.
package enum DataSourceError: Error, Equatable, CustomStringConvertible {
  /// The folder that was named holds no set.
  case noSet(FolderContent)
  /// The data of a model is in none of the folders that were `searched`. `expected` says what it is,
  /// `found` what lies there in its place, nil where nothing does; `reason` is why it was not downloaded.
  case notTheModels(
    path: String, isTrain: Bool, expected: String, found: String?, searched: [String],
    reason: String?)
  /// A file differs from that of the published set.
  case notPublished(path: String, set: String, expected: FileDigest, found: FileDigest)
  /// A file is that of another published set.
  case anotherSet(path: String, expected: String, found: String)
  /// The archive of a set has another file of this name than the published one, or none.
  case wrongArchive(path: String, name: String, expectedMD5: String, foundMD5: String?)

  /// One sentence with the path and both digests.
  package var description: String {
    switch self {
    case .noSet(let content):
      return Self.sentence(content)
    case .notTheModels(let path, let isTrain, let expected, let found, let searched, let reason):
      let part = isTrain ? "training" : "test"
      return "\(path): the model's own \(part) images are not there (expected \(expected), "
        + "found \(found ?? "none"); searched \(searched.joined(separator: ", "))"
        + (reason.map { "; \($0)" } ?? "") + ")"
    case .notPublished(let path, let set, let expected, let found):
      return "\(path): not \(set) as it was published, or damaged (expected \(expected.name)"
        + "\(expected.value), found \(found.value); move it away to have it downloaded)"
    case .anotherSet(let path, let expected, let found):
      return "\(path): another set (expected \(expected), found \(found); move it away to have "
        + "\(expected) downloaded)"
    case .wrongArchive(let path, let name, let expected, let found):
      return
        "\(path): not the archive as it was published, or damaged (expected \(name) in it with MD5 "
        + "\(expected), found \(found ?? "none"); move it away to have it downloaded)"
    }
  }

  private static func sentence(_ content: FolderContent) -> String {
    let path = content.path
    // The images' two, then the labels'.
    let names = MNISTFolder.fileNames(isTrain: content.isTrain)
    let base = FileSystem.withSlash(path)
    let files = "\(names[0]) and \(names[2]), each with .gz or not,"
    let part = content.isTrain ? "train" : "test"
    let others = "pictures in CLASS/ or \(part)/CLASS/, a CSV or an NPZ file"
    let what =
      content.found.map {
        "\(path): no set that can be read (expected \(files) in "
          + "\(base)\(PublishedSet.mnist.subfolder)/ or \(base), or \(others), found \($0)"
      }
      ?? "\(path): there is no such folder (expected one with \(files) in "
      + "\(PublishedSet.mnist.subfolder) or in itself, or with \(others)"
    return what + (content.remark.map { "; \($0)" } ?? "")
      + (content.meant.isEmpty
        ? ")" : "; did you mean \(content.meant.joined(separator: " or "))?)")
  }
}
