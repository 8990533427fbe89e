import Foundation
import Testing

@testable import MNISTCore

#if canImport(Glibc)
  @Suite struct ProcessSignalTests {
    /// The signal comes while there is time to save the run: a second or two of each processor before the end.
    @Test func theEndOfTheProcessorTimeIsToldBefore() async {
      await #expect(processExitsWith: .success) {
        let margin = rlim_t(2 * Processor.count)
        let last: rlim_t = 1 << 32
        try #require(try softLimit(after: .max, .max) == .max)
        try #require(try softLimit(after: last, last) == last)
        try #require(try softLimit(after: last - 1, last - 1) == last - 1 - margin)
        // A limit that comes before the end is a warning already.
        try #require(try softLimit(after: 9_999, 100_000) == 9_999)
        try #require(try softLimit(after: 100_000, 100_000) == 100_000 - margin)
        // Of less, half is left; it is not used up here.
        signal(SIGXCPU, SIG_IGN)
        let short = 2 * margin - 1
        try #require(try softLimit(after: short, short) == short - (margin - 1))
      }
    }
  }

  /// The limit at which the process is told, after the library has seen these two.
  private func softLimit(after soft: rlim_t, _ hard: rlim_t) throws -> rlim_t {
    let resource = Int32(RLIMIT_CPU.rawValue)
    var limit = rlimit(rlim_cur: soft, rlim_max: hard)
    try #require(setrlimit(resource, &limit) == 0)
    ProcessSignal.warnBeforeProcessorTimeIsOver()
    try #require(getrlimit(resource, &limit) == 0 && limit.rlim_max == hard)
    return limit.rlim_cur
  }
#endif
