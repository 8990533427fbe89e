/// Runs that differ in some settings, as a file asks for them: a grid of alternatives, or random draws.
///
/// The file has the lines of `--config`. A value may be several, with `|` between them, and for random draws a range
/// of numbers, `1e-4 .. 1e-2`, with `log` behind it where the logarithm is to be uniform. Keys of its own say how many
/// runs there are and how long each may train: `method`, `runs`, `sweep_seed`, `halving`, `min_epochs`,
/// `max_epochs_in_all`. The same file gives the same runs.
package struct Sweep: Equatable, Sendable {
  /// As many runs as a sweep may have.
  static let runLimit = 10_000

  /// Of the file.
  package let path: String
  /// The file itself.
  let content: [UInt8]
  /// All settings of each run; of a grid the last key changes first.
  let runs: [SettingsFile]
  /// The keys that have several values.
  let variedKeys: [String]
  /// How the runs compete.
  let plan: SweepPlan
  /// The seed of runs that are given none.
  let seed: UInt64

  /// Throws `FileError` where the file cannot be read, `UsageError` where something in it is wrong.
  package static func read(_ path: String) throws -> Sweep {
    let content = try InputFile.read(path, limit: 1 << 20)
    do throws(UsageError.Problem) {
      return try Sweep(content, path: path)
    } catch {
      throw TrainOptions.command.error(error)
    }
  }

  init(_ content: [UInt8], path: String) throws(UsageError.Problem) {
    let file = try SettingsFile(content, path: path)
    let keys = try SweepKeys(file)
    var choices: [SweepChoice] = []
    for entry in file.entries where !SweepKeys.names.contains(entry.key) {
      do throws(UsageError.Problem) {
        let choice = try SweepChoice(entry, isRandom: keys.isRandom)
        if let other = choices.first(where: { $0.option == choice.option }) {
          throw .repeatedKey(option: "--\(choice.option)", line: other.entry.line)
        }
        choices.append(choice)
      } catch {
        throw .inFile(path: path, line: entry.line, error)
      }
    }
    let combinations = try Self.combinations(of: choices, keys, path)
    runs = combinations.map { values in
      var run = file
      run.entries = zip(choices, values).map { choice, value in
        SettingsFile.Entry(
          key: choice.entry.key, value: value, line: choice.entry.line, isQuoted: true)
      }
      return run
    }
    variedKeys = choices.filter(\.isVaried).map(\.entry.key)
    (self.path, self.content, seed) = (path, content, keys.seed)
    // Each run must be one that the command line would take.
    var first: TrainOptions?
    for run in runs {
      let options = try Self.options(of: run)
      if let problem = options.contradiction {
        let located = run.locating(problem)
        throw located == problem ? .inFile(path: path, line: nil, problem) : located
      }
      first = first ?? options
    }
    let settings = first?.settings ?? TrainingSettings()
    plan = try keys.plan(
      runCount: runs.count, epochCount: settings.epochCount, monitor: settings.monitor)
  }

  private static func combinations(
    of choices: [SweepChoice], _ keys: SweepKeys, _ path: String
  ) throws(UsageError.Problem) -> [[String]] {
    guard let count = keys.runCount else {
      var grid: [[String]] = [[]]
      for choice in choices {
        guard grid.count * choice.alternatives.count <= runLimit else {
          throw .inFile(
            path: path, line: choice.entry.line,
            .outOfRange(
              option: "--\(choice.option)", allowed: "such that there are at most \(runLimit) runs",
              found: "\(grid.count * choice.alternatives.count)"))
        }
        grid = grid.flatMap { values in choice.alternatives.map { values + [$0] } }
      }
      return grid
    }
    // What was drawn before is drawn again: few alternatives have few combinations.
    var (drawn, seen): ([[String]], Set<[String]>) = ([], [])
    var index: UInt64 = 0
    for _ in 0..<(count.value * 100) where drawn.count < count.value {
      let values = choices.map { choice in
        defer { index += 1 }
        return choice.drawn(SplitMix64.bits(seed: keys.seed, at: index))
      }
      if seen.insert(values).inserted { drawn.append(values) }
    }
    guard drawn.count == count.value else {
      throw .inFile(
        path: path, line: count.line,
        .outOfRange(
          option: "runs", allowed: "at most \(drawn.count), as no other runs were found",
          found: "\(count.value)"))
    }
    return drawn
  }

  /// The options of a run, without its place.
  private static func options(of run: SettingsFile) throws(UsageError.Problem) -> TrainOptions {
    var options = TrainOptions(modelPath: "")
    try ArgumentParser(options: TrainOptions.command.options).apply(run, to: &options)
    return options
  }

  /// What trains a run up to an epoch.
  ///
  /// - Parameters:
  ///   - step: which run, and up to which epoch.
  ///   - folder: where it is.
  ///   - resume: whether it has begun.
  ///   - common: the sweep's own command line.
  func options(
    for step: SweepPlan.Step, in folder: String, resume: Bool, _ common: TrainOptions
  ) throws(UsageError.Problem) -> TrainOptions {
    var options = try Self.options(of: runs[step.run])
    options.modelPath = folder + "/" + SweepFolder.modelName
    options.logDirectory = folder
    options.seed = options.seed ?? seed
    options.resume = resume
    if resume { options.startPath = nil }
    options.dataDirectory = common.dataDirectory ?? options.dataDirectory
    options.mirror = common.mirror ?? options.mirror
    (options.gpuID, options.threadCount) = (common.gpuID, common.threadCount)
    options.stopAfter = step.epoch < plan.epochCount ? step.epoch : nil
    return options
  }
}

