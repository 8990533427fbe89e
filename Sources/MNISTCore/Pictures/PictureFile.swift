import Synchronization

/// Reads pictures that somebody else made: PNG, PBM, PGM or PPM, told by their content, not their name.
public enum PictureFile {
  /// No file is larger than this.
  static let limitBytes = 256 << 20

  /// Reads the picture at `path`.
  ///
  /// Each error that is thrown describes itself in one sentence that names the path.
  public static func read(_ path: String) throws -> Picture {
    if ["http://", "https://"].contains(where: path.hasPrefix) {
      throw PictureError.unsupportedFormat(path: path, found: "a web address")
    }
    guard !path.isEmpty else { throw FileError.emptyPath }
    return try decode(InputFile.read(path, limit: limitBytes), path: path)
  }

  /// Reads the picture that comes in on standard input, to its end.
  package static func readStandardInput() throws -> Picture {
    let name = "standard input"
    return try decode(InputFile.readStandardInput(limit: limitBytes, name: name), path: name)
  }

  /// Decodes the content of a file; `path` is its name in errors.
  public static func decode(_ file: [UInt8], path: String) throws -> Picture {
    guard let first = file.first else { throw PictureError.empty(path: path) }
    if PNGDecoder.recognizes(file) {
      return try PNGDecoder(file, path: path).picture()
    }
    if NetpbmDecoder.recognizes(file) {
      return try NetpbmDecoder.decode(file, path: path)
    }
    let known = formats.first { file.dropFirst($0.offset).starts(with: $0.signature) }
    let found =
      known?.name
      ?? (isText(file.prefix(512)) ? "text" : "bytes that begin with \(hexadecimal([first]))")
    throw PictureError.unsupportedFormat(path: path, found: found)
  }

  private static let formats: [(name: String, offset: Int, signature: [UInt8])] = [
    ("JPEG", 0, [0xFF, 0xD8, 0xFF]),
    ("GIF", 0, Array("GIF8".utf8)),
    ("WebP", 8, Array("WEBP".utf8)),
    ("AVIF", 4, Array("ftypavif".utf8)),
    // The brands of HEIC: heic, heix, heim, heis, hevc, mif1, msf1.
    ("HEIC", 4, Array("ftyphe".utf8)),
    ("HEIC", 4, Array("ftypmif1".utf8)),
    ("HEIC", 4, Array("ftypmsf1".utf8)),
    ("TIFF", 0, Array("II*\0".utf8)),
    ("TIFF", 0, Array("MM\0*".utf8)),
    ("BMP", 0, Array("BM".utf8)),
    ("PDF", 0, Array("%PDF".utf8)),
    ("a PAM picture", 0, Array("P7\n".utf8)),
    ("a gzip file", 0, [0x1F, 0x8B]),
    ("a zip file", 0, Array("PK".utf8)),
  ]

  private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 32 && $0 != 127 || (9...13).contains($0) }
  }
}

extension PictureFile {
  /// Whether a file that begins so is a picture of a form that can be read.
  static func recognizes(_ start: [UInt8]) -> Bool {
    PNGDecoder.recognizes(start) || NetpbmDecoder.recognizes(start)
  }

  /// Reads pictures on all threads and brings each to a form. Their order stays; of several that are wrong it is the
  /// first one's error that is thrown, whichever thread was first to find one.
  static func images(
    _ paths: ArraySlice<String>, _ form: (Picture, _ path: String) throws -> ModelImage
  ) throws -> [ModelImage] {
    let results = Mutex<[Int: Result<ModelImage, any Error>]>([:])
    ThreadPool.current.forEach(paths.count) { task in
      let index = paths.startIndex + task
      let result = Result { try form(read(paths[index]), paths[index]) }
      results.withLock { $0[index] = result }
    }
    // Else a signal may have stopped the threads before they were done.
    try StopSignal.check()
    return try results.withLock { results in try paths.indices.map { try results[$0]!.get() } }
  }
}
