import Synchronization

/// A request to end: Ctrl-C, or a signal by which terminals, containers and schedulers ask for it.
///
/// It ends the process at once as long as there is nothing to lose. Later it is only noted, so that the run
/// can end where it is whole, and whatever comes within a second is the same request: `timeout` and others
/// signal a process and its group. After that another one ends the process, but never a save under way.
/// Ctrl-\ (SIGQUIT) ends it at once in any case.
package struct StopSignal: Error, Equatable {
  let number: Int32

  /// All that ask, with their names.
  static let all: [(number: Int32, name: String)] = [
    (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGUSR1, "SIGUSR1"),
    (SIGUSR2, "SIGUSR2"), (SIGXCPU, "SIGXCPU"),
  ]

  /// What a shell reports for a process that such a signal has ended, such as 143 for SIGTERM.
  var exitCode: Int32 { 128 + number }

  var name: String { Self.all.first { $0.number == number }?.name ?? "signal \(number)" }

  private static let isHeldBack = Atomic<Bool>(false)
  private static let received = Atomic<Int32>(0)
  /// When the first one came, 0 before it.
  private static let firstTime = Atomic<UInt64>(0)
  private static let savesUnderWay = Atomic<Int>(0)
  // What is said when a signal ends the process at once, and when it has to wait for a save: addresses of C's
  // text, 0 for none.
  private static let lastWords = Atomic<UInt>(0)
  private static let wordsDuringSave = Atomic<UInt>(0)

  /// Whether the process was started so, as by `nohup`. To be asked before a GPU's driver is loaded: some bring
  /// LLVM, which takes the signal for itself.
  static let ignoresHangup = ProcessSignal.isIgnored(SIGHUP)

  /// From now on the signals end the process with their exit codes.
  package static func listen() {
    // The handler must find all that it uses made.
    _ = (isNoted, isHeldBack.load(ordering: .relaxed), firstTime.load(ordering: .relaxed))
    _ = (savesUnderWay.load(ordering: .relaxed), wordsDuringSave.load(ordering: .relaxed))
    _ = lastWords.load(ordering: .relaxed)
    for number in all.map(\.number) + [SIGQUIT] { ProcessSignal.handle(number, handler) }
    // Under `nohup` a run goes on without its terminal.
    if ignoresHangup { signal(SIGHUP, SIG_IGN) }
    ProcessSignal.warnBeforeProcessorTimeIsOver()
  }

  /// From now on the first signal is only noted.
  ///
  /// - Parameter wordsDuringSave: what is said to a second one that meets a save.
  package static func holdBack(_ wordsDuringSave: String) {
    self.wordsDuringSave.store(copied(wordsDuringSave), ordering: .releasing)
    isHeldBack.store(true, ordering: .relaxed)
  }

  /// What is said from now on when a signal ends the process at once.
  package static func setLastWords(_ text: String) {
    // The old ones stay: a handler may be reading them.
    lastWords.store(copied(text), ordering: .releasing)
  }

  private static func copied(_ text: String) -> UInt { UInt(bitPattern: strdup(text)) }

  /// Whether a signal has been noted.
  static var isNoted: Bool { received.load(ordering: .relaxed) != 0 }

  /// Throws the signal that was noted, if there was one.
  package static func check() throws(StopSignal) {
    let number = received.load(ordering: .relaxed)
    if number != 0 { throw StopSignal(number: number) }
  }

  /// Lets time pass, less where a signal comes.
  package static func wait(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

  /// No signal but SIGQUIT ends the process while `body` runs.
  package static func duringSave<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    savesUnderWay.add(1, ordering: .relaxed)
    defer { savesUnderWay.subtract(1, ordering: .relaxed) }
    return try body()
  }

  static var isSaving: Bool { savesUnderWay.load(ordering: .relaxed) > 0 }

  // Nothing but atomic operations, `clock_gettime`, `poll`, `strlen`, `write` and `_exit`, which are allowed in
  // a signal handler.
  private static let handler: @convention(c) (Int32) -> Void = { number in
    guard number != SIGQUIT, isHeldBack.load(ordering: .relaxed) else { end(number) }
    let code = errno
    defer { errno = code }
    let now = SystemClock.monotonicNanoseconds
    let first = firstTime.compareExchange(expected: 0, desired: now, ordering: .relaxed).original
    switch effect(of: number, at: now, first: first, isSaving: isSaving) {
    case .note: received.store(number, ordering: .relaxed)
    case .nothing: break
    case .words: say(wordsDuringSave)
    case .end: end(number)
    }
  }

  /// What comes of a signal that is held back.
  enum Effect { case note, nothing, words, end }

  /// - Parameters:
  ///   - now: in nanoseconds.
  ///   - first: when the first one came, 0 where this is it.
  static func effect(of number: Int32, at now: UInt64, first: UInt64, isSaving: Bool) -> Effect {
    if first == 0 { return .note }
    // The same request. The system repeats SIGXCPU every second.
    if number == SIGXCPU || now < first + 1_000_000_000 { return .nothing }
    return isSaving ? .words : .end
  }

  private static func end(_ number: Int32) -> Never {
    say(lastWords)
    _exit(128 + number)
  }

  private static func say(_ words: borrowing Atomic<UInt>) {
    guard let text = UnsafePointer<CChar>(bitPattern: words.load(ordering: .acquiring)) else {
      return
    }
    // Nobody may be reading.
    guard SystemError.wait(for: POLLOUT, on: STDERR_FILENO, milliseconds: 0) else { return }
    _ = write(STDERR_FILENO, text, strlen(text))
  }
}
