/// What `mnist-train` is asked to do.
package struct TrainOptions: Equatable, Sendable {
  /// Where the best model is written.
  package var modelPath: String
  /// What shapes the result, but for what is said below and what only the data says.
  var settings = TrainingSettings()
  /// Linear layers, the last one included; `nil` where that was not said.
  var layerCount: Int?
  /// The widths of the hidden layers; `nil` where they were not given by hand.
  var givenWidths: [Int]?
  /// The model whose weights the run begins with; `nil` for random ones.
  package var startPath: String?
  /// `nil` asks for a random seed.
  package var seed: UInt64?
  /// Which images; `nil` where that was not said.
  package var dataset: DatasetChoice?
  /// Where the data is; `nil` where that was not said.
  package var dataDirectory: String?
  /// An address to download from; `nil` asks for the known ones.
  package var mirror: String?
  /// The size that pictures are brought to; `nil` leaves them as they are.
  var imageSize: ImageSize?
  /// The number of a GPU, −1 for the CPU; `nil` takes a GPU where there is one.
  package var gpuID: Int?
  /// 0 epochs only, 1 also model, optimiser and loss, 2 and more also iterations.
  package var verbosity = 1
  /// `nil` asks for one for each processor.
  package var threadCount: Int?
  /// The folder that the run is logged to; `nil` for none.
  package var logDirectory: String?
  /// The folder that has all of the run; nil where model and log have paths of their own. With it, `modelPath` and
  /// `logDirectory` say where they are in it.
  package var runDirectory: String?
  /// The file for the curve of a learning rate range test; where there is one, nothing is trained.
  package var learningRateCurvePath: String?
  /// The runs to compare; where there are folders, nothing is trained.
  package var comparison = ComparisonOptions()
  /// Whether devices are listed; then nothing is trained.
  package var listsDevices = false
  /// Whether the run in the file at `modelPath` goes on.
  package var resume = false
  /// Whether a model that stands at `modelPath` is lost to a new run's.
  var overwrite = false
  /// A file with settings, which those of the command line win over.
  var configPath: String?
  /// Settings by name, which those of the command line win over.
  var recipe: Recipe?
  /// The file for a sheet of augmented images; where there is one, nothing is trained.
  package var augmentationSheetPath: String?
  /// Whether the settings are printed; then nothing is trained.
  var printsConfiguration = false
  /// The epoch after which the run is saved and ends, to go on later; `nil` for its last one.
  package var stopAfter: Int?
  /// The file of a sweep; where there is one, its runs are trained.
  package var sweepPath: String?
  /// The folder of the sweep's runs.
  package var sweepDirectory: String?
  /// Whether the commands of the sweep's runs are printed; then nothing is trained.
  package var printsRuns = false
  /// The only run of the sweep to train, from 1; `nil` for all.
  package var sweepRun: Int?
  package var optionsWithoutEffect: [String] = []
  /// Of a run that goes on, the whole command line: what it does not say is for the file to say. Where learning rates
  /// are tested, the command line that trains, but for the rate.
  var arguments: [String] = []
  /// The settings before it: what the file or the recipe says and the command line does not.
  private(set) var configuration: SettingsFile?

  init(modelPath: String) {
    self.modelPath = modelPath
  }

  /// Reads a command line, without the tool's own name.
  package static func parse(_ arguments: [String]) -> Invocation<TrainOptions> {
    let start = TrainOptions(modelPath: "")
    var invocation = command.parse(arguments, startingFrom: start)
    var file: SettingsFile?
    if case .options(let options) = invocation, options.configPath != nil || options.recipe != nil {
      do {
        let all = try options.recipe?.file ?? configurationFile(options.configPath ?? "")
        file = try command.settings(of: all, beside: arguments, start)
        invocation = command.parse(arguments, startingFrom: start, after: file)
        if case .options(var options) = invocation, options.resume || options.recipe != nil {
          options.configuration = file
          invocation = .options(options)
        }
      } catch let problem as UsageError.Problem {
        return .mistake(command.error(problem))
      } catch {
        return .failure(
          error as? FileError
            ?? .cannotRead(path: options.configPath ?? "", reason: "\(error)"))
      }
    }
    // No file of settings says where a run is.
    if case .options(var options) = invocation, let directory = options.runDirectory,
      !options.printsConfiguration
    {
      options.put(in: directory)
      invocation = .options(options)
    }
    if case .options(let options) = invocation, let problem = options.useContradiction {
      return .mistake(command.error(problem))
    }
    if case .options(let options) = invocation, options.learningRateCurvePath != nil {
      return options.testingLearningRates(arguments)
    }
    if case .options(var options) = invocation, options.resume, !options.printsConfiguration {
      options.arguments = arguments
      // What has an effect is for the file to say, too.
      options.optionsWithoutEffect = []
      return .options(options)
    }
    if case .options(let options) = invocation {
      if let problem = options.contradiction {
        return .mistake(command.error(file?.locating(problem) ?? problem))
      }
      if options.printsConfiguration { return .answer(command.settingsText(of: options)) }
    }
    return invocation
  }

  /// Of options that say what is done, what one does not allow of another.
  private var useContradiction: UsageError.Problem? {
    if printsConfiguration {
      if resume { return .notAllowedWith(option: "--print_config", other: "--resume") }
      if learningRateCurvePath != nil {
        return .notAllowedWith(option: "--print_config", other: "--lr_find")
      }
    }
    if sweepPath != nil, sweepDirectory == nil {
      return .notAllowedWithout(option: "--sweep", other: "--sweep_dir")
    }
    if let problem = augmentationSheetContradiction { return problem }
    return printsRuns && sweepRun != nil
      ? .notAllowedWith(option: "--print_runs", other: "--sweep_run") : nil
  }

  private func tooManyEpochs(
    _ count: Int, for schedule: LearningRateSchedule
  ) -> UsageError.Problem {
    .outOfRange(
      option: "--n_epochs",
      allowed: "at most \(schedule.epochLimit) with --lr_schedule \(schedule.rawValue)",
      found: "\(count)")
  }

  /// What one option does not allow of another.
  var contradiction: UsageError.Problem? {
    if let problem = comparison.wrongEnding { return problem }
    // One row has no variance to normalise by; a last batch of one can join another, all cannot.
    if settings.batchSize == 1, !settings.useDropout {
      return .outOfRange(
        option: "--batch_size", allowed: "at least 2 without --use_dropout", found: "1")
    }
    if settings.decoupledWeightDecay, settings.weightDecay == 0 {
      return .outOfRange(
        option: "--weight_decay", allowed: "greater than 0 with --decoupled_weight_decay",
        found: "0")
    }
    let schedule = settings.learningRateSchedule
    if settings.epochCount > schedule.epochLimit {
      return tooManyEpochs(settings.epochCount, for: schedule)
    }
    if schedule == .oneCycle, settings.warmupEpochCount > 0 {
      return .outOfRange(
        option: "--warmup_epochs", allowed: "0 with --lr_schedule one-cycle, which warms up itself",
        found: "\(settings.warmupEpochCount)")
    }
    if settings.warmupEpochCount >= settings.epochCount {
      return .outOfRange(
        option: "--warmup_epochs", allowed: "less than --n_epochs, \(settings.epochCount)",
        found: "\(settings.warmupEpochCount)")
    }
    return nil
  }
}

