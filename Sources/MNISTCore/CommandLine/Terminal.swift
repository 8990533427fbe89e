/// What is known of the terminal that the program runs in.
public enum Terminal {
  /// The variables that decide how a terminal is written to, as far as they are set.
  public static var environment: [String: String] {
    var found: [String: String] = [:]
    for name in ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR"] {
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
  }

  public static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }
  public static var isStandardError: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether a line can be drawn over again on standard error.
  static var canRedraw: Bool {
    canRedraw(environment: environment, isTerminal: isStandardError)
  }

  static func canRedraw(environment: [String: String], isTerminal: Bool) -> Bool {
    isTerminal && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  /// Whether a shell has not put the program into the background, where it would draw over what
  /// somebody types.
  static var isForeground: Bool {
    let group = tcgetpgrp(STDERR_FILENO)
    return group < 0 || group == getpgrp()
  }

  /// How many characters fit into a line on standard error; 80 where nobody says.
  public static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
