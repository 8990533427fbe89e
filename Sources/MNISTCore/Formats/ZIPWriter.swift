/// Writes a ZIP archive whose entries are stored: equal content gives equal bytes.
///
/// The numbers of each entry begin at a multiple of 64, as PyTorch aligns them, so that a program can map them
/// into memory. Dates are 1 January 1980, the format's first. ZIP64 fields stand where 32 bits do not reach.
struct ZIPWriter {
  static let alignment = 64

  private(set) var bytes: [UInt8] = []
  private var entries: [ZIPArchive.Entry] = []
  private var names: Set<String> = []
  private let layout: ZIPLayout

  /// - Parameters:
  ///   - capacity: about as many bytes as there will be, so that memory is asked for once.
  ///   - wideFrom: numbers from this one on are written in 64 bits; smaller only to try that out.
  init(capacity: Int = 0, wideFrom: Int = ZIPLayout().wideFrom) {
    bytes.reserveCapacity(capacity)
    layout = ZIPLayout(wideFrom: wideFrom)
  }

  /// Adds an entry; no two may have one name, which must fit in 16 bits.
  mutating func add(_ name: String, _ content: [UInt8]) {
    require(
      name.utf8.count <= 0xFF00 && names.insert(name).inserted,
      "an archive's entry cannot be called \(name)")
    let crc32 = CRC32.checksum(content)
    let header = layout.header(
      name: name, byteCount: content.count, crc32: crc32, offset: bytes.count)
    let start = bytes.count + header.count
    entries.append(
      ZIPArchive.Entry(
        name: name, method: .stored, headerOffset: bytes.count,
        range: start..<(start + content.count), byteCount: content.count, crc32: crc32))
    bytes += header
    bytes += content
  }

  /// The whole archive.
  ///
  /// - Parameter sealedIn: the folder that gets the seal by which `ZIPArchive` knows that every byte must be as
  ///   it was written; nil for an archive that others may change.
  consuming func finished(sealedIn folder: String? = nil) -> [UInt8] {
    if let folder { add(ZIPSeal.name(in: folder), ZIPSeal.content(of: entries, layout)) }
    bytes += layout.end(entries, directoryOffset: bytes.count)
    return bytes
  }
}

/// The bytes between an archive's contents, as this program writes them.
struct ZIPLayout {
  var wideFrom = 0xFFFF_FFFF

  private static let hasUTF8Name = 1 << 11
  /// 1 January 1980: years since then, month and day.
  private static let firstDay = 1 << 5 | 1

  /// What stands before an entry's content, padded up to a multiple of 64.
  func header(name: String, byteCount: Int, crc32: UInt32, offset: Int) -> [UInt8] {
    let isWide = byteCount >= wideFrom
    let size = isWide ? 0xFFFF_FFFF : byteCount
    var extra = isWide ? wideField([byteCount, byteCount]) : []
    let end = offset + 30 + name.utf8.count + extra.count + 4
    let padding = (ZIPWriter.alignment - end % ZIPWriter.alignment) % ZIPWriter.alignment
    // PyTorch's own way to align.
    extra += Array("FB".utf8) + field(padding, 2) + [UInt8](repeating: 0x5A, count: padding)
    return ZIPArchive.signature + common(isWide: isWide, crc32: crc32, size: size)
      + field(name.utf8.count, 2) + field(extra.count, 2) + Array(name.utf8) + extra
  }

  /// The directory and the records at the end.
  func end(_ entries: [ZIPArchive.Entry], directoryOffset: Int) -> [UInt8] {
    let directory = directory(entries)
    let numbers = [entries.count, entries.count, directory.count, directoryOffset]
    var bytes = directory
    let isWide = needsWideEnd(numbers)
    if isWide {
      let start = directoryOffset + directory.count
      bytes += [0x50, 0x4B, 6, 6] + field(44, 8) + field(45, 2) + field(45, 2) + field(0, 8)
      bytes += numbers.flatMap { field($0, 8) }
      bytes += [0x50, 0x4B, 6, 7] + field(0, 4) + field(start, 8) + field(1, 4)
    }
    return bytes + [0x50, 0x4B, 5, 6] + field(0, 4)
      + zip(numbers, [2, 2, 4, 4]).flatMap { number, width in
        field(isWide ? 0xFFFF_FFFF : number, width)
      } + field(0, 2)
  }

