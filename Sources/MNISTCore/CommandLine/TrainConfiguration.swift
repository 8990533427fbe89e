// The file of `--config`.

extension TrainOptions {
  /// Reads the file, of a `config.json` what options say. Throws `FileError` or `UsageError.Problem`.
  static func configurationFile(_ path: String) throws -> SettingsFile {
    var file = try SettingsFile(readingFrom: path)
    if file.isOfLog { file.entries = options(of: file.entries) }
    return file
  }

  /// What the log of a run says, as options: what only the data says is passed over, and so is what meant nothing in
  /// that run.
  static func options(of entries: [SettingsFile.Entry]) -> [SettingsFile.Entry] {
    func value(_ key: String) -> String? { entries.first { $0.key == key }?.value }
    let names = Set(command.options.filter(\.isSetting).map(\.name))
    let settings = Set(TrainingSetting.all.map(\.shownName))
    return entries.compactMap { entry in
      switch entry.key {
      case "fitted_pictures":
        guard entry.value == "true", let height = value("image_height"),
          let width = value("image_width")
        else { return nil }
        return SettingsFile.Entry(
          key: "image_size", value: "\(height)x\(width)", line: entry.line, isQuoted: true)
      // The number of layers is that of the widths.
      case "n_layers" where value("hidden_sizes") != nil: return nil
      // Without dropout its probability is 0, whatever was asked for.
      case "dropout_p" where value("use_dropout") == "false": return nil
      case let key where settings.contains(key) && !names.contains(key): return nil
      default: return entry
      }
    }
  }
}
