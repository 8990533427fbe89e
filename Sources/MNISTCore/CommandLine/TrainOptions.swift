/// What `mnist-train` is asked to do. Start values are the mirrored project's.
public struct TrainOptions: Equatable, Sendable {
  /// Where the best model is written.
  public var modelPath: String
  public var dataset = DatasetChoice.auto
  /// Where the data is looked for.
  public var dataDirectory = "data"
  /// An address to download from; `nil` asks for the known ones.
  public var mirror: String?
  /// −1 is the CPU.
  public var gpuID = -1
  /// The share of the training images that is trained on; the rest validates. In (0, 1).
  public var trainRatio = 0.8
  public var batchSize = 256
  public var epochCount = 20
  /// Linear layers, the last one included.
  public var layerCount = 5
  /// Dropout in place of batch normalisation.
  public var useDropout = false
  /// In [0, 1).
  public var dropoutProbability = 0.3
  /// What the schedule starts from.
  public var learningRate = TrainingSettings.usualLearningRate
  /// As `Adam` understands it, and the next one.
  public var weightDecay = 0.0
  public var decoupledWeightDecay = false
  public var learningRateSchedule = LearningRateSchedule.constant
  public var warmupEpochCount = 0
  /// So many epochs without improvement end the run; `nil`: none do.
  public var patience: Int?
  /// 0 epochs only, 1 also model, optimiser and loss, 2 and more also iterations.
  public var verbosity = 1
  /// `nil` asks for a random seed.
  public var seed: UInt64?
  /// `nil` asks for one for each processor.
  public var threadCount: Int?
  /// The folder that the run is logged to; `nil` for none.
  public var logDirectory: String?
  /// Folders of runs to compare; where there are any, nothing is trained.
  public var comparedRuns: [String] = []
  /// Whether the run in the file at `modelPath` goes on.
  public var resume = false
  /// Of a run that goes on, the whole command line: what it does not say is for the file to say.
  private var arguments: [String] = []

  public init(modelPath: String) {
    self.modelPath = modelPath
  }

  /// Reads a command line, without the tool's own name.
  public static func parse(_ arguments: [String]) -> Invocation<TrainOptions> {
    let invocation = command.parse(arguments, startingFrom: TrainOptions(modelPath: ""))
    if case .options(var options) = invocation, options.resume {
      options.arguments = arguments
      return .options(options)
    }
    if case .options(let options) = invocation, let problem = options.contradiction {
      return .mistake(command.error(problem))
    }
    return invocation
  }

  /// What one option does not allow of another.
  private var contradiction: UsageError.Problem? {
    // One row has no variance to normalise by; a last batch of one can join another, all cannot.
    if batchSize == 1, !useDropout {
      return .outOfRange(
        option: "--batch_size", allowed: "at least 2 without --use_dropout", found: "1")
    }
    if decoupledWeightDecay, weightDecay == 0 {
      return .outOfRange(
        option: "--weight_decay", allowed: "greater than 0 with --decoupled_weight_decay",
        found: "0")
    }
    if epochCount > learningRateSchedule.epochLimit {
      return .outOfRange(
        option: "--n_epochs",
        allowed: "at most \(learningRateSchedule.epochLimit) with --lr_schedule "
          + learningRateSchedule.rawValue, found: "\(epochCount)")
    }
    if warmupEpochCount >= epochCount {
      return .outOfRange(
        option: "--warmup_epochs", allowed: "less than --n_epochs, \(epochCount)",
        found: "\(warmupEpochCount)")
    }
    return nil
  }
}

// MARK: - What the file decides

extension TrainOptions {
  /// The settings of the run in `file`, with more epochs or another patience where the command line asks for
  /// them. A cosine has its number of epochs from the start: with more, the epochs before would have
  /// been others.
  ///
  /// Refuses a command line that says otherwise than the file.
  public func settings(
    resuming file: TrainingSettings, imageCount: Int
  ) throws(UsageError) -> TrainingSettings {
    let start = Self.options(of: file)
    guard case .options(var asked) = Self.command.parse(arguments, startingFrom: start) else {
      return file
    }
    // As in the run that began: a batch has no more than all images, and without dropout its
    // probability means nothing.
    asked.batchSize = min(asked.batchSize, asked.trainCount(of: imageCount))
    if !file.useDropout { asked.dropoutProbability = file.dropoutProbability }
    for (option, isSame, found, expected) in [
      (
        "train_ratio", asked.trainRatio == start.trainRatio, "\(asked.trainRatio)",
        "\(start.trainRatio)"
      ),
      (
        "batch_size", asked.batchSize == start.batchSize, "\(asked.batchSize)", "\(start.batchSize)"
      ),
      (
        "n_layers", asked.layerCount == start.layerCount, "\(asked.layerCount)",
        "\(start.layerCount)"
      ),
      ("use_dropout", asked.useDropout == start.useDropout, "dropout", "batch normalisation"),
      (
        "dropout_p", asked.dropoutProbability == start.dropoutProbability,
        "\(asked.dropoutProbability)", "\(start.dropoutProbability)"
      ),
      ("seed", asked.seed == start.seed, "\(asked.seed ?? 0)", "\(file.seed)"),
      (
        "learning_rate", asked.learningRate == start.learningRate, "\(asked.learningRate)",
        "\(start.learningRate)"
      ),
      (
        "weight_decay", asked.weightDecay == start.weightDecay, "\(asked.weightDecay)",
        "\(start.weightDecay)"
      ),
      (
        "decoupled_weight_decay", asked.decoupledWeightDecay == start.decoupledWeightDecay,
        "AdamW", "Adam"
      ),
      (
        "lr_schedule", asked.learningRateSchedule == start.learningRateSchedule,
        asked.learningRateSchedule.rawValue, start.learningRateSchedule.rawValue
      ),
      (
        "warmup_epochs", asked.warmupEpochCount == start.warmupEpochCount,
        "\(asked.warmupEpochCount)", "\(start.warmupEpochCount)"
      ),
    ] where !isSame {
      throw Self.command.error(
        .contradictsRun(option: "--\(option)", path: modelPath, expected: expected, found: found))
    }
    guard file.learningRateSchedule != .cosine || asked.epochCount == file.epochCount else {
      throw Self.command.error(
        .outOfRange(
          option: "--n_epochs",
          allowed:
            "\(file.epochCount), as in the run to resume, whose cosine schedule has that length",
          found: "\(asked.epochCount)"))
    }
    guard asked.epochCount >= file.epochCount else {
      throw Self.command.error(
        .outOfRange(
          option: "--n_epochs", allowed: "at least \(file.epochCount), as in the run to resume",
          found: "\(asked.epochCount)"))
    }
    var settings = file
    settings.epochCount = asked.epochCount
    settings.patience = asked.patience
    return settings
  }