/// The values of one key.
struct SweepChoice {
  let entry: SettingsFile.Entry
  /// The option's name.
  let option: String
  /// At least one; of a range none.
  let alternatives: [String]
  private let range: (lower: Double, upper: Double, isLog: Bool, isInteger: Bool)?

  var isVaried: Bool { alternatives.count != 1 }

  /// Options that are the same for all runs, for the runs are compared by them.
  private static let common: Set<String> = ["n_epochs", "monitor"]
  /// Where a run finds its data; all other settings are of the model or of training.
  private static let ofFiles: Set<String> = [
    "dataset", "data_dir", "mirror", "image_size", "transpose",
  ]

  init(_ entry: SettingsFile.Entry, isRandom: Bool) throws(UsageError.Problem) {
    let parser = ArgumentParser(options: TrainOptions.command.options)
    let option = try SweepKeys.naming(entry.key) { key throws(UsageError.Problem) in
      try parser.setting(named: key)
    }
    guard [.model, .training].contains(option.group) || Self.ofFiles.contains(option.name) else {
      throw .notInSweep(option: option.flag)
    }
    (self.entry, self.option) = (entry, option.name)
    var values = TrainOptions(modelPath: "")
    let words = entry.isQuoted ? [] : entry.value.split(separator: " ").map(String.init)
    if words.count >= 3, words[1] == ".." {
      guard words.count == 3 || words.count == 4 && words[3] == "log" else {
        throw .outOfRange(
          option: option.flag, allowed: "a range such as 1 .. 5, or 1 .. 5 log",
          found: PythonSyntax.quoted(entry.value))
      }
      guard let kind = option.number, isRandom, !Self.common.contains(option.name) else {
        throw .outOfRange(
          option: option.flag,
          allowed: option.number == nil || Self.common.contains(option.name)
            ? "no range" : "no range without method = random",
          found: PythonSyntax.quoted(entry.value))
      }
      for word in [words[0], words[2]] { try option.take(word, into: &values) }
      let (lower, upper) = (PythonSyntax.number(words[0]), PythonSyntax.number(words[2]))
      let isLog = words.count == 4
      guard let lower, let upper, lower < upper, !isLog || lower > 0,
        kind == .real || upper < 0x1p53
      else {
        throw .outOfRange(
          option: option.flag,
          allowed: "a range from a lower to a higher number" + (isLog ? " above 0" : ""),
          found: PythonSyntax.quoted(entry.value))
      }
      range = (lower, upper, isLog, kind == .integer)
      alternatives = []
      return
    }
    range = nil
    alternatives =
      entry.isQuoted
      ? [entry.value]
      : entry.value.unicodeScalars.split(separator: "|", omittingEmptySubsequences: false)
        .map { PythonSyntax.trimmed(String($0)) }
    for (index, value) in alternatives.enumerated() {
      try option.take(value, into: &values)
      if alternatives[..<index].contains(value) {
        throw .outOfRange(
          option: option.flag, allowed: "several different values",
          found: PythonSyntax.quoted(entry.value))
      }
    }
    guard alternatives.count == 1 || !Self.common.contains(option.name) else {
      throw .outOfRange(
        option: option.flag, allowed: "the same for all runs",
        found: PythonSyntax.quoted(entry.value))
    }
  }

  /// The value that random bits stand for. Numbers that are not whole have four digits.
  func drawn(_ bits: UInt64) -> String {
    let unit = Double(bits >> 11) * 0x1p-53
    guard let range else {
      return alternatives[min(Int(unit * Double(alternatives.count)), alternatives.count - 1)]
    }
    // Whole numbers are the parts of a range that has one more.
    let upper = range.isInteger ? range.upper + 1 : range.upper
    let value =
      range.isLog
      ? exp(log(range.lower) + unit * (log(upper) - log(range.lower)))
      : range.lower + unit * (upper - range.lower)
    if range.isInteger { return "\(Int(min(max(value.rounded(.down), range.lower), range.upper)))" }
    let rounded = Double(CLibrary.formatted(value, "%.*e", decimals: 3)) ?? value
    return "\(min(max(rounded, range.lower), range.upper))"
  }
}
