/// Where images are from, in the words of the line `Data: …`.
public enum DataOrigin: Equatable, Sendable, CustomStringConvertible {
  case published(name: String, folder: String)
  /// An IDX set whose content is nobody's published one.
  case files(folder: String)
  /// `missing` says why MNIST is not used, nil where the digits were asked for.
  case digits(missing: DownloadError? = nil)

  /// For sentences about the images.
  public var place: String {
    switch self {
    case .published(_, let folder), .files(let folder): folder
    case .digits: "built-in digits"
    }
  }

  public var description: String {
    switch self {
    case .published(let name, let folder): "\(name) (\(folder))"
    case .files(let folder): "IDX files in \(folder) (not the published MNIST)"
    case .digits(let missing?): "built-in digits (\(missing.summary))"
    case .digits(nil): "built-in digits"
    }
  }
}

/// Images that were found, downloaded or made.
public struct LoadedImages: Equatable, Sendable {
  public let images: ImageSet
  public let origin: DataOrigin

  /// What to ask for to be given images from the same place again, after `choice` gave these.
  func chosen(by choice: DatasetChoice) -> DatasetChoice {
    if case .digits = origin { .digits } else { choice }
  }
}
