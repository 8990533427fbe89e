// What `mnist-train --sweep` prints.

extension SweepFolder {
  /// How far a run is: `002 learning_rate=0.001: epoch 4/20 valid_loss=6.1440e-02 valid_accuracy=0.9815`, the figures
  /// those of its best epoch.
  package func line(_ step: SweepStep) throws -> String {
    let run = step.step.run
    return line(run, try state(run))
  }

  func line(_ run: Int, _ state: SweepPlan.State) -> String {
    let start = name(run) + settings(of: run).map { " \($0)" }.joined() + ": "
    if let failure = state.failure { return start + "failed: \(PythonSyntax.escaped(failure))" }
    let figures = sweep.plan.best(of: state).map {
      " valid_loss=\(NumberText.scientific($0.validLoss)) "
        + "valid_accuracy=\(NumberText.fixed($0.validAccuracy))"
    }
    return "\(start)epoch \(state.epoch)/\(sweep.plan.epochCount)\(figures ?? "")"
  }

  /// The settings that tell a run from the others, as `key=value`.
  private func settings(of run: Int) -> [String] {
    sweep.runs[run].entries.filter { sweep.variedKeys.contains($0.key) }.map {
      "\($0.key)=\(ShellText.quoted($0.value))"
    }
  }

  /// A command line for each run that is due now, which depend on nothing of each other; none where the sweep is over.
  package func commands(_ common: TrainOptions) throws -> [String] {
    sweep.plan.due(try states()).steps.map { step in
      ShellText.line(command(common) + ["--sweep_run", "\(step.run + 1)"])
    }
  }

  /// The command line that goes on with the sweep.
  private func command(_ common: TrainOptions) -> [String] {
    var words = [
      TrainOptions.toolName, "--sweep", sweep.path, "--sweep_dir",
      common.sweepDirectory ?? directory,
    ]
    if let number = common.gpuID { words += ["--gpu_id", "\(number)"] }
    if let count = common.threadCount { words += ["--n_threads", "\(count)"] }
    if let directory = common.dataDirectory { words += ["--data_dir", directory] }
    if let mirror = common.mirror { words += ["--mirror", mirror] }
    return words
  }

  /// Of a sweep that a signal has ended.
  package func stopped(by signal: StopSignal, _ common: TrainOptions) -> String {
    let run = common.sweepRun.map { ["--sweep_run", "\($0)"] } ?? []
    return "\(TrainOptions.toolName): stopped by \(signal.name), the sweep is saved; go on with\n  "
      + ShellText.line(command(common) + run)
  }

  /// Of a run that was named and is not due.
  package func notDue(_ run: Int) -> String {
    "\(TrainOptions.toolName): run \(name(run - 1)) is not due: its epochs so far are done, or others are to be "
      + "trained first"
  }

  /// The folders of runs that have an epoch, for a comparison.
  package func comparable() throws -> [String] {
    try states().enumerated().filter { !$0.element.epochs.isEmpty }.map { path($0.offset) }
  }

  /// How a sweep that is over came out.
  package func outcome(_ common: TrainOptions) throws -> [String] {
    let states = try states()
    let tool = TrainOptions.toolName
    var lines: [String] = []
    let failed = states.indices.filter { states[$0].failure != nil }
    if !failed.isEmpty {
      let names = failed.prefix(10).map(name).joined(separator: ", ")
      lines.append(
        "\(tool): \(failed.count) of \(states.count) runs failed and count as the worst: "
          + names + (failed.count > 10 ? " …" : ""))
    }
    if sweep.plan.due(states).isBudgetSpent {
      lines.append(
        "\(tool): the \(sweep.plan.budget) epochs of max_epochs_in_all do not suffice for the next run"
      )
    }
    guard let (run, epoch) = sweep.plan.best(states) else {
      return lines + ["\(tool): no run has an epoch"]
    }
    var words = ["mnist-predict", "--model_fn", modelPath(run)]
    if let directory = common.dataDirectory { words += ["--data_dir", directory] }
    let details = settings(of: run).joined(separator: " ")
    lines.append(
      "\(tool): the best of \(states.count) runs is \(path(run))"
        + (details.isEmpty ? "" : " (\(details))")
        + ": valid_loss=\(NumberText.scientific(epoch.validLoss)) "
        + "valid_accuracy=\(NumberText.fixed(epoch.validAccuracy)); measure it with\n  "
        + ShellText.line(words))
    return lines
  }
}
