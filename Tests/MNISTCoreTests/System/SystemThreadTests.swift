import Synchronization
import Testing

@testable import MNISTCore

@Suite struct SystemThreadTests {
  @Test func whatAThreadWroteIsThereOnceItIsJoined() throws {
    let sum = Mutex(0)
    let threads = try (1...20).map { number in
      try #require(SystemThread { sum.withLock { $0 += number } })
    }
    for thread in threads { thread.join() }
    #expect(sum.withLock { $0 } == 210)
  }

  /// The thread holds its work, and lets go of it at its end.
  @Test func theWorkIsReleasedWhenItHasEnded() throws {
    final class Held: Sendable {}
    weak var held: Held?
    do {
      let object = Held()
      held = object
      try #require(SystemThread { withExtendedLifetime(object) {} }).join()
    }
    #expect(held == nil)
  }
}
