// What the operating system hands a process: its words, its streams, its terminal, its signals.

/// The words of this process's command line, byte for byte.
package enum ProcessArguments {
  /// All but the program's own name, as `PathText` spells them: Swift's own `CommandLine.arguments` loses
  /// bytes that are not UTF-8, so that a file of such a name could not be opened.
  package static var all: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { start in
        PathText.text(
          sequence(first: start) { $0 + 1 }.lazy.map(\.pointee).prefix { $0 != 0 }
            .map { UInt8(bitPattern: $0) })
      }
    }
  }
}

/// Standard output and standard error.
enum ProcessStream: Int32 {
  case output = 1
  case error = 2

  /// Writes all of the text at once, past any buffer. Nil when that is done, else the reason why not.
  func write(_ text: String) -> String? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(rawValue, $0) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno != EINTR {
        return SystemError.text(errno)
      }
    }
    return nil
  }

  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// How many characters fit into a line of the terminal; 80 where nobody says.
  var columns: Int {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// Outside `ProcessStream`, where `write` is C's function.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

/// Signals that the operating system sends to a process.
enum ProcessSignal {
  /// From now on `handler` is called for the signal. It may do little: nothing that takes memory or a lock.
  ///
  /// - Returns: whether the signal was ignored until now, as SIGHUP is under `nohup`.
  static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) -> Bool {
    // Functions are compared by their addresses: C's SIG_IGN is one that nobody can call.
    unsafeBitCast(signal(number, handler), to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
