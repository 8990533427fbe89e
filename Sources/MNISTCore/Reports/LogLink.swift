/// Where the run in a model file is logged: a file beside it, `.NAME.log`, holds the way to the folder.
///
/// The model file itself holds no path, so that equal runs have equal bytes. The way is relative: a project's
/// folder may be moved as a whole. It is only a hint. What it leads to is the run's log where that says so.
package struct LogLink: Sendable {
  /// The link's own path.
  package let path: String
  /// The model file's, from the root.
  private let model: String

  /// - Parameter model: the model file's path, from the root.
  package init(of model: String) {
    self.model = model
    let parts = FileSystem.parts(model)
    path = "/" + (parts.dropLast() + [".\(parts.last ?? "").log"]).joined(separator: "/")
  }

  /// The folder that the run with this configuration was logged to, nil where it is not known any more.
  package func folder(of configuration: RunConfiguration) -> String? {
    guard let bytes = try? InputFile.read(path, limit: 1 << 16) else { return nil }
    let way = FileSystem.parts(PathText.text(bytes.prefix { $0 != UInt8(ascii: "\n") }))
    let folder = FileSystem.place(of: way[...], from: FileSystem.parts(model).dropLast())
    let own = try? RunFolder.own(folder, configuration)
    return own?.folder == folder ? folder : nil
  }

  /// Whether there is a link, wherever it leads.
  package var isSet: Bool { FileSystem.exists(path) }

  /// Forgets the log of a run that a new one replaces.
  package func remove() { FileSystem.remove(path) }

  /// Leads to this folder from now on.
  package func set(_ directory: String) throws(FileError) {
    let from = FileSystem.parts(model).dropLast()
    let to = FileSystem.parts(OutputTarget.absolutePath(directory)).filter { $0 != "." }
    let text = PathText.bytes(FileSystem.way(from: from, to: to)).dropLast()
    try OutputFile.write(text.map { UInt8(bitPattern: $0) } + [UInt8(ascii: "\n")], to: path)
  }
}
