/// The memory that a run needs, found out before it begins: a failed allocation later would end the process.
public struct MemoryNeed: Error, Equatable, CustomStringConvertible {
  public enum Work: Equatable, Sendable {
    case training, prediction
  }

  public let work: Work
  public let parameterCount: Int
  public let batchSize: Int
  /// About what the work needs beside its images.
  public let neededBytes: Int

  /// Refuses a training that does not fit the machine, or what `ulimit` leaves to this process.
  public static func check(_ settings: TrainingSettings, imageCount: Int) throws(MemoryNeed) {
    let batchSize = min(settings.batchSize, imageCount)
    try MemoryNeed(.training, settings.layout, batchSize: batchSize).check()
  }

  /// The same of a prediction.
  public static func check(_ saved: SavedModel, batchSize: Int) throws(MemoryNeed) {
    try MemoryNeed(.prediction, saved.layout, batchSize: batchSize).check()
  }

  init(_ work: Work, _ layout: ModelLayout, batchSize: Int) {
    self.work = work
    parameterCount = layout.parameterCount
    self.batchSize = batchSize
    // Training: weights, gradients and two moments; the best and the last state and two moments to be saved,
    // and the four of them once more as a file. Prediction: the weights, and packed for a product.
    let copies = work == .training ? 12 : 2
    let model = parameterCount.multipliedReportingOverflow(by: 4 * copies)
    // In each block what three modules put out, and the gradients of it, and both packed for a product.
    let widths = layout.inputSize + 8 * (layout.hiddenSizes + [layout.outputSize]).reduce(0, +)
    let batch = batchSize.multipliedReportingOverflow(by: 4 * widths)
    let sum = model.partialValue.addingReportingOverflow(batch.partialValue)
    let total = sum.partialValue.addingReportingOverflow(Self.baseBytes)
    let isTooLarge = model.overflow || batch.overflow || sum.overflow || total.overflow
    neededBytes = isTooLarge ? .max : total.partialValue
  }

  /// However small the model: the pool takes a slab of 16 MiB, aligned, and the thread that saves has a
  /// stack of 8 MiB and its own small memory.
  private static let baseBytes = 32 << 20

  private func check() throws(MemoryNeed) {
    guard neededBytes < SystemMemory.byteCount, SystemMemory.has(neededBytes) else { throw self }
  }

  public var description: String {
    let verb = work == .training ? "train" : "use"
    let advice =
      switch (work, batchSize) {
      case (.training, _): "; try a smaller --batch_size or fewer layers"
      case (.prediction, 2...): "; try a smaller --batch_size"
      case (.prediction, _): ""
      }
    return "too little memory to \(verb) a model of \(parameterCount) parameters in batches of "
      + "\(batchSize) images (expected about \(neededBytes >> 20) MiB\(advice))"
  }
}
