/// A tool as its command line shows it: the table of options and the words around it.
struct CommandDescription<Values: ToolOptions> {
  /// A titled paragraph at the end of the help; its lines are printed as they are.
  struct Note {
    let title: String
    let lines: [String]
  }

  let name: String
  let summary: String
  let examples: [String]
  let options: [CommandOption<Values>]
  var operands: CommandOperands<Values>?
  let notes: [Note]

  /// The values after `arguments` have changed those of `start`, with the options that had no effect, or what
  /// else is to be done.
  ///
  /// - Parameter file: settings that come before them.
  func parse(
    _ arguments: [String], startingFrom start: Values, after file: SettingsFile? = nil
  ) -> Invocation<Values> {
    var values = start
    do {
      let parser = ArgumentParser(options: options, operands: operands)
      if let file { try parser.apply(file, to: &values) }
      switch try parser.parse(arguments, into: &values) {
      case .values(let given):
        values.optionsWithoutEffect = options.compactMap { option in
          guard given.contains(option.name) else { return nil }
          return option.reasonForNoEffect(values).map { "\(option.flag) has no effect \($0)" }
        }
        return .options(values)
      case .help: return .answer(help)
      case .completions(let shell): return .answer(completions(for: shell))
      case .version: return .answer("\(name) \(Release.version)")
      }
    } catch {
      return .mistake(self.error(error))
    }
  }

  func error(_ problem: UsageError.Problem) -> UsageError {
    UsageError(tool: name, usage: shortUsage, problem: problem)
  }

  // MARK: - Text for people

  /// Every line of usage and help stays below a terminal's usual 80 columns; argparse wraps at 78.
  private static var lineWidth: Int { 78 }

  /// `usage: NAME [-h] …`, wrapped as argparse wraps it in a terminal of 80 columns.
  var usage: String {
    let parts = options.map { option in
      if case .help = option.action { return "[-h]" }
      return option.isRequired ? option.invocation : "[\(option.invocation)]"
    }
    let start = "usage: \(name) "
    let lines = wrap(parts, after: start, indent: start.count)
    guard let operands else { return lines }
    return lines + "\n" + String(repeating: " ", count: start.count) + operands.invocation
  }

  /// One line: what must be there, and where to find the rest.
  var shortUsage: String {
    let required = options.filter(\.isRequired).map(\.invocation) + ["[OPTION ...]"]
    let parts = required + (operands.map { [$0.invocation] } ?? [])
    return "usage: \(name) \(parts.joined(separator: " ")) (see --help)"
  }

  /// What `--help` prints.
  var help: String {
    var sections = [summary, (["examples:"] + examples.map { "  \($0)" }).joined(separator: "\n")]
    sections.append(usage)
    for group in CommandOption<Values>.Group.allCases {
      var rows = options.filter { $0.group == group }.map(row)
      if let operands, group == .files {
        rows.insert(row("  \(operands.metavariable) ...", operands.help), at: 0)
      }
      guard !rows.isEmpty else { continue }
      sections.append((["\(group.rawValue):"] + rows).joined(separator: "\n"))
    }
    sections += notes.map { note in
      (["\(note.title):"] + note.lines.map { "  \($0)" }).joined(separator: "\n")
    }
    return sections.joined(separator: "\n\n")
  }

  /// Two columns: how the option is written, and what it means.
  private func row(_ option: CommandOption<Values>) -> String {
    var left = "  \(option.invocation)"
    if case .help = option.action { left = "  -h, \(option.flag)" }
    return row(left, option.explanation)
  }

  private func row(_ left: String, _ explanation: String) -> String {
    // One long flag does not push all the texts to the right.
    let column = (options.map(\.invocation.count).filter { $0 < 19 }.max() ?? 0) + 4
    let left = left + String(repeating: " ", count: max(2, column - left.count))
    let words = explanation.split(separator: " ").map(String.init)
    return wrap(words, after: left, indent: left.count)
  }

  /// Joins `parts` with spaces into lines of which the first begins with `start` and the others
  /// with `indent` spaces. A part is never broken.
  private func wrap(_ parts: [String], after start: String, indent: Int) -> String {
    var lines: [String] = []
    var line = start
    var isFresh = true
    for part in parts {
      if !isFresh, line.count + 1 + part.count > Self.lineWidth {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isFresh = true
      }
      line += isFresh ? part : " \(part)"
      isFresh = false
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension CommandOption {
  /// The flag with what stands for its value.
  var invocation: String {
    guard let metavariable else { return flag }
    if case .takeAll = action { return "\(flag) \(metavariable) [\(metavariable) ...]" }
    return "\(flag) \(metavariable)"
  }

  /// What it means, what it may be and what it is when it is not given.
  fileprivate var explanation: String {
    let remarks = [
      allowed, isRequired ? "required" : defaultText.map { "default: \($0)" },
      alias.map { "also --\($0)" },
    ]
    let remark = remarks.compactMap(\.self).joined(separator: "; ")
    return remark.isEmpty ? help : "\(help) (\(remark))"
  }
}

/// The arguments of a tool that belong to no option, such as files: any number, wherever they stand.
struct CommandOperands<Values> {
  /// What stands for one of them in usage and help.
  let metavariable: String
  let help: String
  let store: (inout Values, String) -> Void

  /// As argparse writes any number of them.
  var invocation: String { "[\(metavariable) ...]" }
}
