/// What the tools print about an error: its own sentence, with the options that lead out of it. The rooms
/// below know no options.
enum ErrorText {
  static func sentence(_ error: any Error) -> String {
    switch error {
    case DownloadError.noMirror(_, let folder, _):
      "\(error) (by hand: its four files go into \(folder), or --mirror names another address that "
        + "has them; --dataset digits needs none)"
    case DownloadError.cannotStore:
      "\(error) (by hand: --data_dir names another folder; --dataset digits needs none)"
    case DataSourceError.notPublished:
      "\(error)".dropLast() + ", or use --dataset auto to take it as it is)"
    default: "\(error)"
    }
  }
}
