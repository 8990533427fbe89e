/// A run as its folder tells it.
package struct LoggedRun: Equatable, Sendable {
  /// The folder's path.
  package let name: String
  package let configuration: RunConfiguration
  /// At least one.
  package let rows: [MetricsRow]
  /// The best epoch by what the run monitored.
  package let best: MetricsRow
  /// Where its model is: beside the log, with which it may have been moved, else where it was saved; as the way
  /// from the current folder where that is shorter.
  package let modelPath: String

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
    let saved = configuration.modelPath
    let fileName = FileSystem.split(saved).name
    let beside = FileSystem.withSlash(name) + fileName
    modelPath = FileSystem.shortest(
      !fileName.isEmpty && FileSystem.leadsToFile(beside) ? beside : saved,
      from: FileSystem.place(of: "."))
  }

  /// How long all epochs took, as far as that is known.
  package var seconds: Double { rows.reduce(0) { $0 + ($1.seconds.isNaN ? 0 : $1.seconds) } }
}

/// Several runs side by side.
struct RunComparison: Equatable, Sendable {
  /// As they were asked to be sorted.
  let runs: [LoggedRun]
  /// Names of the settings that are not the same in all runs, as the first run orders them.
  let differingSettings: [String]
  /// Two or more runs each that differ in the seed alone, the lowest mean loss first. Of runs with the same
  /// seed too, the first stands for all: they are no further sample.
  let groups: [Group]
  private let dataNames: [DataIdentityText: String]

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
  init(_ runs: [LoggedRun], sortedBy order: RunOrder = RunOrder()) {
    require(!runs.isEmpty, "a comparison of no runs")
    let sorted = order.sorted(runs)
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
    dataNames = DataIdentityText.names(of: sorted.map { DataIdentityText($0.configuration) })
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

// MARK: - What a table shows

extension RunComparison {
  /// The column that stands for all settings that only describe the data.
  private static let dataColumn = "data"

  /// What tells the runs apart: the settings that differ, with the data's name in place of its checksums, sizes
  /// and classes.
  var columns: [String] {
    (Set(dataNames.values).count > 1 ? [Self.dataColumn] : [])
      + differingSettings.filter { !DataIdentityText.settings.contains($0) }
  }

  /// What a run has in one of the columns, nil where it has no such setting.
  func text(_ column: String, of run: LoggedRun) -> String? {
    column == Self.dataColumn ? dataName(of: run) : run.configuration.setting(column)?.text
  }

  /// What the run's data is called, with the start of a checksum where other data of the comparison is called so
  /// too.
  func dataName(of run: LoggedRun) -> String {
    dataNames[DataIdentityText(run.configuration)] ?? "-"
  }
}

/// By what runs tell on which data they were trained.
private struct DataIdentityText: Hashable, Sendable {
  let dataset: String
  /// Checksums without `0x`; empty where they are not known.
  let images: String
  let labels: String

  static let settings: Set = [
    "dataset", "image_height", "image_width", "output_size", "class_names", "train_images_crc32",
    "train_labels_crc32",
  ]

  init(_ configuration: RunConfiguration) {
    func digits(_ name: String) -> String {
      let text = configuration.setting(name)?.text ?? ""
      return text.hasPrefix("0x") ? String(text.dropFirst(2)) : text
    }
    dataset = configuration.setting("dataset")?.text ?? "-"
    (images, labels) = (digits("train_images_crc32"), digits("train_labels_crc32"))
  }

  /// The name of each, told apart where two sets have the same.
  static func names(of all: [Self]) -> [Self: String] {
    var names: [Self: String] = [:]
    for (dataset, sets) in Dictionary(grouping: Set(all), by: \.dataset) {
      // Labels may have been corrected while the images stayed.
      let properties: [(Self) -> String] = [\.images, \.labels, { $0.images + $0.labels }]
      let digits = properties.first { Set(sets.map($0)).count == sets.count } ?? properties[2]
      // As few digits as tell them apart, and at least four.
      let length =
        (4...16).first { length in Set(sets.map { digits($0).prefix(length) }).count == sets.count }
        ?? 16
      for set in sets {
        let start = digits(set).prefix(length)
        names[set] = sets.count == 1 ? dataset : "\(dataset) (\(start.isEmpty ? "?" : start + "…"))"
      }
    }
    return names
  }
}
