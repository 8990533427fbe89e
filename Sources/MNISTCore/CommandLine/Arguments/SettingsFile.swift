/// Options' values out of a file: a line `key = value` for each, or the `settings` of a run's `config.json`.
///
/// A key is an option's name without its dashes, with `-` or `_`. Blank lines and those that begin with `#` say
/// nothing, as do a byte order mark and the `\r` of a line's end. A value in quotes is a string as JSON has it, for
/// what a line could not hold; others need none.
struct SettingsFile: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    /// With `_`.
    let key: String
    var value: String
    /// From 1; 0 where there are no lines.
    let line: Int
    /// Whether it stood in quotes: then nothing in it has a meaning of its own.
    var isQuoted = false
  }

  let path: String
  /// In the file's order.
  var entries: [Entry]
  /// Whether it is a `config.json`, which has more than options.
  let isOfLog: Bool

  /// Throws `FileError` where the file cannot be read, else `UsageError.Problem`.
  init(readingFrom path: String) throws {
    try self.init(InputFile.read(path, limit: 1 << 22), path: path)
  }

  /// - Parameter path: only serves the sentences.
  init(_ bytes: [UInt8], path: String) throws(UsageError.Problem) {
    self.path = path
    let bytes = bytes[(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)...]
    isOfLog = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
    entries = isOfLog ? try Self.members(bytes, path) : try Self.lines(bytes, path)
  }

  /// Lines that are no file's.
  init(named path: String, entries: [Entry]) {
    (self.path, self.entries, isOfLog) = (path, entries, false)
  }

  private static func lines(
    _ bytes: ArraySlice<UInt8>, _ path: String
  ) throws(UsageError.Problem) -> [Entry] {
    var entries: [Entry] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      do throws(UsageError.Problem) {
        if let entry = try entry(line, index + 1) { entries.append(entry) }
      } catch {
        throw .inFile(path: path, line: index + 1, error)
      }
    }
    return entries
  }

  /// Nil where the line says nothing.
  private static func entry(
    _ line: ArraySlice<UInt8>, _ number: Int
  ) throws(UsageError.Problem) -> Entry? {
    guard let text = String(validating: line, as: UTF8.self) else { throw .notUTF8 }
    let trimmed = PythonSyntax.trimmed(text)
    guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { return nil }
    let parts = trimmed.unicodeScalars.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false
    ).map { PythonSyntax.trimmed(String($0)) }
    guard parts.count == 2, !parts[0].isEmpty else { throw .notASetting(found: trimmed) }
    var entry = Entry(key: Self.key(parts[0]), value: parts[1], line: number)
    if entry.value.hasPrefix("\"") {
      let value = try? JSONReader.value(in: Array(entry.value.utf8)[...]).string()
      guard let value else { throw .badQuotes(found: entry.value) }
      (entry.value, entry.isQuoted) = (value, true)
    }
    return entry
  }

  private static func members(
    _ bytes: ArraySlice<UInt8>, _ path: String
  ) throws(UsageError.Problem) -> [Entry] {
    /// The line of a byte.
    func line(_ offset: Int) -> Int {
      1 + bytes[..<min(offset, bytes.endIndex)].count { $0 == UInt8(ascii: "\n") }
    }
    do throws(JSONError) {
      let members = try JSONReader.value(in: bytes).object()
      guard let settings = members.first(where: { $0.name == "settings" })?.value else {
        throw .unexpected(
          offset: bytes.startIndex, expected: "settings, as a run's config.json has them",
          found: members.isEmpty ? "nothing" : members.map(\.name).joined(separator: ", "))
      }
      return try settings.object().filter { $0.value.content != .null }.map { member in
        let text: String
        if case .string(let value) = member.value.content {
          text = value
        } else {
          text = member.value.json
        }
        return Entry(
          key: key(member.name), value: text, line: line(member.value.offset), isQuoted: true)
      }
    } catch {
      throw .inFile(path: path, line: line(error.offset), .json(error))
    }
  }

  private static func key(_ text: String) -> String { text.replacing("-", with: "_") }

  /// A value as a line has it: in quotes only where it would not come back without.
  static func text(of value: String) -> String {
    let comesBack =
      PythonSyntax.trimmed(value) == value && !value.isEmpty && !value.hasPrefix("\"")
      && !value.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return comesBack ? value : JSONText.quoted(value)
  }

  /// A problem of an option that the file gives, with its line.
  func locating(_ problem: UsageError.Problem) -> UsageError.Problem {
    guard case .outOfRange(let option, _, _) = problem,
      let entry = entries.first(where: { "--\($0.key)" == option })
    else { return problem }
    return .inFile(path: path, line: entry.line == 0 ? nil : entry.line, problem)
  }
}

