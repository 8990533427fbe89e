/// The model that stands where a new run is to save itself. Nothing else is ever replaced by a run.
package struct FormerModel: Equatable, Sendable {
  /// Nil for a model's weights alone.
  package let run: Run?

  /// What tells a run from others.
  package struct Run: Equatable, Sendable {
    package let seed: UInt64
    /// How many epochs are behind it, out of `epochCount`.
    package let epoch: Int
    package let epochCount: Int
    /// Infinite as long as no epoch is over.
    package let lowestLoss: Double
  }

  /// Reads what the file at `path` says of its content; nil where there is no file or an empty one, as
  /// `touch` and `mktemp` make it. Throws where it is anything else than a model: it must not be replaced.
  package init?(at path: String) throws(FileError) {
    guard FileSystem.leadsToFile(path) || errno != ENOENT else { return nil }
    let file = try InputFile(path, limit: .max)
    guard file.size > 0 else { return nil }
    do {
      let listing = try TensorFile.listing(of: file)
      try SavedModel.check(listing, path: path)
      run = try SavedModel.isCheckpoint(listing.metadata) ? Run(listing, path: path) : nil
    } catch let error as FileError {
      throw error
    } catch {
      let kind = FileKind.name(try file.read(0..<min(FileKind.prefixBytes, file.size)))
      // What is wrong with a file that could be a model the error says; it begins with the path, as this one
      // does.
      let what =
        if let kind, !["a safetensors file", "a PyTorch file"].contains(kind) {
          "no model (expected one that mnist-train wrote or no file, found \(kind))"
        } else {
          String("\(error)".dropFirst("\(path): ".count))
        }
      throw .notReplaced(path: path, what: what)
    }
  }
}

extension FormerModel.Run {
  fileprivate init(_ listing: TensorFile.Listing, path: String) throws(CheckpointError) {
    let metadata = CheckpointMetadata(listing, path: path)
    let settings = try metadata.settings()
    (seed, epochCount) = (settings.seed, settings.epochCount)
    epoch = try metadata.epoch(of: settings.epochCount)
    lowestLoss = try metadata.lowestLoss()
  }
}
