/// The directory of a ZIP archive: what lies where, every number of it checked; nothing is unpacked yet.
///
/// The end record, the directory and each entry's own header must agree. From the first byte to the last, nothing
/// is left between the entries, the directory and the end record. Stored and deflated entries are read, sizes and
/// places in 64 bits too (ZIP64). Names are what they are: nothing is ever written to a path.
///
/// Source: PKWARE's APPNOTE.TXT, version 6.3.10.
struct ZIPArchive: Sendable {
  /// How an entry is packed.
  enum Method: UInt16, Sendable {
    case stored = 0
    case deflated = 8
  }

  struct Entry: Equatable, Sendable {
    let name: String
    let method: Method
    /// Where its own header begins, and where its packed bytes lie.
    let headerOffset: Int
    let range: Range<Int>
    /// Unpacked.
    let byteCount: Int
    let crc32: UInt32

    var packedByteCount: Int { range.count }
  }

  /// Room for more entries than any archive of numbers has.
  static let directoryLimitBytes = 64 << 20
  /// What archives begin with: the first entry's header.
  static let signature: [UInt8] = [0x50, 0x4B, 3, 4]

  let path: String
  /// In the order in which they lie in the file, which is the directory's, no name twice.
  let entries: [Entry]
  /// Whether `ZIPWriter` sealed it; then every byte outside the entries is as it was written.
  let isSealed: Bool

  /// Reads the directory of a file of `byteCount` bytes. Throws `ZIPError` and what `read` throws.
  ///
  /// - Parameters:
  ///   - path: only serves the sentences.
  ///   - read: gives the bytes of a range, which is inside the file.
  init(path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8]) throws {
    self.path = path
    let end = try ZIPEnd(path: path, byteCount: byteCount, read: read)
    guard end.directory.count <= Self.directoryLimitBytes else {
      throw ZIPError.directoryTooLarge(
        path: path, limitBytes: Self.directoryLimitBytes, foundBytes: end.directory.count)
    }
    var records: [ZIPRecord] = []
    var names: Set<[UInt8]> = []
    let directory = try read(end.directory)
    var position = 0
    for _ in 0..<end.entryCount {
      let record = try ZIPRecord(
        directory, at: &position, offset: end.directory.lowerBound, path: path)
      guard names.insert(record.name).inserted else {
        throw ZIPError.duplicateName(path: path, entry: record.text)
      }
      records.append(record)
    }
    guard position == directory.count else {
      throw ZIPError.damagedDirectory(path: path, offset: end.directory.lowerBound + position)
    }
    // Most writers keep them in order; the directory need not.
    records.sort { $0.headerOffset < $1.headerOffset }
    // Then all of them are inside the file.
    if let last = records.last, last.headerOffset >= end.directory.lowerBound {
      throw ZIPError.noHeader(path: path, entry: last.text, offset: last.headerOffset)
    }
    let begins = records.map(\.headerOffset) + [end.directory.lowerBound]
    guard begins[0] == 0 else {
      throw ZIPError.notAdjacent(path: path, entry: nil, expectedOffset: 0, foundOffset: begins[0])
    }
    var entries: [Entry] = []
    for (index, record) in records.enumerated() {
      entries.append(try record.entry(upTo: begins[index + 1], path: path, read: read))
    }
    self.entries = entries
    isSealed = ZIPSeal.marks(entries)
    if isSealed {
      try ZIPSeal.check(entries, path: path, byteCount: byteCount, read: read)
    }
  }

  /// The entry of a name, as it is spelled byte by byte.
  func entry(named name: String) -> Entry? {
    entries.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  /// All of an entry, unpacked, its CRC-32 checked. Throws `FileError`, `ZIPError` and what `read` throws.
  ///
  /// - Parameter limit: larger ones are refused, in bytes.
  func content(
    of entry: Entry, limit: Int, read: (Range<Int>) throws -> [UInt8]
  ) throws -> [UInt8] {
    guard entry.byteCount <= limit else {
      throw ZIPError.tooLarge(
        path: path, entry: entry.name, limitBytes: limit, foundBytes: entry.byteCount)
    }
    // What is packed is there beside what is unpacked, whose memory grows in steps.
    let needed = entry.method == .stored ? entry.byteCount : entry.byteCount / 2 * 3
    guard SystemMemory.has(needed + entry.packedByteCount) else {
      throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
    }
    var reader = ZIPEntryReader(entry, path: path)
    return try reader.next(entry.byteCount, read: read)
  }
}

extension [UInt8] {
  /// The little-endian number of `count` bytes at `offset`, which are there. One that no file can reach
  /// becomes the largest of all.
  func number(at offset: Int, bytes count: Int) -> Int {
    let number = self[offset..<(offset + count)].reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    return Int(clamping: number)
  }
}