// MARK: - What the file decides

extension TrainOptions {
  /// The settings of the run in `file`, with what may change as the command line asks for it. A cosine has
  /// its number of epochs from the start: with more, the epochs before would have been others.
  ///
  /// Refuses a command line that says otherwise than the file.
  func settings(
    resuming file: TrainingSettings, imageCount: Int
  ) throws(UsageError) -> TrainingSettings {
    guard
      case .options(let options) = Self.command.parse(
        arguments, startingFrom: Self.options(of: file), after: configuration)
    else {
      return file
    }
    var asked = options.settings
    asked.seed = options.seed ?? file.seed
    if options.asksForWidths {
      asked.hiddenSizes = options.hiddenSizes(
        inputSize: file.inputSize, outputSize: file.outputSize)
      guard asked.hiddenSizes == file.hiddenSizes else {
        let texts = Self.widthTexts(
          file.hiddenSizes, asked.hiddenSizes, areCounted: options.givenWidths == nil)
        throw Self.command.error(
          .contradictsRun(
            option: options.widthsOption, path: modelPath, expected: texts.0, found: texts.1))
      }
    }
    // As in the run that began: a batch has no more than all images, and without dropout its
    // probability means nothing.
    asked.batchSize = min(asked.batchSize, file.trainCount(of: imageCount))
    if !file.useDropout { asked.dropoutProbability = file.dropoutProbability }

    var settings = file
    for setting in TrainingSetting.all where !setting.isEqual(asked, file) {
      switch setting.resuming {
      case .changeable: setting.copy(asked, &settings)
      case .ofTheData: break
      case .fixed:
        throw Self.command.error(
          .contradictsRun(
            option: "--\(setting.shownName)", path: modelPath, expected: setting.words(file),
            found: setting.words(asked)))
      }
    }
    let (epochs, allowed) = (asked.epochCount, file.epochCount)
    if let fixed = file.whatHasItsLength, epochs != allowed {
      throw Self.command.error(
        .outOfRange(
          option: "--n_epochs",
          allowed: "\(allowed), as in the run to resume, whose \(fixed) has that length",
          found: "\(epochs)"))
    }
    guard epochs <= file.learningRateSchedule.epochLimit else {
      throw Self.command.error(tooManyEpochs(epochs, for: file.learningRateSchedule))
    }
    guard epochs >= allowed else {
      throw Self.command.error(
        .outOfRange(
          option: "--n_epochs", allowed: "at least \(allowed), as in the run to resume",
          found: "\(epochs)"))
    }
    return settings
  }

