import Testing

@testable import MNISTCore

@Suite struct RunComparisonTests {
  private func comparison() throws -> RunComparison {
    RunComparison(
      try [
        SampleRuns.run("runs/a", seed: 1, losses: [0.5, 0.25, 0.3], accuracy: 0.90),
        SampleRuns.run("runs/b", seed: 2, losses: [0.5, 0.35], accuracy: 0.92),
        SampleRuns.run("runs/c", seed: 1, batchSize: 64, losses: [0.125], accuracy: 0.95),
      ].map { try #require($0) })
  }

  @Test func runsAreSortedByTheLowestLossAndOnlyDifferencesAreNamed() throws {
    let comparison = try comparison()
    #expect(comparison.runs.map(\.name) == ["runs/c", "runs/a", "runs/b"])
    #expect(comparison.differingSettings == ["seed", "batch_size"])
  }

  @Test func theBestEpochIsByWhatTheRunMonitored() throws {
    var configuration = SampleRuns.configuration()
    let rows = [(0.25, 0.9), (0.5, 0.95)].enumerated().map {
      SampleRuns.row($0.offset + 1, valid: $0.element.0, accuracy: $0.element.1)
    }
    func best() -> Int? {
      LoggedRun(name: "a", configuration: configuration, rows: rows)?.best.epoch
    }
    #expect(best() == 1)
    configuration.settings.append(.init(name: "monitor", json: "\"valid_accuracy\""))
    #expect(best() == 2)
  }

  @Test func runsThatDifferInTheSeedAloneAreSummedUp() throws {
    let groups = try comparison().groups
    #expect(groups.count == 1)
    #expect(groups[0].runs.map(\.name) == ["runs/a", "runs/b"])
    #expect(abs(groups[0].validLoss.mean - 0.3) < 1e-15)
    #expect(abs(groups[0].validLoss.standardDeviation - 0.07071067811865477) < 1e-15)
    #expect(abs(groups[0].validAccuracy.mean - 0.91) < 1e-15)
  }

  @Test func theSpreadIsThatOfASample() throws {
    let figures: [(UInt64, Double, Double)] = [(1, 0.25, 0.75), (2, 0.5, 0.875), (3, 0.75, 1)]
    let runs = try figures.map { seed, loss, accuracy in
      try #require(SampleRuns.run("\(seed)", seed: seed, losses: [loss], accuracy: accuracy))
    }
    let group = try #require(RunComparison(runs).groups.first)
    #expect(group.validLoss.mean == 0.5 && group.validLoss.standardDeviation == 0.25)
    #expect(group.validAccuracy.mean == 0.875 && group.validAccuracy.standardDeviation == 0.125)
  }

  @Test func runsAndGroupsThatAreEqualAreInTheOrderOfTheirNames() throws {
    let figures: [(String, UInt64, Int, Double)] = [
      ("d", 2, 256, 0.5), ("c", 1, 64, 0.25), ("b", 1, 256, 0.25), ("a", 2, 64, 0.5),
      // Lower ones come first, whatever they are called.
      ("e", 1, 32, 0.125), ("f", 2, 32, 0.125),
    ]
    let runs = try figures.map { name, seed, batchSize, loss in
      try #require(SampleRuns.run(name, seed: seed, batchSize: batchSize, losses: [loss]))
    }
    let comparison = RunComparison(runs)
    #expect(comparison.runs.map(\.name) == ["e", "f", "b", "c", "a", "d"])
    #expect(
      comparison.groups.map { $0.runs.map(\.name) } == [["e", "f"], ["b", "d"], ["c", "a"]])
    #expect(comparison.groups.map(\.validLoss.mean) == [0.125, 0.375, 0.375])
  }

  @Test func theTableIsAlignedAndSorted() throws {
    #expect(
      try ComparisonText.table(comparison()).text == """
                      batch_   best    train    valid
        run     seed    size  epoch     loss     loss  accuracy  time  model
        runs/c     1      64    1/1  0.50000  0.12500    0.9500    2s  /no/a.ckpt
        runs/a     1     256    2/3  0.50000  0.25000    0.9000    6s  /no/a.ckpt
        runs/b     2     256    2/2  0.50000  0.35000    0.9200    4s  /no/a.ckpt

        Mean ± s.d. of runs that differ in the seed alone:
              batch_              valid
        runs    size               loss         accuracy
        2        256  0.30000 ± 0.07071  0.9100 ± 0.0141
        """)
  }

