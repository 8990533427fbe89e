/// What a run was asked for, as `config.json` tells it.
package struct RunConfiguration: Equatable, Sendable {
  /// Of the program.
  package var version: String
  /// With the program's name.
  package var commandLine: [String]
  /// From the root: where the run is saved.
  package var modelPath: String
  /// What shapes the result, in the order to be shown: JSON values by name.
  package var settings: [Setting]

  /// A setting's value as JSON: `0.001`, `true`, `"cosine"`.
  package struct Setting: Hashable, Sendable {
    package let name: String
    package let json: String

    /// As people read it: text without its quotes.
    package var text: String {
      guard let value = try? JSONReader.value(in: Array(json.utf8)[...]),
        case .string(let text) = value.content
      else { return json }
      return text
    }
  }

  package init(version: String, commandLine: [String], modelPath: String, settings: [Setting]) {
    self.version = version
    self.commandLine = commandLine
    self.modelPath = modelPath
    self.settings = settings
  }

  package init(
    version: String, commandLine: [String], modelPath: String, _ settings: TrainingSettings
  ) {
    self.init(
      version: version, commandLine: commandLine, modelPath: modelPath,
      settings: TrainingSetting.all.flatMap { setting in
        let shown = setting.json(settings).map { Setting(name: setting.shownName, json: $0) }
        return [shown, setting.shownName == "n_layers" ? Self.widths(settings) : nil]
          .compactMap(\.self)
      })
  }

  /// The settings that a model file tells; none of weights alone.
  package static func settings(of model: SavedModel) -> [Setting] {
    model.settings.map {
      RunConfiguration(version: "", commandLine: [], modelPath: "", $0).settings
    } ?? []
  }

  /// The widths of the hidden layers; nil where their number gives them.
  private static func widths(_ settings: TrainingSettings) -> Setting? {
    guard !settings.hasUsualWidths else { return nil }
    let text = settings.hiddenSizes.map { "\($0)" }.joined(separator: ",")
    return Setting(name: "hidden_sizes", json: JSONText.quoted(text))
  }

  /// What told the best epoch of the run.
  package var monitor: MonitoredFigure {
    setting("monitor").flatMap { MonitoredFigure(rawValue: $0.text) } ?? .validLoss
  }

  /// The learning rate of a run that has but one; nil of others.
  var onlyLearningRate: Double? {
    guard setting("lr_schedule")?.text == LearningRateSchedule.constant.rawValue,
      setting("warmup_epochs")?.json == "0"
    else { return nil }
    return setting("learning_rate").flatMap { Double($0.json) }
  }

  package func setting(_ name: String) -> Setting? { settings.first { $0.name == name } }

  /// The settings that a model file tells and that stay what they were when the run began: of weights alone,
  /// what their shapes tell.
  static func lastingSettings(of model: SavedModel) -> [Setting] {
    var settings = model.settings ?? TrainingSettings()
    var names = Set(TrainingSetting.all.filter { $0.resuming != .changeable }.map(\.shownName))
    names.insert("hidden_sizes")
    if model.settings == nil {
      settings.hiddenSizes = model.layout.hiddenSizes
      settings.useDropout = !model.layout.usesBatchNorm
      settings.outputSize = model.layout.outputSize
      (settings.imageHeight, settings.imageWidth) = (1, model.layout.inputSize)
      names = ["n_layers", "hidden_sizes", "use_dropout", "output_size"]
    }
    return RunConfiguration(version: "", commandLine: [], modelPath: "", settings)
      .settings.filter { names.contains($0.name) }
  }

  /// Whether `other` may be the same run, gone on with other values of the settings that may change.
  func hasSettings(of other: RunConfiguration) -> Bool {
    let changeable = TrainingSetting.all.filter { $0.resuming == .changeable }.map(\.shownName)
    return settings(without: changeable) == other.settings(without: changeable)
  }

  /// The first setting by which `other` cannot be the same run, gone on, with its value there and here; nil where
  /// it may be.
  func difference(
    from other: RunConfiguration
  ) -> (name: String, expected: String, found: String)? {
    guard !hasSettings(of: other) else { return nil }
    let changeable = TrainingSetting.all.filter { $0.resuming == .changeable }.map(\.shownName)
    let names = (other.settings + settings).map(\.name).filter { !changeable.contains($0) }
    guard let name = names.first(where: { setting($0) != other.setting($0) }) else { return nil }
    return (name, other.setting(name)?.text ?? "none", setting(name)?.text ?? "none")
  }

  /// Whatever their order.
  func settings(without names: [String]) -> Set<Setting> {
    Set(settings.filter { !names.contains($0.name) })
  }

  /// The content of `config.json`: one setting a line.
  package var json: String {
    let words = commandLine.map(JSONText.quoted).joined(separator: ", ")
    let lines = settings.map { "    \(JSONText.quoted($0.name)): \($0.json)" }
    return """
      {
        "version": \(JSONText.quoted(version)),
        "command_line": [\(words)],
        "model_fn": \(JSONText.quoted(modelPath)),
        "settings": {
      \(lines.joined(separator: ",\n"))
        }
      }

      """
  }

  /// Reads the file at `path`. Throws `FileError` or `RunFolderError`.
  static func read(_ path: String) throws -> RunConfiguration {
    let bytes = try InputFile.read(path, limit: 1 << 22)
    do throws(JSONError) {
      let members = try JSONReader.value(in: bytes[...]).object()
      func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
      guard let version = try member("version")?.string(),
        let words = try member("command_line")?.array(),
        let modelPath = try member("model_fn")?.string(),
        let settings = try member("settings")?.object()
      else {
        throw .unexpected(
          offset: 0, expected: "version, command_line, model_fn and settings",
          found: members.map(\.name).joined(separator: ", "))
      }
      var commandLine: [String] = []
      for word in words { commandLine.append(try word.string()) }
      return RunConfiguration(
        version: version, commandLine: commandLine, modelPath: modelPath,
        settings: settings.map { Setting(name: $0.name, json: $0.value.json) })
    } catch {
      throw RunFolderError.wrongConfiguration(path: path, reason: "\(error)")
    }
  }
}

extension JSONValue {
  /// The value as JSON, without white space.
  var json: String {
    switch content {
    case .null: "null"
    case .boolean(let flag): "\(flag)"
    case .number(let text): text
    case .string(let text): JSONText.quoted(text)
    case .array(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(JSONText.quoted($0.name)):\($0.value.json)" }.joined(separator: ","))}"
    }
  }
}
