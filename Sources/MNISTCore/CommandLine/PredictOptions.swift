/// What `mnist-predict` is asked to do.
package struct PredictOptions: Equatable, Sendable {
  /// The file that `mnist-train` wrote.
  package var modelPath: String
  /// Pictures to classify in place of the test set; `-` is standard input.
  package var pictures: [String] = []
  /// Images without labels to predict in place of the test set: a file, or a folder of pictures.
  package var imagesPath: String?
  /// Where their predictions are written; nil is standard output.
  package var predictionsPath: String?
  /// The columns of their predictions; nil where that was not said.
  package var predictionsForm: PredictionTable.Form?
  /// Whether pictures are taken as they are, not fitted to the form of the model's images.
  package var isRaw = false
  /// Whether an answer is the mean of nine, of the image and of its shifts by a pixel.
  var averagesShifts = false
  /// Which images; `nil` asks for those that belong to the model's.
  package var dataset: DatasetChoice?
  /// Where the data is; `nil` where that was not said.
  package var dataDirectory: String?
  /// An address to download from; `nil` asks for the known ones.
  package var mirror: String?
  /// The size that test pictures are brought to; `nil` treats them as the training's.
  var imageSize: ImageSize?
  /// Whether rows and columns are swapped in images that are no pictures, also where they were not in the training's.
  var isTransposed = false
  /// The number of a GPU, −1 for the CPU; `nil` takes a GPU where there is one.
  package var gpuID: Int?
  package var batchSize = 256
  /// How many images, from the first; `nil` is all of them.
  package var testCount: Int?
  /// Whether each image is drawn beside its prediction and its label.
  package var show = false
  /// Whether each answer is a JSON object on a line of its own.
  package var json = false
  /// Where a report on the test set is written.
  package var reportDirectory: String?
  /// The run's folder, for the report's training curves.
  package var logDirectory: String?
  /// The folder that has all of the model's run; nil where the model has a path of its own. With it, `modelPath` says
  /// where it is in there.
  package var runDirectory: String?
  /// Where the model is written for other programs, in place of predicting.
  package var exportPath: String?
  /// The model file to be described, in place of predicting.
  package var describedPath: String?
  /// Whether the exported model takes bytes.
  package var exportsBytes = false
  /// Where predictions are answered over HTTP, in place of the test set's.
  package var serviceAddress: ServiceAddress?
  /// What the service is called besides its addresses.
  package var serviceNames: [String] = []
  /// 2 prints a line for each request.
  package var verbosity = 1
  /// `nil` asks for one for each processor.
  package var threadCount: Int?
  package var optionsWithoutEffect: [String] = []

  package init(modelPath: String) {
    self.modelPath = modelPath
  }

  /// Reads a command line, without the tool's own name.
  package static func parse(_ arguments: [String]) -> Invocation<PredictOptions> {
    let invocation = command.parse(arguments, startingFrom: PredictOptions(modelPath: ""))
    guard case .options(var options) = invocation else { return invocation }
    if let directory = options.runDirectory {
      options.modelPath = RunDirectory.modelPath(in: directory)
    }
    if options.reportDirectory == reportOfRun {
      guard let directory = options.runDirectory else {
        return .mistake(command.error(.noValue(option: "--report")))
      }
      options.reportDirectory = directory
    }
    if let problem = options.contradiction { return .mistake(command.error(problem)) }
    return .options(options)
  }

  /// What stands for the run's folder until that is known: no value of an option is empty.
  private static let reportOfRun = ""

  /// The model that answers. Throws `CheckpointError` where images are shifted and their size is not known.
  package func answering(_ saved: SavedModel) throws(CheckpointError) -> any Module {
    let model = saved.makeModel()
    return averagesShifts
      ? ShiftedMean(model, size: try saved.pictureSize(path: modelPath)) : model
  }

  /// The log for the report's curves; that of a run's folder where it has one.
  package var curvesDirectory: String? {
    guard let runDirectory, reportDirectory != nil else { return logDirectory }
    return RunDirectory.hasLog(runDirectory) ? runDirectory : nil
  }

  /// Whether the test images are those that were named, whatever the model was trained on.
  package var namesData: Bool { dataset != nil || dataDirectory != nil }

  /// What is done to test images as they are loaded, besides what was done to the training's.
  package var preparation: ImagePreparation {
    ImagePreparation(
      pictureSize: imageSize, isTransposed: isTransposed && dataDirectory != nil)
  }

  /// Options that mean nothing together.
  private var contradiction: UsageError.Problem? {
    if let problem = exportContradiction { return problem }
    let file = Self.command.operands?.metavariable ?? ""
    if describedPath != nil, !pictures.isEmpty {
      return .notAllowedWith(option: "--info", other: file)
    }
    let (hasFiles, hasImages) = (!pictures.isEmpty, imagesPath != nil)
    func with(_ isThere: Bool, _ option: String, _ other: String) -> UsageError.Problem? {
      isThere ? .notAllowedWith(option: option, other: other) : nil
    }
    func without(_ isThere: Bool, _ option: String, _ other: String) -> UsageError.Problem? {
      isThere ? .notAllowedWithout(option: option, other: other) : nil
    }
    let (report, predictions) = (reportDirectory != nil, predictionsPath != nil)
    let hasForm = predictionsForm != nil
    let serves = serviceAddress != nil
    let problems = [
      with(serves && hasFiles, "--serve", file),
      with(serves && hasImages, "--serve", "--images"),
      with(serves && report, "--serve", "--report"),
      with(serves && testCount != nil, "--serve", "--n_test"),
      with(serves && show, "--serve", "--show"),
      with(serves && json, "--serve", "--json"),
      with(serves && averagesShifts, "--serve", "--shifts"),
      without(isRaw && !hasFiles && !hasImages, "--raw", "\(file) or --images"),
      with(hasImages && hasFiles, "--images", file),
      with(testCount != nil && hasFiles, "--n_test", file),
      with(report && hasFiles, "--report", file),
      with(report && hasImages, "--report", "--images"),
      with(show && json, "--show", "--json"),
      with(show && hasImages, "--show", "--images"),
      without(predictions && !hasImages, "--predictions", "--images"),
      without(hasForm && !hasImages, "--predictions_format", "--images"),
      with(json && predictions, "--json", "--predictions"),
      with(json && hasForm, "--json", "--predictions_format"),
      without(logDirectory != nil && !report, "--log_dir", "--report"),
    ]
    return problems.lazy.compactMap(\.self).first
  }

  /// Of options about the test images: pictures take their place, and an export needs none.
  private static func withoutTestImages(_ options: PredictOptions) -> String? {
    if options.exportPath != nil { return "with --export: no test images are read" }
    return options.imagesPath == nil
      ? ofPictures(options) : "with --images: no test images are read"
  }

  private static func ofPictures(_ options: PredictOptions) -> String? {
    if options.serviceAddress != nil { return "with --serve: no test images are read" }
    return options.pictures.isEmpty ? nil : "with pictures: no test images are read"
  }

  /// Of options about predicting.
  private static func withoutPrediction(_ options: PredictOptions) -> String? {
    options.exportPath == nil ? nil : "with --export: nothing is predicted"
  }

  private static func withoutService(_ options: PredictOptions) -> String? {
    options.serviceAddress == nil ? "without --serve" : nil
  }

  /// Of options that say where files are, too: the built-in digits have none.
  private static func withoutFiles(_ options: PredictOptions) -> String? {
    withoutTestImages(options) ?? (options.dataset == .digits ? "with --dataset digits" : nil)
  }

  /// Of options about images that may lie otherwise than the training's.
  private static func ofTheModelsImages(_ options: PredictOptions) -> String? {
    withoutPrediction(options) ?? ofPictures(options)
      ?? (options.dataDirectory == nil && options.imagesPath == nil
        ? "without --data_dir or --images" : nil)
  }

  /// The tool's one table of options, in the order of its usage.
  static var command: CommandDescription<PredictOptions> {
    CommandDescription(
      name: "mnist-predict",
      summary:
        "Measures a model on the test images, classifies others, or exports it.",
      examples: [
        "mnist-predict --model_fn model.ckpt",
        "mnist-predict --model_fn model.ckpt --n_test 2 --show",
        "mnist-predict --model_fn model.ckpt --report report",
        "mnist-predict --run_dir runs/a --report",
        "mnist-predict --model_fn model.ckpt --export model.onnx",
        "mnist-predict --info model.ckpt",
        "mnist-predict --model_fn model.ckpt three.png photo.pgm",
        "mnist-predict --model_fn model.ckpt --images test.csv --predictions out.csv",
        "mnist-predict --model_fn model.ckpt --serve 127.0.0.1:8000",
        "magick three.jpg png:- | mnist-predict --model_fn model.ckpt --show -",
      ],
      options: [
        .help,
        .path("model_fn", "PATH", \.modelPath, .files, "a model of mnist-train or of PyTorch")
          .excluding("run_dir"),
        .path(
          "data_dir", "DIR", \.dataDirectory, default: "data", .files,
          "where the images and labels are"
        ).offeringFiles().noEffect(withoutFiles),
        .integer(
          "gpu_id", \.gpuID, in: -1...Int.max, default: "the first GPU, or -1", .machine,
          "device; -1 is the CPU"
        ).noEffect(withoutPrediction),
        .integer(
          "batch_size", \.batchSize, in: 1...Int.max, default: "256", .machine,
          "images predicted at a time; never changes a prediction"
        ).noEffect { withoutPrediction($0) ?? ofPictures($0) },
        .integer(
          "n_test", \.testCount, in: 1...Int.max, default: "all", .output,
          "only the first N images"),
        .flag("show", \.show, .output, "draw each image as the model sees it"),
        .integer(
          "n_threads", \.threadCount, in: ThreadChoice.allowed,
          default: "OMP_NUM_THREADS, or one per processor", .machine,
          "threads; their number never changes a prediction"
        ).noEffect(withoutPrediction),
        .choice(
          "dataset", "SET", DatasetChoice.self, default: "the one of the training", .files,
          "which images"
        ) { $0.dataset = $1 }.noEffect(withoutTestImages),
        .address("mirror", \.mirror, default: "the known ones", .files, "where to download from")
          .noEffect(withoutFiles),
        .size(
          "image_size", \.imageSize, default: "as in the training", .files,
          "bring the pictures of a test set to this size"
        ).noEffect(withoutTestImages),
        .flag(
          "transpose", \.isTransposed, .files,
          "swap the rows and columns of each image (default: as in the training)"
        ).noEffect(ofTheModelsImages),
        .flag(
          "raw", \.isRaw, .files,
          "take pictures as they are, in the size and the shades of the training's"),
        .flag(
          "shifts", \.averagesShifts, .machine,
          "predict nine times, also shifted by a pixel each way, and take the mean"
        ).noEffect(withoutPrediction),
        .flag(
          "json", \.json, .output, "print a JSON object a line, the last one with the summary"),
        .path(
          "images", "PATH", \.imagesPath, .files,
          "images without labels to predict: a file, or a folder of pictures"),
        .path(
          "predictions", "FILE", \.predictionsPath, default: "standard output", .output,
          "where the predictions of --images are written, a row for each image"),
        .choice(
          "predictions_format", "FORM", PredictionTable.Form.self, default: "csv", .output,
          "their columns: csv also has the probability, kaggle is ImageId,Label"
        ) { $0.predictionsForm = $1 },
        .path(
          "report", "DIR", \.reportDirectory, .output,
          "write report.html, predictions.csv and confusion.csv into DIR; without DIR into "
            + "that of --run_dir"
        ).orWithoutValue { $0.reportDirectory = reportOfRun },
        .path(
          "log_dir", "DIR", \.logDirectory, .output,
          "the training's log, for the report's curves"
        ).excluding("run_dir"),
        .path(
          "run_dir", "DIR", \.runDirectory, .files,
          "in place of --model_fn and --log_dir: what mnist-train --run_dir wrote"
        ).excluding("model_fn").excluding("log_dir").waivingRequired,
        .path(
          "export", "PATH", \.exportPath, .output,
          "predict nothing, but write the model for other programs, by the ending: "
            + ExportForm.endings),
        .flag(
          "export_uint8", \.exportsBytes, .output,
          "with .onnx: the input is bytes, 0 to 255, not numbers, 0 to 1"),
        .path(
          "info", "FILE", \.describedPath, .output,
          "predict nothing, but say what a model file is; with --json as JSON"
        ).alone(with: ["json"]),
        .service("serve", \.serviceAddress, .output, "answer over HTTP until a signal ends it"),
        .name(
          "allow_host", \.serviceNames, .output,
          "with --serve: a name that clients may call it by; may be given again"
        ).noEffect(withoutService),
        .integer(
          "verbose", \.verbosity, in: 0...2, default: "1", .output,
          "with --serve: 2 prints a line for each request"
        ).noEffect(withoutService).late,
        .completions,
        .version,
      ],
      operands: .init(
        metavariable: "FILE",
        help:
          "pictures to classify in place of the test images: PNG, PGM or PPM; - is standard input"
      ) { $0.pictures.append($1) },
      notes: [
        .init(
          title: "models",
          lines: [
            "What mnist-train wrote, or the weights of the same layers: a safetensors",
            "file, or what torch.save writes: a state dict, alone or as model of a dict.",
            "Nothing in a file is executed.",
          ]),
        .init(
          title: "data",
          lines: [
            "Two files, plain or .gz, in DIR/MNIST/raw or in DIR itself:",
            "  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte",
            "or pictures, CSV or NPZ as in the training.",
            "Of the sets in data, and where the training found its images, the one is",
            "taken whose training files the model was trained on; a published set that is",
            "not there is downloaded. --data_dir or --dataset takes another set all the",
            "same, and the answer says so; neither is ever replaced. MNIST_MIRROR in the",
            "environment names a mirror too.",
          ]),
        .init(
          title: "pictures",
          lines: [
            "One character on a plain ground, dark on light or light on dark, of any size:",
            "it is cut out, scaled and centered as the images of MNIST were.",
          ]),
        .init(
          title: "images without labels",
          lines: [
            "--images takes a file of IDX images, CSV, NPY or NPZ, plain or .gz, a",
            "picture, or a folder of pictures, and answers with a row for each image.",
            "However many there are, memory does not grow. Labels beside them are not",
            "used. --predictions writes FILE whole or not at all.",
          ]),
        .init(
          title: "service",
          lines: [
            "--serve answers at http://127.0.0.1:8000/ or where it is told: a page to draw",
            "on, and POST /v1/predict for pictures and JSON. It needs libmicrohttpd.",
            "SIGHUP loads the model's file anew; SIGTERM ends it.",
          ]),
        .exitStatus,
        .spelling,
      ])
  }
}
