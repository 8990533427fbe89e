/// What the name of an IDX file tells: `emnist-letters-train-images-idx3-ubyte.gz` has the training images of
/// `emnist-letters`, and `test.labels.idx1-ubyte` the test labels of a set without a name.
struct IDXFileName: Equatable {
  /// What stands before the part; nothing as a rule.
  let set: String
  let isTrain: Bool
  let isImages: Bool

  /// Nil where the name is none of a set's. Dash, dot and underscore are the same in it.
  init?(_ name: String) {
    let words = name.lowercased().split(omittingEmptySubsequences: false) { "-._".contains($0) }
    guard let part = words.firstIndex(where: { ["train", "t10k", "test"].contains($0) }),
      words.count > part + 2, ["images", "labels"].contains(words[part + 1]),
      words[part + 2].hasPrefix("idx"),
      words[(part + 3)...].allSatisfy({ ["ubyte", "byte", "int", "gz"].contains($0) })
    else { return nil }
    set = words[..<part].joined(separator: "-")
    isTrain = words[part] == "train"
    isImages = words[part + 1] == "images"
  }

  /// The files in a folder by what their names tell; of several copies the first in the order of their names, so
  /// that a plain file comes before a packed one.
  static func files(in folder: String) -> [(name: IDXFileName, path: String)] {
    let base = FileSystem.withSlash(folder)
    var files: [(name: IDXFileName, path: String)] = []
    for file in (try? FileSystem.names(in: folder)) ?? [] {
      guard let name = IDXFileName(file), !files.contains(where: { $0.name == name }),
        (try? FileSystem.isDirectory(base + file)) != true
      else { continue }
      files.append((name, base + file))
    }
    return files
  }
}
