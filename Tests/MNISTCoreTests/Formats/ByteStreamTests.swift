import Testing

@testable import MNISTCore

@Suite struct ByteStreamTests {
  private let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }

  @Test(arguments: [false, true]) func aFileComesInPieces(_ isPacked: Bool) throws {
    var longest = 0
    let bytes = isPacked ? SmallSets.gzip(content) + SmallSets.gzip([1, 2]) + [0, 0] : content
    let file = FileBytes(path: "f", count: bytes.count) { range in
      longest = max(longest, range.count)
      return Array(bytes[range])
    }
    let stream = try ByteStream(file)
    #expect(stream.isPacked == isPacked)
    var read: [UInt8] = []
    while case let piece = try stream.next(1000), !piece.isEmpty {
      #expect(piece.count == 1000 || (content.count + 2 - read.count) < 1000)
      read += piece
      #expect(stream.position == read.count)
    }
    #expect(read == content + (isPacked ? [1, 2] : []))
    // Never the whole file.
    #expect(longest == (isPacked ? 1 << 16 : 1000))
  }

  @Test func faultsAreThoseOfTheWholeFile() throws {
    let packed = SmallSets.gzip(Array(content[..<70_000]))
    let (data, end): ([UInt8], ArraySlice<UInt8>) = (packed.dropLast(8), packed.suffix(4))
    let zeros = [UInt8](repeating: 0, count: 20)
    let faults: [String: [UInt8]] = [
      "truncated": packed.dropLast(3), "longer": packed + [0, 0, 1],
      "other CRC": data + [1, 2, 3, 4] + end, "other length": packed.dropLast(4) + [1, 2, 3, 4],
      "other method": packed + [0x1F, 0x8B, 9] + zeros, "other data": packed.prefix(200) + zeros,
    ]
    for (name, bytes) in faults {
      let whole = fault { _ = try GzipReader(bytes, path: "f").read(.max) }
      let pieces = fault {
        let stream = try ByteStream(FileBytes(bytes, path: "f"))
        while !(try stream.next(61)).isEmpty {}
      }
      #expect(whole != nil && pieces == whole, "\(name)")
    }
  }

  private func fault(_ body: () throws -> Void) -> GzipError? {
    do { try body() } catch { return error as? GzipError }
    return nil
  }
}
