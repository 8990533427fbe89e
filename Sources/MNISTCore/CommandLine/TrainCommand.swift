extension TrainOptions {
  /// The tool's one table of options, in the order of its usage.
  static var command: CommandDescription<TrainOptions> {
    CommandDescription(
      name: "mnist-train",
      summary: "Trains a digit classifier on MNIST and saves the best model it finds.",
      examples: [
        "mnist-train --model_fn model.ckpt",
        "mnist-train --model_fn model.ckpt --n_layers 3 --n_epochs 5 --seed 1",
        "mnist-train --model_fn model.pth",
        "mnist-train --model_fn model.ckpt --resume",
        "mnist-train --model_fn model.ckpt --log_dir runs/a",
        "mnist-train --run_dir runs/a",
        "mnist-train --lr_find rates.svg",
        "mnist-train --sweep sweep.txt --sweep_dir runs",
        "mnist-train --compare runs --output runs.html",
      ],
      options: [
        .help,
        .path(
          "model_fn", "PATH", \.modelPath, .files,
          "where the best model is written; *.pth and *.pt for torch.load"
        ).excluding("run_dir").onlyOnCommandLine,
        .integer(
          "gpu_id", \.gpuID, in: -1...Int.max, default: "the first GPU, or -1", .machine,
          "device; -1 is the CPU, and --devices lists the others"),
        .number(
          "train_ratio", "R", \.settings.trainRatio, "greater than 0 and less than 1",
          where: { $0 > 0 && $0 < 1 }, default: "0.8", .training,
          "share of the training images to train on; the rest validates"),
        .integer(
          "batch_size", \.settings.batchSize, in: 1...Int.max, default: "256", .training,
          "images in a batch"),
        .integer(
          "n_epochs", \.settings.epochCount, in: 1...Int.max, default: "20", .training,
          "passes over the training images"),
        .integer(
          "n_layers", \.layerCount, in: 2...layerLimit, default: "\(usualLayerCount)", .model,
          "linear layers; their widths fall evenly from the pixels to the classes"
        ).excluding("hidden_sizes"),
        .widths(
          "hidden_sizes", \.givenWidths, limit: layerLimit - 1, default: "those of --n_layers",
          .model, "widths of the layers before the last, by hand, such as 512,256"
        ).excluding("n_layers"),
        .flag(
          "use_dropout", \.settings.useDropout, .model, "dropout in place of batch normalisation"),
        .number(
          "dropout_p", "P", \.settings.dropoutProbability, "at least 0 and less than 1",
          where: { $0 >= 0 && $0 < 1 }, default: "0.3", .model,
          "share of the values that dropout drops"
        ).noEffect { $0.settings.useDropout ? nil : "without --use_dropout" },
        .integer(
          "verbose", \.verbosity, in: 0...Int.max, default: "1", .output,
          "0: epochs only; 1: also model, optimiser and loss; 2: also iterations"),
        .path(
          "data_dir", "DIR", \.dataDirectory, default: "data", .files,
          "where the images and labels are"
        ).offeringFiles().noEffect(withoutFiles),
        .integer(
          "seed", \.seed, in: 0...UInt64.max, default: "a random one, printed", .training,
          "the same seed gives the same model"),
        .integer(
          "n_threads", \.threadCount, in: ThreadChoice.allowed,
          default: "OMP_NUM_THREADS, or one per processor", .machine,
          "threads; their number never changes the model"),
        .flag("resume", \.resume, .training, "go on with the run in PATH")
          .excluding("start_from").onlyOnCommandLine,
        .flag(
          "overwrite", \.overwrite, .files, "do not keep the model that a new run replaces"
        ).noEffect { options in
          if options.resume { return "with --resume: a run that goes on replaces only itself" }
          return options.runDirectory == nil ? nil : "with --run_dir: no model is replaced"
        }.onlyOnCommandLine,
        .integer(
          "patience", \.settings.patience, in: 1...Int.max, default: "never", .training,
          "stop when what --monitor names has not improved for N epochs"
        ).noEffect(withoutEpochsToSave),
        .choice(
          "monitor", "NAME", MonitoredFigure.self, default: "valid_loss", .training,
          "what tells the best epoch, whose model is kept"
        ) { $0.settings.monitor = $1 },
        .choice(
          "class_weights", "NAME", ClassWeighting.self, default: "none", .training,
          "balanced: in the loss, a class counts for more the rarer it is"
        ) { $0.settings.classWeighting = $1 },
        .number(
          "label_smoothing", "S", \.settings.labelSmoothing, "at least 0 and less than 1",
          where: { $0 >= 0 && $0 < 1 }, default: "0", .training,
          "share of each label that the loss spreads over all classes"),
        .number(
          "clip_grad_norm", "N", \.settings.gradientNormLimit, "greater than 0 and finite",
          where: { $0 > 0 && $0.isFinite }, default: "none", .training,
          "largest norm of a step's gradients, which are scaled down to it"),
        .augmentation(
          "augment", \.settings.augmentationKinds,
          "vary the training images anew in each epoch: affine, elastic, stroke"),
        .number(
          "augment_strength", "K", \.settings.augmentationStrength, "greater than 0 and finite",
          where: { $0 > 0 && $0.isFinite }, default: "1", .training,
          "what the ranges of --augment are multiplied with"
        ).noEffect { $0.settings.augmentationKinds.isEmpty ? "without --augment" : nil },
        .path(
          "show_augmentation", "FILE", \.augmentationSheetPath, .training,
          "write a sheet of images as --augment varies them to FILE, a PNG, and train nothing"
        ).onlyOnCommandLine.waivingRequired,
        .choice(
          "recipe", "NAME", Recipe.self, default: "none", .training,
          "settings that do well together, printed at the start; options win"
        ) { $0.recipe = $1 }.excluding("config").onlyOnCommandLine,
        .path(
          "start_from", "FILE", \.startPath, .training,
          "begin with the weights of this model in place of random ones"
        ).excluding("resume"),
        .number(
          "learning_rate", "R", \.settings.learningRate, "greater than 0 and finite",
          where: { $0 > 0 && $0.isFinite }, default: "0.001", .training,
          "of Adam; the schedule starts from it"
        ).alias("lr"),
        .number(
          "weight_decay", "W", \.settings.weightDecay, "at least 0 and finite",
          where: { $0 >= 0 && $0.isFinite }, default: "0", .training,
          "as of torch.optim.Adam: W times the weights is added to the gradient"),
        .flag(
          "decoupled_weight_decay", \.settings.decoupledWeightDecay, .training,
          "as of torch.optim.AdamW: the weights shrink beside the gradient"),
        .choice(
          "lr_schedule", "NAME", LearningRateSchedule.self, default: "constant", .training,
          "how the learning rate falls, after the warm-up"
        ) { $0.settings.learningRateSchedule = $1 }.noEffect(withoutEpochsToFall),
        .integer(
          "warmup_epochs", \.settings.warmupEpochCount, in: 0...LearningRateSchedule.warmupLimit,
          default: "0", .training,
          "epochs in which the learning rate first rises, in even steps"),
        .flag(
          "lr_per_batch", \.settings.isScheduledPerBatch, .training,
          "warm-up and cosine go on from batch to batch, not from epoch to epoch"
        ).noEffect { options in
          let settings = options.settings
          guard settings.learningRateSchedule != .cosine, settings.warmupEpochCount == 0 else {
            return nil
          }
          return "without --lr_schedule cosine or --warmup_epochs"
        },
        .integer(
          "lr_step_size", \.settings.learningRateStepSize, in: 1...Int.max, default: "10",
          .training, "of the schedule step: the learning rate falls every N epochs"
        ).noEffect { without($0, .step) },
        .number(
          "lr_factor", "F", \.settings.learningRateFactor, "greater than 0 and less than 1",
          where: { $0 > 0 && $0 < 1 }, default: "0.1", .training,
          "of the schedules step and plateau: what the learning rate is multiplied with"
        ).noEffect { without($0, .step, .plateau) },
        .integer(
          "lr_patience", \.settings.learningRatePatience, in: 0...Int.max, default: "10",
          .training, "of the schedule plateau: epochs without improvement that are waited for"
        ).noEffect { without($0, .plateau) },
        .integer(
          "lr_cooldown", \.settings.learningRateCooldown, in: 0...Int.max, default: "0",
          .training, "of the schedule plateau: epochs after a fall that are not counted"
        ).noEffect { without($0, .plateau) },
        .path(
          "lr_find", "FILE", \.learningRateCurvePath, .training,
          "suggest a learning rate, and train nothing; FILE becomes the curve, "
            + LearningRateCurveFile.endings
        ).onlyOnCommandLine.waivingRequired,
        .choice(
          "dataset", "SET", DatasetChoice.self, default: "auto", .files, "which images"
        ) { $0.dataset = $1 },
        .address("mirror", \.mirror, default: "the known ones", .files, "where to download from")
          .noEffect(withoutFiles),
        .size(
          "image_size", \.imageSize, default: "the pictures' own", .files,
          "bring pictures to this size, 28 or 28x20, as mnist-predict does"
        ).noEffect(ofASetByName),
        .flag(
          "transpose", \.settings.isTransposed, .files,
          "swap the rows and columns of each image"
        ).noEffect(ofASetByName),
        .path(
          "log_dir", "DIR", \.logDirectory, .output,
          "log the run to DIR: metrics.csv, config.json, curves.svg, TensorBoard events"
        ).excluding("run_dir"),
        .path(
          "run_dir", "DIR", \.runDirectory, .files,
          "in place of --model_fn and --log_dir: all of a run in DIR, its model as "
            + RunDirectory.modelName
        ).excluding("model_fn").excluding("log_dir").onlyOnCommandLine.waivingRequired,
        .folders(
          "compare", \.comparison.folders, .output,
          "print a table of the runs logged to these folders, and train nothing"),
        .word(
          "sort", "KEY", \.comparison.order.key, of: RunOrder.keys,
          RunOrder.figures.joined(separator: ", ") + " or a setting's name",
          default: "valid_loss", .output, "by what --compare orders runs, the best first"
        ).onlyOnCommandLine.needing("compare"),
        .flag(
          "reverse", \.comparison.order.isReversed, .output, "the other way round than --sort says"
        ).onlyOnCommandLine.needing("compare"),
        .path(
          "output", "FILE", \.comparison.outputPath, .output,
          "also write what --compare finds to FILE: *.csv, *.json, *.html, *.svg"
        ).onlyOnCommandLine.needing("compare"),
        .flag("devices", \.listsDevices, .machine, "list what can compute, and train nothing")
          .alone,
        .path(
          "config", "FILE", \.configPath, .files,
          "settings of a run's config.json, or of lines such as n_epochs = 5; options win"
        ).excluding("recipe").onlyOnCommandLine,
        .flag(
          "print_config", \.printsConfiguration, .output,
          "print all settings as a file for --config, and train nothing"
        ).onlyOnCommandLine.waivingRequired,
        .integer(
          "stop_after", \.stopAfter, in: 1...Int.max, default: "the last epoch", .training,
          "end the run after epoch N, saved; --resume goes on with it"
        ).onlyOnCommandLine.noEffect {
          let epochs = $0.settings.epochCount
          return $0.stopAfter ?? 0 >= epochs ? "with --n_epochs \(epochs)" : nil
        },
        .path(
          "sweep", "FILE", \.sweepPath, .training,
          "train the runs that FILE asks for: lines such as n_layers = 2 | 3"
        ).onlyOnCommandLine.alone(with: sweepCompanions),
        .path(
          "sweep_dir", "DIR", \.sweepDirectory, .files,
          "the runs of --sweep: DIR/001, DIR/002, each with its model and log"
        ).onlyOnCommandLine.needing("sweep"),
        .flag(
          "print_runs", \.printsRuns, .output,
          "print a command for each run of --sweep that is due now, and train nothing"
        ).onlyOnCommandLine.needing("sweep"),
        .integer(
          "sweep_run", \.sweepRun, in: 1...Sweep.runLimit, default: "all", .training,
          "of --sweep, bring only run N to where the others wait for it"
        ).onlyOnCommandLine.needing("sweep"),
        .completions,
        .version,
      ],
      notes: [
        .init(
          title: "data",
          lines: [
            "Four files, plain or .gz, in DIR/MNIST/raw or in DIR itself:",
            "  train-images-idx3-ubyte  train-labels-idx1-ubyte",
            "  t10k-images-idx3-ubyte   t10k-labels-idx1-ubyte",
            "Training reads the first two. Other sizes and classes in the same format",
            "work too, and other forms: pictures in DIR/train/CLASS and DIR/test/CLASS or",
            "in DIR/CLASS, CSV, NPZ, and a CSV or NPZ file as DIR.",
            "--dataset auto takes any such set. Where there is none and no DIR was given,",
            "MNIST is downloaded; where that cannot be, digits made by this program stand",
            "in, with a warning. A DIR that was given must hold a set. A set named",
            "outright is found or downloaded and checked, never replaced.",
            "fashion-mnist is also looked for in DIR/FashionMNIST/raw, and where Debian's",
            "package dataset-fashion-mnist puts it; the others in DIR/KMNIST/raw,",
            "DIR/QMNIST/raw and DIR/EMNIST/raw. EMNIST comes as one gzip.zip (536 MiB),",
            "which may lie there too. A mirror is an address that gives a set's files",
            "when their names and .gz follow it; MNIST_MIRROR names one too.",
          ]),
        .init(
          title: "batches",
          lines: [
            "Batch normalisation needs two images. A last training batch of one image",
            "joins the batch before it; --batch_size 1 needs --use_dropout.",
          ]),
        .init(
          title: "saving",
          lines: [
            "The run is saved after its first epoch, then after an epoch whenever two",
            "seconds have passed, at its end, and when Ctrl-C or a signal stops it (see",
            "exit status). A model that stands at PATH is replaced by a new run's first",
            "save and kept as PATH.bak, in place of one that was kept before; --overwrite",
            "keeps none. Nothing but a model is ever replaced; folders of PATH are made. A",
            "run that cannot be saved there is saved as PATH.rescued, or NAME.rescued in",
            "$TMPDIR, the current folder or /tmp. --resume goes on where the run stopped,",
            "with its settings and data; only --patience may be changed, and --n_epochs",
            "raised unless the schedule is cosine. The data is looked for in data and",
            "where the run found it before; --data_dir names another place. A signal that",
            "comes more than a second after the first ends the run at once, but no save;",
            "Ctrl-\\ ends it in any case. Both say what is saved.",
          ]),
        .init(
          title: "model file",
          lines: [
            "A PATH that ends in .pth or .pt gets PyTorch's form, any other a safetensors",
            "file. torch.load opens the former with its safe default, for its config is a",
            "plain dict, not an argparse.Namespace: model is the best state, opt and last",
            "are Adam's state and the model's as training goes on.",
          ]),
        .init(
          title: "watching",
          lines: [
            "On a terminal, a line on standard error tells how far an epoch is; not with",
            "--verbose 0, and not with 2. A folder of --log_dir that holds another run is",
            "left alone: DIR-2 is taken, or DIR-3. With --resume, the run's own folder is",
            "found again and goes on, without --log_dir too. A folder of --run_dir that",
            "holds another run, or files of its names, is left alone in the same way;",
            "with --resume it is DIR and no other, wherever it was moved.",
          ]),
        .init(
          title: "exit status",
          lines: CommandDescription<TrainOptions>.Note.exitStatus.lines + [
            "129, 130, 143  stopped by SIGHUP, SIGINT (Ctrl-C), SIGTERM",
            "\(128 + SIGUSR1), \(128 + SIGUSR2), \(128 + SIGXCPU)  stopped by SIGUSR1, SIGUSR2, SIGXCPU",
            "131  ended by SIGQUIT (Ctrl-\\)",
          ]),
        .spelling,
      ])
  }
}

