/// The folder of a sweep: `sweep.txt`, the sweep's file as it was, and for each run `001`, `002` … with its model, its
/// log and, where it has failed, `failed.txt`, which says why. Nothing else tells how far the sweep is.
package struct SweepFolder {
  package let directory: String
  package let sweep: Sweep
  static let modelName = RunDirectory.modelName
  private static let copyName = "sweep.txt"
  private static let failureName = "failed.txt"

  /// Begins a sweep in a new or empty folder, or goes on with the same one. Throws `SweepFolderError` or `FileError`.
  package init(_ directory: String, _ sweep: Sweep) throws {
    (self.directory, self.sweep) = (RunFolder.name(directory), sweep)
    let copy = "\(self.directory)/\(Self.copyName)"
    if FileSystem.exists(copy) {
      guard try InputFile.read(copy, limit: 1 << 20) == sweep.content else {
        throw SweepFolderError.otherSweep(path: copy, sweep: sweep.path)
      }
      return
    }
    if FileSystem.exists(self.directory),
      try FileSystem.names(in: self.directory).contains(where: { !$0.hasPrefix(".") })
    {
      throw SweepFolderError.notEmpty(path: self.directory)
    }
    try NewFolder.make(self.directory)
    try OutputFile.write(sweep.content, to: copy)
  }

  /// `001`, with more digits where there are more than 999 runs.
  func name(_ run: Int) -> String {
    let digits = "\(run + 1)"
    let width = max(3, "\(sweep.runs.count)".count)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  /// The folder of a run.
  func path(_ run: Int) -> String { "\(directory)/\(name(run))" }

  func modelPath(_ run: Int) -> String { "\(path(run))/\(Self.modelName)" }

  /// Where a run stands. Throws what is wrong with its file.
  func state(_ run: Int) throws -> SweepPlan.State {
    var state = SweepPlan.State()
    if let standing = try RunStanding(at: modelPath(run)) {
      (state.epoch, state.isOver) = (standing.epoch, standing.isOver)
      state.epochs = standing.epochs
    }
    let failure = "\(path(run))/\(Self.failureName)"
    if FileSystem.exists(failure) {
      let text = String(decoding: try InputFile.read(failure, limit: 1 << 16), as: UTF8.self)
      state.failure = PythonSyntax.trimmed(text)
    }
    return state
  }

  func states() throws -> [SweepPlan.State] { try sweep.runs.indices.map(state) }

  /// Notes that a run cannot go on, so that it is not tried again.
  package func setFailure(_ reason: String, of step: SweepStep) throws(FileError) {
    try NewFolder.make(path(step.step.run))
    try OutputFile.write(
      Array((reason + "\n").utf8), to: "\(path(step.step.run))/\(Self.failureName)")
  }

  /// Removes the log of a run that was killed before its first save: it begins again. Throws where another process is
  /// training it.
  private func removeLeftovers(of run: Int) throws(FileError) {
    guard FileSystem.exists(path(run)), !FileSystem.exists(modelPath(run)) else { return }
    try FileLock.check(modelPath(run))
    for name in RunLog.fileNames { FileSystem.remove("\(path(run))/\(name)") }
  }
}

/// A run that is due, and the options that train it.
package struct SweepStep: Equatable, Sendable {
  let step: SweepPlan.Step
  package let options: TrainOptions
}

extension SweepFolder {
  /// The first run that is due, or that with the number `run`, if it is: made ready to be trained. Throws what is wrong
  /// with a run's file, `FileError` or `UsageError`.
  package func next(_ run: Int?, _ common: TrainOptions) throws -> SweepStep? {
    if let run, run > sweep.runs.count {
      throw TrainOptions.command.error(
        .outOfRange(
          option: "--sweep_run", allowed: "at most \(sweep.runs.count), as the sweep has runs",
          found: "\(run)"))
    }
    let states = try states()
    let steps = sweep.plan.due(states).steps
    guard let step = steps.first(where: { run == nil || $0.run + 1 == run }) else { return nil }
    try removeLeftovers(of: step.run)
    do throws(UsageError.Problem) {
      let options = try sweep.options(
        for: step, in: path(step.run), resume: FileSystem.exists(modelPath(step.run)), common)
      return SweepStep(step: step, options: options)
    } catch {
      throw TrainOptions.command.error(error)
    }
  }
}

/// What can be wrong with the folder of a sweep.
package enum SweepFolderError: Error, Equatable, CustomStringConvertible {
  case notEmpty(path: String)
  /// `path` is the copy in the folder.
  case otherSweep(path: String, sweep: String)

  package var description: String {
    switch self {
    case .notEmpty(let path):
      "\(path): not the folder of a sweep (expected a new or empty folder, or sweep.txt in it)"
    case .otherSweep(let path, let sweep):
      "\(path): another sweep (expected the same as in \(sweep); a sweep that was changed needs "
        + "another --sweep_dir)"
    }
  }
}
