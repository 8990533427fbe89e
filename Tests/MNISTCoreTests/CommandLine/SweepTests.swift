import Testing

@testable import MNISTCore

/// The runs that a sweep's file asks for.
@Suite struct SweepTests {
  private func sweep(_ text: String) throws(UsageError.Problem) -> Sweep {
    try Sweep(Array(text.utf8), path: "s")
  }

  /// The values of each run, in the file's order.
  private func values(_ text: String) throws -> [String] {
    try sweep(text).runs.map { $0.entries.map(\.value).joined(separator: " ") }
  }

  @Test func aGridIsEachWithEach() throws {
    let text = """
      # three times two
      learning_rate = 0.0003 | 0.001|0.003
      n_epochs = 4
      hidden-sizes = 512,256 | 128
      """
    let found = try sweep(text)
    #expect(
      try values(text) == [
        "0.0003 4 512,256", "0.0003 4 128", "0.001 4 512,256", "0.001 4 128", "0.003 4 512,256",
        "0.003 4 128",
      ])
    #expect(found.variedKeys == ["learning_rate", "hidden_sizes"])
    #expect(found.plan.rungs == [4] && found.plan.runCount == 6 && found.seed == 0)
    #expect(try values("n_epochs = 3") == ["3"])
    #expect(try sweep("").runs.count == 1)
  }

  @Test func drawnRunsDependOnTheSeedAlone() throws {
    let text = """
      method = random
      runs = 6
      sweep_seed = 7
      learning_rate = 1e-4 .. 1e-2 log
      n_layers = 2 .. 4
      dropout_p = 0 .. 0.5
      batch_size = 32 | 64
      """
    let runs = try sweep(text).runs
    #expect(runs.count == 6)
    for run in runs {
      let values = run.entries.map(\.value)
      let rate = try #require(Double(values[0]))
      #expect(1e-4...1e-2 ~= rate && values[0].count <= 9, "\(rate)")
      #expect(["2", "3", "4"].contains(values[1]))
      #expect(0...0.5 ~= (try #require(Double(values[2]))))
      #expect(["32", "64"].contains(values[3]))
    }
    #expect(Set(runs.map { $0.entries[0].value }).count == 6)
    #expect(try sweep(text).runs == runs)
    #expect(try sweep(text.replacing("= 7", with: "= 8")).runs != runs)
  }

  /// By SplitMix64's numbers: a draw is the highest 53 bits as a share of the range.
  @Test func aDrawIsAPlaceInTheRange() throws {
    func choice(_ text: String) throws -> SweepChoice {
      try SweepChoice(
        .init(
          key: String(text.split(separator: " ")[0]),
          value: String(
            text.split(separator: "=")[1]
              .dropFirst()), line: 1), isRandom: true)
    }
    let middle: UInt64 = 1 << 63
    let rate = try choice("learning_rate = 1e-4 .. 1e-2 log")
    #expect(rate.drawn(0) == "0.0001" && rate.drawn(middle) == "0.001")
    #expect(try choice("learning_rate = 0.1 .. 0.3").drawn(middle) == "0.2")
    let layers = try choice("n_layers = 2 .. 4")
    #expect([0, middle, .max].map(layers.drawn) == ["2", "3", "4"])
    let sizes = try choice("batch_size = 8 | 16 | 32")
    #expect([0, middle, .max].map(sizes.drawn) == ["8", "16", "32"])
  }

  /// What was drawn before is drawn again.
  @Test func noRunIsDrawnTwice() throws {
    let text = "method = random\nruns = 4\nn_layers = 2 | 3\nbatch_size = 8 | 16"
    #expect(Set(try values(text)) == ["2 8", "2 16", "3 8", "3 16"])
  }

  @Test(arguments: [
    ("learning_rate = 1 | x", "s: line 1: argument --learning_rate: invalid float value: 'x'"),
    ("\nn_layers = 2 | 1", "s: line 2: argument --n_layers: must be from 2 to 1000, found 1"),
    ("n_layers = 2 |", "s: line 1: argument --n_layers: expected one argument"),
    (
      "n_layers = 2 | 2",
      "s: line 1: argument --n_layers: must be several different values, found '2 | 2'"
    ),
    (
      "n_epochs = 2 | 3",
      "s: line 1: argument --n_epochs: must be the same for all runs, found '2 | 3'"
    ),
    (
      "n_layers = 2 .. 3",
      "s: line 1: argument --n_layers: must be no range without method = random, found '2 .. 3'"
    ),
    (
      "method = random\nruns = 2\nmonitor = a .. b",
      "s: line 3: argument --monitor: must be no range, found 'a .. b'"
    ),
    (
      "method = random\nruns = 2\nlr = 2 .. 1",
      "s: line 3: argument --learning_rate: must be a range from a lower to a higher number, found "
        + "'2 .. 1'"
    ),
    (
      "method = random\nruns = 2\nweight_decay = 0 .. 1 log",
      "s: line 3: argument --weight_decay: must be a range from a lower to a higher number above 0, "
        + "found '0 .. 1 log'"
    ),
    (
      "method = random\nruns = 2\nlr = 1 .. 2 lin",
      "s: line 3: argument --learning_rate: must be a range such as 1 .. 5, or 1 .. 5 log, found "
        + "'1 .. 2 lin'"
    ),
    (
      "method = bayes",
      "s: line 1: argument method: invalid choice: 'bayes' (choose from 'grid', 'random')"
    ),
    ("method = random", "s: line 1: argument method = random: not allowed without argument runs"),
    ("runs = 3", "s: line 1: argument runs: not allowed without argument method = random"),
    ("method = random\nruns = 0", "s: line 2: argument runs: must be at least 1, found 0"),
    (
      "method = random\nruns = 10001",
      "s: line 2: argument runs: must be at most 10000, found 10001"
    ),
    (
      "method = random\nruns = 5\nn_layers = 2 | 3",
      "s: line 2: argument runs: must be at most 2, as no other runs were found, found 5"
    ),
    ("halving = 1", "s: line 1: argument halving: must be at least 2, found 1"),
    ("halving = x", "s: line 1: argument halving: invalid int value: 'x'"),
    ("min_epochs = 2", "s: line 1: argument min_epochs: not allowed without argument halving"),
    (
      "halving = 2\nmin_epochs = 5\nn_epochs = 4",
      "s: line 2: argument min_epochs: must be at most n_epochs, 4, found 5"
    ),
    ("halving = 2\nhalving = 3", "s: line 2: argument halving: already given in line 1"),
    ("lr = 1\nlearning_rate = 2", "s: line 2: argument --learning_rate: already given in line 1"),
    (
      "halvin = 2",
      "s: line 1: unknown key 'halvin' (expected the name of an option, without its dashes)\n"
        + "did you mean halving?"
    ),
    ("model_fn = m", "s: line 1: argument --model_fn: only allowed on the command line"),
    ("log_dir = m", "s: line 1: argument --log_dir: not allowed in a sweep"),
    ("n_threads = 1", "s: line 1: argument --n_threads: not allowed in a sweep"),
    (
      "n_layers = 2\nhidden_sizes = 5",
      "s: line 2: argument --hidden_sizes: not allowed with argument --n_layers"
    ),
    (
      "batch_size = 1 | 2",
      "s: line 1: argument --batch_size: must be at least 2 without --use_dropout, found 1"
    ),
    (
      "decoupled_weight_decay = true",
      "s: argument --weight_decay: must be greater than 0 with --decoupled_weight_decay, found 0"
    ),
  ])
  func aFileThatIsWrongIsRefusedWithTheLine(_ text: String, _ expected: String) {
    let problem = #expect(throws: UsageError.Problem.self) { try sweep(text) }
    #expect(problem?.sentence == expected)
  }

  @Test func aGridHasALimit() {
    let seeds = (0..<101).map { "\($0)" }.joined(separator: " | ")
    let sizes = (2..<102).map { "\($0)" }.joined(separator: " | ")
    let problem = #expect(throws: UsageError.Problem.self) {
      try sweep("seed = \(seeds)\nbatch_size = \(sizes)")
    }
    #expect(
      problem?.sentence == "s: line 2: argument --batch_size: must be such that there are at most "
        + "10000 runs, found 10100")
  }

  @Test(arguments: [
    ("--sweep s", "argument --sweep: not allowed without argument --sweep_dir"),
    ("--model_fn m --sweep_dir d", "argument --sweep_dir: not allowed without argument --sweep"),
    ("--model_fn m --print_runs", "argument --print_runs: not allowed without argument --sweep"),
    ("--model_fn m --sweep_run 1", "argument --sweep_run: not allowed without argument --sweep"),
    (
      "--sweep s --sweep_dir d --print_runs --sweep_run 1",
      "argument --print_runs: not allowed with argument --sweep_run"
    ),
    (
      "--sweep s --sweep_dir d --n_epochs 3",
      "argument --sweep: not allowed with argument --n_epochs"
    ),
    (
      "--sweep s --sweep_dir d --model_fn m",
      "argument --sweep: not allowed with argument --model_fn"
    ),
  ])
  func settingsOfASweepStandInItsFile(_ line: String, _ expected: String) {
    guard case .mistake(let error) = TrainOptions.parse(words(line)) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.sentence == expected)
  }

  @Test func aRunHasAPlaceAndPauses() throws {
    let sweep = try sweep(
      "n_layers = 2 | 3\nn_epochs = 4\nhalving = 2\nsweep_seed = 5\ndata_dir = d\nstart_from = f")
    var common = TrainOptions(modelPath: "")
    common.threadCount = 1
    common.gpuID = -1
    var expected = TrainOptions(modelPath: "runs/002/model.ckpt")
    expected.logDirectory = "runs/002"
    expected.layerCount = 3
    expected.settings.epochCount = 4
    expected.seed = 5
    (expected.dataDirectory, expected.startPath) = ("d", "f")
    (expected.threadCount, expected.gpuID) = (1, -1)
    expected.stopAfter = 2
    func options(_ epoch: Int, resume: Bool) throws -> TrainOptions {
      try sweep.options(
        for: .init(run: 1, epoch: epoch), in: "runs/002", resume: resume, common)
    }
    #expect(try options(2, resume: false) == expected)
    (expected.stopAfter, expected.resume, expected.startPath) = (nil, true, nil)
    common.dataDirectory = "e"
    expected.dataDirectory = "e"
    #expect(try options(4, resume: true) == expected)
  }
}