  /// Where the images are: of a run that goes on, where they were, as long as the command line does not
  /// say otherwise.
  public func dataSource(resuming file: TrainingSettings?) -> DataSource {
    guard let file,
      case .options(let asked) = Self.command.parse(
        arguments, startingFrom: Self.options(of: file))
    else { return dataSource }
    return asked.dataSource
  }

  /// The command line that the run in a file may have begun with.
  private static func options(of file: TrainingSettings) -> TrainOptions {
    var options = TrainOptions(modelPath: "")
    options.trainRatio = file.trainRatio
    options.batchSize = file.batchSize
    options.epochCount = file.epochCount
    options.layerCount = file.hiddenSizes.count + 1
    options.useDropout = file.useDropout
    options.dropoutProbability = file.dropoutProbability
    options.seed = file.seed
    options.dataset = file.dataset
    options.learningRate = file.learningRate
    options.weightDecay = file.weightDecay
    options.decoupledWeightDecay = file.decoupledWeightDecay
    options.learningRateSchedule = file.learningRateSchedule
    options.warmupEpochCount = file.warmupEpochCount
    options.patience = file.patience
    return options
  }
}

// MARK: - What the data decides

extension TrainOptions {
  /// The largest number of layers the command line takes.
  static let layerLimit = 1_000

  /// The largest number of weights and biases: 2 GiB of them, which with gradients, the
  /// optimiser's two moments and the best state are 10 GiB.
  static let parameterLimit = 1 << 29

  /// The widths of the hidden layers for this many inputs and classes.
  public func hiddenSizes(inputSize: Int, outputSize: Int) -> [Int] {
    ImageClassifier.hiddenSizes(
      inputSize: inputSize, outputSize: outputSize, layerCount: layerCount)
  }

  /// Refuses what only the data shows to be impossible: a split that leaves fewer than two images
  /// for training or none for validation, and a model too large for any memory.
  public func checkAgainst(
    rowCount: Int, inputSize: Int, outputSize: Int
  ) throws(UsageError) {
    let training = trainCount(of: rowCount)
    guard training >= 2, rowCount - training >= 1 else {
      throw Self.command.error(.split(ratio: trainRatio, images: rowCount, training: training))
    }
    guard !isTooLarge(inputSize: inputSize, outputSize: outputSize) else {
      var fewer = self
      repeat {
        fewer.layerCount -= 1
      } while fewer.layerCount >= 2
        && fewer.isTooLarge(inputSize: inputSize, outputSize: outputSize)
      guard fewer.layerCount >= 2 else {
        throw Self.command.error(
          .modelTooLarge(inputs: inputSize, outputs: outputSize, limit: Self.parameterLimit))
      }
      throw Self.command.error(
        .outOfRange(
          option: "--n_layers",
          allowed: "at most \(fewer.layerCount) for \(inputSize) inputs and \(outputSize) outputs",
          found: "\(layerCount)"))
    }
  }

  /// Whether the size of a batch is not simply the usual one.
  public var asksForBatchSize: Bool { batchSize != TrainOptions(modelPath: "").batchSize }

  /// How many of `rowCount` images are trained on.
  func trainCount(of rowCount: Int) -> Int {
    Int(exactly: (Double(rowCount) * trainRatio).rounded(.towardZero)) ?? 0
  }

  /// Whether the weights and biases of the linear layers exceed `parameterLimit`.
  private func isTooLarge(inputSize: Int, outputSize: Int) -> Bool {
    var rows = inputSize
    var total = 0
    for columns in hiddenSizes(inputSize: inputSize, outputSize: outputSize) + [outputSize] {
      guard rows < Self.parameterLimit,
        columns <= (Self.parameterLimit - total) / (rows + 1)
      else { return true }
      total += (rows + 1) * columns
      rows = columns
    }
    return false
  }
}
