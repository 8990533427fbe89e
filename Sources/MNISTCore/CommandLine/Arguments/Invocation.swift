/// What a command line asks for.
public enum Invocation<Options: Equatable & Sendable>: Equatable, Sendable {
  /// Do the tool's work with these options.
  case options(Options)
  /// `--help` or `--version`: print this text (and a line end) on standard output, exit with 0.
  case answer(String)
  /// Print the error's description (and a line end) on standard error, exit with 2.
  case mistake(UsageError)
}
