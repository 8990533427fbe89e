import Synchronization

/// SIGHUP as a service takes it: not its end, but a request to read its files anew.
package enum ReloadSignal {
  private static let isNoted = Atomic<Bool>(false)

  /// From now on, also where the signal was ignored.
  package static func listen() {
    // The handler must find what it uses made.
    _ = isNoted.load(ordering: .relaxed)
    ProcessSignal.handle(SIGHUP) { _ in ReloadSignal.isNoted.store(true, ordering: .relaxed) }
  }

  /// Whether one has come since this was last asked.
  package static func take() -> Bool { isNoted.exchange(false, ordering: .relaxed) }
}
