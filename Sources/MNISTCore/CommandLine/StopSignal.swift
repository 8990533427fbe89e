import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A polite request to end: SIGINT (Ctrl-C), SIGTERM or SIGHUP.
///
/// The first one is only noted, so that the run can end where it is whole. A second one ends the process
/// at once.
public struct StopSignal: Error, Equatable {
  public let number: Int32

  /// What a shell reports for a process that such a signal has ended: 130, 143 or 129.
  public var exitCode: Int32 { 128 + number }

  public var name: String {
    switch number {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    default: "SIGHUP"
    }
  }

  private static let received = Atomic<Int32>(0)

  /// From now on the three signals are noted.
  public static func listen() {
    // The handler must find it made.
    _ = received.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let earlier = signal(number, handler)
      // Under `nohup` a run goes on without its terminal.
      if number == SIGHUP,
        unsafeBitCast(earlier, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      {
        signal(number, SIG_IGN)
      }
    }
  }

  /// Throws the signal that was noted, if there was one.
  public static func check() throws(StopSignal) {
    let number = received.load(ordering: .relaxed)
    if number != 0 { throw StopSignal(number: number) }
  }

  // Nothing but an atomic exchange and `_exit`, which are allowed in a signal handler.
  private static let handler: @convention(c) (Int32) -> Void = { number in
    if received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
  }
}
