import Synchronization

/// A polite request to end: SIGINT (Ctrl-C), SIGTERM or SIGHUP.
///
/// It ends the process at once as long as there is nothing to lose. Later the first one is only noted, so
/// that the run can end where it is whole, and a second one ends the process.
package struct StopSignal: Error, Equatable {
  let number: Int32

  /// What a shell reports for a process that such a signal has ended: 130, 143 or 129.
  var exitCode: Int32 { 128 + number }

  var name: String {
    switch number {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    default: "SIGHUP"
    }
  }

  private static let received = Atomic<Int32>(0)
  private static let isHeldBack = Atomic<Bool>(false)

  /// From now on the three signals end the process with their exit codes.
  package static func listen() {
    // The handler must find them made.
    _ = received.load(ordering: .relaxed)
    _ = isHeldBack.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let wasIgnored = ProcessSignal.handle(number, handler)
      // Under `nohup` a run goes on without its terminal.
      if number == SIGHUP, wasIgnored { signal(number, SIG_IGN) }
    }
  }

  /// From now on the first signal is only noted.
  package static func holdBack() { isHeldBack.store(true, ordering: .relaxed) }

  /// Throws the signal that was noted, if there was one.
  package static func check() throws(StopSignal) {
    let number = received.load(ordering: .relaxed)
    if number != 0 { throw StopSignal(number: number) }
  }

  // Nothing but atomic operations and `_exit`, which are allowed in a signal handler.
  private static let handler: @convention(c) (Int32) -> Void = { number in
    let isFirst = received.exchange(number, ordering: .relaxed) == 0
    if !isFirst || !isHeldBack.load(ordering: .relaxed) { _exit(128 + number) }
  }
}
