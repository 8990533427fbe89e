/// A shell that can complete the tools' command lines.
enum CompletionShell: String, CaseIterable {
  case bash, zsh, fish
}

extension CommandDescription {
  /// A script that makes the shell complete this tool's command line, from the table of options.
  func completions(for shell: CompletionShell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private var functionName: String { "_" + name.map { $0 == "-" ? "_" : "\($0)" }.joined() }

  /// In single quotes, for bash and zsh.
  private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: #"'\''"#))'" }

  /// The option that the words behind its value belong to as well: folders.
  private var takesAll: CommandOption<Values>? {
    options.first { if case .takeAll = $0.action { true } else { false } }
  }

  // MARK: - bash

  /// Runs in bash 3.2 too, which macOS has.
  private var bash: String {
    func cases(_ flags: [String], _ action: String) -> String? {
      flags.isEmpty ? nil : "    \(flags.joined(separator: "|"))) \(action) ;;"
    }
    func flags(_ isMeant: (CommandOption<Values>.Completion) -> Bool) -> [String] {
      options.filter { $0.metavariable != nil && isMeant($0.completion) }.map(\.flag)
    }
    let values =
      [
        cases(flags { if case .files = $0 { true } else { false } }, "kind=(-f)"),
        cases(flags { if case .folders = $0 { true } else { false } }, "kind=(-d)"),
      ]
      + options.map { option in
        guard case .words(let words) = option.completion else { return nil }
        return cases([option.flag], "kind=(-W \(quoted(words.joined(separator: " "))))")
      } + [cases(flags { if case .nothing = $0 { true } else { false } }, "return")]
    let all = options.map(\.flag).joined(separator: " ")
    let bareWords =
      if operands != nil {
        "kind=(-f)"
      } else if let option = takesAll {
        "[[ \" ${COMP_WORDS[*]} \" == *\" \(option.flag) \"* ]] || return; kind=(-d)"
      } else {
        "return"
      }
    return """
      # Completion of \(name) in bash: eval "$(\(name) --completions bash)"
      \(functionName)() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} kind line
        COMPREPLY=()
        # bash takes --flag=value for three words.
        if [[ $word == = ]]; then word=
        elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
        case $previous in
      \(values.compactMap(\.self).joined(separator: "\n"))
          *) case $word in
            -*) kind=(-W \(quoted(all))) ;;
            *) \(bareWords) ;;
          esac ;;
        esac
        while IFS= read -r line; do
          COMPREPLY+=("$line")
        done < <(compgen "${kind[@]}" -- "$word")
      }
      complete -o filenames -F \(functionName) \(name)
      """
  }

  // MARK: - zsh

  private var zsh: String {
    func action(_ option: CommandOption<Values>) -> String {
      switch option.completion {
      case .nothing: " "
      case .files: "_files"
      case .folders: "_files -/"
      case .words(let words): "(\(words.joined(separator: " ")))"
      }
    }
    var specifications = options.map { option in
      let help = "[\(option.help.replacing("[", with: "\\[").replacing("]", with: "\\]"))]"
      if case .help = option.action {
        return "'(-h \(option.flag))'{-h,\(option.flag)}\(quoted(help))"
      }
      let isRest = option.name == takesAll?.name
      let value = option.metavariable.map {
        "=\(help):\(isRest ? "*:" : "")\($0):\(action(option))"
      }
      return quoted(option.flag + (value ?? help))
    }
    if let operands { specifications.append("'*:\(operands.metavariable):_files'") }
    return """
      #compdef \(name)
      # Completion of \(name) in zsh, after compinit: eval "$(\(name) --completions zsh)"
      # or this text as the file _\(name) in a folder of fpath.
      \(functionName)() {
        _arguments \\
          \(specifications.joined(separator: " \\\n    "))
      }
      if [[ $funcstack[1] == _\(name) ]]; then \(functionName) "$@"; else compdef \(functionName) \(name); fi
      """
  }

  // MARK: - fish

  private var fish: String {
    func quoted(_ text: String) -> String {
      "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
    func value(_ option: CommandOption<Values>) -> String {
      guard option.metavariable != nil else { return "" }
      return switch option.completion {
      case .nothing: " -x"
      case .files: " -r -F"
      case .folders: " -x -a '(__fish_complete_directories)'"
      case .words(let words): " -x -a \(quoted(words.joined(separator: " ")))"
      }
    }
    let start = "complete -c \(name)"
    var lines = ["# Completion of \(name) in fish: \(name) --completions fish | source"]
    if operands == nil { lines.append("\(start) -f") }
    lines += options.map { option in
      var letter = ""
      if case .help = option.action { letter = " -s h" }
      return "\(start)\(letter) -l \(option.name)\(value(option)) -d \(quoted(option.help))"
    }
    if let option = takesAll {
      let condition = quoted("__fish_contains_opt \(option.name)")
      lines.append("\(start) -n \(condition) -a '(__fish_complete_directories)'")
    }
    return lines.joined(separator: "\n")
  }
}
