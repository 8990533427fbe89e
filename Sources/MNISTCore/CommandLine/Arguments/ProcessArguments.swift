/// The words of this process's command line, byte for byte.
public enum ProcessArguments {
  /// All but the program's own name, as `PathText` spells them: Swift's own `CommandLine.arguments` loses
  /// bytes that are not UTF-8, so that a file of such a name could not be opened.
  public static var all: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { start in
        PathText.text(
          sequence(first: start) { $0 + 1 }.lazy.map(\.pointee).prefix { $0 != 0 }
            .map { UInt8(bitPattern: $0) })
      }
    }
  }
}
