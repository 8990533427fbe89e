import Foundation
import Testing

@testable import MNISTCore

@Suite struct ZIPArchiveTests {
  private let text = Array(String(repeating: "so much to pack, so little room; ", count: 9).utf8)

  // MARK: What is read

  @Test func numpysArchivesAreRead() throws {
    let stored = try unpacked(archiveFixture("stored.npz"))
    #expect(stored.map(\.name) == ["x.npy", "y.npy"])
    #expect(stored[0].content.suffix(6) == [0, 1, 2, 3, 4, 5])
    let deflated = try unpacked(archiveFixture("deflated.npz"))
    #expect(deflated.map(\.name) == ["x.npy", "y.npy"])
    #expect(deflated[0].content.suffix(600) == [UInt8](repeating: 0, count: 600)[...])
    #expect(deflated[1].content == stored[1].content)
  }

  @Test func pytorchsArchivesAreRead() throws {
    let names = try unpacked(archiveFixture("strided.pth")).map(\.name)
    #expect(names.first == "strided/data.pkl" && names.last == "strided/.data/serialization_id")
  }

  @Test func storedAndDeflatedEntriesComeBackWholeAndInPieces() throws {
    var generator = SeededGenerator(seed: 1)
    let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    // Packed, the end says how far back it was there before: most of the largest distance.
    let content = noise + noise[48_000..<50_000]
    let file = ZIPVector(
      .init("a", stored: content), .init("b", deflated: content), .init("c", stored: []),
      .init("d", deflated: [])
    ).file
    #expect(try unpacked(file).map(\.content) == [content, content, [], []])
    for entry in try open(file).entries.prefix(2) {
      var reader = ZIPEntryReader(entry, path: "f")
      var found: [UInt8] = []
      // Nothing but the entry's own bytes is read, in their order.
      var next = entry.range.lowerBound
      for (count, given) in [(1, 1), (0, 0), (66_000, 66_000), (10_000, 5_999), (5, 0)] {
        let piece = try reader.next(count) { range in
          #expect(range.lowerBound == next && range.upperBound <= entry.range.upperBound)
          next = range.upperBound
          return Array(file[range])
        }
        #expect(piece.count == given)
        found += piece
      }
      #expect(found == content && next == entry.range.upperBound)
    }
  }

  @Test func whatUnpacksFarBeyondItsSizeIsWholeToo() throws {
    let content = [UInt8](repeating: 7, count: 80 << 20)
    let file = ZIPVector(.init(deflated: content)).file
    #expect(file.count < 1 << 17)
    #expect(try unpacked(file)[0].content == content)
  }

