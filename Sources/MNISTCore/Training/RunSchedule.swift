/// A training batch that is about to be computed.
public struct TrainingStep: Equatable, Sendable {
  /// Epochs behind it.
  public let epoch: Int
  /// Training batches of its epoch behind it.
  public let batch: Int

  /// A batch that has so many others of its epoch behind it, and that epoch so many others.
  public init(epoch: Int, batch: Int) {
    (self.epoch, self.batch) = (epoch, batch)
  }
}

/// The learning rate of every step of a run, as its settings have it. Whoever goes on with the run has the same rates: they
/// depend on what the run's file tells.
struct RunSchedule {
  private let settings: TrainingSettings
  /// Of training, in an epoch.
  private let batchCount: Int
  private var warmup: LearningRateScheduler
  private var main: LearningRateScheduler
  private var plateau: LearningRatePlateau
  /// Epochs that the plateau has been told of, or that came before it.
  private var toldCount: Int

  /// - Parameter batchCount: of training batches in an epoch.
  init(_ settings: TrainingSettings, batchCount: Int) {
    self.settings = settings
    self.batchCount = batchCount
    let (start, warmupEpochs) = (settings.learningRate, settings.warmupEpochCount)
    let epochs = settings.epochCount - warmupEpochs
    let stepsInEpoch = settings.isScheduledPerBatch ? batchCount : 1
    warmup = LearningRateScheduler(
      .constant, from: start, stepCount: .max, warmupStepCount: warmupEpochs * stepsInEpoch)
    main =
      switch settings.learningRateSchedule {
      case .cosine: LearningRateScheduler(.cosine, from: start, stepCount: epochs * stepsInEpoch)
      case .step:
        LearningRateScheduler(
          .step(
            interval: settings.learningRateStepSize, factor: settings.learningRateFactor),
          from: start, stepCount: epochs)
      case .constant, .plateau, .oneCycle:
        LearningRateScheduler(.constant, from: start, stepCount: .max)
      }
    plateau = LearningRatePlateau(
      from: start, prefersLower: settings.monitor.prefersLower,
      factor: settings.learningRateFactor, patience: settings.learningRatePatience,
      cooldown: settings.learningRateCooldown)
    toldCount = warmupEpochs
  }

  /// - Parameter epochs: all that are behind the step, in order.
  mutating func rate(of step: TrainingStep, after epochs: [LoggedEpoch]) -> Double {
    let perBatch = settings.isScheduledPerBatch
    func place(_ epoch: Int) -> Int { perBatch ? epoch * batchCount + step.batch : epoch }
    guard step.epoch >= settings.warmupEpochCount else {
      return warmup.rate(atStep: place(step.epoch))
    }
    let epoch = step.epoch - settings.warmupEpochCount
    switch settings.learningRateSchedule {
    case .constant: return settings.learningRate
    case .cosine: return main.rate(atStep: place(epoch))
    case .step: return main.rate(atStep: epoch)
    case .plateau:
      while toldCount < min(step.epoch, epochs.count) {
        plateau.note(epochs[toldCount].value(of: settings.monitor))
        toldCount += 1
      }
      return plateau.rate
    case .oneCycle: return cycle.rate(atStep: step.epoch * batchCount + step.batch)
    }
  }

  /// Adam's β₁; nil where the schedule leaves it alone.
  func beta1(of step: TrainingStep) -> Double? {
    guard settings.learningRateSchedule == .oneCycle else { return nil }
    return cycle.beta1(atStep: step.epoch * batchCount + step.batch)
  }

  private var cycle: OneCycle {
    OneCycle(maximum: settings.learningRate, stepCount: settings.epochCount * batchCount)
  }
}

extension RunSchedule {
  /// What a scheduler of PyTorch adds to an optimiser's group, by its names there.
  static func entries(of settings: TrainingSettings) -> [(name: String, value: Double)] {
    guard settings.hasSchedule else { return [] }
    switch settings.learningRateSchedule {
    case .oneCycle:
      let cycle = OneCycle(maximum: settings.learningRate, stepCount: 1)
      let momentum = OneCycle.beta1Range
      return [
        ("initial_lr", cycle.initial), ("max_lr", cycle.maximum), ("min_lr", cycle.minimum),
        ("max_momentum", momentum.upperBound), ("base_momentum", momentum.lowerBound),
      ]
    // Alone, it adds nothing.
    case .plateau where settings.warmupEpochCount == 0: return []
    default: return [("initial_lr", settings.learningRate)]
    }
  }
}
