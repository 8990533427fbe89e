/// The memory that a run needs, found out before it begins: a failed allocation later would end the process.
package struct MemoryNeed: Error, Equatable, CustomStringConvertible {
  package enum Work: Equatable, Sendable {
    case training, prediction
  }

  package let work: Work
  package let parameterCount: Int
  package let batchSize: Int
  /// About what the work needs beside its images.
  package let neededBytes: Int

  /// Refuses work that does not fit the machine, or what `ulimit` leaves to this process.
  ///
  /// - Parameter imageCount: how many images there are; a batch has no more.
  package static func check(
    _ work: Work, _ layout: ModelLayout, batchSize: Int, imageCount: Int
  ) throws(MemoryNeed) {
    let need = MemoryNeed(work, layout, batchSize: min(batchSize, imageCount))
    guard need.neededBytes < SystemMemory.byteCount, SystemMemory.has(need.neededBytes) else {
      throw need
    }
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

  package var description: String {
    let verb = work == .training ? "train" : "use"
    return "too little memory to \(verb) a model of \(parameterCount) parameters in batches of "
      + "\(batchSize) images (expected about \(neededBytes >> 20) MiB)"
  }
}
