/// TensorBoard's event files: records of protocol buffers, each with two checksums.
///
/// A record is the length of its data in 8 bytes, the masked CRC-32C of these, the data, and the
/// masked CRC-32C of the data; numbers are little-endian.
enum TensorBoardEvents {
  /// The first record of a file. Times are seconds since 1970.
  static func version(wallTime: Double) -> [UInt8] {
    record([.float64(1, wallTime), .text(3, "brain.Event:2")])
  }

  static func scalar(
    _ tag: String, _ value: Double, step: Int, wallTime: Double
  ) -> [UInt8] {
    let summary = [ProtobufField.message(1, [.text(1, tag), .float32(2, Float(value))])]
    return record([.float64(1, wallTime), .integer(2, Int64(step)), .message(5, summary)])
  }

  /// Tells that a run goes on: readers forget what was told of this step and later ones.
  static func restart(step: Int, wallTime: Double) -> [UInt8] {
    record([.float64(1, wallTime), .integer(2, Int64(step)), .message(7, [.integer(1, 1)])])
  }

  /// The scalars of an epoch: `train/loss`, `valid/loss`, `valid/accuracy`, `learning_rate`; of the last, none where
  /// it is not known.
  static func epoch(_ row: MetricsRow, wallTime: Double) -> [UInt8] {
    var scalars = [
      ("train/loss", row.trainLoss), ("valid/loss", row.validLoss),
      ("valid/accuracy", row.validAccuracy),
    ]
    if !row.learningRate.isNaN { scalars.append(("learning_rate", row.learningRate)) }
    return scalars.flatMap { scalar($0.0, $0.1, step: row.epoch, wallTime: wallTime) }
  }

  /// The settings of a run and the figures that it is judged by, for the page HPARAMS: what the run began with, told in its
  /// first file.
  static func settings(_ settings: [RunConfiguration.Setting], wallTime: Double) -> [UInt8] {
    let types = settings.map { setting in
      ProtobufField.message(4, [.text(1, setting.name), .integer(4, type(of: setting))])
    }
    let figures = ["valid/accuracy", "valid/loss"].map {
      ProtobufField.message(5, [.message(1, [.text(2, $0)])])
    }
    let values = settings.map { setting in
      ProtobufField.message(1, [.text(1, setting.name), .message(2, [value(of: setting)])])
    }
    return hyperparameters("experiment", [.message(2, types + figures)], wallTime)
      + hyperparameters(
        "session_start_info", [.message(3, values + [.float64(5, wallTime)])], wallTime)
  }

  /// Tells that the run has ended as it should.
  static func end(wallTime: Double) -> [UInt8] {
    hyperparameters(
      "session_end_info", [.message(4, [.integer(1, 1), .float64(2, wallTime)])], wallTime)
  }

  private static func hyperparameters(
    _ name: String, _ data: [ProtobufField], _ wallTime: Double
  ) -> [UInt8] {
    let plugin = ProtobufField.message(1, [.text(1, "hparams"), .message(2, data)])
    let summary = ProtobufField.message(1, [.text(1, "_hparams_/\(name)"), .message(9, [plugin])])
    return record([.float64(1, wallTime), .message(5, [summary])])
  }

  /// TensorBoard's numbers for text, truth values and numbers.
  private static func type(of setting: RunConfiguration.Setting) -> Int64 {
    switch value(of: setting) {
    case .bytes: 1
    case .integer: 2
    default: 3
    }
  }

  /// As `google.protobuf.Value`.
  private static func value(of setting: RunConfiguration.Setting) -> ProtobufField {
    switch setting.json {
    case "true", "false": .integer(4, setting.json == "true" ? 1 : 0)
    case let text where Double(text) != nil: .float64(2, Double(text) ?? 0)
    default: .text(3, setting.text)
    }
  }

  /// A file's name; TensorBoard reads all such files of a folder as one run.
  static func fileName(
    wallTime: Double, host: String, process: Int, user: Int
  ) -> String {
    let seconds = "\(Int(wallTime))"
    let padding = String(repeating: "0", count: max(0, 10 - seconds.count))
    // A slash cannot stand in a name, whatever the host is called.
    let safeHost = String(host.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
    return "events.out.tfevents.\(padding)\(seconds).\(safeHost).\(process).\(user)"
  }

  private static func record(_ event: [ProtobufField]) -> [UInt8] {
    let data = event.encoded()
    var length: [UInt8] = []
    NumberBytes.append([UInt64(data.count)], to: &length)
    return length + checksum(length) + data + checksum(data)
  }

  private static func checksum(_ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    NumberBytes.append([CRC32C.masked(data)], to: &bytes)
    return bytes
  }
}