  /// A sweep over two settings with three seeds each, in folders that are named after them.
  @Test func aUsualTableFitsIntoEightyColumns() throws {
    let runs = try (0..<12).map { index in
      try #require(
        LoggedRun(
          name: "runs/l\(3 + index % 2)-b\(64 << (index / 2 % 2))-s\(index / 4)",
          configuration: SampleRuns.configuration(
            seed: UInt64(index / 4), batchSize: 64 << (index / 2 % 2), layerCount: 3 + index % 2,
            modelPath: "/no/folder/of/models/long.ckpt"),
          rows: (1...20).map { SampleRuns.row($0, valid: 1 / Double($0 + index), seconds: 70) }))
    }
    let whole = ComparisonText.table(RunComparison(runs))
    #expect(whole.omitted == [] && whole.text.contains("  model\n"))
    let (text, omitted) = ComparisonText.table(RunComparison(runs), columns: 80)
    #expect(omitted == ["model"])
    #expect(text.split(separator: "\n").map(\.count).max() == 79)
    #expect(text.hasPrefix("                       batch_      n_   best    train    valid\n"))
    func titlesOmitted(in columns: Int) -> [String] {
      ComparisonText.table(RunComparison(runs), columns: columns).omitted
    }
    #expect(titlesOmitted(in: 79) == ["model"] && titlesOmitted(in: 78) == ["train loss", "model"])
    #expect(titlesOmitted(in: 20) == ["train loss", "time", "model", "best epoch"])
    #expect(titlesOmitted(in: 200) == [])
    #expect(RunComparison(runs).groups.map(\.runs.count) == [3, 3, 3, 3])
  }

  /// Instead of checksums and sizes.
  @Test func dataThatDiffersIsNamed() throws {
    func run(_ name: String, _ dataset: String, images: String, labels: String = "0x1") throws
      -> LoggedRun
    {
      let run = try #require(SampleRuns.run(name, losses: [0.5]))
      var configuration = run.configuration
      configuration.settings = [
        ("seed", "1"), ("dataset", "\"\(dataset)\""), ("image_height", "\(images.count)"),
        ("train_images_crc32", "\"\(images)\""), ("train_labels_crc32", "\"\(labels)\""),
      ].map { .init(name: $0.0, json: $0.1) }
      return try #require(LoggedRun(name: name, configuration: configuration, rows: run.rows))
    }
    func names(_ runs: [LoggedRun]) -> [String]? {
      let comparison = RunComparison(runs)
      return comparison.columns == ["data"] ? comparison.runs.map(comparison.dataName) : nil
    }
    let a = try run("a", "mnist", images: "0x12345678")
    let b = try run("b", "auto", images: "0x1234abcd")
    #expect(names([a, a]) == nil)
    #expect(names([a, b]) == ["mnist", "auto"])
    let c = try run("c", "auto", images: "0x1234abce")
    #expect(names([a, b, c]) == ["mnist", "auto (1234abcd…)", "auto (1234abce…)"])
    let d = try run("d", "auto", images: "0x5234abce")
    #expect(names([a, b, d]) == ["mnist", "auto (1234…)", "auto (5234…)"])
    let e = try run("e", "auto", images: "0x1234abcd", labels: "0x89abcdef")
    #expect(names([b, e]) == ["auto (1…)", "auto (89ab…)"])
    // Files for programs keep the checksums.
    #expect(
      RunComparison([a, b]).differingSettings == ["dataset", "train_images_crc32"])
  }

  @Test func theModelIsFoundBesideTheLogOrWhereItWasSaved() throws {
    try SmallSets.withFolder { folder in
      func path(_ saved: String) throws -> String {
        try #require(
          LoggedRun(
            name: folder, configuration: SampleRuns.configuration(modelPath: saved),
            rows: [SampleRuns.row(1, valid: 1)])
        ).modelPath
      }
      let saved = "/no/model.ckpt"
      #expect(try path(saved) == saved)
      #expect(try path("") == "")
      try SmallSets.write([], "\(folder)/model.ckpt")
      let here = FileSystem.place(of: ".")
      #expect(try path(saved) == FileSystem.shortest("\(folder)/model.ckpt", from: here))
      #expect(try path("\(here)/models/m.ckpt") == "models/m.ckpt")
    }
  }

  @Test func oneRunIsATableWithoutSettings() throws {
    let run = try #require(SampleRuns.run("a\u{1B}[m", losses: [0.5]))
    #expect(
      ComparisonText.table(RunComparison([run])).text == #"""
                  best    train    valid
        run      epoch     loss     loss  accuracy  time  model
        a\x1b[m    1/1  0.50000  0.50000    0.9000    2s  /no/a.ckpt
        """#)
  }

  /// A copy of a run says nothing about the spread.
  @Test func aRunWithTheSameSeedIsNoFurtherSample() throws {
    var runs = try [("a", 1), ("a-2", 1), ("b", 2)].map { name, seed in
      try #require(SampleRuns.run(name, seed: seed, losses: [0.25 * Double(seed)]))
    }
    // Whatever the order of its settings.
    var configuration = runs[1].configuration
    configuration.settings.reverse()
    runs[1] = try #require(
      LoggedRun(name: "a-2", configuration: configuration, rows: runs[1].rows))
    #expect(RunComparison(runs).runs.count == 3)
    #expect(RunComparison(runs).groups.map { $0.runs.map(\.name) } == [["a", "b"]])
    #expect(RunComparison(Array(runs[..<2])).groups.isEmpty)
  }

  @Test func aSettingThatARunLacksDiffers() throws {
    let run = try #require(SampleRuns.run("a", losses: [0.5]))
    var configuration = run.configuration
    configuration.settings.removeAll { $0.name == "dropout_p" }
    let other = try #require(
      LoggedRun(name: "b", configuration: configuration, rows: run.rows))
    let comparison = RunComparison([other, run])
    #expect(comparison.differingSettings == ["dropout_p"])
    #expect(ComparisonText.table(comparison).text.contains("\nb           -    1/1  "))
  }

  @Test func aLongValueIsCutAndALongNameTakesTwoLines() throws {
    func run(_ name: String, _ settings: [(String, String)]) throws -> LoggedRun {
      let run = try #require(SampleRuns.run(name, losses: [0.5]))
      var configuration = run.configuration
      configuration.settings = settings.map { .init(name: $0.0, json: $0.1) }
      return try #require(LoggedRun(name: name, configuration: configuration, rows: run.rows))
    }
    let (whole, long) = (String(repeating: "1", count: 30), String(repeating: "2", count: 31))
    let runs = try [
      run("a", [("s", whole), ("n_four", "1"), ("n_fives", "1")]),
      run("b", [("s", long), ("n_four", "2"), ("n_fives", "2")]),
    ]
    let lines = ComparisonText.table(RunComparison(runs)).text.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].split(separator: " ") == ["n_", "best", "train", "valid"])
    #expect(lines[1].split(separator: " ").prefix(4) == ["run", "s", "n_four", "fives"])
    #expect(lines[2].hasPrefix("a    \(whole)       1      1    1/1  "))
    #expect(lines[3].hasPrefix("b    \(long.prefix(29))…       2      2    1/1  "))
  }

  /// A configuration may come from anywhere.
  @Test func aSettingsNameIsNoCommandToTheTerminal() throws {
    let run = try #require(SampleRuns.run("a", losses: [0.5]))
    var configuration = run.configuration
    configuration.settings.append(.init(name: "\u{1B}[2J", json: "1"))
    let other = try #require(
      LoggedRun(name: "b", configuration: configuration, rows: run.rows))
    let text = ComparisonText.table(RunComparison([run, other])).text
    #expect(text.contains("\\x1b[2J") && !text.contains("\u{1B}"))
  }

  @Test func aFolderIsReadAsItWasLogged() throws {
    try SmallSets.withFolder { folder in
      let directory = folder + "/a"
      let log = try RunLog(directory, SampleRuns.configuration())
      #expect(throws: RunFolderError.noEpoch(path: directory)) {
        try LoggedRun(readingFrom: directory)
      }
      let rows = [SampleRuns.row(1, valid: 0.5), SampleRuns.row(2, valid: 0.4)]
      for row in rows { log.append(row) }
      let run = try LoggedRun(readingFrom: directory)
      #expect(run.rows == rows)
      #expect(run.best == rows[1])
      #expect(run.seconds == 4)
      #expect(run.configuration == SampleRuns.configuration())
    }
  }

  @Test func aFolderWithoutARunIsNamed() throws {
    try SmallSets.withFolder { folder in
      let error = RunFolderError.noRun(path: folder)
      #expect(throws: error) { try LoggedRun(readingFrom: folder) }
      #expect(
        error.description
          == "\(folder): not the folder of a run (expected config.json and metrics.csv in it)")
      #expect(
        throws: FileError.cannotRead(
          path: folder + "/no/config.json", reason: "No such file or directory")
      ) { try LoggedRun(readingFrom: folder + "/no") }
    }
    #expect(throws: FileError.emptyPath) { try LoggedRun(readingFrom: "") }
  }

  @Test func theLogOfAnotherRunThanTheModelsIsToldByItsSettingsAndItsLosses() throws {
    let checkpoint = try SmallSets.checkpoint()
    let lowest = checkpoint.state.lowestLoss
    func check(
      _ model: SavedModel, rows: [MetricsRow]? = nil,
      _ change: (inout TrainingSettings) -> Void = { _ in }
    ) throws {
      var settings = checkpoint.settings
      change(&settings)
      let configuration = RunConfiguration(
        version: "1", commandLine: [], modelPath: "/no", settings)
      let rows = rows ?? [SampleRuns.row(1, valid: 9), SampleRuns.row(2, valid: lowest)]
      try #require(LoggedRun(name: "log", configuration: configuration, rows: rows))
        .check(isOf: model, path: "m")
    }
    func error(_ name: String, _ expected: String, _ found: String) -> RunFolderError {
      .otherRun(path: "log", model: "m", name: name, expected: expected, found: found)
    }
    let saved = SavedModel(checkpoint)
    #expect(throws: Never.self) { try check(saved) }
    #expect(throws: Never.self) {
      try check(saved) { ($0.epochCount, $0.patience, $0.device) = (9, 3, "GPU") }
    }
    #expect(throws: error("seed", "3", "4")) { try check(saved) { $0.seed = 4 } }
    let checksum = hexadecimal(checkpoint.settings.labelsCRC32)
    #expect(throws: error("train_labels_crc32", checksum, "0x00000007")) {
      try check(saved) { $0.labelsCRC32 = 7 }
    }
    #expect(throws: error("a lowest loss after epoch 2 of", "\(lowest)", "9.0")) {
      try check(saved, rows: [SampleRuns.row(1, valid: lowest), SampleRuns.row(2, valid: 9)])
    }
    #expect(throws: Never.self) { try check(saved, rows: [SampleRuns.row(1, valid: 9)]) }

    // Weights alone tell no more than their sizes.
    let weights = try SavedModel(
      #require(checkpoint.state.best).safeTensors, path: "m")
    #expect(throws: Never.self) { try check(weights) { ($0.seed, $0.batchSize) = (4, 5) } }
    #expect(throws: error("n_layers", "3", "2")) { try check(weights) { $0.hiddenSizes = [5] } }
    #expect(throws: error("use_dropout", "false", "true")) {
      try check(weights) { $0.useDropout = true }
    }
    #expect(throws: error("output_size", "3", "4")) { try check(weights) { $0.outputSize = 4 } }
  }
}
