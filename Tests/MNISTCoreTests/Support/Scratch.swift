import Foundation

/// A place for a test's files.
enum Scratch {
  /// A path in a new folder of its own.
  static func path(_ name: String) -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/mnist-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder + "/" + name
  }
}
