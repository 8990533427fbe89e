import Testing

@testable import MNISTCore

@Suite struct ArgumentParserTests {
  @Test(arguments: argparseRows) func aLineIsReadAsArgparseReadsIt(_ row: ArgparseRow) {
    #expect(outcome(TrainOptions.parse(row.arguments)) == row.outcome, "\(row.arguments)")
  }

  @Test func theRowsAreAllThere() {
    #expect(argparseRows.count == 116)
  }

  @Test func aShortenedNameMeansAnOriginalOptionFirst() {
    var expected = TrainOptions(modelPath: "m")
    expected.settings.dropoutProbability = 0.5
    expected.verbosity = 2
    expected.optionsWithoutEffect = ["--dropout_p has no effect without --use_dropout"]
    #expect(TrainOptions.parse(["--m=m", "--d", ".5", "--v=2"]) == .options(expected))
    #expect(
      sentence(TrainOptions.parse(["--=3"]))
        == "ambiguous option: --=3 could match "
        + TrainOptions.command.options.map(\.flag).joined(separator: ", "))
  }

  @Test func aShortenedNameMeansANewOptionWhereNoOriginalOneFits() {
    var expected = TrainOptions(modelPath: "m")
    expected.dataDirectory = "d"
    expected.seed = 7
    expected.threadCount = 2
    #expect(
      TrainOptions.parse(["--m=m", "--da", "d", "--s", "7", "--n_t=2"]) == .options(expected))
    #expect(
      sentence(PredictOptions.parse(["--n_t", "1"]))
        == "ambiguous option: --n_t could match --n_test, --n_threads")
  }

  /// What a shortened name meant in version 1.0 it means for ever.
  @Test(arguments: ["--da", "--dat", "--data", "--data_", "--data-dir"])
  func aShortenedNameIsNeverMadeAmbiguousByANewOption(_ name: String) {
    var expected = TrainOptions(modelPath: "m")
    expected.dataDirectory = "d"
    #expect(TrainOptions.parse(["--m=m", name, "d"]) == .options(expected))
    expected.dataset = .digits
    expected.mirror = "http://x"
    expected.optionsWithoutEffect = ["--data_dir", "--mirror"].map {
      "\($0) has no effect with --dataset digits"
    }
    #expect(
      TrainOptions.parse(["--m=m", name, "d", "--datas", "digits", "--mi=http://x"])
        == .options(expected))
    var prediction = PredictOptions(modelPath: "m")
    prediction.dataDirectory = "d"
    #expect(PredictOptions.parse(["--m", "m", "--d", "d"]) == .options(prediction))
  }

  /// What PyTorch calls it; cut shorter or made longer it is the beginning of a name, as ever.
  @Test func lrIsTheLearningRate() {
    var expected = TrainOptions(modelPath: "m")
    expected.settings.learningRate = 0.01
    #expect(TrainOptions.parse(words("--model_fn m --lr 0.01")) == .options(expected))
    #expect(TrainOptions.parse(words("--model_fn m --lr=1e-2")) == .options(expected))
    expected.settings.learningRateSchedule = .cosine
    #expect(
      TrainOptions.parse(words("--model_fn m --lr_s cosine --lr .01")) == .options(expected))
    #expect(
      sentence(TrainOptions.parse(words("--model_fn m --lr cosine")))
        == "argument --learning_rate: invalid float value: 'cosine'")
    #expect(
      sentence(TrainOptions.parse(words("--model_fn m --l 1")))
        == "ambiguous option: --l could match --label_smoothing, --learning_rate, --lr_schedule, "
        + "--lr_per_batch, --lr_step_size, --lr_factor, --lr_patience, --lr_cooldown, --lr_find, "
        + "--log_dir")
  }

  @Test(arguments: [["--n-epochs", "3"], ["--n-epochs=3"], ["--n-ep", "3"], ["--n-e=3"]])
  func aDashInANameIsAnUnderscore(_ arguments: [String]) {
    var expected = TrainOptions(modelPath: "a-b")
    expected.settings.epochCount = 3
    #expect(TrainOptions.parse(["--model-fn=a-b"] + arguments) == .options(expected))
  }

  @Test func twoDashesAfterAnEqualsSignAreAPath() {
    #expect(TrainOptions.parse(["--model_fn=--"]) == .options(TrainOptions(modelPath: "--")))
  }

  @Test(arguments: [
    ("--n_epoch5", "--n_epochs"), ("--N_EPOCHS", "--n_epochs"), ("--epochs", "--n_epochs"),
    ("--epoch=3", "--n_epochs"), ("-n_epochs", "--n_epochs"), ("\u{2013}n_epochs", "--n_epochs"),
    ("--batchsize", "--batch_size"), ("--threads", "--n_threads"), ("--datadir", "--data_dir"),
    ("--layers", "--n_layers"), ("--model-fm", "--model_fn"), ("--hepl", "--help"),
    ("--use_droput", "--use_dropout"), ("--sed", "--seed"),
    ("--ree", "--seed"), ("--del", "--model_fn"), ("--model_xyz", "--model_fn"),
    ("--my_model_fn", "--model_fn"), ("--p_epochs", "--n_epochs"),
    ("--base_learning_rate", "--learning_rate"),
  ])
  func aMistypedOptionIsAnsweredWithTheNearestOne(_ typed: String, _ meant: String) {
    #expect(
      sentence(TrainOptions.parse(["--model_fn", "m", "x", typed, "5"]))
        == "unrecognized arguments: x \(typed) 5\ndid you mean \(meant)?")
  }

  @Test(arguments: [
    "--bogus", "--momentum", "--x", "-x", "epochs", "--foo", "--", "---", "--cpu", "--el",
    "--seedxyz",
  ])
  func whatIsCloseToNoOptionGetsNoHint(_ typed: String) {
    #expect(
      sentence(TrainOptions.parse(["--model_fn", "m", typed])) == "unrecognized arguments: \(typed)"
    )
  }

  @Test func whatWasTypedCannotSteerATerminal() {
    #expect(
      sentence(TrainOptions.parse(["--model_fn", "m", "\u{1b}[2J", "a\nb", "日本"]))
        == "unrecognized arguments: \\x1b[2J a\\nb 日本")
    #expect(
      sentence(TrainOptions.parse(["--n=\u{7}"]))
        == "ambiguous option: --n=\\x07 could match --n_epochs, --n_layers, --n_threads")
    #expect(
      PythonSyntax.quoted("\u{a0}\u{600}\u{2028}\u{e000}\u{e0001}\t")
        == #"'\xa0\u0600\u2028\ue000\U000e0001\t'"#)
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("170141183460469231731687303715884105728", Int128.max),
    ("-99999999999999999999999999999999999999999", Int128.min),
  ])
  func anIntegerOfAnyLengthIsRead(_ text: String, _ value: Int128) {
    #expect(PythonSyntax.integer(text) == value)
  }

  @Test(arguments: [
    ("1e400", Double.infinity), ("-1e400", -.infinity), ("1e-400", 0), ("-Infinity", -.infinity),
    ("+inF", .infinity), ("1_0.5_0E+0_1", 105), ("1_0.", 10), ("٠.٥", 0.5), ("1.", 1), (" 5 ", 5),
  ])
  func aFloatIsReadAsPythonReadsIt(_ text: String, _ value: Double) {
    #expect(PythonSyntax.number(text) == value)
  }

  @Test func notANumberIsAFloat() {
    #expect(PythonSyntax.number(" -NaN ")?.isNaN == true)
  }

  @Test(arguments: [
    ("", "", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("epochs", "epcohs", 2),
    ("n_epoch5", "n_epochs", 1), ("ac", "abc", 1), ("abc", "ac", 1),
  ])
  func editsAreCounted(_ first: String, _ second: String, _ count: Int) {
    #expect(editDistance(Array(first), Array(second)) == count)
  }

  /// Lines of words that are near the edges of the grammar, from a fixed seed.
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func noLineTraps(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let arguments = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        word(using: &random)
      }
      let start = ["--model_fn", "m"]
      for arguments in [arguments, start + arguments] {
        if case .options(let options) = TrainOptions.parse(arguments) {
          #expect(isInRange(options), "seed \(seed): \(arguments)")
        }
        if case .options(let options) = PredictOptions.parse(arguments) {
          #expect(
            !(options.modelPath.isEmpty && options.describedPath == nil) && options.batchSize >= 1
              && options.testCount ?? 1 >= 1,
            "seed \(seed): \(arguments)")
        }
      }
    }
  }

  @Test func aLongLineIsRead() {
    let arguments = ["--model_fn", "m"] + [String](repeating: "--n_epochs=3", count: 20_000)
    var expected = TrainOptions(modelPath: "m")
    expected.settings.epochCount = 3
    #expect(TrainOptions.parse(arguments) == .options(expected))
  }
}

