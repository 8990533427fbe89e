import Foundation
import Testing

@testable import MNISTCore

@Suite struct MovedStateTests {
  /// In a process of its own, where the signal stays noted.
  @Test func aLongBatchThatASignalMeetsLeavesNoTrace() async {
    await #expect(processExitsWith: .success) {
      let dropout = CounterGenerator(seed: 1)
      let norms = (0..<2).map { _ in BatchNorm1d(2) }
      let layers = (0..<2).map { _ in Dropout(probability: 0.5, using: dropout) }
      let model = Sequential([norms[0], layers[0], norms[1], layers[1]])
      let x = TensorValue.random([4, 2], seed: 2).tensor()
      _ = model(x)
      let before = model.stateDictionary
      StopSignal.listen()
      StopSignal.holdBack("")
      raise(SIGTERM)

      // The first batch may be a long one.
      var moved = MovedState(of: model)
      do throws(StopSignal) {
        _ = try moved.orGiveUp { model(x) }
        stop("it was not given up")
      } catch {
        require(error == StopSignal(number: SIGTERM), "\(error)")
      }
      require(model.stateDictionary == before, "running statistics have moved")
      require(dropout.count == 16, "dropout has drawn \(dropout.count) numbers")

      // It took no time: the next one is finished.
      _ = try moved.orGiveUp { model(x) }
      require(norms.map(\.numBatchesTracked.count) == [2, 2], "the short batch was given up")
      require(dropout.count == 32, "dropout has drawn \(dropout.count) numbers")

      // More than a tenth of a second is long.
      moved.seconds = 0.2
      do throws(StopSignal) {
        _ = try moved.orGiveUp { model(x) }
        stop("a batch after one of 0.2 s was not given up")
      } catch {
        require(dropout.count == 32, "dropout has drawn \(dropout.count) numbers")
      }

      let pool = ThreadPool(threadCount: 1)
      var count = 0
      ThreadPool.interruptible { pool.forEach(3) { _ in count += 1 } }
      require(count == 0, "\(count) tasks were done after the signal")
      pool.forEach(3) { _ in count += 1 }
      require(count == 3, "\(count) of 3 tasks were done")
    }
  }
}
