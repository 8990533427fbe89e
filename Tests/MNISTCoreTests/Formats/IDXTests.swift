import Foundation
import Testing

@testable import MNISTCore

@Suite struct IDXTests {
  @Test func aPlainFileIsRead() throws {
    let idx = try decode(twoByThree, .images)
    #expect(idx == IDX(sizes: [2, 1, 3], elements: [1, 2, 3, 4, 5, 6]))
    #expect(try decode([0, 0, 8, 1, 0, 0, 0, 2, 7, 8], .labels).elements == [7, 8])
  }

  @Test func aPackedFileHoldsTheSame() throws {
    #expect(try decode(storedGzip(twoByThree), .images) == decode(twoByThree, .images))
  }

  @Test func aFileIsReadFromDisk() throws {
    let path = NSTemporaryDirectory() + "/mnist-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: FileError.cannotRead(path: path, reason: "No such file or directory")) {
      try IDX.read(path, .images)
    }
    try Data(twoByThree).write(to: URL(filePath: path))
    #expect(try IDX.read(path, .images) == decode(twoByThree, .images))
  }

  @Test func membersMaySplitTheHeader() throws {
    let packed = storedGzip(Array(twoByThree[..<3])) + storedGzip(Array(twoByThree[3...]))
    #expect(try decode(packed, .images).elements == [1, 2, 3, 4, 5, 6])
  }

  @Test(arguments: [1, 5]) func aFileThatIsShortIsRefusedWithBothSizes(_ missing: Int) {
    let short = Array(twoByThree.dropLast(missing))
    let error = IDXError.truncated(
      path: "f", neededBytes: 22, availableBytes: 22 - missing)
    #expect(throws: error) { try decode(short, .images) }
    #expect(throws: error) { try decode(storedGzip(short), .images) }
    #expect(
      error.description == "f: truncated (expected 22 bytes as its header promises, "
        + "found \(22 - missing))")
  }

  @Test func aFileThatIsLongIsRefused() {
    let plain = IDXError.tooLong(path: "f", neededBytes: 22, availableBytes: 23)
    #expect(throws: plain) { try decode(twoByThree + [7], .images) }
    #expect(
      plain.description
        == "f: too long (expected 22 bytes as its header promises, found 23)")
    let packed = IDXError.tooLong(path: "f", neededBytes: 22, availableBytes: nil)
    #expect(throws: packed) { try decode(storedGzip(twoByThree + [7]), .images) }
    #expect(throws: packed) { try decode(storedGzip(twoByThree) + storedGzip([7]), .images) }
    #expect(
      packed.description
        == "f: too long (expected 22 bytes as its header promises, found more)")
  }

  @Test func aPromiseThatThePackedFileCannotHoldIsRefused() {
    // 10¹² bytes from a file of under 100.
    let packed = storedGzip(IDXHeader.encoded(.images, sizes: [1_000_000, 1000, 1000]))
    let error = IDXError.unbacked(
      path: "f", neededBytes: 1_000_000_000_016, largestBytes: 1032 * packed.count)
    #expect(throws: error) { try decode(packed, .images) }
    #expect(
      error.description == "f: truncated (expected 1000000000016 bytes as its header promises, "
        + "found gzip data for at most \(1032 * packed.count))")
  }

  @Test func aPromiseThatThePlainFileDoesNotHoldIsRefused() {
    let header = IDXHeader.encoded(.images, sizes: [1 << 31, 1 << 31, 1])
    #expect(
      throws: IDXError.truncated(
        path: "f", neededBytes: 1 << 62 + 16, availableBytes: 16)
    ) { try decode(header, .images) }
  }

  @Test func aPackedFileBeyondTheLimitIsRefused() {
    // 4 GiB and one row, which 5 MB could hold.
    let header = IDXHeader.encoded(.images, sizes: [1 << 16 + 1, 1 << 8, 1 << 8])
    let packed = storedGzip(header + [UInt8](repeating: 0, count: 5 << 20))
    let error = FileError.tooLarge(
      path: "f", limitBytes: 1 << 32, foundBytes: 1 << 32 + 1 << 16 + 16)
    #expect(throws: error) { try decode(packed, .images) }
  }

  @Test func theOtherKindIsNamedPackedOrNot() {
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1, 7]
    let error = IDXError.wrongMagic(path: "f", expected: 0x803, found: 0x801)
    #expect(throws: error) { try decode(labels, .images) }
    #expect(throws: error) { try decode(storedGzip(labels), .images) }
  }

  @Test func aBrokenPackedFileIsAnErrorOfGzip() {
    var packed = storedGzip(twoByThree)
    packed[packed.count - 1] = 1
    #expect(throws: GzipError.wrongLength(path: "f", expected: 1 << 24 + 22, found: 22)) {
      try decode(packed, .images)
    }
  }

  @Test(arguments: [IDXKind.images, .labels])
  func noTruncationIsAccepted(_ kind: IDXKind) throws {
    let whole =
      kind == .images ? twoByThree : IDXHeader.encoded(.labels, sizes: [4]) + [1, 2, 3, 4]
    for bytes in [whole, storedGzip(whole)] {
      _ = try decode(bytes, kind)
      for length in 0..<bytes.count {
        #expect(throws: (any Error).self, "\(length) bytes") {
          try decode(Array(bytes[..<length]), kind)
        }
      }
    }
  }

  @Test func everyFlippedBitOfThePackedFileIsAnErrorOrChangesNothing() throws {
    let packed = storedGzip(twoByThree)
    let idx = try decode(packed, .images)
    var accepted = 0
    for bit in 0..<8 * packed.count {
      var flipped = packed
      flipped[bit / 8] ^= 1 << (bit % 8)
      if let other = try? decode(flipped, .images) {
        #expect(other == idx, "bit \(bit)")
        accepted += 1
      }
    }
    // The six header bytes from the time on, the flag for text, five bits before a stored block.
    #expect(accepted == 6 * 8 + 1 + 5)
  }
}

private let twoByThree: [UInt8] =
  [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]

@discardableResult private func decode(_ bytes: [UInt8], _ kind: IDXKind) throws -> IDX {
  try IDX.decode(bytes, kind, path: "f")
}

/// A gzip file that holds `content` as it is, in stored blocks, with nothing of zlib's.
private func storedGzip(_ content: [UInt8]) -> [UInt8] {
  var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
  var rest = content[...]
  repeat {
    let block = rest.prefix(65535)
    rest = rest.dropFirst(65535)
    let length = UInt16(block.count)
    packed += [rest.isEmpty ? 1 : 0] + littleEndian(length) + littleEndian(~length) + block
  } while !rest.isEmpty
  return packed + littleEndian(CRC32.checksum(content)) + littleEndian(UInt32(content.count))
}

private func littleEndian(_ word: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { Array($0) }
}
