/// One row of a tool's table of options: all that parsing, usage, help and hints need to know.
struct CommandOption<Values> {
  enum Action {
    case help
    case version
    case completions
    /// A flag: on where it is given; a file of settings may also say off.
    case set((inout Values, Bool) -> Void)
    case take((String, inout Values) throws(UsageError.Problem) -> Void)
    /// One value or more.
    case takeAll(([String], inout Values) throws(UsageError.Problem) -> Void)
  }

  /// A heading of the help.
  enum Group: String, CaseIterable {
    case files, model, training, machine, output
  }

  /// The name without its dashes, such as `n_epochs`.
  let name: String
  let group: Group
  let help: String
  let action: Action
  /// What stands for the value in usage and help.
  var metavariable: String?
  /// The allowed values in words, where the type alone does not say it.
  var allowed: String?
  var defaultText: String?
  /// The value where the option is given without one; nil where it must have one.
  var impliedValue: String?
  /// What the option says without a value, where that is nothing that a value could say.
  var storeWithoutValue: ((inout Values) -> Void)?
  var isRequired = false
  /// Whether it is another use of the tool: no other option goes with it but those that need it, and none is
  /// required.
  var standsAlone = false
  /// The name of an option without which this one means nothing.
  var needed: String?
  /// The options that go with one that stands alone, all the same.
  var companions: Set<String> = []
  /// Whether no option is required beside it.
  var waivesRequired = false
  /// Its value as a file of settings has it, nil where there is none now; nil itself where it stands on the
  /// command line only.
  var write: ((Values) -> String?)?
  /// Which numbers it takes; nil where it takes none.
  var number: NumberKind?
  /// The names of options that it excludes, and that exclude it.
  var excluded: Set<String> = []
  /// What a shell offers for the value.
  var completion = Completion.nothing
  /// Another whole name for it, without dashes; a name cut short never means it.
  var alias: String?
  /// Whether it came later, though an original option of another tool has its name: a name cut short means an older
  /// option first.
  var isLate = false
  /// Why this option has no effect beside these values of all options, such as `without --use_dropout`;
  /// nil where it has one.
  var reasonForNoEffect: (Values) -> String? = { _ in nil }

  enum NumberKind { case integer, real }

  enum Completion {
    case nothing, files, folders
    case words([String])
  }

  var flag: String { "--\(name)" }

  /// How argparse names it in an error.
  var label: String {
    if case .help = action { "-h/\(flag)" } else { flag }
  }
}

extension CommandOption {
  private func changed(_ change: (inout CommandOption) -> Void) -> CommandOption {
    var option = self
    change(&option)
    return option
  }

  /// The same option, which can also be given by this name.
  func alias(_ name: String) -> CommandOption {
    changed { $0.alias = name }
  }

  /// The same option, which does not go with another: that one must say the same of this one.
  func excluding(_ name: String) -> CommandOption {
    changed { $0.excluded.insert(name) }
  }

  /// The same option, which may stand without its value, and says this then.
  func orWithoutValue(_ store: @escaping (inout Values) -> Void) -> CommandOption {
    changed {
      $0.metavariable = metavariable.map { "[\($0)]" }
      $0.storeWithoutValue = store
    }
  }

  /// The same option, which goes with another only.
  func needing(_ name: String) -> CommandOption {
    changed { $0.needed = name }
  }

  /// The same option, for which a shell offers files beside folders.
  func offeringFiles() -> CommandOption {
    changed { $0.completion = .files }
  }

  /// The same option, which has no effect where `reason` gives one.
  func noEffect(_ reason: @escaping (Values) -> String?) -> CommandOption {
    changed { $0.reasonForNoEffect = reason }
  }

  /// The same option, of which a name cut short means an older one first.
  var late: CommandOption {
    changed { $0.isLate = true }
  }

  /// The same option, which is another use of the tool, with only these others.
  func alone(with companions: Set<String>) -> CommandOption {
    alone.changed { $0.companions = companions }
  }

  /// The same option, which no file of settings can have: it says what is done, not how.
  var onlyOnCommandLine: CommandOption {
    changed { $0.write = nil }
  }

  /// The same option, beside which none is required.
  var waivingRequired: CommandOption {
    changed { $0.waivesRequired = true }
  }

  /// The same option, which is another use of the tool.
  var alone: CommandOption {
    changed { $0.standsAlone = true }
  }

  static var help: CommandOption {
    CommandOption(name: "help", group: .output, help: "print this help", action: .help)
  }

  static var version: CommandOption {
    CommandOption(name: "version", group: .output, help: "print the version", action: .version)
  }

  /// Answers with a script for a shell.
  static var completions: CommandOption {
    let names = CompletionShell.allCases.map(\.rawValue)
    return CommandOption(
      name: "completions", group: .output, help: "print what makes the shell complete this tool",
      action: .completions, metavariable: "SHELL", allowed: names.joined(separator: ", "),
      completion: .words(names))
  }

