import Testing

@testable import MNISTCore

@Suite struct PredictOptionsTests {
  @Test func onlyTheModelIsNeeded() {
    guard case .options(let options) = PredictOptions.parse(["--model_fn", "model.ckpt"]) else {
      Issue.record("expected options")
      return
    }
    #expect(options == PredictOptions(modelPath: "model.ckpt"))
    #expect(options.modelPath == "model.ckpt")
    #expect(options.dataset == nil)
    #expect(options.dataDirectory == nil)
    #expect(options.mirror == nil)
    #expect(options.gpuID == nil)
    #expect(options.batchSize == 256)
    #expect(options.testCount == nil)
    #expect(!options.show)
    #expect(options.threadCount == nil)
  }

  @Test func everyOptionReachesItsValue() {
    var expected = PredictOptions(modelPath: "m")
    expected.dataset = .digits
    expected.dataDirectory = "d"
    expected.mirror = "http://x"
    expected.gpuID = 0
    expected.batchSize = 1
    expected.testCount = 2
    expected.show = true
    expected.threadCount = 3
    expected.reportDirectory = "r"
    expected.logDirectory = "l"
    expected.optionsWithoutEffect = ["--data_dir", "--mirror"].map {
      "\($0) has no effect with --dataset digits"
    }
    let line =
      "--model_fn m --data_dir d --gpu_id 0 --batch_size 1 --n_test 2 --show --n_threads 3 "
      + "--dataset digits --mirror http://x --report r --log_dir l"
    #expect(PredictOptions.parse(words(line)) == .options(expected))
    expected.show = false
    expected.json = true
    #expect(
      PredictOptions.parse(words(line.replacing("--show", with: "--json"))) == .options(expected))
  }

  @Test(arguments: [
    ("", "without --data_dir or --images"), ("a.png", "with pictures: no test images are read"),
    ("--export m.onnx", "with --export: nothing is predicted"), ("--data_dir d", nil),
    ("--images i", nil),
  ])
  func theModelsOwnImagesLieAsTheyDid(_ line: String, _ reason: String?) {
    guard
      case .options(let options) = PredictOptions.parse(words("--model_fn m --transpose \(line)"))
    else {
      Issue.record("expected options")
      return
    }
    #expect(
      options.optionsWithoutEffect
        == [reason.map { "--transpose has no effect \($0)" }].compactMap(\.self))
    #expect(options.preparation.isTransposed == (line == "--data_dir d"))
  }

  @Test(arguments: [
    ("", false), ("--data_dir d", true), ("--dataset digits", true), ("--images i", false),
    ("--data_dir d --dataset mnist", true),
  ])
  func theDataIsNamedByItsFolderOrItsSet(_ line: String, _ isNamed: Bool) {
    guard case .options(let options) = PredictOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected options")
      return
    }
    #expect(options.namesData == isNamed)
  }

  @Test func filesMayStandBetweenOptionsAndAfterTwoDashes() {
    var expected = PredictOptions(modelPath: "m")
    expected.pictures = ["a", "-", "-1", "b c", "--raw", "--"]
    expected.isRaw = true
    #expect(
      PredictOptions.parse(
        words("a --model_fn m - -1 --raw") + ["b c"] + words("-- --raw --")) == .options(expected))
  }

  @Test func aMistakeComesWithAShortUsage() {
    guard case .mistake(let error) = PredictOptions.parse(["--n_test", "3"]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.description == """
        mnist-predict: error: the following arguments are required: --model_fn
        usage: mnist-predict --model_fn PATH [OPTION ...] [FILE ...] (see --help)
        """)
    #expect(
      PredictOptions.command.usage == """
        usage: mnist-predict [-h] --model_fn PATH [--data_dir DIR] [--gpu_id N]
                             [--batch_size N] [--n_test N] [--show] [--n_threads N]
                             [--dataset SET] [--mirror URL] [--image_size HxW]
                             [--transpose] [--raw] [--shifts] [--json] [--images PATH]
                             [--predictions FILE] [--predictions_format FORM]
                             [--report [DIR]] [--log_dir DIR] [--run_dir DIR]
                             [--export PATH] [--export_uint8] [--info FILE]
                             [--serve [ADDRESS:]PORT] [--allow_host NAME]
                             [--verbose N] [--completions SHELL] [--version]
                             [FILE ...]
        """)
  }

  @Test(arguments: [
    ("--n_test=0", "argument --n_test: must be at least 1, found 0"),
    ("--batch_size=0", "argument --batch_size: must be at least 1, found 0"),
    ("--n_threads=1025", "argument --n_threads: must be from 1 to 1024, found 1025"),
    ("--gpu_id=-2", "argument --gpu_id: must be at least -1, found -2"),
    ("--data_dir=", "argument --data_dir: must not be empty"),
    ("--show=1", "argument --show: ignored explicit argument '1'"),
    ("--n_test", "argument --n_test: expected one argument"),
    ("--n_test=x", "argument --n_test: invalid int value: 'x'"),
    ("--n=3", "ambiguous option: --n=3 could match --n_test, --n_threads"),
    ("--n_epochs=3", "unrecognized arguments: --n_epochs=3"),
    ("--ntest=3", "unrecognized arguments: --ntest=3\ndid you mean --n_test?"),
    ("--sohw", "unrecognized arguments: --sohw\ndid you mean --show?"),
    ("--rawxy", "unrecognized arguments: --rawxy\ndid you mean --raw?"),
  ])
  func aMistakeIsNamed(_ argument: String, _ sentence: String) {
    guard case .mistake(let error) = PredictOptions.parse(["--model_fn", "m", argument]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(error.description.hasPrefix("mnist-predict: error: \(sentence)\nusage: "))
  }

  @Test func aModelIsDescribedWithoutOtherOptions() {
    var expected = PredictOptions(modelPath: "")
    expected.describedPath = "m"
    #expect(PredictOptions.parse(words("--info m")) == .options(expected))
    expected.json = true
    #expect(PredictOptions.parse(words("--json --info=m")) == .options(expected))
    #expect(!expected.computes)
    for (line, sentence) in [
      ("--info m --model_fn m", "argument --info: not allowed with argument --model_fn"),
      ("--info m --show", "argument --info: not allowed with argument --show"),
      ("--info m --gpu_id 0", "argument --info: not allowed with argument --gpu_id"),
      ("--info m three.png", "argument --info: not allowed with argument FILE"),
      ("--info=", "argument --info: must not be empty"),
      ("--info", "argument --info: expected one argument"),
    ] {
      guard case .mistake(let error) = PredictOptions.parse(words(line)) else {
        Issue.record("expected a mistake of \(line)")
        continue
      }
      #expect(error.sentence == sentence, "\(line)")
    }
  }

  @Test func theHelpNamesEveryOptionInEightyColumns() {
    let help = PredictOptions.command.help
    #expect(PredictOptions.parse(["-h"]) == .answer(help))
    #expect(PredictOptions.command.options.count == 29)
    for option in PredictOptions.command.options {
      #expect(help.contains(" \(option.invocation) "), "\(option.flag)")
    }
    for line in help.split(separator: "\n") {
      #expect(line.count < 80, "\(line)")
    }
    #expect(help.contains("\n\nfiles:\n  FILE ...            pictures to classify in place of the"))
    // What this tool has no options for is no part.
    #expect(!help.contains("\nmodel:") && help.contains("\n\nmachine:\n  --gpu_id N "))
    #expect(
      help.hasPrefix(
        """
        Measures a model on the test images, classifies others, or exports it.

        examples:
          mnist-predict --model_fn model.ckpt
          mnist-predict --model_fn model.ckpt --n_test 2 --show
          mnist-predict --model_fn model.ckpt --report report
          mnist-predict --run_dir runs/a --report
          mnist-predict --model_fn model.ckpt --export model.onnx
          mnist-predict --info model.ckpt
          mnist-predict --model_fn model.ckpt three.png photo.pgm
          mnist-predict --model_fn model.ckpt --images test.csv --predictions out.csv
          mnist-predict --model_fn model.ckpt --serve 127.0.0.1:8000
          magick three.jpg png:- | mnist-predict --model_fn model.ckpt --show -

        """))
  }

  @Test func theDefaultsInTheHelpAreTheDefaults() {
    for (flag, text) in [("--batch_size", "256")] {
      let option = PredictOptions.command.options.first { $0.flag == flag }
      #expect(option?.defaultText == text)
      #expect(
        PredictOptions.parse(["--model_fn", "m", flag, text])
          == .options(PredictOptions(modelPath: "m")))
    }
  }

  @Test func theVersionIsOneLine() {
    #expect(PredictOptions.parse(["--version"]) == .answer("mnist-predict 1.1.0"))
  }
}
