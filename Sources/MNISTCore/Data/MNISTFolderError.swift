/// What can be wrong with a folder that should hold the data.
public enum MNISTFolderError: Error, Equatable, CustomStringConvertible {
  case notADirectory(path: String)
  /// No folder holds both images and labels. `names` are those looked for, each also with `.gz`;
  /// `found` are the paths of the halves that are there, nil if not even the directory is.
  case missing(path: String, names: [String], folders: [String], found: [String]?)

  /// Whether there is not even half a set.
  var isNothingFound: Bool {
    if case .missing(_, _, _, let found) = self { found?.isEmpty ?? true } else { false }
  }

  public var description: String {
    switch self {
    case .notADirectory(let path):
      return "\(path): not a directory (expected the directory that holds the data)"
    case .missing(let path, let names, let folders, let found):
      let first =
        switch found {
        case nil: "no such directory"
        case []?: "nothing"
        case let halves?: "only " + halves.joined(separator: " and ")
        }
      return "\(path): data is missing (expected an image and a label file together, named "
        + names.joined(separator: " or ") + ", each with .gz or not, in "
        + folders.joined(separator: " or ") + ", found \(first))"
    }
  }
}
