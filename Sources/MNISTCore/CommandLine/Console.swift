#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A tool's two output streams. Each line goes out at once, so that a log can be followed.
public struct Console {
  let tool: String
  /// Why standard output could not be written, the first time it could not.
  private var outputFailure: String?

  init(tool: String) {
    self.tool = tool
    // A reader that went away, as in `| head`, or a file size limit must not end the run: writing
    // fails, and that is reported at the end.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Results, on standard output.
  public mutating func print(_ text: String) {
    guard outputFailure == nil else { return }
    outputFailure = write(text + "\n", to: STDOUT_FILENO)
  }

  /// What a person should know besides, on standard error.
  public func note(_ text: String) {
    _ = write(text + "\n", to: STDERR_FILENO)
  }

  /// A line on standard error that the next one replaces, where a terminal shows it; nil removes it.
  public func progress(_ text: String?) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    _ = write("\r\u{1B}[K" + (text ?? ""), to: STDERR_FILENO)
  }

  /// One sentence about what went wrong; the exit code is 1. Names of files and tensors in it may be
  /// a stranger's: what could steer a terminal is escaped.
  func fail(_ problem: String) -> Int32 {
    note("\(tool): error: \(PythonSyntax.escaped(problem))")
    return 1
  }

  /// Usage and what is wrong on the command line; the exit code is 2.
  func refuse(_ error: UsageError) -> Int32 {
    note(error.description)
    return 2
  }

  /// The exit code of a tool that has done its work: 0, or 1 if its results could not be written.
  func finish() -> Int32 {
    guard let outputFailure else { return 0 }
    return fail("standard output: cannot be written: \(outputFailure)")
  }

  /// Nil when all was written, else the reason.
  private func write(_ text: String, to descriptor: Int32) -> String? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno != EINTR {
        return SystemError.text(errno)
      }
    }
    return nil
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
