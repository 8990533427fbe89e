import Foundation
import Testing

@testable import MNISTCore

@Suite struct StopSignalTests {
  @Test func asLongAsThereIsNothingToLoseASignalEndsTheProcessAtOnce() async {
    let result = await #expect(
      processExitsWith: .exitCode(143), observing: [\.standardErrorContent]
    ) {
      StopSignal.listen()
      StopSignal.setLastWords("these are the last words\n")
      raise(SIGTERM)
    }
    let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.hasSuffix("these are the last words\n"))
  }

  @Test(
    arguments: [
      (SIGTERM, 7, 0, .note, .note), (SIGXCPU, 7, 0, .note, .note),
      (SIGTERM, 7, 7, .nothing, .nothing), (SIGINT, 1_000_000_006, 7, .nothing, .nothing),
      (SIGINT, 1_000_000_007, 7, .end, .words), (SIGTERM, .max, 7, .end, .words),
      (SIGXCPU, .max, 7, .nothing, .nothing),
    ] as [(Int32, UInt64, UInt64, StopSignal.Effect, StopSignal.Effect)])
  func whatComesAfterASecondIsAnotherRequest(
    _ number: Int32, _ now: UInt64, _ first: UInt64, _ effect: StopSignal.Effect,
    _ effectDuringSave: StopSignal.Effect
  ) {
    #expect(StopSignal.effect(of: number, at: now, first: first, isSaving: false) == effect)
    #expect(
      StopSignal.effect(of: number, at: now, first: first, isSaving: true) == effectDuringSave)
  }

  /// In a process of its own, where nothing else is saved.
  @Test func aSaveIsUnderWayUntilTheOutermostIsOver() async {
    await #expect(processExitsWith: .success) {
      var found = [StopSignal.isSaving]
      StopSignal.duringSave {
        StopSignal.duringSave { found.append(StopSignal.isSaving) }
        found.append(StopSignal.isSaving)
      }
      found.append(StopSignal.isSaving)
      try #require(found == [false, true, true, false])
    }
  }
}

@Suite struct ProcessStreamTests {
  /// But for who wants to know where it crashed.
  @Test func aCrashEndsTheProcessAtOnce() async {
    await #expect(processExitsWith: .success) {
      func ignoredAfter(_ body: () -> Void) -> [Bool] {
        body()
        for number in [SIGQUIT, SIGSEGV] { signal(number, SIG_IGN) }
        ProcessSignal.endCrashesAtOnce()
        return [SIGQUIT, SIGSEGV].map(ProcessSignal.isIgnored)
      }
      let usual = ignoredAfter { unsetenv("SWIFT_BACKTRACE") }
      try #require(usual == [false, false])
      let wanted = ignoredAfter { setenv("SWIFT_BACKTRACE", "enable=yes", 1) }
      try #require(wanted == [false, true])
    }
  }

  @Test func aSingleByteIsWrittenOnce() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      errno = EIO
      require(ProcessStream.output.write("~") == nil, "it was not written")
    }
    #expect(result?.standardOutputContent.count { $0 == UInt8(ascii: "~") } == 1)
  }

  /// A terminal that does not tell its width says 0.
  @Test func aTerminalSaysHowWideItIs() async {
    await #expect(processExitsWith: .success) {
      let own = dup(STDERR_FILENO)
      for (columns, expected) in [(0, 80), (1, 1), (132, 132)] as [(UInt16, Int)] {
        var size = winsize()
        (size.ws_col, size.ws_row) = (columns, 24)
        var (master, slave): (Int32, Int32) = (-1, -1)
        try #require(openpty(&master, &slave, nil, nil, &size) == 0)
        dup2(slave, STDERR_FILENO)
        let found = (ProcessStream.error.columns, ProcessStream.error.isTerminal)
        dup2(own, STDERR_FILENO)
        try #require(found == (expected, true))
      }
    }
  }
}

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
