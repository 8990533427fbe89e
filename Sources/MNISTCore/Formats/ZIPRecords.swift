/// The records at an archive's end, which say where its directory lies.
struct ZIPEnd {
  let directory: Range<Int>
  let entryCount: Int

  private static let size = 22
  private static let wideSize = 56
  private static let locatorSize = 20

  init(path: String, byteCount: Int, read: (Range<Int>) throws -> [UInt8]) throws {
    // A comment of up to 65,535 bytes may follow the record, and nothing may follow that.
    let tailStart = max(0, byteCount - Self.size - 0xFFFF)
    let tail = try read(tailStart..<byteCount)
    let place = stride(from: tail.count - Self.size, through: 0, by: -1).first {
      tail[$0...].starts(with: [0x50, 0x4B, 5, 6])
        && $0 + Self.size + tail.number(at: $0 + 20, bytes: 2) == tail.count
    }
    guard let place else {
      let start = try read(0..<min(FileKind.prefixBytes, byteCount))
      guard start.starts(with: ZIPArchive.signature) else {
        throw ZIPError.notAnArchive(path: path, found: FileKind.name(start))
      }
      throw ZIPError.noEnd(path: path, foundBytes: byteCount)
    }
    let disks = [tail.number(at: place + 4, bytes: 2), tail.number(at: place + 6, bytes: 2)]
    // The number of entries twice (on this disk and in all), the directory's size and its offset.
    var numbers = [(8, 2), (10, 2), (12, 4), (16, 4)].map {
      tail.number(at: place + $0.0, bytes: $0.1)
    }
    guard disks.allSatisfy({ $0 == 0 || $0 == 0xFFFF }) else {
      throw ZIPError.severalDisks(path: path)
    }
    var directoryEnd = tailStart + place
    if let wide = try Self.wideNumbers(before: directoryEnd, path: path, read: read) {
      directoryEnd -= Self.locatorSize + Self.wideSize
      for (index, limit) in [0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF].enumerated()
      where numbers[index] != wide[index] && numbers[index] != limit {
        throw ZIPError.endRecordsDisagree(path: path)
      }
      numbers = wide
    }
    guard numbers[0] == numbers[1] else { throw ZIPError.severalDisks(path: path) }
    // Compared without a sum, which might overflow.
    guard numbers[2] <= directoryEnd, numbers[3] == directoryEnd - numbers[2] else {
      throw ZIPError.directoryElsewhere(
        path: path, expectedEnd: directoryEnd, foundOffset: numbers[3], foundBytes: numbers[2])
    }
    directory = numbers[3]..<directoryEnd
    entryCount = numbers[0]
  }

  /// The same four numbers in 64 bits, where the records that hold them stand before the end record.
  private static func wideNumbers(
    before end: Int, path: String, read: (Range<Int>) throws -> [UInt8]
  ) throws -> [Int]? {
    guard end >= locatorSize + wideSize else { return nil }
    let records = try read((end - locatorSize - wideSize)..<end)
    let locator = Array(records[wideSize...])
    guard locator.starts(with: [0x50, 0x4B, 6, 7]) else { return nil }
    guard records.starts(with: [0x50, 0x4B, 6, 6]),
      records.number(at: 4, bytes: 8) == wideSize - 12,
      locator.number(at: 8, bytes: 8) == end - locatorSize - wideSize
    else { throw ZIPError.endRecordsDisagree(path: path) }
    guard locator.number(at: 4, bytes: 4) == 0, locator.number(at: 16, bytes: 4) <= 1,
      records.number(at: 16, bytes: 4) == 0, records.number(at: 20, bytes: 4) == 0
    else { throw ZIPError.severalDisks(path: path) }
    return [24, 32, 40, 48].map { records.number(at: $0, bytes: 8) }
  }
}

/// One record of the directory.
struct ZIPRecord {
  let name: [UInt8]
  /// The name as text.
  let text: String
  let headerOffset: Int
  private let flags: Int
  private let method: Int
  private let crc32: Int
  private let packedByteCount: Int
  private let byteCount: Int

  private static let size = 46
  /// The flag of an entry whose sizes follow its data.
  private static let hasDescriptor = 1 << 3

