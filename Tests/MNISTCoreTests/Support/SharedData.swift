import Foundation

/// Data that is beside the package on some machines.
enum SharedData {
  /// The directory of the real MNIST, where there is one.
  static let folder: String? = {
    var folder = URL(filePath: #filePath)
    for _ in 0..<5 { folder.deleteLastPathComponent() }
    let path = folder.path + "/shared/data"
    return FileManager.default.fileExists(atPath: path + "/MNIST/raw") ? path : nil
  }()
}
