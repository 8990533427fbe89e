/// What `mnist-train` prints.
package enum TrainingText {
  /// `Train: [48000, 784] [48000]`, then the same for validation.
  package static func sizes(of run: TrainingRun) -> String {
    let size = run.settings.inputSize
    let (train, valid) = (run.trainData.count, run.validData.count)
    return "Train: [\(train), \(size)] [\(train)]\nValid: [\(valid), \(size)] [\(valid)]"
  }

  /// The model, the optimiser and the loss, as PyTorch prints them.
  package static func parts(of run: TrainingRun) -> String {
    "\(run.model)\n\(run.optimizer)\n\(run.settings.lossDescription)"
  }

  /// One line, or nil where the verbosity asks for none: iterations from 2 on.
  package static func line(for event: TrainingEvent, verbosity: Int) -> String? {
    switch event {
    case .epoch(let report):
      "Epoch(\(report.epoch)/\(report.epochCount)): "
        + "train_loss=\(NumberText.scientific(report.trainLoss))  "
        + "valid_loss=\(NumberText.scientific(report.validLoss))  "
        + "lowest_loss=\(NumberText.scientific(report.lowestLoss))"
    case .trainIteration(let index, let count, let loss):
      verbosity < 2 ? nil : iteration("Train", index, count, loss)
    case .validIteration(let index, let count, let loss):
      verbosity < 2 ? nil : iteration("Valid", index, count, loss)
    }
  }

  // MARK: What goes to standard error

  static let tool = TrainOptions.toolName

  package static func chosenSeed(_ seed: UInt64) -> String {
    "\(tool): seed \(seed) (repeat this run with --seed \(seed))"
  }

  /// Of a batch that was asked for with more images than there are; nil where it was not.
  package static func clippedBatchSize(_ options: TrainOptions, to count: Int) -> String? {
    let asked = options.settings.batchSize
    guard asked > count, asked != TrainingSettings().batchSize else { return nil }
    return
      "\(tool): --batch_size \(asked) is more than the training images: a batch is all \(count)"
  }

  package static func resumed(_ run: TrainingRun, from path: String) -> String {
    let (train, valid) = (run.progress.train.batches, run.progress.valid.batches)
    let place =
      train + valid == 0 ? "" : ", after \(train) training and \(valid) validation batches"
    return "\(tool): going on with \(PythonSyntax.escaped(path)) in epoch \(run.epoch + 1) of "
      + "\(run.settings.epochCount)\(place)"
  }

  /// Of a run that goes on where another device computes; nil where the same one does.
  package static func otherDevice(
    _ settings: TrainingSettings, than stored: TrainingSettings
  ) -> String? {
    guard settings.device != stored.device else { return nil }
    return "\(tool): the run was on \(PythonSyntax.escaped(stored.device)) and goes on on "
      + "\(PythonSyntax.escaped(settings.device)): its last bits will differ"
  }

  /// Where the data of a run that goes on was found; nil where that is the usual place, or was named.
  package static func data(
    _ origin: DataOrigin, of identity: DataIdentity, _ options: TrainOptions
  ) -> String? {
    guard options.dataDirectory == nil, let folder = origin.folder, folder == identity.folder
    else { return nil }
    return "\(tool): its data is where it was: \(PythonSyntax.escaped("\(origin)"))"
  }

  /// Of a run that is over before it goes on.
  package static func nothingLeft(of run: TrainingRun, in path: String) -> String {
    let what =
      if run.epoch < run.settings.epochCount {
        "\(noImprovement(run)) (go on with a larger --patience)"
      } else if let fixed = run.settings.whatHasItsLength {
        "all \(run.settings.epochCount) epochs of its \(fixed) are done"
      } else {
        "all \(run.settings.epochCount) epochs are done (go on with a larger --n_epochs)"
      }
    return "\(tool): \(PythonSyntax.escaped(path)): \(what)"
  }

  /// Of a run that patience has ended.
  package static func outOfPatience(_ run: TrainingRun) -> String {
    "\(tool): stopped after epoch \(run.epoch) of \(run.settings.epochCount): \(noImprovement(run))"
  }

  /// Of a run that `--stop_after` has ended.
  package static func paused(_ run: TrainingRun, _ options: TrainOptions) -> String {
    "\(tool): \(PythonSyntax.escaped(options.modelPath)): stopped after epoch \(run.epoch) of "
      + "\(run.settings.epochCount), as --stop_after asks for, and saved (go on with --resume)"
  }

  private static func noImprovement(_ run: TrainingRun) -> String {
    let count = run.epochsWithoutImprovement
    return
      "the \(run.settings.monitor.words) has not improved for \(count) epoch\(count == 1 ? "" : "s")"
  }

  /// Of a run that goes on in the log that it had.
  package static func foundLog(_ directory: String) -> String {
    "\(tool): logging goes on in \(PythonSyntax.escaped(directory))"
  }

  /// Of a run that was logged to a folder that is not found any more.
  package static func lostLog(of path: String) -> String {
    "\(tool): WARNING: \(PythonSyntax.escaped(path)): this run was logged, but its log is not where it was; "
      + "nothing is logged now, unless --log_dir names a folder (\(PythonSyntax.escaped(path)) keeps the "
      + "epochs for it)"
  }

  /// Of a run that is over, and was not logged to that folder.
  package static func nothingToLog(to directory: String) -> String {
    "\(tool): --log_dir has no effect: no epoch is left, and \(PythonSyntax.escaped(directory)) holds "
      + "no log of this run"
  }

  /// Of the file that tells a run that goes on where its log is.
  package static func failedLink(_ failure: FileError) -> String {
    "\(tool): \(PythonSyntax.escaped("\(failure)")); --resume will need --log_dir to find the log"
  }

  package static func failedSave(_ failure: SaveError) -> String {
    "\(tool): \(PythonSyntax.escaped("\(failure)")); training goes on and is saved again"
  }

  /// Nil where the folder is the one asked for.
  package static func otherFolder(_ log: RunLog, than wanted: String) -> String? {
    guard log.isElsewhere else { return nil }
    return "\(tool): \(PythonSyntax.escaped(wanted)) holds another run; this one is logged to "
      + PythonSyntax.escaped(log.directory)
  }

  /// Nil where all epochs behind the run are in its log.
  package static func missingRows(_ log: RunLog, of epochCount: Int) -> String? {
    guard log.rows.count < epochCount else { return nil }
    return "\(tool): \(PythonSyntax.escaped(log.directory)): \(epochCount - log.rows.count) of the "
      + "\(epochCount) epochs done so far were not logged there"
  }

  /// How the run ended and the command line that goes on with it.
  package static func stopped(
    by signal: StopSignal, _ options: TrainOptions, _ log: RunLog?
  ) -> String {
    var words = [tool] + options.place + ["--resume"]
    if let log, options.runDirectory == nil { words += ["--log_dir", log.directory] }
    if let directory = options.dataDirectory { words += ["--data_dir", directory] }
    if let dataset = options.dataset, dataset != .auto { words += ["--dataset", dataset.rawValue] }
    if let count = options.threadCount { words += ["--n_threads", "\(count)"] }
    if options.verbosity != 1 { words += ["--verbose", "\(options.verbosity)"] }
    return "\(tool): stopped by \(signal.name), the run is saved; go on with\n  "
      + ShellText.line(words)
  }

  /// What a device that failed has left of the run.
  package static func saved(after epoch: Int?, _ options: TrainOptions) -> String {
    let path = PythonSyntax.escaped(options.modelPath)
    return epoch.map {
      "\(tool): \(path) holds the run after epoch \($0); --resume goes on with it"
    }
      ?? "\(tool): nothing was saved of what the device had done"
  }

  /// What is said when a second signal, or Ctrl-\, ends the run at once.
  ///
  /// - Parameter saved: how far the run is that the file holds; nil where it holds nothing of it.
  package static func endedAtOnce(
    holding saved: (epoch: Int, progress: EpochProgress)?, in path: String
  ) -> String {
    guard let saved else { return "\(tool): ended at once; nothing of this run is saved" }
    let place =
      saved.progress == EpochProgress()
      ? "after epoch \(saved.epoch)" : "in epoch \(saved.epoch + 1)"
    return "\(tool): ended at once; \(PythonSyntax.escaped(path)) holds the run \(place)"
  }

  /// What is said to a second signal that meets a save; a line of its own.
  package static let waitingForSave =
    "\(tool): the run is being saved, and ends then (Ctrl-\\ ends it at once)\n"

  private static func iteration(
    _ name: String, _ index: Int, _ count: Int, _ loss: Double
  ) -> String {
    "\(name) Iteration(\(index)/\(count)): loss=\(NumberText.scientific(loss))"
  }
}

/// Text as a word of a POSIX shell's command line, to be copied from the terminal.
enum ShellText {
  /// A command line of these words.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// As it is where that is safe, else in quotes; where it could steer a terminal, or is not UTF-8, with
  /// escapes in `$'…'`.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isPlain = scalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || "0123456789_./-+,:@%=".unicodeScalars.contains($0))
    }
    if isPlain, !text.isEmpty { return text }
    let shown = PythonSyntax.escaped(text)
    if shown == text {
      return "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
    let bytes = PathText.bytes(text).dropLast().map { UInt8(bitPattern: $0) }
    return "$'" + bytes.map(escaped).joined() + "'"
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: String(Unicode.Scalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
}
