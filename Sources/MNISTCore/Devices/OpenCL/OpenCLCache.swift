/// What was found out about a device, kept for the next start: its compiled kernels, and which of them multiply
/// fastest.
///
/// An entry's key is all that it depends on. An entry that is damaged counts as missing, and one that cannot be kept
/// is no fault.
struct OpenCLCache: Sendable {
  let folder: String

  /// The sizes of programs, and of what is told about them, that are believed.
  static let sizes = 1...(1 << 28)

  /// In `$XDG_CACHE_HOME`, else in the system's folder for such files; nil for a user without a home.
  static func ofUser(
    _ environment: (String) -> String? = { CLibrary.environment($0) }
  ) -> OpenCLCache? {
    let named = environment("XDG_CACHE_HOME") ?? ""
    guard named.isEmpty else { return OpenCLCache(folder: named + "/mnist-train") }
    let home = environment("HOME") ?? ""
    #if os(macOS)
      let caches = "/Library/Caches"
    #else
      let caches = "/.cache"
    #endif
    return home.isEmpty ? nil : OpenCLCache(folder: home + caches + "/mnist-train")
  }

  private func path(_ key: String) -> String { "\(folder)/opencl-\(MD5.digest(Array(key.utf8)))" }

  /// What an entry begins with.
  private func seal(_ content: [UInt8], _ key: String) -> [UInt8] {
    var digest = MD5()
    digest.add(Array(key.utf8))
    digest.add(content)
    return Array(digest.digest.utf8)
  }

  func read(_ key: String) -> [UInt8]? {
    guard let entry = try? InputFile.read(path(key), limit: Self.sizes.upperBound),
      entry.count >= 32
    else { return nil }
    let content = Array(entry[32...])
    return Array(entry[..<32]) == seal(content, key) ? content : nil
  }

  func write(_ content: [UInt8], _ key: String) {
    do {
      try NewFolder.make(folder)
      try OutputFile.writeQuickly(seal(content, key) + content, to: path(key))
    } catch {
      // The next start takes as long as this one.
    }
  }
}