  /// Reads the record at `position` of the directory, which lies at `offset` in the file.
  init(_ directory: [UInt8], at position: inout Int, offset: Int, path: String) throws {
    let start = position
    let damaged = ZIPError.damagedDirectory(path: path, offset: offset + start)
    guard directory.count - start >= Self.size,
      directory[start...].starts(with: [0x50, 0x4B, 1, 2])
    else { throw damaged }
    func number(_ offset: Int, _ count: Int) -> Int {
      directory.number(at: start + offset, bytes: count)
    }
    let nameEnd = start + Self.size + number(28, 2)
    let extraEnd = nameEnd + number(30, 2)
    position = extraEnd + number(32, 2)
    guard position <= directory.count else { throw damaged }
    name = Array(directory[(start + Self.size)..<nameEnd])
    flags = number(8, 2)
    text = try Self.text(name, isUTF8: flags & 1 << 11 != 0, path: path)
    method = number(10, 2)
    crc32 = number(16, 4)
    guard number(34, 2) == 0 else { throw ZIPError.severalDisks(path: path) }
    let wide = ZIPExtra(Array(directory[nameEnd..<extraEnd])).wideNumbers(
      // In this order, and only those that do not fit in their fields.
      for: [number(24, 4), number(20, 4), number(42, 4)])
    guard let wide else { throw damaged }
    byteCount = wide[0]
    packedByteCount = wide[1]
    headerOffset = wide[2]
  }

  /// Names without the flag are in whatever the writer's system used; what is not UTF-8 is kept byte by byte.
  private static func text(_ name: [UInt8], isUTF8: Bool, path: String) throws -> String {
    guard let text = String(validating: name, as: UTF8.self) else {
      guard !isUTF8 else { throw ZIPError.unreadableName(path: path) }
      return String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
    }
    guard JSONReader.longestRowOfMarks(in: text) <= JSONReader.markLimit else {
      throw ZIPError.unreadableName(path: path)
    }
    return text
  }

  /// The entry whose own header, data and descriptor reach up to `end`.
  func entry(
    upTo end: Int, path: String, read: (Range<Int>) throws -> [UInt8]
  ) throws -> ZIPArchive.Entry {
    // Bits 6 and 13 tell other sorts of encryption.
    guard flags & (1 | 1 << 6 | 1 << 13) == 0 else {
      throw ZIPError.encrypted(path: path, entry: text)
    }
    guard let packing = UInt16(exactly: method).flatMap(ZIPArchive.Method.init) else {
      throw ZIPError.unsupportedMethod(path: path, entry: text, found: method)
    }
    let dataStart = try checkHeader(upTo: end, path: path, read: read)
    let room = end - dataStart
    let hasDescriptor = flags & Self.hasDescriptor != 0
    // The descriptor's signature may lack, and its sizes have 32 or 64 bits: four lengths, all different.
    let descriptorSize = room &- packedByteCount
    guard packedByteCount <= room,
      hasDescriptor ? [12, 16, 20, 24].contains(descriptorSize) : descriptorSize == 0
    else {
      let (expected, overflow) = dataStart.addingReportingOverflow(packedByteCount)
      throw ZIPError.notAdjacent(
        path: path, entry: text, expectedOffset: overflow ? .max : expected, foundOffset: end)
    }
    if hasDescriptor {
      try check(descriptor: read((end - descriptorSize)..<end), path: path)
    }
    switch packing {
    case .stored:
      guard byteCount == packedByteCount else {
        throw disagreement("size", packedByteCount, byteCount, path)
      }
    case .deflated:
      let largest = ZlibStream.largestOutput(of: packedByteCount)
      guard byteCount <= largest else {
        throw ZIPError.unbacked(
          path: path, entry: text, neededBytes: byteCount, largestBytes: largest)
      }
    }
    return ZIPArchive.Entry(
      name: text, method: packing, headerOffset: headerOffset,
      range: dataStart..<(dataStart + packedByteCount), byteCount: byteCount,
      crc32: UInt32(truncatingIfNeeded: crc32))
  }

