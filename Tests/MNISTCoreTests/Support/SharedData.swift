import Foundation

/// The package's own folder, for tests that read its pages.
enum Repository {
  static let folder: URL = {
    var folder = URL(filePath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder
  }()
}

/// Data that is beside the package on some machines.
enum SharedData {
  /// The folder `shared` beside the package, whether it is there or not.
  static let root = Repository.folder.deletingLastPathComponent().appending(path: "shared").path

  /// The directory of the real MNIST, where there is one.
  static let folder: String? = {
    let path = root + "/data"
    return FileManager.default.fileExists(atPath: path + "/MNIST/raw") ? path : nil
  }()
}
