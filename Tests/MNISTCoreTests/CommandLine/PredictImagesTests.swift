import Foundation
import Testing

@testable import MNISTCore

/// `mnist-predict --images` and class names, from outside.
@Suite struct PredictImagesTests: ToolRuns {
  private let images = SmallSets.fields(7, height: 2, width: 3, classes: 3, seed: 5)
  private static let names = ["=cat", "dog, small", "owl"]

  // MARK: Rows

  @Test func eachImageIsARow() async throws {
    try await withModel { folder, answers async throws in
      var rows = "index,predicted,probability\n"
      for answer in answers { rows += "\(answer.index),\(answer.predicted),\(answer.confidence)\n" }
      for name in ["images", "images.gz"] {
        let run = try await predict("--images \(name)", in: folder)
        #expect(run == .init(exitCode: 0, output: rows, error: ""))
      }
      // However many are predicted at a time, and into a file too.
      let run = try await predict("--images images --batch_size 2 --predictions out", in: folder)
      #expect(
        run == .init(exitCode: 0, output: "", error: "mnist-predict: 7 predictions in out\n"))
      #expect(try text("\(folder)/out") == rows)
      let names = try SmallSets.names(folder)
      #expect(names == ["images", "images.gz", "m", "out"])
    }
  }

  @Test func kaggleWantsNumbersFromOne() async throws {
    try await withModel { folder, answers async throws in
      var rows = "ImageId,Label\n"
      for answer in answers { rows += "\(answer.index + 1),\(answer.predicted)\n" }
      let run = try await predict("--images images --predictions_format kaggle", in: folder)
      #expect(run == .init(exitCode: 0, output: rows, error: ""))
    }
  }

  @Test func classesWithNamesAreCalledByThem() async throws {
    try await withModel(names: Self.names) { folder, answers async throws in
      let cells = ["'=cat", "\"dog, small\"", "owl"]
      var (rows, labels) = ("index,predicted,class,probability\n", "ImageId,Label\n")
      var objects = ""
      for answer in answers {
        let cell = cells[answer.predicted]
        rows += "\(answer.index),\(answer.predicted),\(cell),\(answer.confidence)\n"
        labels += "\(answer.index + 1),\(cell)\n"
        objects += answer.json(names: Self.names) + "\n"
      }
      #expect(try await predict("--images images", in: folder).output == rows)
      #expect(
        try await predict("--images images --predictions_format kaggle", in: folder).output
          == labels)
      let json = try await predict("--images images --json", in: folder)
      #expect(json.output == objects + "{\"summary\":true,\"count\":7}\n")
      #expect(json.output.hasPrefix(#"{"index":0,"predicted":"#))
    }
  }

  @Test func thePicturesOfAFolderAreCalledByTheirFiles() async throws {
    try await withModel { folder, _ async throws in
      let bars = Array("P2 5 3 255\n255 255 0 255 255\n255 255 0 255 255\n255 255 0 255 255\n".utf8)
      try SmallSets.put(
        ["p/b,1.pgm": bars, "p/a.pgm": Array("P2 1 1 1 1\n".utf8), "p/notes": [65]], in: folder)
      let one = try await predict("p/b,1.pgm", in: folder)
      let run = try await predict("--images p", in: folder)
      let lines = run.output.split(separator: "\n")
      #expect(run.exitCode == 0 && lines.count == 3 && lines[0] == "file,predicted,probability")
      #expect(lines[1].hasPrefix("a.pgm,") && lines[2].hasPrefix("\"b,1.pgm\","))
      let predicted = lines[2].split(separator: ",")[2]
      #expect(one.output.hasPrefix("p/b,1.pgm: \(predicted) ("))
      #expect(
        run.error == """
          mnist-predict: p: 1 other than the 2 pictures there are passed over
          mnist-predict: WARNING: p/a.pgm: blank: the prediction means nothing

          """)
    }
  }

  @Test func onlyTheFirstImagesArePredicted() async throws {
    try await withModel { folder, answers async throws in
      for count in [1, 5, 7] {
        let run = try await predict("--images images --n_test \(count) --batch_size 3", in: folder)
        #expect(run.output.split(separator: "\n").count == count + 1 && run.error == "")
      }
      let more = try await predict("--images images --n_test 8", in: folder)
      #expect(
        more.error
          == "mnist-predict: --n_test 8 is more than the images: all 7 are predicted\n")
    }
  }

  @Test func labelsInTheFileAreNotUsedAndSoIsRaw() async throws {
    try await withModel(height: 2, width: 2, classes: 4) { folder, _ async throws in
      try SmallSets.write(Array("9,1,2,3,4\n3,200,6,7,8\n".utf8), "\(folder)/a.csv")
      let run = try await predict("--images a.csv --raw", in: folder)
      #expect(run.exitCode == 0 && run.output.split(separator: "\n").count == 3)
      #expect(
        run.error == """
          mnist-predict: a.csv: its labels are not used
          mnist-predict: --raw has no effect: a.csv holds no pictures, and is taken as it is

          """)
    }
  }

  @Test func rowsAndColumnsAreSwappedWhereThatIsAskedFor() async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.write(images.transposed().imagesIDX, "\(folder)/t")
      let upright = try await predict("--images images", in: folder)
      let run = try await predict("--images t --transpose", in: folder)
      #expect(run.exitCode == 0 && run.output == upright.output)
      #expect(run.error == "mnist-predict: t: rows and columns are swapped\n")
      try SmallSets.put(["p/a.pgm": Array("P5 3 2 255\n123456".utf8)], in: folder)
      let pictures = try await predict("--images p --transpose", in: folder)
      #expect(pictures.exitCode == 0)
      #expect(
        pictures.error.hasPrefix("mnist-predict: --transpose has no effect: p holds pictures\n"))
    }
  }

  /// It is drawn at once, for nothing was printed before, and gives way to what is.
  @Test func onATerminalALineTellsHowManyArePredicted() async throws {
    try await withModel { folder, _ async throws in
      for (columns, line) in [(9, "7 images"), (8, "7 image"), (1, "")] as [(UInt16, String)] {
        let terminal = try PseudoTerminal(columns: columns)
        let run = try await predict(
          "--images images --predictions out", in: folder,
          shell: "TERM=xterm exec \"$@\" 2>\(terminal.path)")
        #expect(run == .init(exitCode: 0, output: "", error: ""))
        let clear = "\r\u{1B}[K"
        #expect(
          terminal.textAtEnd().replacing("\r\n", with: "\n")
            == "\(clear)\(line)\(clear)mnist-predict: 7 predictions in out\n")
      }
    }
  }

  // MARK: What goes wrong

  @Test func imagesOfAnotherSizeAreRefused() async throws {
    try await withModel { folder, _ async throws in
      let other = SmallSets.fields(3, height: 3, width: 3, classes: 3)
      try SmallSets.write(other.imagesIDX, "\(folder)/other")
      #expect(
        try await predict("--images other --predictions out", in: folder)
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: other: the model was trained on images of another size "
              + "(expected 2×3, found 3×3)\n"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
    }
  }

  /// The packed file's last checksum is wrong, which is found after the last image was predicted.
  @Test func aFailureLeavesNoHalfFileAndTheOldOneAsItWas() async throws {
    try await withModel { folder, _ async throws in
      var packed = SmallSets.gzip(images.imagesIDX)
      packed[packed.count - 8] ^= 1
      try SmallSets.write(packed, "\(folder)/damaged")
      try SmallSets.write(Array("old".utf8), "\(folder)/old")
      let before = try SmallSets.names(folder)
      for name in ["old", "new"] {
        let run = try await predict("--images damaged --predictions \(name)", in: folder)
        #expect(run.exitCode == 1 && run.output == "")
        #expect(run.error.hasPrefix("mnist-predict: error: damaged: unpacked data has the wrong"))
      }
      #expect(try SmallSets.names(folder) == before && text("\(folder)/old") == "old")
    }
  }

  /// A file with a hole in it is large and takes no room.
  @Test func aSignalLeavesNoHalfFile() async throws {
    try await withModel { folder, _ async throws in
      let count = 40_000_000
      let header = IDXHeader.encoded(.images, sizes: [count, 2, 3])
      try SmallSets.write(header, "\(folder)/large")
      let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/large"))
      try handle.truncate(atOffset: UInt64(header.count + count * 6))
      try handle.close()
      try SmallSets.write(Array("old".utf8), "\(folder)/out")
      let before = try SmallSets.names(folder)
      let run = try await predict(
        "--images large --predictions out", in: folder,
        shell: """
          "$@" & p=$!
          until ls -A | grep -q out.tmp || ! kill -0 $p; do sleep 0.02; done
          kill -TERM $p; wait $p
          """)
      #expect(run.exitCode == 143 && run.output == "")
      let words = /mnist-predict: stopped by SIGTERM after \d+ images; out is as it was\n/
      #expect(run.error.wholeMatch(of: words) != nil, "\(run.error)")
      #expect(try SmallSets.names(folder) == before && text("\(folder)/out") == "old")
    }
  }

  @Test(arguments: ["images", "./images", "m", "link", "p/a.pgm"])
  func whatIsReadIsNotWrittenOver(_ name: String) async throws {
    try await withModel { folder, _ async throws in
      try SmallSets.put(["p/a.pgm": Array("P2 1 1 1 1\n".utf8)], in: folder)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "images")
      let (option, path) =
        name == "m" ? ("--model_fn", "images") : ("--images", name == "p/a.pgm" ? "p" : "images")
      #expect(
        try await predict("--images \(path) --predictions \(name)", in: folder)
          == .init(
            exitCode: 2, output: "",
            error: "mnist-predict: error: argument --predictions: must be another file than "
              + "\(option) names, found \(name)\n\(PredictOptions.command.shortUsage)\n"))
      #expect(try SmallSets.content("\(folder)/images") == images.imagesIDX)
    }
  }

  @Test func aRunsFileIsNotWrittenOver() async throws {
    try await withModel { folder, _ async throws in
      let log = MetricsRow.table([SampleRuns.row(1, valid: 0.5)])
      try SmallSets.put(["run/metrics.csv": Array(log.utf8)], in: folder)
      let run = try await predict("--images images --predictions run/metrics.csv", in: folder)
      #expect(run.exitCode == 1 && run.output == "")
      #expect(
        run.error
          == "mnist-predict: error: run/metrics.csv: not replaced: a file of a run (expected "
          + "another or no file, found a CSV file)\n")
      #expect(try text("\(folder)/run/metrics.csv") == log)
    }
  }

  @Test func aPathThatCannotBeWrittenIsToldBeforeTheWork() async throws {
    try await withModel { folder, _ async throws in
      #expect(
        try await predict("--images none --predictions no/out", in: folder)
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: no/out: cannot be written: there is no folder no\n"))
    }
  }

  @Test(arguments: [
    ("--images i a.png", "argument --images: not allowed with argument FILE"),
    ("--images i --report r", "argument --report: not allowed with argument --images"),
    ("--images i --show", "argument --show: not allowed with argument --images"),
    (
      "--images i --json --predictions o",
      "argument --json: not allowed with argument --predictions"
    ),
    (
      "--images i --json --predictions_format csv",
      "argument --json: not allowed with argument --predictions_format"
    ),
    ("--predictions o", "argument --predictions: not allowed without argument --images"),
    (
      "--predictions_format kaggle",
      "argument --predictions_format: not allowed without argument --images"
    ),
    ("--images=", "argument --images: must not be empty"),
    (
      "--images i --predictions_format xls",
      "argument --predictions_format: invalid choice: 'xls' (choose from 'csv', 'kaggle')"
    ),
  ])
  func optionsThatMeanNothingTogetherAreRefused(_ line: String, _ sentence: String) async throws {
    #expect(
      try await predict(line, in: "/")
        == .init(
          exitCode: 2, output: "",
          error: "mnist-predict: error: \(sentence)\n\(PredictOptions.command.shortUsage)\n"))
  }

  @Test func memoryIsNeededForTheImagesOfABatch() throws {
    let picture = Array("P2 1 1 1 1\n".utf8)
    try SmallSets.withFolder(["images": images.imagesIDX, "p/a.pgm": picture]) { folder in
      let model = SavedModel(try SmallSets.checkpoint())
      func open(_ name: String, _ count: Int?) throws {
        var options = PredictOptions(modelPath: "m")
        (options.imagesPath, options.testCount) = ("\(folder)/\(name)", count)
        options.batchSize = 1 << 40
        _ = try options.openImages(for: model)
      }
      #expect(throws: MemoryNeed.self) { try open("images", nil) }
      try open("images", 7)
      try open("p", nil)
    }
  }

  @Test func whatIsAboutTestImagesHasNoEffect() {
    let line =
      "--model_fn m --images i --batch_size 9 --data_dir d --dataset mnist --mirror http://x"
    guard case .options(let options) = PredictOptions.parse(words(line)) else {
      Issue.record("expected options")
      return
    }
    #expect(
      options.optionsWithoutEffect
        == ["--data_dir", "--dataset", "--mirror"].map {
          "\($0) has no effect with --images: no test images are read"
        })
    #expect(options.imagesPath == "i" && options.batchSize == 9)
  }

  // MARK: The whole way

  @Test func theNamesOfTheDataComeBackInTheAnswers() async throws {
    try await withSet { folder async throws in
      try SmallSets.write(Array("eight\nfive\nseven\n".utf8), "\(folder)/d/classes.txt")
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      #expect(try SavedModel(readingFrom: "\(folder)/m").classNames == ["eight", "five", "seven"])
      let test = try await predict("--data_dir d --json", in: folder)
      let lines = test.output.split(separator: "\n")
      #expect(lines.count == 10)
      for line in lines.dropLast() {
        #expect(line.contains(/"predicted":(0,"class":"eight"|1,"class":"five"|2,"class":"seven")/))
      }
      // The same test images under other numbers are the same classes.
      let images = SmallSets.fields(9, height: 2, width: 3, classes: 3, seed: 2)
      let moved = ImageSet(
        height: 2, width: 3, pixels: images.pixels, labels: images.labels.map { ($0 + 1) % 3 })
      try SmallSets.put(moved, "t10k", in: "\(folder)/e")
      try SmallSets.write(Array("seven\neight\nfive\n".utf8), "\(folder)/e/classes.txt")
      let accuracy = try await predict("--data_dir d", in: folder).output
      #expect(accuracy.hasPrefix("Accuracy: "))
      #expect(try await predict("--data_dir e", in: folder).output == accuracy)
      try SmallSets.write(Array("zero\neight\nfive\n".utf8), "\(folder)/e/classes.txt")
      let other = try await predict("--data_dir e", in: folder)
      #expect(
        other
          == .init(
            exitCode: 1, output: "",
            error: "mnist-predict: error: e: a class that the model does not have (expected one of "
              + "\"eight\", \"five\", \"seven\", found \"zero\"; a file classes.txt beside the data says what its classes are "
              + "called)\n"))
    }
  }

  // MARK: -

  private func predict(
    _ line: String, in folder: String, shell: String? = nil
  ) async throws -> BuiltTool.Result {
    try await BuiltTool.predict.run(
      words("--model_fn m --n_threads 1 \(line)"), in: folder, shell: shell)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try SmallSets.content(path), as: UTF8.self)
  }

  /// A folder with a tiny trained model as `m` and images, with what it says of them, as `images` and `images.gz`.
  private func withModel(
    names: [String]? = nil, height: Int = 2, width: Int = 3, classes: Int = 3,
    _ body: (String, [Classification]) async throws -> Void
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let set = SmallSets.fields(24, height: height, width: width, classes: classes)
      let settings = SmallSets.settings(set.named(names), batchSize: 8)
      let run = TrainingRun(settings, images: set)
      try run.train()
      var checkpoint = Checkpoint(settings: settings, state: run.state)
      checkpoint.settings.classNames = names
      try checkpoint.write(to: "\(folder)/m")
      try SmallSets.put(
        ["images": images.imagesIDX, "images.gz": SmallSets.gzip(images.imagesIDX)], in: folder)
      let model = SavedModel(checkpoint)
      var answers: [Classification] = []
      if set.imageSize == images.imageSize {
        var unlabelled = try model.images(at: "\(folder)/images")
        answers = try model.makeModel().classifications(
          of: ImageDataset(images), batchSize: 4, labelsAreKnown: false)
        let labels = try model.makeModel().predictedLabels(of: &unlabelled, batchSize: 3)
        #expect(labels == answers.map(\.predicted))
      }
      try await body(folder, answers)
    }
  }
}
