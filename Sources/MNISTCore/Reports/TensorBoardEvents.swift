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

  /// The scalars of an epoch: `train/loss`, `valid/loss`, `valid/accuracy`.
  static func epoch(_ row: MetricsRow, wallTime: Double) -> [UInt8] {
    [
      ("train/loss", row.trainLoss), ("valid/loss", row.validLoss),
      ("valid/accuracy", row.validAccuracy),
    ].flatMap { scalar($0.0, $0.1, step: row.epoch, wallTime: wallTime) }
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