  static func flag(
    _ name: String, _ path: WritableKeyPath<Values, Bool>, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help, action: .set { $0[keyPath: path] = $1 },
      write: { "\($0[keyPath: path])" })
  }

  /// A path, which must not be empty; without a default it must be given.
  static func path(
    _ name: String, _ metavariable: String, _ path: WritableKeyPath<Values, String>,
    default defaultText: String? = nil, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard !text.isEmpty else { throw .emptyValue(option: "--\(name)") }
        values[keyPath: path] = text
      },
      metavariable: metavariable, defaultText: defaultText, isRequired: defaultText == nil,
      write: { $0[keyPath: path] }, completion: metavariable == "DIR" ? .folders : .files)
  }

  /// A path that stays `nil` where it is not given.
  static func path(
    _ name: String, _ metavariable: String, _ path: WritableKeyPath<Values, String?>,
    default defaultText: String? = nil, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard !text.isEmpty else { throw .emptyValue(option: "--\(name)") }
        values[keyPath: path] = text
      },
      metavariable: metavariable, defaultText: defaultText, write: { $0[keyPath: path] },
      completion: metavariable == "DIR" ? .folders : .files)
  }

  /// Folders, at least one, in place of all other options.
  static func folders(
    _ name: String, _ path: WritableKeyPath<Values, [String]>, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .takeAll { texts, values throws(UsageError.Problem) in
        guard !texts.contains("") else { throw .emptyValue(option: "--\(name)") }
        values[keyPath: path] = texts
      },
      metavariable: "DIR", standsAlone: true, completion: .folders)
  }

  /// One of many words, which the help describes by `allowed`.
  static func word(
    _ name: String, _ metavariable: String, _ path: WritableKeyPath<Values, String>,
    of words: [String], _ allowed: String, default defaultText: String, _ group: Group,
    _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard words.contains(text) else {
          throw .invalidChoice(option: "--\(name)", choices: words, found: text)
        }
        values[keyPath: path] = text
      },
      metavariable: metavariable, allowed: allowed, defaultText: defaultText,
      completion: .words(words))
  }

  /// One of the choices' raw values, by a function that stores it.
  static func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ metavariable: String, _ type: Choice.Type, default defaultText: String,
    _ group: Group, _ help: String, store: @escaping (inout Values, Choice) -> Void
  ) -> CommandOption where Values: Equatable {
    let names = type.allCases.map(\.rawValue)
    return CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard let choice = Choice(rawValue: text) else {
          throw .invalidChoice(option: "--\(name)", choices: names, found: text)
        }
        store(&values, choice)
      },
      metavariable: metavariable, allowed: names.joined(separator: ", "),
      defaultText: defaultText,
      write: { values in
        // The one that is there already is that which changes nothing.
        type.allCases.first { choice in
          var changed = values
          store(&changed, choice)
          return changed == values
        }?.rawValue
      },
      completion: .words(names))
  }

  /// An address of the web that stays `nil` where it is not given.
  static func address(
    _ name: String, _ path: WritableKeyPath<Values, String?>, default defaultText: String,
    _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        let start = text.lowercased()
        guard ["http://", "https://"].contains(where: { start.hasPrefix($0) && start != $0 }) else {
          throw .outOfRange(
            option: "--\(name)", allowed: "an address that begins with https:// or http://",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path] = text
      },
      metavariable: "URL", defaultText: defaultText, write: { $0[keyPath: path] })
  }

  /// The height and width of images, `28` or `28x20`, that stay `nil` where they are not given.
  static func size(
    _ name: String, _ path: WritableKeyPath<Values, ImageSize?>, default defaultText: String,
    _ group: Group, _ help: String
  ) -> CommandOption {
    let limit = 1_000
    return CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        let sides = text.split(omittingEmptySubsequences: false) { "xX×".contains($0) }
          .map { PythonSyntax.integer(String($0)).flatMap { Int(exactly: $0) } ?? 0 }
        guard sides.count <= 2, sides.allSatisfy({ 1...limit ~= $0 }) else {
          throw .outOfRange(
            option: "--\(name)",
            allowed: "a height and width from 1 to \(limit), such as 28 or 28x20",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path] = ImageSize(height: sides[0], width: sides[sides.count - 1])
      },
      metavariable: "HxW", defaultText: defaultText,
      write: { $0[keyPath: path].map { "\($0.height)x\($0.width)" } })
  }

  /// Widths of layers with commas between them, `512,256`, that stay `nil` where they are not given.
  static func widths(
    _ name: String, _ path: WritableKeyPath<Values, [Int]?>, limit: Int,
    default defaultText: String, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
          .map { PythonSyntax.integer(String($0)).flatMap { Int(exactly: $0) } ?? 0 }
        guard numbers.count <= limit, numbers.allSatisfy({ 1...Int(Int32.max) ~= $0 }) else {
          throw .outOfRange(
            option: "--\(name)",
            allowed: "1 to \(limit) widths of at least 1 with commas between them, such as 512,256",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path] = numbers
      },
      metavariable: "N,N", defaultText: defaultText,
      write: { $0[keyPath: path].map { $0.map { "\($0)" }.joined(separator: ",") } })
  }

  /// Kinds of augmentation with commas between them.
  static func augmentation(
    _ name: String, _ path: WritableKeyPath<Values, [Augmentation.Kind]>, _ help: String
  ) -> CommandOption {
    let names = Augmentation.Kind.allCases.map(\.rawValue)
    return CommandOption(
      name: name, group: .training, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard let kinds = Augmentation.Kind.list(text) else {
          throw .outOfRange(
            option: "--\(name)",
            allowed: "some of \(names.joined(separator: ", ")) with commas between them",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path] = kinds
      },
      metavariable: "KIND,KIND", defaultText: "none",
      write: { values in
        let kinds = values[keyPath: path].map(\.rawValue)
        return kinds.isEmpty ? nil : kinds.joined(separator: ",")
      },
      completion: .words(names + [names.joined(separator: ",")]))
  }

  static func integer(
    _ name: String, _ path: WritableKeyPath<Values, Int>, in range: ClosedRange<Int>,
    default defaultText: String, _ group: Group, _ help: String
  ) -> CommandOption {
    integer(
      name, in: range, default: defaultText, group, help, write: { "\($0[keyPath: path])" },
      store: { $0[keyPath: path] = $1 })
  }

  /// An integer that stays `nil` where it is not given.
  static func integer<Number: FixedWidthInteger>(
    _ name: String, _ path: WritableKeyPath<Values, Number?>, in range: ClosedRange<Number>,
    default defaultText: String, _ group: Group, _ help: String
  ) -> CommandOption {
    integer(
      name, in: range, default: defaultText, group, help,
      write: { $0[keyPath: path].map { "\($0)" } }, store: { $0[keyPath: path] = $1 })
  }

  private static func integer<Number: FixedWidthInteger>(
    _ name: String, in range: ClosedRange<Number>, default defaultText: String,
    _ group: Group, _ help: String, write: @escaping (Values) -> String?,
    store: @escaping (inout Values, Number) -> Void
  ) -> CommandOption {
    let isOpen = Int(exactly: range.upperBound) == Int.max
    let allowed =
      isOpen ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    return CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard let integer = PythonSyntax.integer(text) else {
          throw .invalidValue(option: "--\(name)", type: "int", value: text)
        }
        guard let number = Number(exactly: integer), range.contains(number) else {
          let isAbove = integer > Int128(range.upperBound)
          throw .outOfRange(
            option: "--\(name)",
            allowed: isOpen && isAbove ? "at most \(range.upperBound)" : allowed,
            found: PythonSyntax.trimmed(text))
        }
        store(&values, number)
      },
      metavariable: "N", allowed: allowed, defaultText: defaultText, write: write, number: .integer)
  }

  /// `allowed` says in words what `isAllowed` checks; not-a-number must fail it.
  static func number(
    _ name: String, _ metavariable: String, _ path: WritableKeyPath<Values, Double>,
    _ allowed: String, where isAllowed: @escaping (Double) -> Bool, default defaultText: String,
    _ group: Group, _ help: String
  ) -> CommandOption {
    number(
      name, metavariable, allowed, where: isAllowed, default: defaultText, group, help,
      write: { "\($0[keyPath: path])" }, store: { $0[keyPath: path] = $1 })
  }

  /// A number that stays `nil` where it is not given.
  static func number(
    _ name: String, _ metavariable: String, _ path: WritableKeyPath<Values, Double?>,
    _ allowed: String, where isAllowed: @escaping (Double) -> Bool, default defaultText: String,
    _ group: Group, _ help: String
  ) -> CommandOption {
    number(
      name, metavariable, allowed, where: isAllowed, default: defaultText, group, help,
      write: { $0[keyPath: path].map { "\($0)" } }, store: { $0[keyPath: path] = $1 })
  }

  private static func number(
    _ name: String, _ metavariable: String, _ allowed: String,
    where isAllowed: @escaping (Double) -> Bool, default defaultText: String, _ group: Group,
    _ help: String, write: @escaping (Values) -> String?,
    store: @escaping (inout Values, Double) -> Void
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard let number = PythonSyntax.number(text) else {
          throw .invalidValue(option: "--\(name)", type: "float", value: text)
        }
        guard isAllowed(number) else {
          throw .outOfRange(
            option: "--\(name)", allowed: allowed, found: PythonSyntax.trimmed(text))
        }
        store(&values, number)
      },
      metavariable: metavariable, allowed: allowed, defaultText: defaultText, write: write,
      number: .real)
  }
}
