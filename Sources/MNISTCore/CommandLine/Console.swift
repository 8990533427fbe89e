/// A tool's two output streams. Each line goes out at once, so that a log can be followed.
package struct Console {
  let tool: String
  /// Why standard output could not be written, the first time it could not.
  private var outputFailure: ProcessStream.Failure?
  /// Whether something went wrong that the tool went on after.
  private var hasFailure = false
  private let canRedraw = Terminal.canRedraw
  /// Whether a progress line stands on the terminal.
  private var hasProgress = false
  /// When something was last drawn or printed.
  private var lastTime = -Double.infinity
  /// Whether results and notes are kept back, as those of one run among many; warnings and errors are not. A
  /// warning that was given before is not given again then.
  package var isQuiet = false
  private var warnings: Set<String> = []
  /// Whether a download was begun.
  var hasDownloaded = false
  /// Warnings to be given again at the end.
  private var reminders: [String] = []

  init(tool: String) {
    self.tool = tool
    // A reader that went away, as in `| head`, or a file size limit must not end the run: writing
    // fails, and the limit is reported at the end.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Results, on standard output.
  package mutating func print(_ text: String) {
    guard outputFailure == nil, !isQuiet else { return }
    removeProgress()
    outputFailure = ProcessStream.output.write(text + "\n")
  }

  /// Whether somebody may still read what is printed.
  package var hasReader: Bool { outputFailure != .readerWentAway }

  /// How much color standard output shows.
  package static var colors: TerminalColors {
    TerminalColors(environment: Terminal.environment, isTerminal: ProcessStream.output.isTerminal)
  }

  /// What a person should know besides, on standard error.
  package mutating func note(_ text: String) {
    if !isQuiet { write(text) }
  }

  /// The same, quiet or not.
  mutating func write(_ text: String) {
    removeProgress()
    _ = ProcessStream.error.write(text + "\n")
  }

  /// What a person should know before believing a result.
  package mutating func warn(_ text: String) {
    if warnings.insert(text).inserted || !isQuiet { write("\(tool): WARNING: \(text)") }
  }

  /// The same now, and once more when the work is done: what scrolled away is seen then.
  package mutating func warnAlsoAtEnd(_ text: String) {
    warn(text)
    if !reminders.contains(text) { reminders.append(text) }
  }

  mutating func repeatWarnings() {
    for text in reminders { warn(text) }
  }

  /// One sentence about what went wrong; the tool goes on, and its exit code will be 1.
  package mutating func failAndGoOn(_ error: any Error) {
    hasFailure = true
    _ = fail(ErrorText.sentence(error))
  }

  /// A line on standard error, where that is a terminal, that gives way to whatever is printed next. It is
  /// asked for at most ten times a second, with the terminal's width, and never just after something was
  /// printed: if that goes to the terminal through another program, such as `tee`, it comes first.
  package mutating func progress(_ text: (_ columns: Int) -> String) {
    let time = SystemClock.monotonicTime
    guard canRedraw, time - lastTime >= 0.1, Terminal.isForeground else { return }
    (lastTime, hasProgress) = (time, true)
    _ = ProcessStream.error.write(Self.clear + text(ProcessStream.error.columns))
  }

  private mutating func removeProgress() {
    if hasProgress { _ = ProcessStream.error.write(Self.clear) }
    (lastTime, hasProgress) = (SystemClock.monotonicTime, false)
  }

  /// What is said on standard error when a signal ends the tool at once; a progress line gives way.
  package static func setLastWords(_ text: String) {
    StopSignal.setLastWords((Terminal.canRedraw ? clear : "") + text + "\n")
  }

  /// Back to the line's start, and erase it.
  private static let clear = "\r\u{1B}[K"

  /// One sentence about what went wrong; the exit code is 1. Names of files and tensors in it may be
  /// a stranger's: what could steer a terminal is escaped.
  mutating func fail(_ problem: String) -> Int32 {
    write("\(tool): error: \(PythonSyntax.escaped(problem))")
    return 1
  }

  /// What is wrong on the command line, and its usage; the exit code is 2.
  mutating func refuse(_ error: UsageError) -> Int32 {
    write(error.description)
    return 2
  }

  /// The exit code of a tool that has done its work: 0, or 1 if something failed on the way or its
  /// results could not be written. A reader that went away has what it wanted.
  mutating func finish() -> Int32 {
    guard case .cannotBeWritten(let reason) = outputFailure else { return hasFailure ? 1 : 0 }
    return fail("standard output: cannot be written: \(reason)")
  }
}
