/// A training run from its settings: the same settings and images always give the same state.
public final class TrainingRun {
  /// What shapes the result.
  public let settings: TrainingSettings
  /// What is trained on.
  public let trainData: Subset
  /// What measures each epoch's model.
  public let validData: Subset
  /// What is trained; after `train` in its best state.
  public let model: ImageClassifier
  /// What changes the model.
  public let optimizer: Adam
  let trainer: Trainer
  /// The training images as they are trained on; nil where they are not varied.
  let augmented: AugmentedDataset?
  let generator: RandomGenerator
  private let dropout: CounterGenerator
  /// What the epochs behind the run came to; files of version 1.1 do not tell.
  package private(set) var loggedEpochs: [LoggedEpoch] = []
  private var schedule: RunSchedule
  /// Of training, in an epoch.
  private let trainBatchCount: Int

  /// Random numbers are drawn in PyTorch's order: the split, then the model's start values; training
  /// then draws one permutation an epoch. Dropout has a stream of its own.
  public init(_ settings: TrainingSettings, images: ImageSet) {
    self.settings = settings
    generator = RandomGenerator(seed: settings.seed)
    dropout = CounterGenerator(seed: settings.seed)
    (trainData, validData) = ImageDataset(images).split(
      ratio: settings.trainRatio, using: generator)
    augmented = settings.augmentation.map { [trainData] augmentation in
      AugmentedDataset(
        images, indices: trainData.indices, augmentation, epochCount: settings.epochCount,
        seed: settings.seed)
    }
    model = settings.makeModel(using: generator, dropout: dropout)
    optimizer = Adam(
      model.parameters, learningRate: settings.learningRate,
      weightDecay: settings.weightDecay, decoupledWeightDecay: settings.decoupledWeightDecay)
    optimizer.scheduleEntries = RunSchedule.entries(of: settings)
    trainer = Trainer(
      model: model, optimizer: optimizer,
      criterion: settings.makeLoss(trainingOn: trainData.indices.map { Int(images.labels[$0]) }),
      monitor: settings.monitor, gradientNormLimit: settings.gradientNormLimit)
    trainBatchCount = trainer.batches(of: trainData, settings.batchSize).batchCount
    schedule = RunSchedule(settings, batchCount: trainBatchCount)
    if settings.hasSchedule { prepare(TrainingStep(epoch: 0, batch: 0)) }
  }

  /// Goes to where a run with the same settings (but for the number of epochs under a constant schedule, and
  /// patience) and images stood.
  public func resume(from state: TrainingState) {
    optimizer.state = state.optimizer
    dropout.count = state.dropoutDraws
    trainer.resume(from: state)
    loggedEpochs = state.loggedEpochs
    schedule = RunSchedule(settings, batchCount: trainBatchCount)
    guard settings.hasSchedule else { return }
    // Where only validation is left of an epoch, its report tells the rate of the last batch.
    let batches = state.progress.train.batches
    prepare(TrainingStep(epoch: state.epoch, batch: max(0, batches - 1)))
  }

  /// Trains until the settings' number of epochs or patience is behind the run and leaves the model in its best
  /// state. What ends training earlier, and how it goes on: see `Trainer.train`.
  public func train(report: (TrainingEvent) throws -> Void = { _ in }) throws {
    augmented?.epoch = trainer.epoch
    try trainer.train(
      augmented ?? trainData, validating: validData, epochCount: settings.epochCount,
      batchSize: settings.batchSize, patience: settings.patience,
      beforeStep: settings.hasSchedule ? prepare : nil, using: generator
    ) { event in
      if case .epoch(let report) = event {
        augmented?.epoch = report.epoch
        loggedEpochs.append(LoggedEpoch(report, isScheduled: settings.hasSchedule))
      }
      try report(event)
    }
  }

  /// Sets what the schedule changes from step to step.
  private func prepare(_ step: TrainingStep) {
    optimizer.learningRate = schedule.rate(of: step, after: loggedEpochs)
    if let beta1 = schedule.beta1(of: step) { optimizer.beta1 = beta1 }
  }

  /// Epochs behind the run.
  public var epoch: Int { trainer.epoch }

  /// How far it is in the next one.
  public var progress: EpochProgress { trainer.progress }

  /// Batches of training and of validation in an epoch, once training has begun.
  public var batchCount: Int { trainer.batchCount }

  /// Whether it has no epoch left: all are done, or patience is at its end.
  public var isOver: Bool {
    epoch >= settings.epochCount || epochsWithoutImprovement >= settings.patience ?? .max
  }

  /// How many epochs lie behind the last improvement; 0 without patience.
  public var epochsWithoutImprovement: Int {
    settings.patience == nil ? 0 : trainer.epochsWithoutImprovement
  }

  /// Throws what has gone wrong on the device. `state` holds what it held only if this does not, after it was taken.
  package func checkDevice() throws(DeviceError) {
    try optimizer.parameters.first?.device.check()
  }

  /// Where the run stands, copied.
  public var state: TrainingState {
    TrainingState(
      epoch: trainer.epoch, progress: trainer.progress, lowestLoss: trainer.lowestLoss,
      epochsWithoutImprovement: epochsWithoutImprovement,
      highestAccuracy: settings.monitor == .validAccuracy ? trainer.bestValue : nil,
      best: trainer.bestState,
      last: trainer.lastState, optimizer: optimizer.state,
      generator: trainer.generatorState ?? generator.state, dropoutDraws: dropout.count,
      loggedEpochs: loggedEpochs)
  }
}