  /// The options that have no effect on the run in `file`, which goes on; none of a new run, whose options are
  /// known without it.
  package func optionsWithoutEffect(resuming file: TrainingSettings?) -> [String] {
    guard let file,
      case .options(let asked) = Self.command.parse(
        arguments, startingFrom: Self.options(of: file), after: configuration)
    else { return [] }
    return asked.optionsWithoutEffect
  }

  /// The command line that the run in a file may have begun with.
  private static func options(of file: TrainingSettings) -> TrainOptions {
    var options = TrainOptions(modelPath: "")
    options.settings = file
    options.seed = file.seed
    return options
  }
}

// MARK: - What the data decides

extension TrainOptions {
  /// The set that was named outright.
  var namedSet: DatasetChoice? { dataset == .auto ? nil : dataset }

  /// What is done to the images as they are loaded.
  package var preparation: ImagePreparation {
    namedSet == nil
      ? ImagePreparation(pictureSize: imageSize, isTransposed: settings.isTransposed)
      : ImagePreparation()
  }
}

extension TrainOptions {
  /// Linear layers where nobody says how many.
  static let usualLayerCount = 5

  /// The largest number of layers the command line takes.
  static let layerLimit = 1_000

  /// The largest number of weights and biases: 2 GiB of them, which with gradients, the
  /// optimiser's two moments and the best state are 10 GiB.
  static let parameterLimit = 1 << 29

  /// The settings of the run on these images: those of `stored`, which goes on, or new ones.
  ///
  /// - Parameter start: the model that a new run begins with, `startingModel()`.
  package func settings(
    for data: LoadedImages, resuming stored: Checkpoint?, startingFrom start: SavedModel? = nil
  ) throws -> TrainingSettings {
    guard let stored else {
      guard let start else { return try newSettings(for: data) }
      var settings = try starting(from: start, on: data.images).newSettings(for: data)
      settings.startCRC32 = start.startingCRC32(classCount: settings.outputSize)
      return settings
    }
    try stored.check(data.images, in: data.origin.place)
    var settings = try settings(resuming: stored.settings, imageCount: data.images.count)
    settings.device = "\(CurrentDevice.device)"
    return settings
  }

