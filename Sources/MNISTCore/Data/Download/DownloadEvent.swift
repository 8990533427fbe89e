/// What a download tells while it works.
public enum DownloadEvent: Equatable, Sendable {
  case started(set: String, folder: String)
  /// `receivedBytes` of the packed file.
  case progress(file: String, receivedBytes: Int)
  case failed(MirrorFailure)
  case finished(set: String, folder: String)
}
