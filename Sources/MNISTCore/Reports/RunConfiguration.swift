/// What a run was asked for, as `config.json` tells it.
public struct RunConfiguration: Equatable, Sendable {
  /// Of the program.
  public var version: String
  /// With the program's name.
  public var commandLine: [String]
  /// From the root: where the run is saved.
  public var modelPath: String
  /// What shapes the result, in the order to be shown: JSON values by name.
  public var settings: [Setting]

  /// A setting's value as JSON: `0.001`, `true`, `"cosine"`.
  public struct Setting: Hashable, Sendable {
    public let name: String
    public let json: String

    public init(_ name: String, number: some Numeric & CustomStringConvertible) {
      self.init(name: name, json: "\(number)")
    }

    public init(_ name: String, flag: Bool) { self.init(name: name, json: "\(flag)") }

    public init(_ name: String, text: String) {
      self.init(name: name, json: JSONText.quoted(text))
    }

    init(name: String, json: String) {
      self.name = name
      self.json = json
    }

    /// As people read it: text without its quotes.
    public var text: String {
      guard let value = try? JSONReader.value(in: Array(json.utf8)[...]),
        case .string(let text) = value.content
      else { return json }
      return text
    }
  }

  public init(version: String, commandLine: [String], modelPath: String, settings: [Setting]) {
    self.version = version
    self.commandLine = commandLine
    self.modelPath = modelPath
    self.settings = settings
  }

  public init(
    version: String, commandLine: [String], modelPath: String, _ settings: TrainingSettings
  ) {
    self.init(
      version: version, commandLine: commandLine, modelPath: modelPath,
      settings: [
        Setting("seed", number: settings.seed),
        Setting("n_epochs", number: settings.epochCount),
        Setting("batch_size", number: settings.batchSize),
        Setting("train_ratio", number: settings.trainRatio),
        Setting("n_layers", number: settings.hiddenSizes.count + 1),
        Setting("use_dropout", flag: settings.useDropout),
        Setting("dropout_p", number: settings.dropoutProbability),
        Setting("learning_rate", number: settings.learningRate),
        Setting("weight_decay", number: settings.weightDecay),
        Setting("decoupled_weight_decay", flag: settings.decoupledWeightDecay),
        Setting("lr_schedule", text: settings.learningRateSchedule.rawValue),
        Setting("warmup_epochs", number: settings.warmupEpochCount),
        Setting("dataset", text: settings.dataset.rawValue),
        Setting("image_height", number: settings.imageHeight),
        Setting("image_width", number: settings.imageWidth),
        Setting("output_size", number: settings.outputSize),
        Setting("train_images_crc32", text: hexadecimal(settings.imagesCRC32)),
        Setting("train_labels_crc32", text: hexadecimal(settings.labelsCRC32)),
      ] + (settings.patience.map { [Setting("patience", number: $0)] } ?? []))
  }

  public func setting(_ name: String) -> Setting? { settings.first { $0.name == name } }

  /// Whether `other` may be the same run, which may have been given another number of epochs or patience.
  func hasSettings(of other: RunConfiguration) -> Bool {
    let changing = ["n_epochs", "patience"]
    return settings(without: changing) == other.settings(without: changing)
  }

  /// In the order of their names.
  func settings(without names: [String]) -> [Setting] {
    settings.filter { !names.contains($0.name) }.sorted { $0.name < $1.name }
  }

  /// The content of `config.json`: one setting a line.
  public var json: String {
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
    let bytes = try InputFile.read(path, limit: 1 << 20)
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
