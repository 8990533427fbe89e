/// Why a published set could not be brought into the data folder.
public enum DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One file could be had from none of the mirrors.
  case noMirror(set: String, folder: String, failures: [MirrorFailure])
  /// The files arrived, or would have, but the folder takes none.
  case cannotStore(set: String, FileError)

  /// One sentence with every reason, each of them once.
  public var description: String {
    switch self {
    case .noMirror(let set, _, let failures):
      // Mostly all mirrors fail for the same reason.
      let reasons = failures.map { "\($0.reason)" }
      let distinct = reasons.enumerated().filter { !reasons[..<$0.offset].contains($0.element) }
      return "\(set) could not be downloaded: "
        + distinct.map(\.element).joined(separator: "; ")
    case .cannotStore(let set, let error):
      return "\(set) could not be downloaded: \(error)"
    }
  }
}

/// Why a mirror gave no file.
public struct MirrorFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong; a text is libcurl's own.
  public enum Reason: Error, Equatable, Sendable {
    /// There is no libcurl under these file names.
    case libraryMissing(names: [String])
    /// The address names a host that nobody knows.
    case hostNotFound
    /// The environment names a proxy that nobody knows.
    case proxyNotFound
    /// Nobody answers at the address.
    case notReached
    /// Nobody answered in time.
    case connectTimeout(milliseconds: Int)
    /// The server could not prove who it is.
    case certificate(text: String)
    /// For so many seconds next to nothing arrived.
    case stalled(seconds: Int, receivedBytes: Int)
    /// `promisedBytes` is nil where the server had not said how many there are.
    case cutOff(receivedBytes: Int, promisedBytes: Int?)
    /// An HTTP status other than 200.
    case status(Int)
    /// The file goes on after as many bytes as the right one can have.
    case tooLarge(limitBytes: Int)
    /// HTML arrived, such as the page on which a network asks people to log in.
    case webPage
    /// The packed file cannot be unpacked.
    case damagedGzip
    /// Lengths are those of the unpacked file.
    case wrongLength(expectedBytes: Int, foundBytes: Int)
    /// The unpacked file goes on after as many bytes as it should have.
    case tooLong(expectedBytes: Int)
    /// The unpacked file has the right length and another content.
    case wrongCRC32(expected: UInt32, found: UInt32)
    /// The file has another digest than the published one; 32 hexadecimal digits each.
    case wrongMD5(expected: String, found: String)
    /// Anything else that libcurl names.
    case other(text: String)
  }

  /// The address of the file that was asked for.
  public let url: String
  /// Why it did not come.
  public let reason: Reason

  /// Whether the server answered, but has no such file.
  var isAnswer: Bool { if case .status = reason { true } else { false } }

  /// The address and the reason.
  public var description: String { "\(url): \(reason)" }
}

extension MirrorFailure.Reason: CustomStringConvertible {
  /// A few words, without the address.
  public var description: String {
    switch self {
    case .libraryMissing(let names):
      "nothing can be downloaded without libcurl (expected \(names.joined(separator: " or ")))"
    case .hostNotFound:
      "the host was not found"
    case .proxyNotFound:
      "the proxy of the environment was not found"
    case .notReached:
      "no connection"
    case .connectTimeout(let milliseconds):
      "no connection within \(milliseconds / 1_000) s"
    case .certificate(let text):
      "no trusted connection: \(text)"
    case .stalled(let seconds, let received):
      "stalled for \(seconds) s after \(received) bytes"
    case .cutOff(let received, let promised?):
      "cut off (expected \(promised) bytes, found \(received))"
    case .cutOff(let received, nil):
      "cut off after \(received) bytes"
    case .status(let status):
      "not there (expected HTTP status 200, found \(status))"
    case .tooLarge(let limit):
      "too large (expected at most \(limit) bytes, found more)"
    case .webPage:
      "a web page in place of the file"
    case .damagedGzip:
      "a truncated or damaged gzip file"
    case .wrongLength(let expected, let found):
      "another file (expected \(expected) bytes unpacked, found \(found))"
    case .tooLong(let expected):
      "another file (expected \(expected) bytes unpacked, found more)"
    case .wrongCRC32(let expected, let found):
      "another file (expected CRC-32 \(hexadecimal(expected)), found \(hexadecimal(found)))"
    case .wrongMD5(let expected, let found):
      "another file (expected MD5 \(expected), found \(found))"
    case .other(let text):
      text
    }
  }
}
