extension TrainingText {
  /// What a run has come to, when it is over: its best epoch, where that lies, and what may be done next.
  ///
  /// - Parameters:
  ///   - firstEpoch: the first that this process trained in; the time is of this process.
  package static func answer(
    of run: TrainingRun, _ options: TrainOptions, _ log: RunLog?, seconds: Double,
    since firstEpoch: Int
  ) -> String {
    let time =
      NumberText.duration(seconds) + (firstEpoch > 1 ? " from epoch \(firstEpoch) on" : "")
    var lines = ["\(tool): done in \(time): \(best(of: run))"]
    func line(_ name: String, _ text: String) {
      lines.append("  " + name + String(repeating: " ", count: max(1, 9 - name.count)) + text)
    }
    line("model", PythonSyntax.escaped(options.modelPath))
    if let log { line("log", PythonSyntax.escaped(log.directory)) }
    line("measure", command(PredictOptions.toolName, of: options))
    if let more = optionsToGoOn(after: run.epoch, of: run.settings) {
      line("go on", command(tool, of: options) + " --resume " + more)
    }
    return lines.joined(separator: "\n")
  }

  /// `best epoch 7 of 20: train_loss=1.2e-02  valid_loss=…  accuracy=0.9812`
  private static func best(of run: TrainingRun) -> String {
    let best = LoggedEpoch.best(of: run.loggedEpochs, by: run.settings.monitor)
    guard let best else { return "\(run.epoch) epochs" }
    return "best epoch \(best.epoch) of \(run.epoch): "
      + "train_loss=\(NumberText.scientific(best.trainLoss))  "
      + "valid_loss=\(NumberText.scientific(best.validLoss))  "
      + "accuracy=\(NumberText.fixed(best.validAccuracy))"
  }

  private static func command(_ tool: String, of options: TrainOptions) -> String {
    var words = [tool] + options.place
    if let directory = options.dataDirectory { words += ["--data_dir", directory] }
    return ShellText.line(words)
  }

  /// The options with which a run that is over goes on; nil where it cannot.
  static func optionsToGoOn(after epoch: Int, of settings: TrainingSettings) -> String? {
    if epoch < settings.epochCount {
      return settings.patience.map { "--patience \($0 < .max / 2 ? 2 * $0 : $0)" }
    }
    guard settings.whatHasItsLength == nil else { return nil }
    let (more, overflow) = epoch.multipliedReportingOverflow(by: 2)
    guard !overflow, more <= settings.learningRateSchedule.epochLimit else { return nil }
    return "--n_epochs \(more)"
  }
}
