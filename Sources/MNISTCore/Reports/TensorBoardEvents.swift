/// TensorBoard's event files: records of protocol buffers, each with two checksums.
///
/// A record is the length of its data in 8 bytes, the masked CRC-32C of these, the data, and the
/// masked CRC-32C of the data; numbers are little-endian.
enum TensorBoardEvents {
  /// The first record of a file. Times are seconds since 1970.
  static func version(wallTime: Double) -> [UInt8] {
    record(time(wallTime) + field(3, Array("brain.Event:2".utf8)))
  }

  static func scalar(
    _ tag: String, _ value: Double, step: Int, wallTime: Double
  ) -> [UInt8] {
    let number = [2 << 3 | 5] + littleEndian(UInt64(Float(value).bitPattern), byteCount: 4)
    let summary = field(1, field(1, Array(tag.utf8)) + number)
    return record(
      time(wallTime) + [2 << 3] + variable(UInt64(step)) + field(5, summary))
  }

  /// Tells that a run goes on: readers forget what was told of this step and later ones.
  static func restart(step: Int, wallTime: Double) -> [UInt8] {
    record(time(wallTime) + [2 << 3] + variable(UInt64(step)) + field(7, [1 << 3, 1]))
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

  // MARK: Bytes

  private static func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count), byteCount: 8)
    return length + littleEndian(UInt64(CRC32C.masked(length)), byteCount: 4)
      + data + littleEndian(UInt64(CRC32C.masked(data)), byteCount: 4)
  }

  private static func time(_ wallTime: Double) -> [UInt8] {
    [1 << 3 | 1] + littleEndian(wallTime.bitPattern, byteCount: 8)
  }

  /// A field of bytes: its number and kind, their count, and they.
  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + variable(UInt64(bytes.count)) + bytes
  }

  /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
  private static func variable(_ number: UInt64) -> [UInt8] {
    var rest = number
    var bytes: [UInt8] = []
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func littleEndian(_ number: UInt64, byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