  /// Holds the entry's own header against this record, and returns where its data begins.
  private func checkHeader(
    upTo end: Int, path: String, read: (Range<Int>) throws -> [UInt8]
  ) throws -> Int {
    let size = 30
    let noHeader = ZIPError.noHeader(path: path, entry: text, offset: headerOffset)
    guard end - headerOffset >= size + name.count else { throw noHeader }
    // With as much more as the extra fields mostly have.
    let nameEnd = size + name.count
    let start = try read(headerOffset..<min(end, headerOffset + nameEnd + 128))
    let header = Array(start[..<nameEnd])
    guard header.starts(with: ZIPArchive.signature) else { throw noHeader }
    guard header[size...].elementsEqual(name), header.number(at: 26, bytes: 2) == name.count else {
      let found = String(decoding: header[size...], as: UTF8.self)
      throw ZIPError.disagreement(
        path: path, entry: text, what: "name", expected: JSONText.excerpt(text),
        found: JSONText.excerpt(found))
    }
    let extraEnd = nameEnd + header.number(at: 28, bytes: 2)
    let dataStart = headerOffset + extraEnd
    guard dataStart <= end else { throw noHeader }
    let extra =
      extraEnd <= start.count
      ? Array(start[nameEnd..<extraEnd]) : try read((headerOffset + nameEnd)..<dataStart)
    // Whether it is encrypted, and whether a descriptor follows; the other flags change nothing here.
    let mask = 1 | Self.hasDescriptor | 1 << 6 | 1 << 13
    let headerFlags = header.number(at: 6, bytes: 2)
    guard headerFlags & mask == flags & mask else {
      throw disagreement("flags", flags, headerFlags, path)
    }
    guard header.number(at: 8, bytes: 2) == method else {
      throw disagreement("method", method, header.number(at: 8, bytes: 2), path)
    }
    guard
      let sizes = ZIPExtra(extra).wideNumbers(
        for: [header.number(at: 22, bytes: 4), header.number(at: 18, bytes: 4)])
    else { throw noHeader }
    for (what, expected, found) in [
      ("CRC-32", crc32, header.number(at: 14, bytes: 4)), ("size", byteCount, sizes[0]),
      ("packed size", packedByteCount, sizes[1]),
    ] where expected != found {
      // Who wrote the header before the data did not know them.
      guard flags & Self.hasDescriptor != 0, found == 0 else {
        throw disagreement(what, expected, found, path)
      }
    }
    return dataStart
  }

  private func check(descriptor: [UInt8], path: String) throws {
    var fields = descriptor
    if descriptor.count == 16 || descriptor.count == 24 {
      guard descriptor.starts(with: [0x50, 0x4B, 7, 8]) else {
        throw ZIPError.noHeader(path: path, entry: text, offset: headerOffset)
      }
      fields.removeFirst(4)
    }
    let width = (fields.count - 4) / 2
    for (what, expected, found) in [
      ("CRC-32", crc32, fields.number(at: 0, bytes: 4)),
      ("packed size", packedByteCount, fields.number(at: 4, bytes: width)),
      ("size", byteCount, fields.number(at: 4 + width, bytes: width)),
    ] where expected != found {
      throw disagreement(what, expected, found, path)
    }
  }

  private func disagreement(
    _ what: String, _ expected: Int, _ found: Int, _ path: String
  ) -> ZIPError {
    let texts = [expected, found].map {
      what == "CRC-32" ? hexadecimal(UInt32(truncatingIfNeeded: $0)) : "\($0)"
    }
    return .disagreement(
      path: path, entry: text, what: what, expected: texts[0], found: texts[1])
  }
}

/// The extra fields of a header: an identifier and a length in 16 bits each, then that many bytes.
private struct ZIPExtra {
  /// The content of the field that holds what does not fit in 32 bits; nil without one.
  private var wide: [UInt8]?
  private var isWellFormed = true

  init(_ bytes: [UInt8]) {
    var position = 0
    while position < bytes.count {
      guard bytes.count - position >= 4 else {
        isWellFormed = false
        return
      }
      let end = position + 4 + bytes.number(at: position + 2, bytes: 2)
      guard end <= bytes.count else {
        isWellFormed = false
        return
      }
      if bytes.number(at: position, bytes: 2) == 1, wide == nil {
        wide = Array(bytes[(position + 4)..<end])
      }
      position = end
    }
  }

  /// The numbers with those replaced that stand here, because all their 32 bits are set; nil where one lacks.
  func wideNumbers(for numbers: [Int]) -> [Int]? {
    guard isWellFormed else { return nil }
    guard let wide else { return numbers }
    var position = 0
    var result: [Int] = []
    for number in numbers {
      guard number == 0xFFFF_FFFF else {
        result.append(number)
        continue
      }
      guard position + 8 <= wide.count else { return nil }
      result.append(wide.number(at: position, bytes: 8))
      position += 8
    }
    return result
  }
}
