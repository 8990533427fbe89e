/// How far the run in a model file is and what its epochs came to, read without its tensors.
package struct RunStanding: Equatable, Sendable {
  /// Epochs behind the run.
  package let epoch: Int
  /// Whether patience has ended it, or all its epochs are done.
  package let isOver: Bool
  /// What its epochs came to, in order.
  package let epochs: [LoggedEpoch]

  /// Nil where there is no file. Throws `FileError`, an error of the file's container, or `CheckpointError`.
  package init?(at path: String) throws {
    guard FileSystem.leadsToFile(path) else { return nil }
    let listing = try TensorFile.listing(of: InputFile(path, limit: Checkpoint.limitBytes))
    let metadata = CheckpointMetadata(listing, path: path)
    let settings = try metadata.settings()
    let epoch = try metadata.epoch(of: settings.epochCount)
    let waited = try metadata.epochsWithoutImprovement(of: settings, epoch: epoch)
    self.init(
      epoch: epoch, isOver: epoch >= settings.epochCount || waited >= settings.patience ?? .max,
      epochs: try metadata.loggedEpochs(upTo: epoch))
  }

  init(epoch: Int, isOver: Bool, epochs: [LoggedEpoch]) {
    (self.epoch, self.isOver, self.epochs) = (epoch, isOver, epochs)
  }
}
