import Synchronization

/// Threads that share out numbered tasks.
///
/// A task must write only to memory that no other task of the same call touches. Then the result does
/// not depend on how many threads there are, and a pool of one thread is simply a loop.
public final class ThreadPool: Sendable {
  /// The pool that kernels use: the one that `use` has set, else one thread for each processor.
  public static var current: ThreadPool { chosen ?? standard }

  @TaskLocal private static var chosen: ThreadPool?
  private static let standard = ThreadPool(threadCount: Processor.count)
  /// The caller alone, for what is too little to share.
  static let one = ThreadPool(threadCount: 1)

  /// Runs `body` with kernels on this many threads.
  public static func use<Result>(
    threadCount: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    try $chosen.withValue(
      threadCount == 1 ? .one : ThreadPool(threadCount: threadCount), operation: body)
  }

  /// The caller's thread included.
  public let threadCount: Int
  private let board: TaskBoard
  private let workers: [SystemThread]

  /// - Parameter threadCount: at least 1; where the system has fewer threads to give, the pool works with those.
  public init(threadCount: Int) {
    require(threadCount >= 1, "a pool needs at least 1 thread, not \(threadCount)")
    self.threadCount = threadCount
    let board = TaskBoard(threadCount: threadCount)
    self.board = board
    // The calling thread is the first of the pool's threads. Where the system has no more to give, the
    // pool works with fewer.
    workers = (1..<threadCount).compactMap { _ in SystemThread { board.attend() } }
  }

  deinit {
    board.close()
    for worker in workers { worker.join() }
  }

  /// Whether tasks are left out once a signal asks the process to stop.
  @TaskLocal private static var isInterruptible = false

  /// Runs `body`, which computes nothing more as soon as a signal has been noted that asks the process to stop:
  /// its results are worth nothing then.
  static func interruptible<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $isInterruptible.withValue(true, operation: body)
  }

  /// Calls `body` once for each of `0..<taskCount`, on any thread, and returns when all have ended.
  func forEach(_ taskCount: Int, _ body: (Int) -> Void) {
    guard Self.isInterruptible else { return share(taskCount, body) }
    share(taskCount) { if !StopSignal.isNoted { body($0) } }
  }

  private func share(_ taskCount: Int, _ body: (Int) -> Void) {
    // While another thread has the pool, the caller does its tasks alone: same result, later.
    guard taskCount > 1, !workers.isEmpty, board.acquire() else {
      for task in 0..<taskCount { body(task) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { board.run(taskCount, $0) }
    }
    board.release()
  }
}

/// One round of tasks at a time, with the threads that work on it.
///
/// ```
/// caller   writes body, taskCount │ attendance = 1 │ works │ attendance &= ~1 │ waits for 0 │ body = nil
///                                 │  door is open  │       │  door is shut    │             │
/// worker                          │ += 2, if odd   │ works │ −= 2             │
/// late                                                       even: not let in, waits for the next round
/// ```
/// `attendance` is twice the number of workers inside, plus one while the door is open. What holds throughout:
/// `body` and `taskCount` are written only while it is 0, and read only by the caller and by workers that are
/// inside; each number below `taskCount` is taken from `nextTask` by exactly one thread.
private final class TaskBoard: @unchecked Sendable {
  typealias Body = (Int) -> Void

  // How often a thread looks for what it waits for before it sleeps or lets others run. To wake a sleeper takes
  // tens of microseconds, so it looks for about a millisecond, longer than any work of a training step that one
  // thread does alone. Where there are more threads than processors, looking keeps another from working.
  private let spinCount: Int

  private let isBusy = Atomic<Bool>(false)
  private let round = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  private let nextTask = Atomic<Int>(0)
  /// The caller never waits for a worker that is late to wake up: it finds the door shut.
  private let attendance = Atomic<Int>(0)
  private let sleeperCount = Atomic<Int>(0)

  // Written by the caller before `attendance` opens the round, read by workers inside it.
  private var taskCount = 0
  private var body: UnsafePointer<Body>?

  /// Where threads sleep until the next round.
  private let rest = Monitor(())

  init(threadCount: Int) {
    spinCount = threadCount > Processor.count ? 1_000 : 1_000_000
  }

  func acquire() -> Bool { !isBusy.exchange(true, ordering: .acquiring) }
  func release() { isBusy.store(false, ordering: .releasing) }

  func run(_ taskCount: Int, _ body: UnsafePointer<Body>) {
    self.taskCount = taskCount
    self.body = body
    nextTask.store(0, ordering: .relaxed)
    attendance.store(1, ordering: .releasing)
    announce()
    work()
    _ = attendance.bitwiseAnd(~1, ordering: .acquiringAndReleasing)
    var looks = 0
    while attendance.load(ordering: .acquiring) != 0 {
      looks += 1
      // More threads than processors: let the others run.
      if looks > spinCount { sched_yield() }
    }
    self.body = nil
  }

  func close() {
    isClosed.store(true, ordering: .releasing)
    announce()
  }

  private func announce() {
    round.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleeperCount.load(ordering: .sequentiallyConsistent) > 0 { rest.wakeAll() }
  }

  /// A worker's life.
  func attend() {
    var seen = 0
    while true {
      seen = nextRound(after: seen)
      if isClosed.load(ordering: .acquiring) { return }
      if enter() {
        work()
        _ = attendance.subtract(2, ordering: .acquiringAndReleasing)
      }
    }
  }

  private func nextRound(after seen: Int) -> Int {
    for _ in 0..<spinCount {
      let now = round.load(ordering: .acquiring)
      if now != seen { return now }
    }
    // Counted before it looks once more: whoever begins a round sees it, or it sees the round.
    sleeperCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleeperCount.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    return rest.wait { _ in
      let now = round.load(ordering: .sequentiallyConsistent)
      return now != seen ? now : nil
    }
  }

  private func enter() -> Bool {
    var now = attendance.load(ordering: .acquiring)
    while now & 1 == 1 {
      let (done, current) = attendance.compareExchange(
        expected: now, desired: now + 2, ordering: .acquiringAndReleasing)
      if done { return true }
      now = current
    }
    return false
  }

  // Not inlined: every reference to the closure is gone again when this returns.
  @inline(never)
  private func work() {
    guard let body else { return }
    while true {
      let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
      guard task < taskCount else { return }
      body.pointee(task)
    }
  }
}
