/// Too little memory for what is to be done. It is found out before the work begins, because an allocation
/// that fails ends the process without a word.
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
    // Numbers for each parameter. Training: weight, gradient and two moments; a copy of the best state, the
    // last state and both moments to be saved; the four of them once more as the bytes of a file.
    // Prediction: the weight, and once more packed for a matrix product.
    let copies = work == .training ? 12 : 2
    let model = parameterCount.multipliedReportingOverflow(by: 4 * copies)
    // For each image and each unit of a layer: what the block's three modules put out and its gradients,
    // and both packed for a matrix product.
    let widths = layout.inputSize + 8 * (layout.hiddenSizes + [layout.outputSize]).reduce(0, +)
    let batch = batchSize.multipliedReportingOverflow(by: 4 * widths)
    let sum = model.partialValue.addingReportingOverflow(batch.partialValue)
    let total = sum.partialValue.addingReportingOverflow(Self.baseBytes)
    let isTooLarge = model.overflow || batch.overflow || sum.overflow || total.overflow
    neededBytes = isTooLarge ? .max : total.partialValue
  }

  /// What a model of any size takes: the memory pool begins with an aligned slab of 16 MiB, and the thread
  /// that saves has a stack of 8 MiB and an allocator of its own.
  private static let baseBytes = 32 << 20

  package var description: String {
    let verb = work == .training ? "train" : "use"
    return "too little memory to \(verb) a model of \(parameterCount) parameters in batches of "
      + "\(batchSize) images (expected about \(neededBytes >> 20) MiB)"
  }
}
