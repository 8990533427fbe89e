/// Requests that wait for a model, and the threads that answer them.
///
/// Those that have arrived while a thread was busy are answered together, by one product of matrices for all; one
/// that finds a thread idle is answered at once. So nobody waits for others to come, and the more do, the less each costs.
final class PredictionQueue: Sendable {
  struct Job: Sendable {
    let request: HTTPRequest
    let reply: @Sendable (HTTPResponse) -> Void
  }

  /// So many small ones are answered together.
  private static let batchLimit = 64

  private struct State {
    var small: [Job] = []
    var large: [Job] = []
    var largeUnderWay = 0
    /// Whether what was taken last was large.
    var wasLarge = false
    var isClosed = false
  }

  private let state = Monitor(State())
  private let threads: [SystemThread]

  /// - Parameters:
  ///   - threadCount: at least 2: one of them never takes a large request, so that small ones do not wait for those.
  ///   - work: answers requests, on each of the threads.
  init(threadCount: Int, work: @escaping @Sendable ([Job]) -> Void) {
    require(threadCount >= 2, "a queue needs at least 2 threads, not \(threadCount)")
    threads = (0..<threadCount).compactMap { [state] _ in
      SystemThread {
        while let (jobs, isLarge) = Self.next(state, largeLimit: threadCount - 1) {
          work(jobs)
          if isLarge { state.change { $0.largeUnderWay -= 1 } }
        }
      }
    }
    require(threads.count == threadCount, "the system has no \(threadCount) threads to give")
  }

  func add(_ job: Job) {
    let isSmall = job.request.isSmall
    state.change { state in
      if isSmall {
        state.small.append(job)
      } else {
        state.large.append(job)
      }
    }
  }

  /// Answers those that wait, and ends the threads.
  func close() {
    state.change { $0.isClosed = true }
    state.wakeAll()
    for thread in threads { thread.join() }
  }

  /// Waits for work; nil where no more will come.
  private static func next(_ state: Monitor<State>, largeLimit: Int) -> (
    jobs: [Job], isLarge: Bool
  )? {
    state.wait { state -> (jobs: [Job], isLarge: Bool)?? in
      // Where both wait, they take turns as long as no large one is on its way.
      let isLargeNext = !state.large.isEmpty && state.largeUnderWay == 0 && !state.wasLarge
      if !state.small.isEmpty, !isLargeNext {
        let jobs = Array(state.small.prefix(batchLimit))
        state.small.removeFirst(jobs.count)
        state.wasLarge = false
        return (jobs, false)
      }
      if !state.large.isEmpty, state.largeUnderWay < largeLimit {
        state.largeUnderWay += 1
        state.wasLarge = true
        return ([state.large.removeFirst()], true)
      }
      return state.isClosed && state.large.isEmpty ? .some(nil) : nil
    }
  }
}

extension HTTPRequest {
  /// Whether it takes no longer than a picture of a digit.
  var isSmall: Bool {
    guard parts == nil, body.count <= 64 << 10 else { return false }
    // In a PNG a few bytes can stand for many pixels: of its height and width, less than 1,024.
    return !PNGDecoder.recognizes(body)
      || body.dropFirst(16).prefix(8).enumerated().allSatisfy {
        $0.offset % 4 < 2 ? $0.element == 0 : $0.offset % 4 == 3 || $0.element < 4
      }
  }
}