// MARK: - Options that others make void

extension TrainOptions {
  /// What goes with --sweep: settings stand in its file.
  private static let sweepCompanions: Set<String> = [
    "gpu_id", "n_threads", "data_dir", "mirror",
  ]

  /// The built-in digits are in no folder, and are not downloaded.
  private static func withoutFiles(_ options: TrainOptions) -> String? {
    options.dataset == .digits ? "with --dataset digits" : nil
  }

  /// The images of a set by its name are known.
  private static func ofASetByName(_ options: TrainOptions) -> String? {
    options.namedSet.map { "with --dataset \($0.rawValue)" }
  }

  /// The first epoch always improves: patience needs N more, and one after them that it can leave out.
  private static func withoutEpochsToSave(_ options: TrainOptions) -> String? {
    let epochCount = options.settings.epochCount
    guard let patience = options.settings.patience, patience >= epochCount - 1 else { return nil }
    return "with --n_epochs \(epochCount)"
  }

  /// The first epoch after the warm-up has the whole rate: it needs others to fall.
  private static func withoutEpochsToFall(_ options: TrainOptions) -> String? {
    let settings = options.settings
    let (epochs, warmup) = (settings.epochCount, settings.warmupEpochCount)
    let needed: (Int, overflow: Bool) =
      switch settings.learningRateSchedule {
      case .constant, .oneCycle: (0, false)
      case .cosine: (settings.isScheduledPerBatch ? 0 : 2, false)
      case .step: settings.learningRateStepSize.addingReportingOverflow(1)
      // The first epoch always improves, then patience must be exceeded, and an epoch follow.
      case .plateau: settings.learningRatePatience.addingReportingOverflow(3)
      }
    guard needed.overflow || epochs - warmup < needed.0 else { return nil }
    return "with --n_epochs \(epochs)" + (warmup == 0 ? "" : " and --warmup_epochs \(warmup)")
  }

  /// Of an option that only some schedules have.
  private static func without(
    _ options: TrainOptions, _ schedules: LearningRateSchedule...
  ) -> String? {
    guard !schedules.contains(options.settings.learningRateSchedule) else { return nil }
    return "without --lr_schedule \(schedules.map(\.rawValue).joined(separator: " or "))"
  }
}

extension CommandDescription.Note {
  static var exitStatus: Self {
    .init(
      title: "exit status",
      lines: ["0  done", "1  the data or the run failed", "2  the command line was wrong"])
  }

  static var spelling: Self {
    .init(
      title: "options",
      lines: ["--batch_size 64, --batch-size=64 and --batch 64 are the same."])
  }
}
