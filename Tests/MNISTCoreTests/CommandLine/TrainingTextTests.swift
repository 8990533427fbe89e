import Testing

@testable import MNISTCore

@Suite struct TrainingTextTests {
  private let report = EpochReport(
    epoch: 1, epochCount: 20, trainLoss: 0.19642, validLoss: 0.10231, validAccuracy: 0.97,
    lowestLoss: 0.10231, learningRate: 0.001)

  @Test(arguments: [0, 1, 2, 3])
  func anEpochIsALineAtAnyVerbosity(_ verbosity: Int) {
    #expect(
      TrainingText.line(for: .epoch(report), verbosity: verbosity)
        == "Epoch(1/20): train_loss=1.9642e-01  valid_loss=1.0231e-01  lowest_loss=1.0231e-01")
  }

  @Test func anEpochWithoutNumbersIsALineToo() {
    let report = EpochReport(
      epoch: 2, epochCount: 3, trainLoss: -.nan, validLoss: .nan, validAccuracy: 0,
      lowestLoss: .infinity, learningRate: 0.001)
    #expect(
      TrainingText.line(for: .epoch(report), verbosity: 0)
        == "Epoch(2/3): train_loss=nan  valid_loss=nan  lowest_loss=inf")
  }

  @Test(arguments: [0, 1, 2, 3])
  func iterationsAreLinesFromVerbosity2On(_ verbosity: Int) {
    let train = TrainingEvent.trainIteration(1, of: 188, loss: 2.4477)
    let valid = TrainingEvent.validIteration(47, of: 47, loss: 0.05)
    #expect(
      TrainingText.line(for: train, verbosity: verbosity)
        == (verbosity < 2 ? nil : "Train Iteration(1/188): loss=2.4477e+00"))
    #expect(
      TrainingText.line(for: valid, verbosity: verbosity)
        == (verbosity < 2 ? nil : "Valid Iteration(47/47): loss=5.0000e-02"))
  }

  @Test func theSizesOfBothPartsAreTwoLines() {
    let images = SmallSets.fields(51)
    #expect(
      TrainingText.sizes(of: TrainingRun(SmallSets.settings(images), images: images))
        == "Train: [40, 140] [40]\nValid: [11, 140] [11]")
  }

  @Test func modelOptimizerAndLossArePrintedAsPyTorchPrintsThem() {
    let images = SmallSets.fields(10)
    let run = TrainingRun(SmallSets.settings(images), images: images)
    #expect(
      TrainingText.parts(of: run)
        == PrintedParts.model([140, 9, 6, 4]) + "\n" + PrintedParts.adamAndLoss)
  }

  @Test func whyNothingIsLeftIsASentence() throws {
    func text(_ change: (inout TrainingSettings) -> Void) throws -> String {
      let images = SmallSets.fields(10)
      var settings = SmallSets.settings(images, epochCount: 2)
      change(&settings)
      let run = TrainingRun(settings, images: images)
      var state = run.state
      (state.epoch, state.epochsWithoutImprovement) = (settings.patience == nil ? 2 : 1, 1)
      run.resume(from: state)
      #expect(run.isOver)
      return TrainingText.nothingLeft(of: run, in: "m")
    }
    #expect(
      try text { _ in } == "mnist-train: m: all 2 epochs are done (go on with a larger --n_epochs)")
    #expect(
      try text { $0.learningRateSchedule = .cosine }
        == "mnist-train: m: all 2 epochs of its cosine schedule are done")
    #expect(
      try text { $0.patience = 1 }
        == "mnist-train: m: the validation loss has not improved for 1 epoch "
        + "(go on with a larger --patience)")
    #expect(
      try text { ($0.patience, $0.monitor) = (1, .validAccuracy) }
        == "mnist-train: m: the validation accuracy has not improved for 1 epoch "
        + "(go on with a larger --patience)")
  }

  @Test(
    arguments: [
      ("--model_fn m", "--model_fn m --resume"),
      ("--model_fn m --dataset auto --verbose 1", "--model_fn m --resume"),
      (
        "--model_fn m --verbose 0 --n_threads 2 --dataset kmnist --data_dir a;b",
        "--model_fn m --resume --data_dir 'a;b' --dataset kmnist --n_threads 2 --verbose 0"
      ),
    ])
  func aStoppedRunSaysHowItGoesOn(_ line: String, _ words: String) {
    guard
      case .options(let options) = TrainOptions.parse(
        line.split(separator: " ").map(String.init))
    else {
      Issue.record("expected options")
      return
    }
    #expect(
      TrainingText.stopped(by: StopSignal(number: SIGTERM), options, nil)
        == "mnist-train: stopped by SIGTERM, the run is saved; go on with\n  mnist-train \(words)")
    #expect(StopSignal(number: 99).name == "signal 99" && StopSignal(number: 99).exitCode == 227)
  }

  @Test func aRunGoesOnAfterTheBatchesThatAreBehindIt() {
    func text(_ progress: EpochProgress) -> String {
      let images = SmallSets.fields(10)
      let run = TrainingRun(SmallSets.settings(images, epochCount: 3), images: images)
      var state = run.state
      (state.epoch, state.progress) = (1, progress)
      run.resume(from: state)
      return TrainingText.resumed(run, from: "m")
    }
    let start = "mnist-train: going on with m in epoch 2 of 3"
    #expect(text(EpochProgress()) == start)
    #expect(
      text(EpochProgress(train: .init(batches: 1), valid: .init(batches: 1)))
        == "\(start), after 1 training and 1 validation batches")
  }

  @Test func dataThatIsWhereItWasIsMentionedUnlessItWasNamed() {
    func text(_ folder: String?, _ origin: DataOrigin, named: String? = nil) -> String? {
      var options = TrainOptions(modelPath: "m")
      options.dataDirectory = named
      let identity = DataIdentity(imagesCRC32: 1, labelsCRC32: 2, folder: folder)
      return TrainingText.data(origin, of: identity, options)
    }
    #expect(
      text("/x", .files(folder: "/x"))
        == "mnist-train: its data is where it was: IDX files in /x (not the published MNIST)")
    #expect(text("/y", .files(folder: "/x")) == nil)
    #expect(text("/x", .files(folder: "/x"), named: "/x") == nil)
    #expect(text(nil, .digits()) == nil)
  }

  /// A signal stopped it in its first epoch.
  @Test func aFormerRunWithoutAnEpochHasNoLoss() throws {
    try SmallSets.withFolder { folder in
      let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
      let settings = SmallSets.settings(images)
      let run = TrainingRun(settings, images: images)
      try Checkpoint(settings: settings, state: run.state).write(to: "\(folder)/m")
      let model = try #require(try FormerModel(at: "\(folder)/m"))
      #expect(TrainingText.words(model) == "another run (seed 3, 0 of 2 epochs)")
    }
  }

  @Test func aRunThatGoesOnOnAnotherDeviceIsToldOf() {
    let settings = SmallSets.settings(SmallSets.fields(10))
    var other = settings
    other.device = "gpu\u{7}"
    #expect(TrainingText.otherDevice(settings, than: settings) == nil)
    #expect(
      TrainingText.otherDevice(settings, than: other)
        == "mnist-train: the run was on gpu\\x07 and goes on on \(settings.device): its last bits "
        + "will differ")
  }

  @Test func whatEndsARunAtOnceSaysWhatIsSaved() {
    func text(_ saved: (Int, EpochProgress)?) -> String {
      TrainingText.endedAtOnce(holding: saved, in: "a\u{1B}m")
    }
    #expect(text(nil) == "mnist-train: ended at once; nothing of this run is saved")
    #expect(
      text((3, EpochProgress()))
        == #"mnist-train: ended at once; a\x1bm holds the run after epoch 3"#)
    #expect(
      text((3, EpochProgress(train: .init(batches: 1))))
        == #"mnist-train: ended at once; a\x1bm holds the run in epoch 4"#)
  }

  @Test func dropoutStandsInPlaceOfBatchNorm() {
    let images = SmallSets.fields(10)
    let run = TrainingRun(
      SmallSets.settings(images, hiddenSizes: [9], useDropout: true), images: images)
    #expect(
      TrainingText.parts(of: run)
        == PrintedParts.model([140, 9, 4]) { _ in "Dropout(p=0.3, inplace=False)" } + "\n"
        + PrintedParts.adamAndLoss)
  }
}
