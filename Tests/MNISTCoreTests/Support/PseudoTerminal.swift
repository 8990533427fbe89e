import Foundation
import Testing

/// A terminal that nobody looks at: what is written to it can be read.
final class PseudoTerminal {
  /// For a program to open.
  let path: String
  private let master: Int32
  /// Held open, so that nothing is lost when the program closes its own.
  private let slave: Int32

  init(columns: UInt16) throws {
    var size = winsize()
    (size.ws_col, size.ws_row) = (columns, 24)
    var (master, slave): (Int32, Int32) = (-1, -1)
    try #require(openpty(&master, &slave, nil, nil, &size) == 0)
    (self.master, self.slave) = (master, slave)
    path = String(cString: try #require(ttyname(slave)))
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(slave)
    close(master)
  }

  /// All that was written so far.
  func text() -> String {
    var all: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(master, &bytes, bytes.count), count > 0 { all += bytes[..<count] }
    return String(decoding: all, as: UTF8.self)
  }
}
