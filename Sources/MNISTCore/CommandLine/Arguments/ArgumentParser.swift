/// Reads a command line as Python's argparse does (3.11, its `parse_intermixed_args` where the tool takes
/// arguments without an option).
///
/// Deliberately different: `-` and `_` in names are alike; an abbreviation is looked for among the
/// original options first, and one that is ambiguous there is answered with all that it could mean; values
/// out of range are refused; `--model_fn=--` is a path.
struct ArgumentParser<Values> {
  let options: [CommandOption<Values>]
  /// Without it, only options are taken.
  var operands: CommandOperands<Values>?

  enum Outcome: Equatable {
    /// `given` are the names of the options that the command line has.
    case values(given: Set<String>)
    case help, version
    case completions(CompletionShell)
  }

  /// The options of the mirrored project, and those of versions 1.0 and 1.1. Options that came later never
  /// make an abbreviation ambiguous that was not so before.
  private static var generations: [Set<String>] {
    [
      [
        "help", "model_fn", "gpu_id", "train_ratio", "batch_size", "n_epochs", "n_layers",
        "use_dropout", "dropout_p", "verbose",
      ],
      ["data_dir", "seed", "n_threads", "n_test", "show", "version"],
      // Of 1.1, those of which a later option has the beginning.
      ["learning_rate", "lr_schedule", "log_dir", "resume", "patience", "compare", "completions"],
    ]
  }

  /// Stores what `arguments` say into `values`, from left to right, so that the last one wins.
  ///
  /// Stops early at `--help`, `--version` and `--completions`. An ambiguous abbreviation anywhere comes before every
  /// other mistake, then the first bad value, then missing options, then unknown ones.
  func parse(
    _ arguments: [String], into values: inout Values
  ) throws(UsageError.Problem) -> Outcome {
    let tokens = try tokens(of: arguments)
    var given: Set<String> = []
    var unrecognized: [String] = []
    var index = 0
    while index < tokens.count {
      defer { index += 1 }
      guard case .option(let option, let ownValue) = tokens[index] else {
        if let operands, case .value = tokens[index] {
          operands.store(&values, arguments[index])
        } else if operands == nil || arguments[index] != "--" {
          unrecognized.append(arguments[index])
        }
        continue
      }
      given.insert(option.name)
      switch option.action {
      case .take, .completions:
        var value = ownValue
        if value == nil, index + 1 < tokens.count, case .value = tokens[index + 1] {
          index += 1
          value = arguments[index]
        }
        if value == nil, let store = option.storeWithoutValue {
          store(&values)
          break
        }
        guard let value = value ?? option.impliedValue else { throw .noValue(option: option.label) }
        guard case .take(let store) = option.action else {
          return .completions(try shell(value, option))
        }
        try store(value, &values)
      case .takeAll(let store):
        var texts = ownValue.map { [$0] } ?? []
        while ownValue == nil, index + 1 < tokens.count, case .value = tokens[index + 1] {
          index += 1
          texts.append(arguments[index])
        }
        guard !texts.isEmpty else { throw .noValues(option: option.label) }
        try store(texts, &values)
      case .help, .version, .set:
        if let ownValue { throw .unexpectedValue(option: option.label, value: ownValue) }
        if case .help = option.action { return .help }
        if case .version = option.action { return .version }
        if case .set(let set) = option.action { set(&values, true) }
      }
      if let other = options.first(where: {
        option.excluded.contains($0.name) && given.contains($0.name)
      }) {
        throw .notAllowedWith(option: option.label, other: other.label)
      }
    }
    let alone = options.first { $0.standsAlone && given.contains($0.name) }
    if let alone,
      let other = options.first(where: {
        $0.name != alone.name && $0.needed != alone.name && given.contains($0.name)
          && !alone.companions.contains($0.name)
      })
    {
      throw .notAllowedWith(option: alone.label, other: other.label)
    }
    for option in options where given.contains(option.name) {
      if let needed = option.needed, !given.contains(needed) {
        throw .notAllowedWithout(option: option.label, other: "--\(needed)")
      }
    }
    let needsAll =
      alone == nil && !options.contains { $0.waivesRequired && given.contains($0.name) }
    let missing = options.filter { $0.isRequired && needsAll && !given.contains($0.name) }
    let nearest = nearestFlag(to: unrecognized)
    guard missing.isEmpty else {
      throw .missing(options: missing.map(\.label), nearest: nearest)
    }
    guard unrecognized.isEmpty else {
      throw .unrecognized(arguments: unrecognized, nearest: nearest)
    }
    return .values(given: given)
  }