  /// What the options ask for on these images.
  func newSettings(for data: LoadedImages) throws(UsageError) -> TrainingSettings {
    let images = data.images
    try checkAgainst(
      rowCount: images.count, inputSize: images.imageSize, outputSize: images.classCount)
    var settings = settings
    settings.setData(images)
    settings.dataset = data.chosen(by: dataset ?? .auto)
    settings.fittedPictures = data.preparation.pictureSize != nil
    settings.isTransposed = data.preparation.isTransposed
    settings.hiddenSizes = hiddenSizes(
      inputSize: images.imageSize, outputSize: images.classCount)
    settings.batchSize = min(settings.batchSize, settings.trainCount(of: images.count))
    // Only what shapes the result is kept: equal runs give equal files.
    if !settings.useDropout { settings.dropoutProbability = 0 }
    // PyTorch's generator takes 32 bits of a seed.
    settings.device = "\(CurrentDevice.device)"
    settings.seed = seed ?? UInt64(UInt32.random(in: 0...UInt32.max))
    return settings
  }

  /// The widths of the hidden layers for this many inputs and classes.
  func hiddenSizes(inputSize: Int, outputSize: Int) -> [Int] {
    givenWidths
      ?? ImageClassifier.hiddenSizes(
        inputSize: inputSize, outputSize: outputSize,
        layerCount: layerCount ?? Self.usualLayerCount)
  }

  /// Whether the widths were asked for, by themselves or by their number.
  var asksForWidths: Bool { givenWidths != nil || layerCount != nil }

  /// The option that asks for them.
  var widthsOption: String { givenWidths == nil ? "--n_layers" : "--hidden_sizes" }

  /// Two models' widths for a sentence about their difference.
  ///
  /// - Parameter areCounted: whether the numbers of layers are enough where they differ.
  static func widthTexts(
    _ expected: [Int], _ found: [Int], areCounted: Bool
  ) -> (String, String) {
    func text(_ widths: [Int]) -> String {
      areCounted && expected.count != found.count
        ? "\(widths.count + 1)" : widths.map { "\($0)" }.joined(separator: ",")
    }
    return (text(expected), text(found))
  }

  /// Refuses what only the data shows to be impossible: a split that leaves fewer than two images
  /// for training, and a model too large for any memory. One is always left for validation.
  func checkAgainst(
    rowCount: Int, inputSize: Int, outputSize: Int
  ) throws(UsageError) {
    let training = settings.trainCount(of: rowCount)
    guard training >= 2 else {
      throw Self.command.error(
        .split(ratio: settings.trainRatio, images: rowCount, training: training))
    }
    guard !isTooLarge(inputSize: inputSize, outputSize: outputSize) else {
      if let widths = givenWidths {
        throw Self.command.error(
          .outOfRange(
            option: startPath == nil ? widthsOption : "--start_from",
            allowed: "a model of at most \(Self.parameterLimit) parameters for \(inputSize) inputs "
              + "and \(outputSize) outputs",
            found: widths.map { "\($0)" }.joined(separator: ",")))
      }
      let layerCount = layerCount ?? Self.usualLayerCount
      var fewer = self
      var count = layerCount
      repeat {
        count -= 1
        fewer.layerCount = count
      } while count >= 2 && fewer.isTooLarge(inputSize: inputSize, outputSize: outputSize)
      guard count >= 2 else {
        throw Self.command.error(
          .modelTooLarge(inputs: inputSize, outputs: outputSize, limit: Self.parameterLimit))
      }
      throw Self.command.error(
        .outOfRange(
          option: "--n_layers",
          allowed: "at most \(count) for \(inputSize) inputs and \(outputSize) outputs",
          found: "\(layerCount)"))
    }
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
