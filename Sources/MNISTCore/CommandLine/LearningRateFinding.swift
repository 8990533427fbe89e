// `mnist-train --lr_find FILE`: what is refused, and what is said of the test.

extension TrainOptions {
  /// The same options with the command line that trains, or what is wrong with them.
  func testingLearningRates(_ arguments: [String]) -> Invocation<TrainOptions> {
    let problem = resume ? .notAllowedWith(option: "--lr_find", other: "--resume") : contradiction
    if let problem { return .mistake(Self.command.error(problem)) }
    if let path = learningRateCurvePath, !LearningRateCurveFile.takes(path) {
      return .mistake(
        Self.command.error(
          .outOfRange(
            option: "--lr_find", allowed: "a name that ends in \(LearningRateCurveFile.endings)",
            found: PythonSyntax.quoted(path))))
    }
    do {
      var options = self
      options.arguments = try ArgumentParser(options: Self.command.options)
        .arguments(arguments, without: ["lr_find", "learning_rate"])
      return .options(options)
    } catch {
      return .mistake(Self.command.error(error))
    }
  }

  /// Where the curve goes, nil where no learning rates are to be tested. Refuses a place where it could not be
  /// written. Throws `FileError`.
  package func learningRateCurveFile() throws(FileError) -> LearningRateCurveFile? {
    guard let learningRateCurvePath else { return nil }
    return try LearningRateCurveFile(learningRateCurvePath)
  }

  /// The command line that trains the run that was tested with this rate.
  ///
  /// - Parameter seed: the run's.
  func commandLine(learningRate: String, seed: UInt64) -> String {
    var words = [Self.toolName]
    if modelPath.isEmpty { words += ["--model_fn", "model.ckpt"] }
    words += arguments
    if self.seed == nil { words += ["--seed", "\(seed)"] }
    return ShellText.line(words + ["--learning_rate", learningRate])
  }
}

extension TrainingText {
  /// What the test came to: `learning_rate=1.2345e-03`
  package static func suggested(_ point: LearningRateRangeTest.Point) -> String {
    "learning_rate=\(NumberText.scientific(point.learningRate))"
  }

  /// The line that tells how far the test is, on a terminal; with room for the `^C` that it shows.
  package static func progress(of test: LearningRateRangeTest, columns: Int) -> String {
    guard let last = test.points.last else { return "" }
    let text =
      "Learning rate \(NumberText.scientific(last.learningRate))  "
      + "\(test.points.count)/\(LearningRateRangeTest.batchCount)  "
      + "loss \(NumberText.fixed(last.smoothedLoss))"
    return String(text.prefix(max(0, columns - 3)))
  }

  /// Where the curve lies, and how many batches it shows.
  package static func written(_ test: LearningRateRangeTest, to file: LearningRateCurveFile)
    -> String
  {
    let count = test.points.count
    let end = test.isDiverged ? "; then the loss was too large" : ""
    return "\(tool): the losses of \(count) batch\(count == 1 ? "" : "es") are in "
      + "\(PythonSyntax.escaped(file.path))\(end)"
  }

  /// How to train with what was suggested.
  package static func training(
    with point: LearningRateRangeTest.Point, _ options: TrainOptions, seed: UInt64
  ) -> String {
    let rate = NumberText.scientific(point.learningRate)
    return "\(tool): train with\n  " + options.commandLine(learningRate: rate, seed: seed)
  }

  /// How the test was broken off.
  package static func stoppedTesting(by signal: StopSignal, after count: Int) -> String {
    "\(tool): stopped by \(signal.name) after \(count) of \(LearningRateRangeTest.batchCount) batches; "
      + "nothing is written"
  }

  /// What is said when a signal ends the test at once.
  package static let testEndedAtOnce = "\(tool): ended at once; nothing is written"
}
