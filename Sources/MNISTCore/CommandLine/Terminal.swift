/// What is known of the terminal that the program runs in.
enum Terminal {
  /// The variables that decide how a terminal is written to, as far as they are set.
  static var environment: [String: String] {
    var found: [String: String] = [:]
    for name in ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR"] {
      found[name] = CLibrary.environment(name)
    }
    return found
  }

  /// Whether a line can be drawn over again on standard error.
  static var canRedraw: Bool {
    canRedraw(environment: environment, isTerminal: ProcessStream.error.isTerminal)
  }

  static func canRedraw(environment: [String: String], isTerminal: Bool) -> Bool {
    isTerminal && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  /// Whether a shell has not put the program into the background, where it would draw over what
  /// somebody types.
  static var isForeground: Bool {
    isForeground(group: getpgrp(), terminalGroup: tcgetpgrp(STDERR_FILENO))
  }

  /// A negative `terminalGroup` is none: no shell watches over that terminal.
  static func isForeground(group: pid_t, terminalGroup: pid_t) -> Bool {
    terminalGroup < 0 || terminalGroup == group
  }
}

/// How much color a terminal shows.
package enum TerminalColors: Equatable, Sendable {
  /// Plain characters only, no escape sequence.
  case none
  case sixteen
  case twoHundredFiftySix

  /// Decides from the environment, by the first rule that applies:
  ///
  /// 1. `NO_COLOR` that is not empty: none (no-color.org).
  /// 2. `FORCE_COLOR` that is not empty and not `0`: color, although it is no terminal.
  /// 3. No terminal, `TERM` missing, empty or `dumb`: none.
  ///
  /// Where there is color: 256 if `COLORTERM` is `truecolor` or `24bit` or if `TERM` holds
  /// `256color` or `direct`, else 16.
  package init(environment: [String: String], isTerminal: Bool) {
    func value(_ name: String) -> String { environment[name] ?? "" }
    let isForced = !["", "0"].contains(value("FORCE_COLOR"))
    let hasTerminal = isTerminal && !["", "dumb"].contains(value("TERM"))
    guard value("NO_COLOR").isEmpty, isForced || hasTerminal else {
      self = .none
      return
    }
    let hasMany =
      ["truecolor", "24bit"].contains(value("COLORTERM"))
      || ["256color", "direct"].contains(where: value("TERM").contains)
    self = hasMany ? .twoHundredFiftySix : .sixteen
  }
}