// MARK: - Into options

extension CommandOption {
  /// Whether a file of settings may have it.
  var isSetting: Bool { write != nil && !standsAlone }

  /// Takes the value that a file gives.
  func take(_ text: String, into values: inout Values) throws(UsageError.Problem) {
    switch action {
    case .set(let set):
      guard let isOn = Bool(text) else {
        throw .invalidChoice(option: label, choices: ["true", "false"], found: text)
      }
      set(&values, isOn)
    case .take(let store):
      guard !text.isEmpty else { throw .noValue(option: label) }
      try store(text, &values)
    case .takeAll, .help, .version, .completions:
      throw .onlyOnCommandLine(option: label)
    }
  }
}

extension ArgumentParser {
  /// The option that a key of a file means.
  func setting(named key: String) throws(UsageError.Problem) -> CommandOption<Values> {
    guard let option = options.first(where: { $0.name == key || $0.alias == key }) else {
      let settings = ArgumentParser(options: options.filter(\.isSetting))
      let nearest = settings.nearestFlag(to: ["--\(key)"])
      throw .unknownKey(key, nearest: nearest.map { String($0.dropFirst(2)) })
    }
    guard option.isSetting else { throw .onlyOnCommandLine(option: option.label) }
    return option
  }

  /// Stores what the file says. Refuses keys that are none, stand twice or exclude each other, and values out of
  /// their range, with their line.
  ///
  /// - Returns: the entries' options, in their order.
  @discardableResult
  func apply(
    _ file: SettingsFile, to values: inout Values
  ) throws(UsageError.Problem) -> [CommandOption<Values>] {
    var found: [CommandOption<Values>] = []
    for entry in file.entries {
      do throws(UsageError.Problem) {
        let option = try setting(named: entry.key)
        if let first = found.firstIndex(where: { $0.name == option.name }) {
          throw .repeatedKey(option: option.label, line: file.entries[first].line)
        }
        if let other = found.first(where: { option.excluded.contains($0.name) }) {
          throw .notAllowedWith(option: option.label, other: other.label)
        }
        try option.take(entry.value, into: &values)
        found.append(option)
      } catch {
        throw .inFile(path: file.path, line: entry.line, error)
      }
    }
    return found
  }
}

extension CommandDescription {
  /// What the file says and the command line does not: options win, also over those that they exclude. All of the
  /// file is checked.
  func settings(
    of file: SettingsFile, beside arguments: [String], _ start: Values
  ) throws(UsageError.Problem) -> SettingsFile {
    let parser = ArgumentParser(options: options, operands: operands)
    var values = start
    let found = try parser.apply(file, to: &values)
    guard case .values(let given) = try parser.parse(arguments, into: &values) else { return file }
    var file = file
    file.entries = zip(file.entries, found).filter { _, option in
      !given.contains(option.name) && option.excluded.isDisjoint(with: given)
    }.map(\.0)
    return file
  }

  /// A line for each option that a file may have: its value or, as a comment, what it is without one.
  func settingsText(of values: Values) -> String {
    let settings = options.filter(\.isSetting)
    func text(_ option: CommandOption<Values>) -> String? { option.write.flatMap { $0(values) } }
    return settings.compactMap { option in
      if let text = text(option) { return "\(option.name) = \(SettingsFile.text(of: text))" }
      let isExcluded = settings.contains { option.excluded.contains($0.name) && text($0) != nil }
      return isExcluded ? nil : "# \(option.name): \(option.defaultText ?? "none")"
    }.joined(separator: "\n")
  }
}
