/// How much color a terminal shows.
public enum TerminalColors: Equatable, Sendable {
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
  public init(environment: [String: String], isTerminal: Bool) {
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