  @Test func whatNoMemoryHoldsIsNotUnpacked() throws {
    let archive = try open(ZIPVector(.init()).file)
    // All of it is never free: for what is packed and what is stored there, or for one and a half of the other.
    let memory = SystemMemory.byteCount
    for (method, packed, count) in [
      (ZIPArchive.Method.stored, memory / 2 + 1, memory / 2 + 1),
      (.deflated, 0, memory / 3 * 2 + 9),
    ] {
      let entry = ZIPArchive.Entry(
        name: "a", method: method, headerOffset: 0, range: 0..<packed, byteCount: count, crc32: 0)
      #expect(throws: FileError.cannotRead(path: "f", reason: SystemError.noMemory)) {
        try archive.content(of: entry, limit: .max) { _ in
          Issue.record("read")
          return []
        }
      }
    }
  }

  @Test func aLargeEntryThatIsNotThereEndsBeforeItsSize() throws {
    let file = ZIPVector(.init(deflated: text)).file
    let range = try open(file).entries[0].range
    let entry = ZIPArchive.Entry(
      name: "a", method: .deflated, headerOffset: 0,
      range: range.lowerBound..<(range.lowerBound + 1 << 25), byteCount: text.count,
      crc32: CRC32.checksum(text))
    var reader = ZIPEntryReader(entry, path: "f")
    #expect(
      throws: ZIPError.cannotUnpack(
        path: "f", entry: "a", reason: "the packed data ends before its size")
    ) { try reader.next(text.count) { Array(file[$0.clamped(to: range)]) } }
  }

  @Test(arguments: [12, 16, 20, 24]) func sizesMayFollowTheData(_ length: Int) throws {
    var entry = ZIPVector.Entry(deflated: text)
    entry.flags = 8
    entry.headerNumbers = [0, 0, 0]
    let width = length < 20 ? 4 : 8
    entry.descriptor =
      (length % 8 == 0 ? [0x50, 0x4B, 7, 8] : []) + ZIPVector.field(entry.crc32, 4)
      + ZIPVector.field(entry.packed.count, width) + ZIPVector.field(entry.byteCount, width)
    #expect(try unpacked(ZIPVector(entry, .init("b")).file)[0].content == text)
    entry.descriptor[entry.descriptor.count - width] ^= 1
    #expect(
      throws: ZIPError.disagreement(
        path: "f", entry: "a", what: "size", expected: "\(text.count)",
        found: "\(text.count ^ 1)")
    ) { try unpacked(ZIPVector(entry).file) }
    guard length % 8 == 0 else { return }
    entry.descriptor[3] = 9
    #expect(throws: ZIPError.noHeader(path: "f", entry: "a", offset: 0)) {
      try unpacked(ZIPVector(entry).file)
    }
  }

  @Test func numbersMayHave64Bits() throws {
    let all = 0xFFFF_FFFF
    var entry = ZIPVector.Entry(stored: text)
    entry.headerNumbers = [entry.crc32, all, all]
    entry.headerExtra = ZIPVector.wide([text.count, text.count])
    entry.directoryNumbers = [all, all, all]
    entry.directoryExtra = [7, 0, 1, 0, 9] + ZIPVector.wide([text.count, text.count, 0])
    var vector = ZIPVector(entry)
    vector.wideNumbers = []
    #expect(try unpacked(vector.file)[0].content == text)
    vector.endNumbers = [0xFFFF, 0xFFFF, all, all]
    #expect(try unpacked(vector.file)[0].content == text)
    vector.endNumbers = [2, 1, all, all]
    #expect(throws: ZIPError.endRecordsDisagree(path: "f")) { try unpacked(vector.file) }
    // Numbers that no file can have.
    vector.endNumbers = [0xFFFF, 0xFFFF, all, all]
    vector.wideNumbers = [1, 1, -1, -1]
    #expect(
      throws: ZIPError.directoryElsewhere(
        path: "f", expectedEnd: vector.file.count - 98, foundOffset: .max, foundBytes: .max)
    ) { try unpacked(vector.file) }
    vector.wideNumbers = []
    for numbers in [[-1, -1, 0], [-1, -1, -1], [text.count, text.count, -1], [.max, .max, 0]] {
      vector.entries[0].directoryExtra = ZIPVector.wide(numbers)
      #expect(throws: ZIPError.self, "\(numbers)") { try unpacked(vector.file) }
    }
    vector.entries[0].directoryExtra = ZIPVector.wide([text.count])
    #expect(throws: ZIPError.damagedDirectory(path: "f", offset: vector.file.count - 98 - 59)) {
      try unpacked(vector.file)
    }
    vector.entries[0].directoryExtra = [1, 0, 7, 0] + [UInt8](repeating: 0, count: 7)
    #expect(throws: ZIPError.damagedDirectory(path: "f", offset: vector.file.count - 98 - 58)) {
      try unpacked(vector.file)
    }
    // One whose sizes would follow its data.
    vector = ZIPVector(.init(stored: text))
    vector.entries[0].flags = 8
    vector.entries[0].headerNumbers = [0, 0, 0]
    vector.entries[0].directoryNumbers = [all, all, 0]
    vector.entries[0].directoryExtra = ZIPVector.wide([.max, .max])
    #expect(
      throws: ZIPError.notAdjacent(
        path: "f", entry: "a", expectedOffset: .max, foundOffset: 31 + text.count)
    ) { try unpacked(vector.file) }
  }

  @Test func theEndRecordsIn64BitsAreChecked() throws {
    var vector = ZIPVector(.init(), .init("b"))
    vector.wideNumbers = []
    let file = vector.file
    // The record of 56 bytes, then 20 bytes that tell where it is.
    let record = 162
    let locator = record + 56
    #expect(try unpacked(file).count == 2)
    for place in Array(record..<record + 12) + Array(locator + 8..<locator + 16) {
      var changed = file
      changed[place] ^= 0x80
      #expect(throws: ZIPError.endRecordsDisagree(path: "f"), "byte \(place)") { try open(changed) }
    }
    for place in Array(record + 16..<record + 24) + Array(locator + 4..<locator + 8)
      + Array(locator + 16..<locator + 20)
    {
      var changed = file
      changed[place] = 2
      #expect(throws: ZIPError.severalDisks(path: "f"), "byte \(place)") { try open(changed) }
    }
    // Some writers say that there are no disks.
    var other = file
    other[locator + 16] = 0
    #expect(try unpacked(other).count == 2)
    // Nothing need stand before them.
    var empty = ZIPVector()
    empty.wideNumbers = []
    empty.endNumbers = [0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF]
    #expect(try unpacked(empty.file).isEmpty)
    // Without its mark there is nothing in 64 bits.
    other[locator] = 0
    #expect(
      throws: ZIPError.directoryElsewhere(
        path: "f", expectedEnd: locator + 20, foundOffset: 68, foundBytes: 94)
    ) { try open(other) }
  }

  @Test func namesExtraFieldsAndCommentsMayBeLong() throws {
    let all = 0xFFFF_FFFF
    let extra = ZIPVector.field(7, 2) + ZIPVector.field(300, 2) + [UInt8](repeating: 1, count: 300)
    var vector = ZIPVector()
    for letter in ["a", "b"] {
      var entry = ZIPVector.Entry(String(repeating: letter, count: 300), stored: text)
      entry.headerNumbers = [entry.crc32, all, all]
      entry.headerExtra = extra + ZIPVector.wide([text.count, text.count]) + [9, 0, 0, 0]
      entry.directoryExtra = extra
      entry.directoryComment = [UInt8](repeating: 2, count: 300)
      vector.entries.append(entry)
    }
    vector.comment = [UInt8](repeating: 3, count: 0xFFFF)
    #expect(try unpacked(vector.file).map(\.content) == [text, text])
  }

  @Test func theDirectoryMayBeInAnotherOrder() throws {
    var file = ZIPVector(.init("b", stored: [1]), .init("a", stored: [2, 3])).file
    let records = file.count - 22 - 94
    file.replaceSubrange(
      records..<records + 94,
      with: Array(file[records + 47..<records + 94] + file[records..<records + 47]))
    let found = try unpacked(file)
    #expect(found.map(\.name) == ["b", "a"] && found.map(\.content) == [[1], [2, 3]])
  }

  @Test func anEmptyArchiveAndACommentAreFine() throws {
    var vector = ZIPVector()
    vector.comment = Array("PK\u{5}\u{6} a comment".utf8)
    #expect(try unpacked(vector.file).isEmpty)
    vector.entries = [.init()]
    #expect(try unpacked(vector.file).map(\.content) == [[1, 2, 3]])
    // In the last place that may be the end record stands what the archive says of itself.
    vector.comment = ZIPVector().file
    #expect(
      throws: ZIPError.directoryElsewhere(
        path: "f", expectedEnd: 103, foundOffset: 0, foundBytes: 0)
    ) { try unpacked(vector.file) }
  }

  @Test func namesAreKeptAsTheyAre() throws {
    let names = ["../../etc/passwd", "/absolute", "C:\\x", "folder/", "é", ""]
    var vector = ZIPVector()
    vector.entries = names.map { ZIPVector.Entry($0) }
    #expect(try unpacked(vector.file).map(\.name) == names)
    // In a code page of the writer's.
    vector.entries = [.init()]
    vector.entries[0].name = [0x82]
    #expect(try unpacked(vector.file).map(\.name) == ["\u{82}"])
    vector.entries[0].flags = 1 << 11
    #expect(throws: ZIPError.unreadableName(path: "f")) { try unpacked(vector.file) }
    let marks = "e" + String(repeating: "\u{301}", count: 30)
    #expect(try unpacked(ZIPVector(.init(marks)).file).map(\.name) == [marks])
    #expect(throws: ZIPError.unreadableName(path: "f")) {
      try unpacked(ZIPVector(.init(marks + "\u{301}")).file)
    }
  }

  // MARK: What is refused

  @Test func otherFilesAreNamed() {
    for (bytes, name) in [
      (Array("<html>".utf8), "a web page"), ([], "an empty file"),
      ([0x80, 2, 0x2E], "a Python pickle"),
      ([1, 2, 3], nil),
    ] as [([UInt8], String?)] {
      #expect(throws: ZIPError.notAnArchive(path: "f", found: name)) { try unpacked(bytes) }
    }
    #expect(
      "\(ZIPError.notAnArchive(path: "f", found: "a web page"))"
        == "f: not a ZIP archive (expected the bytes 50 4b 03 04, found a web page)")
  }

  @Test func bytesThatBelongToNothingAreRefused() {
    var vector = ZIPVector(.init(), .init("b"))
    vector.prefix = [9, 9]
    #expect(
      throws: ZIPError.notAdjacent(path: "f", entry: nil, expectedOffset: 0, foundOffset: 2)
    ) { try unpacked(vector.file) }
    vector.prefix = []
    vector.gap = [9]
    #expect(
      throws: ZIPError.notAdjacent(path: "f", entry: "b", expectedOffset: 68, foundOffset: 69)
    ) { try unpacked(vector.file) }
    vector.gap = []
    vector.endGap = [9]
    #expect(
      throws: ZIPError.directoryElsewhere(
        path: "f", expectedEnd: 163, foundOffset: 68, foundBytes: 94)
    ) { try unpacked(vector.file) }
    vector.endGap = []
    #expect(throws: ZIPError.noEnd(path: "f", foundBytes: 185)) { try unpacked(vector.file + [0]) }
  }

  @Test func theDirectoryHoldsItsRecordsAndNothingElse() {
    // The records begin at bytes 68 and 115 and end at 162.
    var vector = ZIPVector(.init(), .init("b"))
    let file = vector.file
    func expectDamage(_ offset: Int, _ file: [UInt8], _ what: String) {
      #expect(throws: ZIPError.damagedDirectory(path: "f", offset: offset), "\(what)") {
        try open(file)
      }
    }
    vector.endNumbers = [1, 1, 94, 68]
    expectDamage(115, vector.file, "one too many")
    vector.endNumbers = [3, 3, 94, 68]
    expectDamage(162, vector.file, "one lacks")
    vector.endGap = [0x50, 0x4B, 1, 2]
    vector.endNumbers = [3, 3, 98, 68]
    expectDamage(162, vector.file, "the last is cut short")
    // The four bytes that begin a record, and its lengths of the name, extra fields and the comment.
    for place in [0, 1, 2, 3, 28, 30, 32] {
      var changed = file
      changed[115 + place] += 1
      expectDamage(115, changed, "byte \(place)")
    }
  }

  @Test func aLargeDirectoryIsRefusedBeforeItIsRead() {
    struct Asked: Error {}
    func open(_ size: Int) throws {
      var vector = ZIPVector()
      vector.endNumbers = [1, 1, size, 0]
      let end = vector.file
      _ = try ZIPArchive(path: "f", byteCount: size + end.count) { range in
        if range == 0..<size { throw Asked() }
        let bytes = [UInt8](repeating: 0, count: range.count)
        return range.upperBound == size ? bytes : bytes.dropLast(end.count) + end
      }
    }
    #expect(throws: Asked.self) { try open(64 << 20) }
    #expect(
      throws: ZIPError.directoryTooLarge(
        path: "f", limitBytes: 67_108_864, foundBytes: 67_108_865)
    ) { try open(67_108_865) }
  }

  @Test func entriesThatOverlapAreRefused() {
    // Both say that they are the same bytes: how a small archive unpacks to a very large one.
    var vector = ZIPVector(.init("a"), .init("b"))
    vector.entries[1].directoryNumbers = [3, 3, 0]
    #expect(throws: ZIPError.self) { try unpacked(vector.file) }
    vector.entries[0].directoryNumbers = [40, 40, 0]
    vector.entries[0].headerNumbers = [vector.entries[0].crc32, 40, 40]
    vector.entries[1].directoryNumbers = nil
    #expect(
      throws: ZIPError.notAdjacent(path: "f", entry: "a", expectedOffset: 71, foundOffset: 34)
    ) { try unpacked(vector.file) }
  }

  @Test func twoEntriesOfOneNameAreRefused() {
    #expect(throws: ZIPError.duplicateName(path: "f", entry: "a")) {
      try unpacked(ZIPVector(.init("a"), .init("b"), .init("a")).file)
    }
  }

  @Test func aHeaderMustSayWhatTheDirectorySays() {
    let right = ZIPVector.Entry()
    func refusal(_ change: (inout ZIPVector.Entry) -> Void) -> ZIPError? {
      var entry = right
      change(&entry)
      return #expect(throws: ZIPError.self) { try unpacked(ZIPVector(entry, .init("b")).file) }
    }
    func disagreement(_ what: String, _ expected: String, _ found: String) -> ZIPError {
      .disagreement(path: "f", entry: "a", what: what, expected: expected, found: found)
    }
    #expect(
      refusal { $0.headerName = Array("c".utf8) } == disagreement("name", #""a""#, #""c""#))
    #expect(refusal { $0.headerMethod = 8 } == disagreement("method", "0", "8"))
    #expect(refusal { $0.headerMethod = 0x108 } == disagreement("method", "0", "264"))
    for bit in [0, 3, 6, 13] {
      #expect(
        refusal { $0.headerFlags = 1 << bit } == disagreement("flags", "0", "\(1 << bit)"))
    }
    #expect(
      refusal { $0.headerNumbers = [1, 3, 3] } == disagreement("CRC-32", "0x55bc801d", "0x00000001")
    )
    #expect(
      refusal { $0.headerNumbers = [right.crc32, 3, 0] } == disagreement("size", "3", "0"))
    #expect(
      refusal { $0.headerNumbers = [right.crc32, 4, 3] }
        == disagreement("packed size", "3", "4"))
    // No header lies in the directory or behind the file.
    for offset in [68, 74, 120, 1_000, Int(UInt32.max) - 1] {
      var last = ZIPVector.Entry("b")
      last.directoryNumbers = [3, 3, offset]
      let noHeader = ZIPError.noHeader(path: "f", entry: "b", offset: offset)
      #expect(throws: noHeader) { try open(ZIPVector(.init(), last).file) }
    }
    for extra in [[1, 2, 3], [7, 0, 9, 0, 1], [7, 0, 1, 0, 9, 1, 2]] as [[UInt8]] {
      #expect(
        refusal { $0.headerExtra = extra } == .noHeader(path: "f", entry: "a", offset: 0))
    }
    #expect(
      refusal { $0.headerNumbers = [right.crc32, 3, 0xFFFF_FFFF] }
        == disagreement("size", "3", "4294967295"))
    #expect(refusal { $0.byteCount = 4 } == disagreement("size", "3", "4"))
    #expect(
      "\(disagreement("method", "0", "8"))"
        == #"f: entry "a" is damaged (expected the method 0 of the directory, found 8)"#)
  }

  @Test func aHeaderMustBeWhereTheDirectorySays() throws {
    var vector = ZIPVector(.init(), .init("b"))
    let file = vector.file
    let noHeader = ZIPError.noHeader(path: "f", entry: "b", offset: 34)
    // The four bytes that begin it, and extra fields that are longer than the file.
    for (place, byte) in [(0, 0x51), (1, 0), (2, 4), (3, 3), (28, 200)] as [(Int, UInt8)] {
      var changed = file
      changed[34 + place] = byte
      #expect(throws: noHeader, "byte \(place)") { try open(changed) }
    }
    // A byte less than a header has.
    vector.entries[1].packed = []
    vector.entries[1].directoryNumbers = [0, 0, 34]
    vector.endNumbers = [2, 2, 94, 64]
    var short = vector.file
    short.remove(at: 34)
    #expect(throws: noHeader) { try open(short) }
    // Flags that change nothing here may differ.
    vector = ZIPVector(.init())
    vector.entries[0].headerFlags = 0xDFB6
    #expect(try unpacked(vector.file).map(\.content) == [[1, 2, 3]])
  }

  @Test func onlyWholeArchivesAreRead() throws {
    // The second record of the directory is at byte 115, the end record at 162.
    let file = ZIPVector(.init(), .init("b")).file
    for place in [115 + 34, 115 + 35, 162 + 4, 162 + 5, 162 + 6, 162 + 7, 162 + 8, 162 + 10] {
      var changed = file
      changed[place] += 1
      #expect(throws: ZIPError.severalDisks(path: "f"), "byte \(place)") { try open(changed) }
    }
    // The numbers of disks may stand in 64 bits alone.
    var other = file
    other.replaceSubrange(162 + 4..<162 + 8, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try unpacked(other).count == 2)
  }

  @Test func whatIsNotReadIsNamed() throws {
    var vector = ZIPVector(.init())
    vector.entries[0].method = 12
    #expect(throws: ZIPError.unsupportedMethod(path: "f", entry: "a", found: 12)) {
      try unpacked(vector.file)
    }
    for flags in [1 << 6, 1 << 13, 1] {
      vector.entries[0].flags = flags
      #expect(throws: ZIPError.encrypted(path: "f", entry: "a")) { try unpacked(vector.file) }
    }
    vector.entries[0].disk = 1
    #expect(throws: ZIPError.severalDisks(path: "f")) { try unpacked(vector.file) }
    vector.disks = 2
    #expect(throws: ZIPError.severalDisks(path: "f")) { try unpacked(vector.file) }
    vector = ZIPVector(.init())
    vector.entries[0].flags = 0xDFB6
    #expect(try unpacked(vector.file).map(\.content) == [[1, 2, 3]])
  }

  @Test func aBombIsRefusedBeforeItIsUnpacked() throws {
    var vector = ZIPVector(.init(deflated: text))
    let packed = vector.entries[0].packed.count
    vector.entries[0].byteCount = 1032 * packed + 1
    #expect(
      throws: ZIPError.unbacked(
        path: "f", entry: "a", neededBytes: 1032 * packed + 1, largestBytes: 1032 * packed)
    ) { try open(vector.file) }
    // What deflate could give, but does not: all that is asked for is what is there.
    vector.entries[0].byteCount = 1032 * packed
    #expect(
      throws: ZIPError.wrongSize(
        path: "f", entry: "a", expectedBytes: 1032 * packed, foundBytes: text.count)
    ) { try unpacked(vector.file) }
    vector.entries[0].byteCount = text.count - 1
    #expect(
      throws: ZIPError.wrongSize(
        path: "f", entry: "a", expectedBytes: text.count - 1, foundBytes: nil)
    ) { try unpacked(vector.file) }
    let file = ZIPVector(.init(deflated: text)).file
    let archive = try open(file)
    func content(_ limit: Int) throws -> [UInt8] {
      try archive.content(of: archive.entries[0], limit: limit) { Array(file[$0]) }
    }
    #expect(try content(text.count) == text)
    #expect(
      throws: ZIPError.tooLarge(
        path: "f", entry: "a", limitBytes: text.count - 1, foundBytes: text.count)
    ) { try content(text.count - 1) }
  }

  @Test func damagedContentIsRefused() {
    var vector = ZIPVector(.init(stored: text))
    vector.entries[0].crc32 ^= 1
    let right = CRC32.checksum(text)
    #expect(
      throws: ZIPError.wrongCRC32(path: "f", entry: "a", expected: right ^ 1, found: right)
    ) { try unpacked(vector.file) }
    vector.entries = [.init(deflated: text)]
    vector.entries[0].packed.append(0)
    #expect(
      throws: ZIPError.cannotUnpack(
        path: "f", entry: "a", reason: "the packed data ends before its size")
    ) { try unpacked(vector.file) }
    vector.entries[0].packed.removeLast(3)
    #expect(
      throws: ZIPError.cannotUnpack(path: "f", entry: "a", reason: "the packed data ends early")
    ) { try unpacked(vector.file) }
    vector.entries[0].packed = [7, 7, 7, 7]
    #expect(
      throws: ZIPError.cannotUnpack(path: "f", entry: "a", reason: "invalid block type")
    ) { try unpacked(vector.file) }
  }

  @Test(arguments: ["stored.npz", "deflated.npz", "system.pth"])
  func aTruncatedArchiveIsRefusedAtEveryByte(_ name: String) throws {
    let file = try archiveFixture(name)
    for count in file.indices {
      #expect(throws: ZIPError.self) { try unpacked(Array(file[..<count])) }
    }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func noChangeOfAnArchiveChangesItsContent(_ name: String) throws {
    let file = try archiveFixture(name)
    let content = try unpacked(file).map(\.content)
    forEachChange(of: file) { changed, what in
      guard let found = try? unpacked(changed) else { return }
      #expect(found.map(\.content) == content, "\(what)")
    }
  }

  // MARK: Writing

  @Test func theBytesAreTheFormats() throws {
    var writer = ZIPWriter()
    writer.add("é/b", [1, 2, 3])
    let field = ZIPVector.field
    let common =
      field(20, 2) + field(1 << 11, 2) + field(0, 4) + field(33, 2) + field(0x55BC_801D, 4)
      + field(3, 4) + field(3, 4) + field(4, 2)
    let padding = field(0x4246, 2) + field(26, 2) + [UInt8](repeating: 0x5A, count: 26)
    let header = [0x50, 0x4B, 3, 4] + common + field(30, 2) + Array("é/b".utf8) + padding
    let directory =
      [0x50, 0x4B, 1, 2] + field(20, 2) + common + field(0, 16) + Array("é/b".utf8)
    let end =
      [0x50, 0x4B, 5, 6] + field(0, 4) + field(1, 2) + field(1, 2) + field(50, 4) + field(67, 4)
      + field(0, 2)
    #expect(header.count == 64)
    #expect(writer.finished() == header + [1, 2, 3] + directory + end)
  }

  @Test func numbersFromTheLimitOnAreWrittenIn64Bits() {
    #expect(ZIPLayout().wideFrom == 0xFFFF_FFFF)
    let layout = ZIPLayout(wideFrom: 100)
    let (field, all) = (ZIPVector.field, 0xFFFF_FFFF)
    func common(_ isWide: Bool, _ size: Int) -> [UInt8] {
      var bytes = field(isWide ? 45 : 20, 2) + field(1 << 11, 2) + field(0, 4) + field(33, 2)
      bytes += field(7, 4) + field(size < 100 ? size : all, 4) + field(size < 100 ? size : all, 4)
      return bytes + field(1, 2)
    }
    for (size, offset) in [(99, 99), (100, 99), (99, 100), (100, 100)] {
      let sizes = size < 100 ? [] : [size, size]
      // The header is padded up to 64 bytes.
      var header: [UInt8] = [0x50, 0x4B, 3, 4]
      header += common(size == 100, size) + field(33, 2) + [0x61]
      if size == 100 { header += ZIPVector.wide(sizes) }
      let padding = 64 - header.count - 4
      header += field(0x4246, 2) + field(padding, 2) + [UInt8](repeating: 0x5A, count: padding)
      #expect(layout.header(name: "a", byteCount: size, crc32: 7, offset: 0) == header)

      let wide = sizes + (offset < 100 ? [] : [offset])
      let extra = wide.isEmpty ? [] : ZIPVector.wide(wide)
      var record: [UInt8] = [0x50, 0x4B, 1, 2]
      record += field(wide.isEmpty ? 20 : 45, 2) + common(!wide.isEmpty, size)
      record += field(extra.count, 2) + field(0, 10) + field(offset < 100 ? offset : all, 4)
      record += [0x61] + extra
      let entry = ZIPArchive.Entry(
        name: "a", method: .stored, headerOffset: offset, range: 0..<size, byteCount: size,
        crc32: 7)
      #expect(layout.directory([entry]) == record)
    }
    #expect(ZIPLayout().needsWideEnd([0xFFFF, 0, 0, 0]))
    #expect(!ZIPLayout().needsWideEnd([0xFFFE, 0, 0xFFFF_FFFE, 0]))
    let narrow: [UInt8] = [0x50, 0x4B, 5, 6] + field(0, 12) + field(99, 4) + field(0, 2)
    #expect(layout.end([], directoryOffset: 99) == narrow)
    var end: [UInt8] = [0x50, 0x4B, 6, 6]
    end += field(44, 8) + field(45, 2) + field(45, 2) + field(0, 32) + field(100, 8)
    end += [0x50, 0x4B, 6, 7] + field(0, 4) + field(100, 8) + field(1, 4)
    end += [0x50, 0x4B, 5, 6] + field(0, 4) + field(-1, 12) + field(0, 2)
    #expect(layout.end([], directoryOffset: 100) == end)
  }

  @Test(arguments: [0, 1, 60, 1_000, 0xFFFF_FFFF], 0..<20 as Range<UInt64>)
  func whatIsWrittenIsReadBack(_ wideFrom: Int, _ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var writer = ZIPWriter(wideFrom: wideFrom)
    var expected: [String: [UInt8]] = [:]
    for index in 0..<Int.random(in: 0..<9, using: &generator) {
      let name =
        String(repeating: "é", count: Int.random(in: 0..<90, using: &generator)) + "\(index)"
      let content = (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      expected[name] = content
      writer.add(name, content)
    }
    let file = writer.finished()
    let archive = try open(file)
    #expect(archive.entries.allSatisfy { $0.range.lowerBound % 64 == 0 })
    #expect(archive.entries.count == expected.count && !archive.isSealed)
    for entry in archive.entries {
      #expect(
        try archive.content(of: entry, limit: 300) { Array(file[$0]) } == expected[entry.name])
    }
  }

  @Test func aNameMayBeLong() throws {
    var writer = ZIPWriter()
    writer.add(String(repeating: "a", count: 0xFF00), [7])
    #expect(try unpacked(writer.finished()).map { $0.name.utf8.count } == [0xFF00])
  }

  @Test func noChangeOfASealedArchiveIsAccepted() throws {
    var writer = ZIPWriter()
    writer.add("x/first", Array("PK\u{3}\u{4} and more".utf8))
    writer.add("x/none", [])
    let file = writer.finished(sealedIn: "x")
    #expect(try open(file).isSealed)
    #expect(try unpacked(file).last?.name == "x/.mnist_train")
    var count = 0
    var accepted: [String] = []
    forEachChange(of: file) { changed, what in
      guard changed != file else { return }
      count += 1
      if (try? unpacked(changed)) != nil { accepted.append(what) }
    }
    #expect(count > 5_000 && accepted == [])
  }

  @Test func aSealThatOthersCopiedIsBroken() throws {
    var writer = ZIPWriter()
    writer.add("x/first", [1])
    let sealed = writer.finished(sealedIn: "x")
    let entries = try unpacked(sealed)
    var vector = ZIPVector()
    vector.entries = entries.map { ZIPVector.Entry($0.name, stored: $0.content) }
    #expect(throws: ZIPError.brokenSeal(path: "f", offset: 7)) { try open(vector.file) }
    #expect(
      "\(ZIPError.brokenSeal(path: "f", offset: 4))"
        == "f: damaged at byte 4 (expected what mnist-train wrote there, found something else)")
  }

  // MARK: Helpers

  private func open(_ file: [UInt8]) throws -> ZIPArchive {
    try ZIPArchive(path: "f", byteCount: file.count) { Array(file[$0]) }
  }

  @discardableResult
  private func unpacked(_ file: [UInt8]) throws -> [(name: String, content: [UInt8])] {
    let archive = try open(file)
    return try archive.entries.map { entry in
      (entry.name, try archive.content(of: entry, limit: 1 << 30) { Array(file[$0]) })
    }
  }
}

/// A file that PyTorch, NumPy or Python wrote; `Tests/generate_archives.py` says how.
func archiveFixture(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: Fixture.url("archives/\(name)")))
}