// MARK: - Helpers

/// One line of the table below: a command line, and what argparse makes of it.
struct ArgparseRow: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let arguments: [String]
  let outcome: String

  init?(_ line: Substring) {
    guard let arrow = line.firstRange(of: " → ") else { return nil }
    testDescription = String(line[..<arrow.lowerBound])
    outcome = String(line[arrow.upperBound...])
    arguments = line[..<arrow.lowerBound].split(separator: " ").map { word in
      word.map { ["␣": " ", "␤": "\n", "␛": "\u{1b}", "∅": ""][$0] ?? String($0) }.joined()
    }
  }
}

/// The line after `error: `, or that nothing is wrong.
private func sentence<Options>(_ invocation: Invocation<Options>) -> String {
  if case .mistake(let error) = invocation { error.problem.sentence } else { "\(invocation)" }
}

/// The invocation in the words of the table, without our hints.
private func outcome(_ invocation: Invocation<TrainOptions>) -> String {
  switch invocation {
  case .mistake(let error):
    return error.problem.sentence.split(separator: "\ndid you mean ").first.map(String.init) ?? ""
  case .failure(let error):
    return "\(error)"
  case .answer(let text):
    return text == "mnist-train 1.1.0" ? "version" : text.contains("usage: ") ? "help" : text
  case .options(let options):
    let start = TrainOptions(modelPath: "m")
    func changed<Value: Equatable>(
      _ name: String, _ path: KeyPath<TrainOptions, Value>, _ text: (Value) -> String
    ) -> String? {
      let value = options[keyPath: path]
      return value == start[keyPath: path] ? nil : "\(name)=\(text(value))"
    }
    let changes = [
      changed("model_fn", \.modelPath) { $0 },
      changed("gpu_id", \.gpuID) { $0.map { "\($0)" } ?? "None" },
      changed("train_ratio", \.settings.trainRatio) { "\($0)" },
      changed("batch_size", \.settings.batchSize) { "\($0)" },
      changed("n_epochs", \.settings.epochCount) { "\($0)" },
      changed("n_layers", \.usedLayerCount) { "\($0)" },
      changed("use_dropout", \.settings.useDropout) { $0 ? "True" : "False" },
      changed("dropout_p", \.settings.dropoutProbability) { "\($0)" },
      changed("verbose", \.verbosity) { "\($0)" },
      changed("data_dir", \.dataDirectory) { $0 ?? "None" },
      changed("seed", \.seed) { $0.map { "\($0)" } ?? "None" },
      changed("n_threads", \.threadCount) { $0.map { "\($0)" } ?? "None" },
    ].compactMap(\.self)
    return changes.isEmpty ? "defaults" : changes.joined(separator: " ")
  }
}

