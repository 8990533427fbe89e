/// What the forward pass moves in training: running statistics, and how many numbers dropout has drawn.
struct MovedState {
  private let buffers: [Buffer]
  private let counters: [Counter]
  private let generators: [CounterGenerator]
  /// How long the batch before took.
  var seconds = Double.infinity

  init(of model: any Module) {
    let members = model.flattened().map(\.member)
    buffers = members.compactMap { if case .buffer(let buffer) = $0 { buffer } else { nil } }
    counters = members.compactMap { if case .counter(let counter) = $0 { counter } else { nil } }
    generators = model.modules.compactMap { ($0 as? Dropout)?.generator }
  }

  /// What `body` computes, unless a signal asks the process to stop meanwhile: then it is given up between two
  /// of its tasks, which takes no longer with a huge batch, and nothing has moved.
  mutating func orGiveUp<Result>(_ body: () -> Result) throws(StopSignal) -> Result {
    let start = SystemClock.monotonicTime
    defer { seconds = SystemClock.monotonicTime - start }
    // What takes so little is finished, and nothing needs to be copied for it.
    guard seconds > 0.1 else { return body() }
    let numbers = buffers.map { $0.device.copy($0.storage) }
    let counts = counters.map(\.count)
    let draws = generators.map(\.count)
    let result = ThreadPool.interruptible(body)
    do {
      try StopSignal.check()
    } catch {
      for (buffer, numbers) in zip(buffers, numbers) {
        buffer.copy(from: buffer.device.download(numbers))
      }
      for (counter, count) in zip(counters, counts) { counter.count = count }
      // Most share one generator, which each sets back to the same place.
      for (generator, count) in zip(generators, draws) { generator.count = count }
      throw error
    }
    return result
  }
}
