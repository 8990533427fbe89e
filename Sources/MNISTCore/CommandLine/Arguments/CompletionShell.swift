/// A shell that can complete the tools' command lines.
enum CompletionShell: String, CaseIterable {
  case bash, zsh, fish
}
