import Foundation
import Synchronization
import Testing

/// A terminal that nobody looks at: what is written to it is kept.
final class PseudoTerminal: Sendable {
  /// For a program to open.
  let path: String
  private let master: Int32
  /// Held open, so that nothing is lost when the program closes its own.
  private let slave: Int32
  private let written = Mutex<[UInt8]>([])
  private let isOver = DispatchSemaphore(value: 0)

  init(columns: UInt16) throws {
    var size = winsize()
    (size.ws_col, size.ws_row) = (columns, 24)
    var (master, slave): (Int32, Int32) = (-1, -1)
    try #require(openpty(&master, &slave, nil, nil, &size) == 0)
    (self.master, self.slave) = (master, slave)
    path = String(cString: try #require(ttyname(slave)))
    // A terminal holds little: a program that is not listened to would wait.
    Thread { [self] in listen() }.start()
  }

  deinit { close(master) }

  /// Closes the terminal, once the program has ended: all that was written to it.
  func textAtEnd() -> String {
    close(slave)
    isOver.wait()
    return String(decoding: written.withLock { $0 }, as: UTF8.self)
  }

  private func listen() {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(master, &bytes, bytes.count), count > 0 {
      written.withLock { $0 += bytes[..<count] }
    }
    isOver.signal()
  }
}