  /// Whether an end record cannot hold these numbers, of which the first is that of the entries.
  func needsWideEnd(_ numbers: [Int]) -> Bool {
    numbers[0] >= 0xFFFF || numbers.contains { $0 >= wideFrom }
  }

  func directory(_ entries: [ZIPArchive.Entry]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      let (size, offset) = (entry.byteCount, entry.headerOffset)
      let isWideSize = size >= wideFrom
      let isWideOffset = offset >= wideFrom
      let wide = (isWideSize ? [size, size] : []) + (isWideOffset ? [offset] : [])
      let extra = wide.isEmpty ? [] : wideField(wide)
      bytes += [0x50, 0x4B, 1, 2] + field(wide.isEmpty ? 20 : 45, 2)
      bytes += common(
        isWide: !wide.isEmpty, crc32: entry.crc32, size: isWideSize ? 0xFFFF_FFFF : size)
      bytes += field(entry.name.utf8.count, 2) + field(extra.count, 2) + field(0, 2)
      // The disk, and attributes that no system needs.
      bytes += field(0, 2) + field(0, 2) + field(0, 4)
      bytes += field(isWideOffset ? 0xFFFF_FFFF : offset, 4) + Array(entry.name.utf8) + extra
    }
    return bytes
  }

  /// From the version that a reader needs to the sizes: the same in a header and in the directory.
  private func common(isWide: Bool, crc32: UInt32, size: Int) -> [UInt8] {
    field(isWide ? 45 : 20, 2) + field(Self.hasUTF8Name, 2) + field(0, 2) + field(0, 2)
      + field(Self.firstDay, 2) + field(Int(crc32), 4) + field(size, 4) + field(size, 4)
  }

  private func wideField(_ numbers: [Int]) -> [UInt8] {
    field(1, 2) + field(8 * numbers.count, 2) + numbers.flatMap { field($0, 8) }
  }

  private func field(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}

/// The last entry of an archive that this program wrote: it promises that everything around the contents is as
/// `ZIPLayout` lays it out, so that no byte of the file can change unnoticed.
///
/// Contents are guarded by their CRC-32s, these by the directory, and the directory by its own CRC-32 in the seal.
/// Headers, padding and end records hold nothing else than what follows from the directory: they are compared with
/// what would be written.
enum ZIPSeal {
  private static let suffix = "/.mnist_train"

  static func name(in folder: String) -> String { folder + suffix }

  static func content(of entries: [ZIPArchive.Entry], _ layout: ZIPLayout = ZIPLayout()) -> [UInt8]
  {
    Array(hexadecimal(CRC32.checksum(layout.directory(entries))).utf8)
  }

  /// Whether an archive with these entries is sealed.
  static func marks(_ entries: [ZIPArchive.Entry]) -> Bool {
    entries.contains { $0.name.hasSuffix(suffix) }
  }

  /// Compares everything that is not content. Throws `ZIPError` and what `read` throws.
  static func check(
    _ entries: [ZIPArchive.Entry], path: String, byteCount: Int,
    read: (Range<Int>) throws -> [UInt8]
  ) throws {
    let layout = ZIPLayout()
    func compare(_ expected: [UInt8], at offset: Int, upTo end: Int) throws {
      let found = end > offset ? try read(offset..<end) : []
      guard found == expected else {
        let same = zip(found, expected).prefix { $0 == $1 }.count
        throw ZIPError.brokenSeal(path: path, offset: offset + same)
      }
    }
    for entry in entries {
      let header = layout.header(
        name: entry.name, byteCount: entry.byteCount, crc32: entry.crc32, offset: entry.headerOffset
      )
      try compare(header, at: entry.headerOffset, upTo: entry.range.lowerBound)
    }
    // There is at least the seal itself.
    guard let seal = entries.last, seal.name.hasSuffix(suffix) else {
      throw ZIPError.brokenSeal(path: path, offset: byteCount)
    }
    let others = Array(entries.dropLast())
    try compare(
      content(of: others, layout) + layout.end(entries, directoryOffset: seal.range.upperBound),
      at: seal.range.lowerBound, upTo: byteCount)
  }
}
