/// Why a published set could not be brought into the data folder.
public enum DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One file could be had from none of the mirrors.
  case noMirror(set: String, folder: String, failures: [MirrorFailure])
  case cannotStore(set: String, FileError)

  /// What stands on the line that names the data.
  var summary: String {
    switch self {
    case .noMirror(let set, _, let failures):
      // All of them mostly fail for one and the same reason.
      let reasons = failures.map { "\($0.reason)" }
      let distinct = reasons.enumerated().filter { !reasons[..<$0.offset].contains($0.element) }
      return "\(set) could not be downloaded: "
        + distinct.map(\.element).joined(separator: "; ")
    case .cannotStore(let set, let error):
      return "\(set) could not be downloaded: \(error)"
    }
  }

  /// With the way out.
  public var description: String {
    switch self {
    case .noMirror(_, let folder, _):
      "\(summary) (by hand: its four files go into \(folder), or --mirror names another address "
        + "that has them; --dataset digits needs none)"
    case .cannotStore:
      "\(summary) (by hand: --data_dir names another folder; --dataset digits needs none)"
    }
  }
}
