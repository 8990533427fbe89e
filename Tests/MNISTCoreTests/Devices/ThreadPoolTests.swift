import Foundation
import Synchronization
import Testing

@testable import MNISTCore

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyTaskIsDoneExactlyOnce(_ threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    for taskCount in [0, 1, 2, 100] {
      let done = Mutex([Int](repeating: 0, count: taskCount))
      for _ in 0..<50 { pool.forEach(taskCount) { task in done.withLock { $0[task] += 1 } } }
      #expect(done.withLock { $0 } == [Int](repeating: 50, count: taskCount))
    }
  }

  /// Each of two tasks goes on only once the other has begun; the second time too.
  @Test func tasksAreDoneAtTheSameTime() {
    let pool = ThreadPool(threadCount: 2)
    for _ in 0..<2 {
      let begun = Atomic<Int>(0)
      let met = Atomic<Int>(0)
      let deadline = ContinuousClock.now + .seconds(10)
      pool.forEach(2) { _ in
        begun.wrappingAdd(1, ordering: .relaxed)
        while begun.load(ordering: .relaxed) < 2 && ContinuousClock.now < deadline {}
        if begun.load(ordering: .relaxed) == 2 { met.wrappingAdd(1, ordering: .relaxed) }
      }
      #expect(met.load(ordering: .relaxed) == 2)
    }
  }

  @Test func aTaskMayCallThePoolAgain() {
    let pool = ThreadPool(threadCount: 3)
    let total = Atomic<Int>(0)
    pool.forEach(10) { _ in
      pool.forEach(10) { _ in total.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 100)
  }

  @Test func manyCallersShareOnePool() async {
    let pool = ThreadPool(threadCount: 2)
    let totals = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let total = Atomic<Int>(0)
          for _ in 0..<200 {
            pool.forEach(16) { total.wrappingAdd($0, ordering: .relaxed) }
          }
          return total.load(ordering: .relaxed)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(totals == [Int](repeating: 200 * 120, count: 8))
  }

  @Test func sleepingThreadsAreWoken() async throws {
    let pool = ThreadPool(threadCount: 2)
    for _ in 0..<5 {
      let total = Atomic<Int>(0)
      pool.forEach(1_000) { _ in total.wrappingAdd(1, ordering: .relaxed) }
      #expect(total.load(ordering: .relaxed) == 1_000)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test(arguments: [1, 2, 5])
  func thePoolOfATaskCanBeReplaced(_ threadCount: Int) {
    let found = ThreadPool.use(threadCount: threadCount) { ThreadPool.current.threadCount }
    #expect(found == threadCount)
    #expect(ThreadPool.current.threadCount == Processor.count)
  }

  @Test func noMoreThreadsAreStartedThanAskedFor() {
    // A pool of one is a loop on the calling thread.
    let caller = pthread_self()
    ThreadPool.use(threadCount: 1) {
      ThreadPool.current.forEach(100) { _ in #expect(pthread_equal(pthread_self(), caller) != 0) }
    }
  }
}
