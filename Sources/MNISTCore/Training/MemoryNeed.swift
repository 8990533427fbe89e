/// Too little memory for what is to be done. It is found out before the work begins, because where memory runs
/// out later, the system ends the process without a word.
package struct MemoryNeed: Error, Equatable, CustomStringConvertible {
  /// What is to be done with a model.
  package enum Work: Equatable, Sendable {
    case training, prediction
  }

  package let work: Work
  /// The model's weights and biases.
  package let parameterCount: Int
  /// Images computed on together.
  package let batchSize: Int
  /// About the most that the process uses at once, with its images and with what a program of no size takes.
  package let neededBytes: Int
  /// What of that is there before the work begins.
  private let imageBytes: Int
  /// What there is; nil where only less than the rest could be had, as under `ulimit -v`.
  var limitBytes: Int?

  /// Refuses work that does not fit the machine, this process's container, or what `ulimit` leaves to it.
  package func check() throws(MemoryNeed) {
    var refusal = self
    if neededBytes >= SystemMemory.byteCount {
      refusal.limitBytes = SystemMemory.byteCount
      throw refusal
    }
    guard SystemMemory.gives(missingBytes) else { throw refusal }
  }

  /// What must still be had when the images are there.
  var missingBytes: Int { neededBytes - imageBytes + Self.addressBytes }

  /// What a run with these settings on so many images needs.
  package init(training settings: TrainingSettings, imageCount: Int) {
    let layout = settings.layout
    let trainCount = settings.trainCount(of: imageCount)
    let trained = Self.batches(of: trainCount, settings.batchSize)
    let validated = Self.batches(of: imageCount - trainCount, settings.batchSize)
    // Of each hidden unit: what the layer and its normalisation put out, and the gradients of both; with
    // dropout also the mask.
    // Of each class: what it counts for, its part of the loss, and the gradient of both.
    let hasPlainLoss = settings.classWeighting == .equal && settings.labelSmoothing == 0
    let perClass = hasPlainLoss ? 4 : 8
    let trainedUnits = Self.units(
      of: layout, perHiddenUnit: settings.useDropout ? 5 : 4, perClass: perClass)
    // Blocks of memory wait for their next use, so that only batches of equal size share them.
    let batchNumbers =
      trained.reduce(0) { $0 + Double($1) * trainedUnits }
      + validated.subtracting(trained).reduce(0) {
        $0 + Double($1) * Self.units(of: layout, perClass: perClass)
      }
    // Numbers for each parameter: weight, gradient and Adam's two moments; the best state and, at the end,
    // the last; the four that are saved, as the bytes of a file; and one for what is larger than it need be.
    // Gradients that are cut down have squares. A model that the run begins with is gone before it trains.
    self.init(
      .training, layout, copies: settings.gradientNormLimit == nil ? 11 : 12,
      batchNumbers: batchNumbers, batchSize: settings.batchSize,
      imageCount: imageCount)
  }

  /// What a model that is read needs to predict.
  package init(predicting layout: ModelLayout, batchSize: Int, imageCount: Int) {
    let units = Self.units(of: layout)
    // The weight as it was read, in the model, and as it is made before the read one replaces it.
    self.init(
      .prediction, layout, copies: 3,
      batchNumbers: Self.batches(of: imageCount, batchSize).reduce(0) { $0 + Double($1) * units },
      batchSize: min(batchSize, imageCount), imageCount: imageCount)
  }

  /// What a service needs, each of whose threads computes on a batch of its own.
  init(serving layout: ModelLayout, batchSize: Int, threadCount: Int) {
    let images = threadCount * batchSize
    self.init(
      // As for prediction, and packed.
      .prediction, layout, copies: 4, batchNumbers: Double(images) * Self.units(of: layout),
      batchSize: batchSize, imageCount: images)
  }

  private init(
    _ work: Work, _ layout: ModelLayout, copies: Double, batchNumbers: Double, batchSize: Int,
    imageCount: Int
  ) {
    self.work = work
    self.batchSize = batchSize
    parameterCount = layout.parameterCount
    // An image's bytes, its label, and its place in a few orders.
    let images = Double(imageCount) * Double(layout.inputSize + 33)
    // A block of the memory pool is larger than what is asked for, by a tenth in the mean.
    let needed =
      Double(Self.programBytes) + images + Double(parameterCount) * 4 * copies + batchNumbers * 4.4
    // As far as numbers go; no memory is that large.
    neededBytes = Int(min(needed, 1e18))
    imageBytes = Int(min(images, 1e18))
  }

  /// The sizes of the batches in one pass.
  private static func batches(of count: Int, _ batchSize: Int) -> Set<Int> {
    [min(batchSize, count), count % batchSize]
  }

  /// Numbers that an image needs: its pixels, also packed where most are zero, what the hidden layers make of
  /// them, and what the last layer, its logarithms and their gradients are.
  private static func units(
    of layout: ModelLayout, perHiddenUnit: Int = 2, perClass: Int = 4
  ) -> Double {
    let hidden = layout.hiddenSizes.reduce(0) { $0 + Double($1) }
    return 2 * Double(layout.inputSize) + Double(perHiddenUnit) * hidden
      + Double(perClass) * Double(layout.outputSize)
  }

  /// What a program of any size uses: libraries, and the slab with which the memory pool begins.
  private static let programBytes = 16 << 20
  /// What it asks for besides and hardly uses: the stack and the allocator's arena of the thread that saves.
  private static let addressBytes = 16 << 20

  package var description: String {
    let verb = work == .training ? "train" : "use"
    let found = limitBytes.map { ", found \($0 >> 20) MiB" } ?? ""
    return "too little memory to \(verb) a model of \(parameterCount) parameters in batches of "
      + "\(batchSize) images (expected about \(neededBytes >> 20) MiB\(found))"
  }
}
