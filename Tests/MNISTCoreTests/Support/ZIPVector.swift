@testable import MNISTCore

/// A ZIP archive of any kind, right or wrong, written by the plainest code that can.
struct ZIPVector {
  struct Entry {
    var name = Array("a".utf8)
    var method = 0
    /// As it is packed; `byteCount` and `crc32` are those of what it unpacks to.
    var packed: [UInt8] = []
    var byteCount = 0
    var crc32 = 0
    var flags = 0
    var disk = 0
    /// What stands in place of the right thing in the entry's own header, and after its data.
    var headerName: [UInt8]?
    var headerMethod: Int?
    var headerFlags: Int?
    var headerNumbers: [Int]?
    var headerExtra: [UInt8] = []
    var descriptor: [UInt8] = []
    /// The same in the directory: packed and unpacked size, and where the header is.
    var directoryNumbers: [Int]?
    var directoryExtra: [UInt8] = []
    var directoryComment: [UInt8] = []

    init(_ name: String = "a", stored content: [UInt8] = [1, 2, 3]) {
      self.name = Array(name.utf8)
      packed = content
      byteCount = content.count
      crc32 = Int(CRC32.checksum(content))
    }

    init(_ name: String = "a", deflated content: [UInt8]) {
      self.init(name, stored: content)
      method = 8
      // Without zlib's frame.
      packed = Array(Deflater.pack(content).dropFirst(2).dropLast(4))
    }
  }

  var entries: [Entry]
  var prefix: [UInt8] = []
  /// Between the entries and the directory, and between that and the end records.
  var gap: [UInt8] = []
  var endGap: [UInt8] = []
  var comment: [UInt8] = []
  /// In place of the number of entries, twice, and the directory's size and offset.
  var endNumbers: [Int]?
  var disks = 0
  /// In place of the same in the record of 64 bits, which is there where this is.
  var wideNumbers: [Int]?

  init(_ entries: Entry...) { self.entries = entries }

  static func field(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// The extra field of numbers in 64 bits.
  static func wide(_ numbers: [Int]) -> [UInt8] {
    field(1, 2) + field(8 * numbers.count, 2) + numbers.flatMap { field($0, 8) }
  }

  var file: [UInt8] {
    let field = Self.field
    let time: [UInt8] = [0x61, 0x8C, 0x21, 0x5A]
    var file = prefix
    var directory: [UInt8] = []
    for entry in entries {
      let offset = file.count
      let name = entry.headerName ?? entry.name
      let sizes = [entry.crc32, entry.packed.count, entry.byteCount]
      let header = entry.headerNumbers ?? sizes
      file += [0x50, 0x4B, 3, 4] + field(20, 2) + field(entry.headerFlags ?? entry.flags, 2)
      file += field(entry.headerMethod ?? entry.method, 2) + time
      file += header.flatMap { field($0, 4) }
      file += field(name.count, 2) + field(entry.headerExtra.count, 2) + name + entry.headerExtra
      file += entry.packed + entry.descriptor
      let numbers = entry.directoryNumbers ?? [entry.packed.count, entry.byteCount, offset]
      directory += [0x50, 0x4B, 1, 2] + field(20, 2) + field(20, 2) + field(entry.flags, 2)
      directory += field(entry.method, 2) + time + field(entry.crc32, 4)
      directory += field(numbers[0], 4) + field(numbers[1], 4) + field(entry.name.count, 2)
      directory += field(entry.directoryExtra.count, 2)
      directory += field(entry.directoryComment.count, 2) + field(entry.disk, 2)
      directory += field(0, 6) + field(numbers[2], 4) + entry.name + entry.directoryExtra
      directory += entry.directoryComment
    }
    file += gap
    let numbers = [entries.count, entries.count, directory.count, file.count]
    file += directory + endGap
    if let wideNumbers {
      let start = file.count
      file += [0x50, 0x4B, 6, 6] + field(44, 8) + field(45, 2) + field(45, 2) + field(0, 8)
      file += (wideNumbers.isEmpty ? numbers : wideNumbers).flatMap { field($0, 8) }
      file += [0x50, 0x4B, 6, 7] + field(0, 4) + field(start, 8) + field(1, 4)
    }
    let end = endNumbers ?? numbers
    file +=
      [0x50, 0x4B, 5, 6] + field(disks, 2) + field(0, 2) + field(end[0], 2) + field(end[1], 2)
    return file + field(end[2], 4) + field(end[3], 4) + field(comment.count, 2) + comment
  }
}
