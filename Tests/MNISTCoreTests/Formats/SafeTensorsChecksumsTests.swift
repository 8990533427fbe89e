import Testing

@testable import MNISTCore

@Suite struct SafeTensorsChecksumsTests {
  @Test func checksumsStandInTheMetadata() throws {
    let text = String(decoding: file.encoded().dropFirst(8), as: UTF8.self)
    #expect(
      text.hasPrefix(
        #"{"__metadata__":{"header_crc32":"0x464e7d94","crc32.a":"0x560302f4","#
          + #""crc32.b":"0x00000000","note":"n"},"b":"#), "\(text.prefix(120))")
    #expect(try TensorFile(parsing: file.encoded(), path: "m") == file)
  }

  /// Of every single bit, in the header and in the numbers, and of every byte that is cut off, put in or
  /// taken out: no change is accepted.
  @Test func noChangeOfASmallFileIsAccepted() throws {
    let bytes = file.encoded()
    var accepted: [String] = []
    func check(_ changed: [UInt8], _ what: String) {
      if changed != bytes, (try? Checked(changed)) != nil { accepted.append(what) }
    }
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        check(changed, "bit \(bit) of byte \(index)")
      }
      check(Array(bytes[..<index]), "the first \(index) bytes")
      var shorter = bytes
      shorter.remove(at: index)
      check(shorter, "without byte \(index)")
      for byte in [0, 0x20, 0x22, 0x30, 0x2C, 0x7D, 0xFF, bytes[index]] as [UInt8] {
        check(bytes[..<index] + [byte] + bytes[index...], "with \(byte) before byte \(index)")
      }
    }
    check(bytes + [0x20], "with a space at the end")
    #expect(accepted == [])
  }

  /// The digits are compared as they are: `0x…F4` is not `0x…f4`.
  @Test func aChecksumHasOneSpelling() throws {
    var bytes = file.encoded()
    let place = try #require(bytes.firstRange(of: Array("0x560302f4".utf8))).lowerBound
    bytes[place + 8] = UInt8(ascii: "F")
    #expect(throws: SafeTensorsError.self) { try TensorFile(parsing: bytes, path: "m") }
  }

  @Test func aChecksumMayBeCutShortByTheEnd() {
    let header = #"{"__metadata__":{"header_crc32":""}}"#
    let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
    let error = SafeTensorsError.wrongHeaderChecksum(
      path: "m", expected: "", found: "0x7ba0b457")
    #expect(throws: error) { try TensorFile(parsing: bytes, path: "m") }
  }

  @Test func theDamagedTensorIsNamed() throws {
    var bytes = file.encoded()
    bytes[bytes.count - 1] ^= 1
    let error = #expect(throws: SafeTensorsError.self) {
      try TensorFile(parsing: bytes, path: "m")
    }
    #expect(
      error?.description.hasPrefix(
        #"m: damaged: checksum mismatch in tensor "a" (expected "0x560302f4", found "0x"#) == true)
  }

  @Test func aTensorWithoutItsChecksumIsNamed() throws {
    var plain = file
    plain.hasChecksums = false
    // As if somebody had added a tensor and a right header checksum.
    plain.metadata["header_crc32"] = "0x00000000"
    var bytes = plain.encoded()
    let place = try #require(bytes.firstRange(of: Array("0x00000000".utf8)))
    let header = Array(bytes.prefix(8 + Int(bytes[0]) + Int(bytes[1]) << 8))
    bytes.replaceSubrange(place, with: Array(hexadecimal(CRC32.checksum(header)).utf8))
    #expect(throws: SafeTensorsError.missingChecksum(path: "m", tensor: "b")) {
      try TensorFile(parsing: bytes, path: "m")
    }
  }

  @Test func everyErrorIsASentence() {
    #expect(
      SafeTensorsError.wrongHeaderChecksum(path: "m", expected: "0x1", found: "0x2").description
        == #"m: damaged: checksum mismatch in the header (expected "0x1", found "0x2")"#)
    #expect(
      SafeTensorsError.missingChecksum(path: "m", tensor: "t").description
        == #"m: tensor "t" has no checksum in __metadata__, though the header has one"#)
  }

  private let file = TensorFile(
    metadata: ["note": "n"],
    tensors: [
      "a": TensorValue([1, -2.5] as [Float], shape: [2]),
      "b": TensorValue([] as [Int64], shape: [0]),
    ], hasChecksums: true)

  /// A file that must have checksums, as a checkpoint must.
  private struct Checked {
    init(_ bytes: [UInt8]) throws {
      let file = try TensorFile(parsing: bytes, path: "m")
      guard file.hasChecksums else { throw CheckpointError.noChecksums(path: "m") }
    }
  }
}
