/// A training run from its settings: the same settings and images always give the same state.
public final class TrainingRun {
  public let settings: TrainingSettings
  public let trainData: Subset
  public let validData: Subset
  public let model: ImageClassifier
  public let optimizer: Adam
  private let trainer: Trainer
  private let generator: RandomGenerator
  private let dropout: CounterGenerator

  /// Random numbers are drawn in PyTorch's order: the split, then the model's start values; training
  /// then draws one permutation an epoch. Dropout has a stream of its own.
  public init(_ settings: TrainingSettings, images: ImageSet) {
    self.settings = settings
    generator = RandomGenerator(seed: settings.seed)
    dropout = CounterGenerator(seed: settings.seed)
    (trainData, validData) = ImageDataset(images).split(
      ratio: settings.trainRatio, using: generator)
    model = settings.makeModel(using: generator, dropout: dropout)
    optimizer = Adam(model.parameters)
    trainer = Trainer(model: model, optimizer: optimizer)
  }

  /// Trains for the settings' number of epochs and leaves the model in its best state.
  public func train(report: (TrainingEvent) -> Void = { _ in }) {
    trainer.train(
      trainData, validating: validData, epochCount: settings.epochCount,
      batchSize: settings.batchSize, using: generator, report: report)
  }

  /// Where the run stands. It stands nowhere as long as no epoch had a validation loss that is a
  /// number.
  public func state() throws(TrainingError) -> TrainingState {
    guard let best = trainer.bestState else { throw .noFiniteLoss(epochCount: trainer.epoch) }
    return TrainingState(
      epoch: trainer.epoch, lowestLoss: trainer.lowestLoss, best: best, last: trainer.lastState,
      optimizer: optimizer.state, generator: generator.state, dropoutDraws: dropout.count)
  }
}
