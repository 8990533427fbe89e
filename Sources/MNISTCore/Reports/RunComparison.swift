/// A run as its folder tells it.
package struct LoggedRun: Equatable, Sendable {
  /// The folder's path.
  package let name: String
  package let configuration: RunConfiguration
  /// At least one.
  package let rows: [MetricsRow]
  /// The best epoch by what the run monitored.
  package let best: MetricsRow

  /// Reads `config.json` and `metrics.csv` in the folder. Throws `RunFolderError` or `FileError`.
  package init(readingFrom directory: String) throws {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    if FileSystem.exists(directory), !FileSystem.exists(directory + "/config.json") {
      throw RunFolderError.noRun(path: directory)
    }
    let configuration = try RunConfiguration.read(directory + "/config.json")
    let rows = try MetricsRow.read(directory + "/metrics.csv")
    guard let run = LoggedRun(name: directory, configuration: configuration, rows: rows) else {
      throw RunFolderError.noEpoch(path: directory)
    }
    self = run
  }

  /// Refuses the log of another run than the model's, by the settings and by the lowest loss, which are enough:
  /// runs that have both in common are one and the same. A log may lack settings that came after its version.
  ///
  /// - Parameter path: the model's, for the sentence.
  package func check(isOf model: SavedModel, path: String) throws(RunFolderError) {
    for expected in RunConfiguration.lastingSettings(of: model) {
      guard let found = configuration.setting(expected.name), found != expected else { continue }
      throw .otherRun(
        path: name, model: path, name: expected.name, expected: expected.text, found: found.text)
    }
    guard let place = model.place, let row = rows.first(where: { $0.epoch == place.epoch }),
      row.lowestLoss != place.lowestLoss
    else { return }
    throw .otherRun(
      path: name, model: path, name: "a lowest loss after epoch \(place.epoch) of",
      expected: "\(place.lowestLoss)", found: "\(row.lowestLoss)")
  }

  /// Nil where no epoch has a number for what the run monitored.
  init?(name: String, configuration: RunConfiguration, rows: [MetricsRow]) {
    guard let best = MetricsRow.best(of: rows, by: configuration.monitor) else { return nil }
    self.name = name
    self.configuration = configuration
    self.rows = rows
    self.best = best
  }

  /// How long all epochs took, as far as that is known.
  package var seconds: Double { rows.reduce(0) { $0 + ($1.seconds.isNaN ? 0 : $1.seconds) } }
}

/// Several runs side by side.
struct RunComparison: Equatable, Sendable {
  /// By the validation loss of the best epoch, of equals by name.
  let runs: [LoggedRun]
  /// Names of the settings that are not the same in all runs, as the first run orders them.
  let differingSettings: [String]
  /// Two or more runs each that differ in the seed alone, the lowest mean loss first. Of runs with the same
  /// seed too, the first stands for all: they are no further sample.
  let groups: [Group]

  struct Group: Equatable, Sendable {
    let runs: [LoggedRun]
    /// Over the validation losses of the runs' best epochs, and the accuracies of the same epochs.
    let validLoss: Spread
    let validAccuracy: Spread
  }

  /// Mean and standard deviation of a sample, with n − 1.
  struct Spread: Equatable, Sendable {
    let mean: Double
    let standardDeviation: Double

    /// At least two numbers.
    init(_ numbers: [Double]) {
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      standardDeviation = (squares / Double(numbers.count - 1)).squareRoot()
    }
  }

  /// At least one run.
  init(_ runs: [LoggedRun]) {
    require(!runs.isEmpty, "a comparison of no runs")
    let sorted = runs.sorted { a, b in
      a.best.validLoss != b.best.validLoss
        ? a.best.validLoss < b.best.validLoss : a.name < b.name
    }
    self.runs = sorted
    var names: [String] = []
    for name in sorted.flatMap({ $0.configuration.settings.map(\.name) })
    where !names.contains(name) {
      names.append(name)
    }
    differingSettings = names.filter { name in
      sorted.contains {
        $0.configuration.setting(name) != sorted[0].configuration.setting(name)
      }
    }
    var seen: Set<Set<RunConfiguration.Setting>> = []
    let different = sorted.filter {
      seen.insert($0.configuration.settings(without: [])).inserted
    }
    groups = Dictionary(grouping: different) {
      $0.configuration.settings(without: [TrainingSetting.seedName])
    }.values.filter { $0.count >= 2 }.map {
      Group(
        runs: $0, validLoss: Spread($0.map(\.best.validLoss)),
        validAccuracy: Spread($0.map(\.best.validAccuracy)))
    }.sorted {
      ($0.validLoss.mean, $0.runs[0].name) < ($1.validLoss.mean, $1.runs[0].name)
    }
  }
}
