import Synchronization
import Testing

@testable import MNISTCore

@Suite struct PredictionQueueTests {
  @Test func aRequestThatFindsAThreadIdleIsAnsweredAlone() async throws {
    let work = Work()
    let queue = work.queue(threadCount: 2)
    for name in ["a", "b", "c"] {
      queue.add(work.job(name))
      try await eventually { work.answered.contains(name) }
    }
    queue.close()
    #expect(work.begun == [["a"], ["b"], ["c"]])
    #expect(work.answered == ["a", "b", "c"])
  }

  @Test func whatArrivesWhileAllAreBusyIsAnsweredTogether() async throws {
    let work = Work(held: ["a", "b"])
    let queue = work.queue(threadCount: 2)
    try await work.keepBusy(queue)
    let names = (0..<70).map { "\($0)" }
    for name in names { queue.add(work.job(name)) }
    work.release("a")
    try await eventually { work.begun.count == 4 }
    // As many as one takes, and the others.
    #expect(work.begun[2...] == [Array(names[..<64]), Array(names[64...])])
    work.release("b")
    queue.close()
    #expect(work.answered.count == 72)
    #expect(Set(work.answered) == Set(names + ["a", "b"]))
  }

  /// Small ones of the most bytes that they may have, a large one of one more, and a form, whatever it holds.
  @Test func largeOnesLeaveAThreadForSmallOnes() async throws {
    let work = Work(held: ["L1"])
    let queue = work.queue(threadCount: 2)
    queue.add(work.job("L1", byteCount: 65_537))
    try await eventually { work.begun.count == 1 }
    queue.add(work.job("L2", partSizes: [1]))
    queue.add(work.job("s1", byteCount: 65_536))
    try await eventually { work.answered == ["s1"] }
    queue.add(work.job("s2", byteCount: 65_536))
    try await eventually { work.answered == ["s1", "s2"] }
    #expect(work.begun == [["L1"], ["s1"], ["s2"]])
    work.release("L1")
    try await eventually { work.answered.count == 4 }
    #expect(work.begun == [["L1"], ["s1"], ["s2"], ["L2"]])
    queue.close()
  }

  @Test func largeOnesAndSmallOnesTakeTurns() async throws {
    let work = Work(held: ["a", "b"])
    let queue = work.queue(threadCount: 2)
    try await work.keepBusy(queue)
    for name in ["L1", "L2"] { queue.add(work.job(name, byteCount: 100_000)) }
    for name in ["s1", "s2"] { queue.add(work.job(name)) }
    work.release("a")
    try await eventually { work.begun.count == 5 }
    #expect(work.begun[2...] == [["L1"], ["s1", "s2"], ["L2"]])
    work.release("b")
    queue.close()
  }

  /// All threads but one.
  @Test func asManyLargeOnesAreUnderWayAsThereAreThreadsToSpare() async throws {
    let work = Work(held: ["L1", "L2"])
    let queue = work.queue(threadCount: 3)
    queue.add(work.job("L1", byteCount: 100_000))
    try await eventually { work.begun.count == 1 }
    queue.add(work.job("L2", byteCount: 100_000))
    try await eventually { work.begun.count == 2 }
    queue.add(work.job("L3", byteCount: 100_000))
    queue.add(work.job("s"))
    try await eventually { work.answered == ["s"] }
    #expect(work.begun == [["L1"], ["L2"], ["s"]])
    work.release("L2")
    try await eventually { work.begun.count == 4 }
    #expect(work.begun[3] == ["L3"])
    work.release("L1")
    queue.close()
    #expect(Set(work.answered) == ["L1", "L2", "L3", "s"])
  }

  /// By height and width, in a PNG's bytes 16 to 23.
  @Test(arguments: [
    ([0, 0, 3, 255, 0, 0, 3, 255], true), ([0, 0, 4, 0, 0, 0, 0, 28], false),
    ([0, 0, 0, 28, 0, 0, 4, 0], false), ([0, 1, 0, 0, 0, 0, 0, 28], false),
    ([0, 0, 0, 28, 1, 0, 0, 0], false),
  ])
  func aPictureOfManyPixelsIsNotSmall(_ size: [UInt8], _ isSmall: Bool) {
    let png: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 73, 72, 68, 82,
    ]
    // How many bits a shade has stands behind.
    for rest in [[], [16, 6]] as [[UInt8]] {
      #expect(HTTPRequest.asking(body: png + size + rest).isSmall == isSmall)
    }
    // Without its signature it is no picture of that many.
    #expect(
      HTTPRequest.asking(body: [UInt8](repeating: 0, count: 8) + png.dropFirst(8) + size).isSmall)
  }

  @Test func closingAnswersWhatWaits() async throws {
    let work = Work(held: ["a", "b"])
    let queue = work.queue(threadCount: 2)
    try await work.keepBusy(queue)
    for name in ["L1", "L2"] { queue.add(work.job(name, byteCount: 100_000)) }
    queue.add(work.job("s"))
    let closing = try #require(SystemThread { queue.close() })
    work.release("a")
    work.release("b")
    closing.join()
    #expect(Set(work.answered) == ["a", "b", "L1", "L2", "s"])
  }

  @Test func anIdleQueueClosesAtOnce() {
    let work = Work()
    work.queue(threadCount: 5).close()
    #expect(work.begun == [])
  }

  @Test func oneThreadIsTooFew() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = PredictionQueue(threadCount: 1) { _ in }
    }
    expectSentence("a queue needs at least 2 threads, not 1", result)
  }
}

/// Work whose order can be seen; that on some jobs lasts until it is released.
private final class Work: Sendable {
  private let state = Mutex((begun: [[String]](), answered: [String]()))
  private let gates: [String: Monitor<Bool>]

  init(held: [String] = []) {
    gates = Dictionary(uniqueKeysWithValues: held.map { ($0, Monitor(false)) })
  }

  var begun: [[String]] { state.withLock { $0.begun } }
  var answered: [String] { state.withLock { $0.answered } }

  func queue(threadCount: Int) -> PredictionQueue {
    PredictionQueue(threadCount: threadCount) { jobs in
      self.state.withLock { $0.begun.append(jobs.map(\.request.path)) }
      for job in jobs {
        self.gates[job.request.path]?.wait { $0 ? () : nil }
        job.reply(HTTPResponse(body: []))
      }
    }
  }

  func job(_ name: String, byteCount: Int = 1, partSizes: [Int]? = nil) -> PredictionQueue.Job {
    let parts = partSizes?.map {
      HTTPPart(name: "file", fileName: "f", bytes: [UInt8](repeating: 0, count: $0))
    }
    return PredictionQueue.Job(
      request: .asking(
        "POST", name, body: [UInt8](repeating: 0, count: byteCount), parts: parts)
    ) { _ in self.state.withLock { $0.answered.append(name) } }
  }

  func release(_ name: String) { gates[name]?.change { $0 = true } }

  /// Has both threads of a queue begin with what is held.
  func keepBusy(_ queue: PredictionQueue) async throws {
    for (count, name) in [(1, "a"), (2, "b")] {
      queue.add(job(name))
      try await eventually { begun.count == count }
    }
  }
}
