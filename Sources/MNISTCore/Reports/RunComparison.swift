/// Several runs side by side.
public struct RunComparison: Equatable, Sendable {
  /// By the lowest validation loss, of equals by name.
  public let runs: [LoggedRun]
  /// Names of the settings that are not the same in all runs, as the first run orders them.
  public let differingSettings: [String]
  /// Two or more runs each that differ in the seed alone, the lowest mean loss first. Of runs with the same
  /// seed too, the first stands for all: they are no further sample.
  public let groups: [Group]

  public struct Group: Equatable, Sendable {
    public let runs: [LoggedRun]
    /// Over the runs' lowest validation losses, and the accuracies of the same epochs.
    public let validLoss: Spread
    public let validAccuracy: Spread
  }

  /// Mean and standard deviation of a sample, with n − 1.
  public struct Spread: Equatable, Sendable {
    public let mean: Double
    public let standardDeviation: Double

    /// At least two numbers.
    init(_ numbers: [Double]) {
      require(numbers.count >= 2, "a spread of \(numbers.count) numbers")
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      standardDeviation = (squares / Double(numbers.count - 1)).squareRoot()
    }
  }

  /// At least one run.
  public init(_ runs: [LoggedRun]) {
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
    var seen: Set<[RunConfiguration.Setting]> = []
    let different = sorted.filter {
      seen.insert($0.configuration.settings(without: [])).inserted
    }
    groups = Dictionary(grouping: different) {
      $0.configuration.settings(without: ["seed"])
    }.values.filter { $0.count >= 2 }.map {
      Group(
        runs: $0, validLoss: Spread($0.map(\.best.validLoss)),
        validAccuracy: Spread($0.map(\.best.validAccuracy)))
    }.sorted {
      ($0.validLoss.mean, $0.runs[0].name) < ($1.validLoss.mean, $1.runs[0].name)
    }
  }
}
