/// The content of an IDX file of unsigned bytes.
///
/// Layout: `00 00 08 rank`, then `rank` sizes as big-endian 32-bit words, then the elements in C
/// order. The file may be packed with gzip, which its content tells, not its name.
struct IDX: Equatable {
  let sizes: [Int]
  let elements: [UInt8]

  /// No file is larger than this, packed or unpacked: 4 GiB.
  static let limitBytes = 4 << 30

  /// Reads the file at `path`, which must be of `kind` and exactly as long as its header says.
  ///
  /// Throws `FileError`, `GzipError` or `IDXError`. The header is judged before memory is asked for
  /// what it promises, and nothing is unpacked beyond that promise.
  static func read(_ path: String, _ kind: IDXKind) throws -> IDX {
    try decode(InputFile.read(path, limit: limitBytes), kind, path: path)
  }

  /// Decodes the content of a file, for which see `read`; `path` is its name in errors.
  static func decode(
    _ content: consuming [UInt8], _ kind: IDXKind, path: String
  ) throws -> IDX {
    var file = content
    if GzipReader.recognizes(file) {
      return try unpack(file, kind, path: path)
    }
    let header = try IDXHeader(file, kind: kind, path: path)
    guard file.count >= header.fileBytes else {
      throw IDXError.truncated(
        path: path, neededBytes: header.fileBytes, availableBytes: file.count)
    }
    guard file.count == header.fileBytes else {
      throw IDXError.tooLong(
        path: path, neededBytes: header.fileBytes, availableBytes: file.count)
    }
    // In place, for a second copy may not fit.
    file.removeFirst(kind.headerBytes)
    return IDX(sizes: header.sizes, elements: file)
  }

  private static func unpack(_ file: [UInt8], _ kind: IDXKind, path: String) throws -> IDX {
    let reader = try GzipReader(file, path: path)
    let header = try IDXHeader(try reader.read(kind.headerBytes), kind: kind, path: path)
    guard header.fileBytes <= reader.largestOutput else {
      throw IDXError.unbacked(
        path: path, neededBytes: header.fileBytes, largestBytes: reader.largestOutput)
    }
    guard header.fileBytes <= limitBytes else {
      throw FileError.tooLarge(
        path: path, limitBytes: limitBytes, foundBytes: header.fileBytes)
    }
    // Memory that grows in steps is there one and a half times.
    guard SystemMemory.has(header.elementCount / 2 * 3) else {
      throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
    }
    let elements = try reader.read(header.elementCount)
    guard elements.count == header.elementCount else {
      throw IDXError.truncated(
        path: path, neededBytes: header.fileBytes,
        availableBytes: kind.headerBytes + elements.count)
    }
    // Asking for one byte more also has the last checksum and length checked.
    guard try reader.read(1).isEmpty else {
      throw IDXError.tooLong(path: path, neededBytes: header.fileBytes, availableBytes: nil)
    }
    return IDX(sizes: header.sizes, elements: elements)
  }
}
