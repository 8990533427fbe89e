/// The memory that a training run needs, found out before it begins: a failed allocation later would end
/// the process.
public struct MemoryNeed: Error, Equatable, CustomStringConvertible {
  public let parameterCount: Int
  public let batchSize: Int
  /// About what the run needs beside its images.
  public let neededBytes: Int

  /// Refuses a run that does not fit the machine, or what `ulimit` leaves to this process.
  public static func check(_ settings: TrainingSettings, imageCount: Int) throws(MemoryNeed) {
    let need = MemoryNeed(settings, imageCount: imageCount)
    guard need.neededBytes < SystemMemory.byteCount, SystemMemory.has(need.neededBytes) else {
      throw need
    }
  }

  init(_ settings: TrainingSettings, imageCount: Int) {
    let layout = settings.layout
    parameterCount = layout.parameterCount
    batchSize = min(settings.batchSize, imageCount)
    // Weights, gradients and two moments; the best and the last state and two moments to be saved, and the
    // four of them once more as a file.
    let model = parameterCount.multipliedReportingOverflow(by: 4 * 12)
    // In each block what three modules put out, and the gradients of it, and both packed for a product.
    let widths = layout.inputSize + 8 * (layout.hiddenSizes + [layout.outputSize]).reduce(0, +)
    let batch = batchSize.multipliedReportingOverflow(by: 4 * widths)
    let sum = model.partialValue.addingReportingOverflow(batch.partialValue)
    let isTooLarge = model.overflow || batch.overflow || sum.overflow
    neededBytes = isTooLarge ? .max : sum.partialValue
  }

  public var description: String {
    "too little memory to train a model of \(parameterCount) parameters in batches of \(batchSize) "
      + "images (expected about \(neededBytes >> 20) MiB; try a smaller --batch_size or fewer layers)"
  }
}
