/// The keys of a sweep's file that are no options.
struct SweepKeys {
  static let names = [
    "method", "runs", "sweep_seed", "halving", "min_epochs", "max_epochs_in_all",
  ]

  /// Whether runs are drawn; else they are all of a grid.
  let isRandom: Bool
  /// How many are drawn, with its line; nil of a grid.
  let runCount: (value: Int, line: Int)?
  let seed: UInt64
  private let factor: Int?
  private let minimum: (value: Int, line: Int)?
  private let budget: Int?
  private let path: String

  init(_ file: SettingsFile) throws(UsageError.Problem) {
    let path = file.path
    var entries: [String: SettingsFile.Entry] = [:]
    for entry in file.entries where Self.names.contains(entry.key) {
      if let first = entries[entry.key] {
        throw .inFile(
          path: path, line: entry.line, .repeatedKey(option: entry.key, line: first.line))
      }
      entries[entry.key] = entry
    }
    func integer(
      _ key: String, from lowest: Int128, to highest: Int128
    ) throws(UsageError.Problem) -> (value: Int128, line: Int)? {
      guard let entry = entries[key] else { return nil }
      guard let value = PythonSyntax.integer(entry.value) else {
        throw .inFile(
          path: path, line: entry.line, .invalidValue(option: key, type: "int", value: entry.value))
      }
      guard lowest...highest ~= value else {
        throw .inFile(
          path: path, line: entry.line,
          .outOfRange(
            option: key,
            allowed: value < lowest ? "at least \(lowest)" : "at most \(highest)", found: "\(value)"
          ))
      }
      return (value, entry.line)
    }
    if let method = entries["method"], !["grid", "random"].contains(method.value) {
      throw .inFile(
        path: path, line: method.line,
        .invalidChoice(option: "method", choices: ["grid", "random"], found: method.value))
    }
    let isRandom = entries["method"]?.value == "random"
    let runs = try integer("runs", from: 1, to: Int128(Sweep.runLimit))
    if isRandom, runs == nil {
      throw .inFile(
        path: path, line: entries["method"]?.line,
        .notAllowedWithout(option: "method = random", other: "runs"))
    }
    if !isRandom, let line = runs?.line {
      throw .inFile(
        path: path, line: line, .notAllowedWithout(option: "runs", other: "method = random"))
    }
    let seed = try integer("sweep_seed", from: 0, to: Int128(UInt64.max))
    let most = Int128(Int32.max)
    let factor = try integer("halving", from: 2, to: most)
    let minimum = try integer("min_epochs", from: 1, to: most)
    if factor == nil, let line = minimum?.line {
      throw .inFile(
        path: path, line: line, .notAllowedWithout(option: "min_epochs", other: "halving"))
    }
    let budget = try integer("max_epochs_in_all", from: 1, to: Int128(Int.max))
    (self.path, self.isRandom) = (path, isRandom)
    runCount = runs.map { (Int($0.value), $0.line) }
    self.seed = seed.map { UInt64($0.value) } ?? 0
    self.factor = factor.map { Int($0.value) }
    self.minimum = minimum.map { (Int($0.value), $0.line) }
    self.budget = budget.map { Int($0.value) }
  }

  /// How the runs compete, each of which has `epochCount` epochs.
  func plan(
    runCount: Int, epochCount: Int, monitor: MonitoredFigure
  ) throws(UsageError.Problem) -> SweepPlan {
    if let minimum, minimum.value > epochCount {
      throw .inFile(
        path: path, line: minimum.line,
        .outOfRange(
          option: "min_epochs", allowed: "at most n_epochs, \(epochCount)",
          found: "\(minimum.value)"))
    }
    return SweepPlan(
      runCount: runCount, epochCount: epochCount,
      halving: factor.map { ($0, minimum?.value ?? 1) }, budget: budget, monitor: monitor)
  }

  /// Looks a key up; the hint at one that is neither an option nor of these may be one of these.
  static func naming<Option>(
    _ key: String, _ find: (String) throws(UsageError.Problem) -> Option
  ) throws(UsageError.Problem) -> Option {
    do throws(UsageError.Problem) {
      return try find(key)
    } catch {
      guard case .unknownKey = error,
        let own = names.first(where: { editDistance(Array($0), Array(key)) <= 2 })
      else { throw error }
      throw .unknownKey(key, nearest: own)
    }
  }
}