  /// The same arguments without these options and their values.
  func arguments(
    _ arguments: [String], without names: Set<String>
  ) throws(UsageError.Problem) -> [String] {
    let tokens = try tokens(of: arguments)
    var isLeftOut = false
    return zip(tokens, arguments).compactMap { token, argument in
      switch token {
      case .option(let option, let ownValue):
        let isNamed = names.contains(option.name)
        isLeftOut = isNamed && ownValue == nil && option.metavariable != nil
        return isNamed ? nil : argument
      case .value:
        // Of the values behind an option, one is its own.
        defer { isLeftOut = false }
        return isLeftOut ? nil : argument
      case .unknown:
        isLeftOut = false
        return argument
      }
    }
  }

  private func shell(
    _ name: String, _ option: CommandOption<Values>
  ) throws(UsageError.Problem) -> CompletionShell {
    guard let shell = CompletionShell(rawValue: name) else {
      throw .invalidChoice(
        option: option.label, choices: CompletionShell.allCases.map(\.rawValue), found: name)
    }
    return shell
  }

  // MARK: - Which arguments are options

  private enum Token {
    case value
    /// An option of the table, with the value it carries after `=`.
    case option(CommandOption<Values>, value: String?)
    /// An option of no table, or `--` itself.
    case unknown
  }

  private func tokens(of arguments: [String]) throws(UsageError.Problem) -> [Token] {
    var tokens: [Token] = []
    tokens.reserveCapacity(arguments.count)
    var isPastSeparator = false
    for argument in arguments {
      if isPastSeparator {
        tokens.append(.value)
      } else if argument == "--" {
        isPastSeparator = true
        tokens.append(.unknown)
      } else {
        tokens.append(try token(argument))
      }
    }
    return tokens
  }

  private func token(_ argument: String) throws(UsageError.Problem) -> Token {
    let scalars = argument.unicodeScalars
    guard scalars.first == "-", scalars.count > 1 else { return .value }
    if let option = try scalars.starts(with: "--".unicodeScalars)
      ? longOption(argument) : shortOption(argument)
    {
      return option
    }
    let isValue = PythonSyntax.isNegativeNumber(argument) || scalars.contains(" ")
    return isValue ? .value : .unknown
  }

  /// `--name`, `--name=value`, and both with the name cut short.
  private func longOption(_ argument: String) throws(UsageError.Problem) -> Token? {
    let parts = argument.unicodeScalars.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count > 1 ? String(parts[1]) : nil
    let name = parts[0].dropFirst(2).map { $0 == "-" ? "_" : $0 }
    let whole = options.first { option in
      [option.name, option.alias].contains { $0?.unicodeScalars.elementsEqual(name) ?? false }
    }
    if let whole { return .option(whole, value: value) }
    let candidates = options.filter { $0.name.unicodeScalars.starts(with: name) }
    let eldest = Self.generations.lazy
      .map { names in candidates.filter { names.contains($0.name) && !$0.isLate } }
      .first { !$0.isEmpty }
    let chosen = eldest ?? candidates
    guard chosen.count <= 1 else {
      throw .ambiguous(argument: argument, candidates: candidates.map(\.flag))
    }
    return chosen.first.map { .option($0, value: value) }
  }

  /// `-h`, the only short option; `-hh` and `-h=h` repeat it, as in argparse.
  private func shortOption(_ argument: String) -> Token? {
    guard let help = options.first(where: { $0.name == "help" }) else { return nil }
    var rest = argument.unicodeScalars.dropFirst()
    guard rest.popFirst() == "h" else { return nil }
    if rest.isEmpty { return .option(help, value: nil) }
    if rest.first == "=" {
      rest.removeFirst()
      if rest.isEmpty { return .option(help, value: "") }
    }
    let surplus = rest.drop { $0 == "h" }
    return .option(help, value: surplus.isEmpty ? nil : String(surplus))
  }
}