extension TrainOptions {
  fileprivate var usedLayerCount: Int { layerCount ?? Self.usualLayerCount }
}

private func isInRange(_ options: TrainOptions) -> Bool {
  let settings = options.settings
  return !(options.modelPath.isEmpty && options.comparison.folders.isEmpty)
    && options.dataDirectory != "" && options.gpuID ?? 0 >= -1
    && settings.trainRatio > 0 && settings.trainRatio < 1
    && settings.batchSize >= (settings.useDropout ? 1 : 2) && settings.epochCount >= 1
    && (2...1_000).contains(options.usedLayerCount)
    && settings.dropoutProbability >= 0 && settings.dropoutProbability < 1
    && options.verbosity >= 0 && (1...1_024).contains(options.threadCount ?? 1)
}

/// A flag, a part of one, a value, two of them joined, or any few letters at all.
private func word(using random: inout SeededGenerator) -> String {
  let flags =
    TrainOptions.command.options.map(\.flag) + PredictOptions.command.options.map(\.flag) + ["-h"]
  let values = [
    "1", "0", "-1", "3", "0.5", "-.5", "1e400", "-1e5", "nan", "-inf", "", "-", "--", "---", "=",
    "a b", "-a b", "9223372036854775808", "18446744073709551616", "-9223372036854775809",
    String(repeating: "9", count: 60), "\u{1b}[0m", "e\u{301}", "\u{301}", "\u{200d}", "👩‍👩‍👧", "٣",
    "\r\n", "1\r\n", "-h\u{301}", "--model_fn\u{301}", "\0", "._", "1_", "+",
  ]
  switch Int.random(in: 0..<6, using: &random) {
  case 0: return flags.randomElement(using: &random) ?? ""
  case 1: return values.randomElement(using: &random) ?? ""
  case 2:
    let flag = flags.randomElement(using: &random) ?? ""
    return String(flag.prefix(Int.random(in: 0...flag.count, using: &random)))
  case 3:
    return (flags.randomElement(using: &random) ?? "")
      + "=" + (values.randomElement(using: &random) ?? "")
  case 4:
    return (values.randomElement(using: &random) ?? "")
      + (values.randomElement(using: &random) ?? "")
  default:
    let letters = Array("-=_hn1.e ")
    return String(
      (0..<Int.random(in: 0...6, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? "-"
      })
  }
}

// MARK: - What argparse says

/// Made by Python 3.11.7 from the left sides with the script below, which reads them on standard
/// input. Rows with an option that came later are read by a parser that has these, all others by
/// one that has the nine original options only. Values out of range and mixed dashes are left out:
/// there we differ.
private let argparseRows = argparseTable.split(separator: "\n").compactMap { ArgparseRow($0) }

private let argparseTable = #"""
  --model_fn m → defaults
  --model_fn=m --n_epochs 3 → n_epochs=3
  --n_epochs 3 → the following arguments are required: --model_fn
  --model_fn m --n_epochs abc → argument --n_epochs: invalid int value: 'abc'
  --model_fn m --n_epochs= → argument --n_epochs: invalid int value: ''
  --model_fn m --n_epochs 0x10 → argument --n_epochs: invalid int value: '0x10'
  --model_fn m --n_epochs 1.0 → argument --n_epochs: invalid int value: '1.0'
  --model_fn m --n_epochs 1e3 → argument --n_epochs: invalid int value: '1e3'
  --model_fn m --n_epochs 1__0 → argument --n_epochs: invalid int value: '1__0'
  --model_fn m --n_epochs _1 → argument --n_epochs: invalid int value: '_1'
  --model_fn m --n_epochs 1_ → argument --n_epochs: invalid int value: '1_'
  --model_fn m --n_epochs 1_000 → n_epochs=1000
  --model_fn m --n_epochs ␣3␣ → n_epochs=3
  --model_fn m --n_epochs +3 → n_epochs=3
  --model_fn m --n_epochs 007 → n_epochs=7
  --model_fn m --n_epochs +␣3 → argument --n_epochs: invalid int value: '+ 3'
  --model_fn m --n_epochs ٣ → n_epochs=3
  --model_fn m --n_epochs ３ → n_epochs=3
  --model_fn m --n_epochs ² → argument --n_epochs: invalid int value: '²'
  --model_fn m --n_epochs ␤3␤ → n_epochs=3
  --model_fn m --n_epochs → argument --n_epochs: expected one argument
  --model_fn m --n_epochs --verbose 2 → argument --n_epochs: expected one argument
  --model_fn m --n_epochs -- 3 → argument --n_epochs: expected one argument
  --model_fn m --n_epochs 3 --n_epochs 4 → n_epochs=4
  --model_fn a --model_fn b → model_fn=b
  --model_fn m --gpu_id -1 → gpu_id=-1
  --model_fn m --gpu_id=-1 → gpu_id=-1
  --model_fn m --gpu_id -1x → argument --gpu_id: expected one argument
  --model_fn m --gpu_id -m → argument --gpu_id: expected one argument
  --model_fn -m → argument --model_fn: expected one argument
  --model_fn=-m → model_fn=-m
  --model_fn -1 → model_fn=-1
  --model_fn -1.5 → model_fn=-1.5
  --model_fn -.5 → model_fn=-.5
  --model_fn -1.2.3 → argument --model_fn: expected one argument
  --model_fn -5. → argument --model_fn: expected one argument
  --model_fn -1e5 → argument --model_fn: expected one argument
  --model_fn - → model_fn=-
  --model_fn -a␣b → model_fn=-a b
  --model_fn --a␣b → model_fn=--a b
  --model_fn a=b → model_fn=a=b
  --model_fn=a=b → model_fn=a=b
  --model_fn m --train_ratio 0.5 → train_ratio=0.5
  --model_fn m --train_ratio .5 → train_ratio=0.5
  --model_fn m --train_ratio 5e-1 → train_ratio=0.5
  --model_fn m --train_ratio ␣.5␣ → train_ratio=0.5
  --model_fn m --train_ratio +.5 → train_ratio=0.5
  --model_fn m --train_ratio 0.2_5 → train_ratio=0.25
  --model_fn m --train_ratio 2_5e-0_2 → train_ratio=0.25
  --model_fn m --train_ratio 0x1p-3 → argument --train_ratio: invalid float value: '0x1p-3'
  --model_fn m --train_ratio 0,5 → argument --train_ratio: invalid float value: '0,5'
  --model_fn m --train_ratio . → argument --train_ratio: invalid float value: '.'
  --model_fn m --train_ratio 1e → argument --train_ratio: invalid float value: '1e'
  --model_fn m --train_ratio e5 → argument --train_ratio: invalid float value: 'e5'
  --model_fn m --train_ratio 0._5 → argument --train_ratio: invalid float value: '0._5'
  --model_fn m --train_ratio infinit → argument --train_ratio: invalid float value: 'infinit'
  --model_fn m --train_ratio nan() → argument --train_ratio: invalid float value: 'nan()'
  --model_fn m --train_ratio= → argument --train_ratio: invalid float value: ''
  --model_fn m --dropout_p 1e-1 → dropout_p=0.1
  --model_fn m --dropout_p 0. → dropout_p=0.0
  --model_fn m --dropout_p -1e-1 → argument --dropout_p: expected one argument
  --model_fn m --use_dropout → use_dropout=True
  --model_fn m --use_dropout=1 → argument --use_dropout: ignored explicit argument '1'
  --model_fn m --use_dropout= → argument --use_dropout: ignored explicit argument ''
  --model_fn m --use_dropout 1 → unrecognized arguments: 1
  --model_fn m --use → use_dropout=True
  --model_fn m --use=1 → argument --use_dropout: ignored explicit argument '1'
  --model_fn m --n_ep=3 → n_epochs=3
  --model_fn m --n_e 3 → n_epochs=3
  --model_fn m --n=3 → ambiguous option: --n=3 could match --n_epochs, --n_layers, --n_threads
  --model_fn m --n_ 3 → ambiguous option: --n_ could match --n_epochs, --n_layers, --n_threads
  --model m --batch 3 --drop .5 → batch_size=3 dropout_p=0.5
  --mod m --g -1 --ve 2 → gpu_id=-1 verbose=2
  --model_fn m --bogus → unrecognized arguments: --bogus
  --model_fn m --bogus 1 --other=2 x → unrecognized arguments: --bogus 1 --other=2 x
  --model_fn m --bogus=1 → unrecognized arguments: --bogus=1
  --model_fn m -x -y → unrecognized arguments: -x -y
  --model_fn m a␣b c → unrecognized arguments: a b c
  --model_fn m a --n_epochs 3 b → unrecognized arguments: a b
  --model_fn m -- --n_epochs 3 → unrecognized arguments: -- --n_epochs 3
  --model_fn m -- → unrecognized arguments: --
  --bogus → the following arguments are required: --model_fn
  --bogus --n_epochs abc → argument --n_epochs: invalid int value: 'abc'
  --n_epochs abc --n → ambiguous option: --n could match --n_epochs, --n_layers, --n_threads
  -h → help
  --help → help
  --he → help
  -hh → help
  -h=h → help
  -hx → argument -h/--help: ignored explicit argument 'x'
  -hhx → argument -h/--help: ignored explicit argument 'x'
  -h= → argument -h/--help: ignored explicit argument ''
  -h1 → argument -h/--help: ignored explicit argument '1'
  --help=1 → argument -h/--help: ignored explicit argument '1'
  -h --n_epochs abc → help
  --n_epochs abc -h → argument --n_epochs: invalid int value: 'abc'
  --bogus -h → help
  -h --n → ambiguous option: --n could match --n_epochs, --n_layers, --n_threads
  --model_fn -h → argument --model_fn: expected one argument
  --version → version
  --vers → version
  --version=1 → argument --version: ignored explicit argument '1'
  --model_fn m --n_epochs it's → argument --n_epochs: invalid int value: "it's"
  --model_fn m --n_epochs a"b → argument --n_epochs: invalid int value: 'a"b'
  --model_fn m --n_epochs a"b'c → argument --n_epochs: invalid int value: 'a"b\'c'
  --model_fn m --n_epochs a\b → argument --n_epochs: invalid int value: 'a\\b'
  --model_fn m --n_epochs é → argument --n_epochs: invalid int value: 'é'
  --model_fn m --n_epochs ␛[2J → argument --n_epochs: invalid int value: '\x1b[2J'
  --model_fn m --n_epochs ␤x → argument --n_epochs: invalid int value: '\nx'
  --model_fn m --n_epochs ∅ → argument --n_epochs: invalid int value: ''
  --model_fn m --data_dir d --seed 18446744073709551615 --n_threads 2 → data_dir=d seed=18446744073709551615 n_threads=2
  --model_fn m --seed 0 --n_t 3 → seed=0 n_threads=3
  --model_fn é/日本.ckpt → model_fn=é/日本.ckpt
  --model_fn m -n_epochs 3 → unrecognized arguments: -n_epochs 3
  --model_fn m --N_EPOCHS 3 → unrecognized arguments: --N_EPOCHS 3
  --model_fn m ∅ x → unrecognized arguments:  x
  """#

//     import argparse, contextlib, io, os, re, sys
//
//     os.environ["COLUMNS"] = "80"
//     VISIBLE = {"␣": " ", "␤": "\n", "␛": "\x1b", "∅": ""}
//
//     def parser(with_new_options):
//         parser = argparse.ArgumentParser(prog="mnist-train")
//         add = parser.add_argument
//         add("--model_fn", required=True, metavar="PATH")
//         add("--gpu_id", type=int, metavar="N")
//         add("--train_ratio", type=float, default=0.8, metavar="R")
//         add("--batch_size", type=int, default=256, metavar="N")
//         add("--n_epochs", type=int, default=20, metavar="N")
//         add("--n_layers", type=int, default=5, metavar="N")
//         add("--use_dropout", action="store_true")
//         add("--dropout_p", type=float, default=0.3, metavar="P")
//         add("--verbose", type=int, default=1, metavar="N")
//         if with_new_options:
//             add("--data_dir", default="data", metavar="DIR")
//             add("--seed", type=int, metavar="N")
//             add("--n_threads", type=int, metavar="N")
//             add("--version", action="version", version="mnist-train 1.1.0")
//         return parser
//
//     def outcome(arguments, with_new_options):
//         out, err = io.StringIO(), io.StringIO()
//         with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
//             try:
//                 values = vars(parser(with_new_options).parse_args(arguments))
//             except SystemExit as end:
//                 if end.code:
//                     return err.getvalue().rstrip("\n").split("error: ")[1]
//                 return "help" if out.getvalue().startswith("usage") else "version"
//         default = vars(parser(with_new_options).parse_args(["--model_fn", "m"]))
//         changed = [f"{name}={value}" for name, value in values.items() if value != default[name]]
//         return " ".join(changed) or "defaults"
//
//     for line in sys.stdin:
//         row = line.rstrip("\n").split(" → ")[0]
//         arguments = ["".join(VISIBLE.get(c, c) for c in word) for word in row.split()]
//         is_new = re.search("data_dir|seed|n_t|vers|--n_?( |=|$)", row)
//         print(row, "→", outcome(arguments, is_new))
