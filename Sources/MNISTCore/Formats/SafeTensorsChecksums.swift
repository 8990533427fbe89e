/// The checksums that our own files carry, as text in `__metadata__`, where every reader of the format
/// passes over them.
///
/// `crc32.NAME` is the CRC-32 of the bytes of tensor NAME. `header_crc32` is that of everything before
/// the numbers, the length in front included, computed while its own eight digits are zeros. Together
/// they cover every byte of the file. They are compared as text, so that no second spelling passes.
struct SafeTensorsChecksums {
  static let headerName = "header_crc32"

  private let texts: [String: String]
  private let path: String

  static func name(of tensor: String) -> String { "crc32.\(tensor)" }

  static func isName(_ name: String) -> Bool { name == headerName || name.hasPrefix("crc32.") }

  // MARK: Writing

  /// The first pair of the metadata, before `seal` fills in the digits.
  static var openPair: String { "\"\(headerName)\":\"\(hexadecimal(0))\"" }

  /// Where the digits of the pair above stand in a file.
  private static var sealOffset: Int {
    8 + "{\"\(SafeTensors.metadataName)\":{\"\(headerName)\":\"".utf8.count
  }

  /// Fills in the checksum of `bytes`, a file up to its numbers.
  static func seal(_ bytes: inout [UInt8]) {
    let text = hexadecimal(CRC32.checksum(bytes)).utf8
    bytes.replaceSubrange(sealOffset..<sealOffset + text.count, with: text)
  }

  static func text(_ elements: TensorValue.Elements) -> String {
    switch elements {
    case .float32(let numbers): hexadecimal(CRC32.checksum(ofNumbers: numbers))
    case .int64(let numbers): hexadecimal(CRC32.checksum(ofNumbers: numbers))
    }
  }

  // MARK: Reading

  /// Nil for a file without checksums; one whose header does not have its own is refused.
  init?(
    of header: SafeTensorsHeader, in bytes: [UInt8], path: String
  ) throws(SafeTensorsError) {
    guard let expected = header.checksums[Self.headerName], let offset = header.checksumOffset
    else { return nil }
    var open = bytes
    let digits = hexadecimal(0).utf8
    let range = offset + 1..<min(bytes.count, offset + 1 + digits.count)
    open.replaceSubrange(range, with: digits)
    let found = hexadecimal(CRC32.checksum(open))
    guard found == expected else {
      throw .wrongHeaderChecksum(path: path, expected: expected, found: found)
    }
    texts = header.checksums
    self.path = path
  }

  func check(_ data: ArraySlice<UInt8>, of tensor: String) throws(SafeTensorsError) {
    let found = hexadecimal(CRC32.checksum(data))
    guard let expected = texts[Self.name(of: tensor)] else {
      throw .missingChecksum(path: path, tensor: tensor)
    }
    guard found == expected else {
      throw .wrongChecksum(path: path, tensor: tensor, expected: expected, found: found)
    }
  }
}
