/// Why a mirror gave no file.
public struct MirrorFailure: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Error, Equatable, Sendable {
    /// libcurl, under these names.
    case libraryMissing(names: [String])
    case hostNotFound
    case proxyNotFound
    case notReached
    case connectTimeout(milliseconds: Int)
    case certificate(text: String)
    case stalled(seconds: Int, receivedBytes: Int)
    /// `promisedBytes` is nil where the server had not said how many there are.
    case cutOff(receivedBytes: Int, promisedBytes: Int?)
    case status(Int)
    case tooLarge(limitBytes: Int)
    case webPage
    case damagedGzip
    case wrongLength(expectedBytes: Int, foundBytes: Int)
    /// `foundBytes` is not known where the file goes on.
    case tooLong(expectedBytes: Int)
    case wrongCRC32(expected: UInt32, found: UInt32)
    /// In libcurl's own words.
    case other(text: String)
  }

  public let url: String
  public let reason: Reason

  public var description: String { "\(url): \(reason)" }
}

extension MirrorFailure.Reason: CustomStringConvertible {
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
    case .other(let text):
      text
    }
  }
}
