/// What `mnist-predict` is asked to do.
public struct PredictOptions: Equatable, Sendable {
  /// The file that `mnist-train` wrote.
  public var modelPath: String
  /// `nil` asks for what the model was trained with.
  public var dataset: DatasetChoice?
  /// Where the data is looked for.
  public var dataDirectory = "data"
  /// An address to download from; `nil` asks for the known ones.
  public var mirror: String?
  /// −1 is the CPU.
  public var gpuID = -1
  public var batchSize = 256
  /// How many test images, from the first; `nil` is all of them.
  public var testCount: Int?
  /// Whether each image is drawn beside its prediction and its label.
  public var show = false
  /// `nil` asks for one for each processor.
  public var threadCount: Int?

  public init(modelPath: String) {
    self.modelPath = modelPath
  }

  /// Reads a command line, without the tool's own name.
  public static func parse(_ arguments: [String]) -> Invocation<PredictOptions> {
    command.parse(arguments, startingFrom: PredictOptions(modelPath: ""))
  }

  /// The tool's one table of options, in the order of its usage.
  static var command: CommandDescription<PredictOptions> {
    CommandDescription(
      name: "mnist-predict",
      summary: "Measures a model that mnist-train saved on the test images.",
      examples: [
        "mnist-predict --model_fn model.ckpt",
        "mnist-predict --model_fn model.ckpt --n_test 2 --show",
      ],
      options: [
        .help,
        .path("model_fn", "PATH", \.modelPath, .files, "the model that mnist-train wrote"),
        .path(
          "data_dir", "DIR", \.dataDirectory, default: "data", .files,
          "where the images and labels are"),
        .integer(
          "gpu_id", \.gpuID, in: -1...Int.max, default: "-1", .machine, "device; -1 is the CPU"),
        .integer(
          "batch_size", \.batchSize, in: 1...Int.max, default: "256", .machine,
          "images predicted at a time; never changes a prediction"),
        .integer(
          "n_test", \.testCount, in: 1...Int.max, default: "all", .output,
          "only the first N test images"),
        .flag("show", \.show, .output, "draw each image with its prediction and its label"),
        .integer(
          "n_threads", \.threadCount, in: 1...1_024, default: "one per processor", .machine,
          "threads; their number never changes a prediction"),
        .choice(
          "dataset", "SET", DatasetChoice.self, default: "the one of the training", .files,
          "which images"
        ) { $0.dataset = $1 },
        .address("mirror", \.mirror, default: "the known ones", .files, "where to download from"),
        .version,
      ],
      notes: [
        .init(
          title: "data",
          lines: [
            "Two files, plain or .gz, in DIR/MNIST/raw or in DIR itself:",
            "  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte",
            "--dataset auto takes any such set; where there is none, the published set of",
            "the training is downloaded. A set named outright is found or downloaded and",
            "checked, never replaced. MNIST_MIRROR in the environment names a mirror too.",
          ]),
        .exitStatus,
        .spelling,
      ])
  }
}
