import MNISTCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func train(_ options: TrainOptions, _ console: inout Console) throws {
  try Checkpoint.checkWritable(options.modelPath)
  let data = try options.dataSource.trainingImages { console.report($0) }
  let images = data.images
  try options.checkAgainst(
    rowCount: images.count, inputSize: images.imageSize, outputSize: images.classCount)
  // PyTorch's generator takes 32 bits of a seed.
  let seed = options.seed ?? UInt64(UInt32.random(in: 0...UInt32.max))
  let settings = TrainingSettings(options, seed: seed, data: data)
  try Checkpoint.checkWritable(options.modelPath, settings: settings)
  if options.seed == nil {
    console.note("mnist-train: seed \(seed) (repeat this run with --seed \(seed))")
  }

  console.warn(about: data.origin)
  console.print(DataText.line(data.origin))
  let run = TrainingRun(settings, images: images)
  console.print(TrainingText.sizes(of: run))
  if options.verbosity >= 1 { console.print(TrainingText.parts(of: run)) }
  run.train { event in
    if let line = TrainingText.line(for: event, verbosity: options.verbosity) {
      console.print(line)
    }
  }
  try Checkpoint(settings: settings, state: run.state()).write(to: options.modelPath)
}

exit(Tool.run(Array(CommandLine.arguments.dropFirst()), train))
