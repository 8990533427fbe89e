// What the operating system hands a process: its words, its streams, its terminal, its signals.

/// The words of this process's command line, byte for byte.
package enum ProcessArguments {
  /// All but the program's own name, as `PathText` spells them: Swift's own `CommandLine.arguments` loses
  /// bytes that are not UTF-8, so that a file of such a name could not be opened.
  package static var all: [String] {
    words.dropFirst().map { start in
      PathText.text(
        sequence(first: start) { $0 + 1 }.lazy.map(\.pointee).prefix { $0 != 0 }
          .map { UInt8(bitPattern: $0) })
    }
  }

  private static var words: [UnsafeMutablePointer<CChar>] {
    let count = Int(CommandLine.argc)
    // On Linux Swift reads them from /proc, which may be missing.
    return count == 0 ? onStack() : (0..<count).compactMap { CommandLine.unsafeArgv[$0] }
  }

  /// The words where the system puts them when it starts a process, by the processor's binary interface:
  ///
  /// ```
  /// stack of main │ argc │ argv[0] … argv[argc − 1] │ nil │ environ[0] …
  /// ```
  private static func onStack() -> [UnsafeMutablePointer<CChar>] {
    typealias Slots = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    var local = 0
    guard let symbol = dlsym(nil, "environ"),
      let environment = symbol.load(as: Slots?.self),
      // Elsewhere is an environment that has been changed since the start.
      withUnsafePointer(
        to: &local, { 0..<(64 << 20) ~= UInt(bitPattern: environment) &- UInt(bitPattern: $0) })
    else { return [] }
    let end = environment - 1
    var count = 0
    while Int(bitPattern: (end - count - 1).pointee) != count { count += 1 }
    return (0..<count).compactMap { (end - count + $0).pointee }
  }
}

/// Standard output and standard error.
enum ProcessStream: Int32 {
  case output = 1
  case error = 2

  /// Why text could not be written.
  enum Failure: Equatable {
    /// As in `| head`: whoever reads has what he wanted.
    case readerWentAway
    /// With the system's reason.
    case cannotBeWritten(String)
  }

  /// Writes all of the text at once, past any buffer; a stream that takes nothing now is waited for. Nil when
  /// that is done.
  func write(_ text: String) -> Failure? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      guard waitForRoom() else { return .cannotBeWritten("nobody reads it") }
      // A pipe that takes anything takes as much as this without waiting.
      let written = bytes.prefix(Int(PIPE_BUF)).withUnsafeBytes { systemWrite(rawValue, $0) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EPIPE {
        return .readerWentAway
      } else if !SystemError.mayPass(errno) {
        return .cannotBeWritten(SystemError.text(errno))
      }
    }
    return nil
  }

  /// Waits until the stream takes something. False where a signal asks the process to stop and nobody has
  /// read for a second.
  private func waitForRoom() -> Bool {
    var patience = 10
    while patience > 0 {
      if SystemError.wait(for: POLLOUT, on: rawValue, milliseconds: 100) { return true }
      if StopSignal.isNoted { patience -= 1 }
    }
    return false
  }

  /// Whether it takes something now.
  var hasRoom: Bool { SystemError.wait(for: POLLOUT, on: rawValue, milliseconds: 0) }

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
  static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    // Whoever has started the process may have blocked it: threads of libdispatch do that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    signal(number, handler)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  static func isIgnored(_ number: Int32) -> Bool {
    let current = signal(number, SIG_IGN)
    signal(number, current)
    // Functions are compared by their addresses: C's SIG_IGN is one that nobody can call.
    return unsafeBitCast(current, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// From now on Ctrl-\ (SIGQUIT) and a crash end the process at once. Swift's runtime would look for a
  /// backtrace for half a minute first, and then ask what to do; whoever wants that of a crash sets
  /// `SWIFT_BACKTRACE`.
  static func endCrashesAtOnce() {
    let crashes = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]
    let wantsBacktrace = CLibrary.environment("SWIFT_BACKTRACE") != nil
    for number in [SIGQUIT] + (wantsBacktrace ? [] : crashes) { signal(number, SIG_DFL) }
  }

  /// Where a limit of processor time would kill the process without a word, as `ulimit -t` sets it, SIGXCPU comes
  /// a little before: two seconds of all processors.
  static func warnBeforeProcessorTimeIsOver() {
    #if canImport(Glibc)
      let resource = Int32(RLIMIT_CPU.rawValue)
    #else
      let resource = RLIMIT_CPU
    #endif
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur == limit.rlim_max,
      limit.rlim_max < 1 << 32
    else { return }
    limit.rlim_cur -= min(limit.rlim_cur / 2, rlim_t(2 * Processor.count))
    setrlimit(resource, &limit)
  }
}
