import CVariadic

/// HTTP by the system's libcurl, which every Swift toolchain on Linux needs and macOS brings.
///
/// It is loaded only when something is downloaded. Linking the toolchain's FoundationNetworking,
/// which stands on the same library, would make every start 9 ms longer and bring forty libraries.
/// Proxies are taken from the environment by libcurl itself; certificates are verified against those that the
/// environment names, see `TrustedCertificates`, else by libcurl's own defaults.
final class Curl {
  #if os(macOS)
    static let libraryNames = ["/usr/lib/libcurl.4.dylib"]
  #else
    static let libraryNames = ["libcurl.so.4", "libcurl-gnutls.so.4"]
  #endif

  private typealias Initialize = @convention(c) () -> UnsafeMutableRawPointer?
  private typealias Perform = @convention(c) (UnsafeMutableRawPointer) -> Int32
  private typealias CleanUp = @convention(c) (UnsafeMutableRawPointer) -> Void
  private typealias ErrorName = @convention(c) (Int32) -> UnsafePointer<CChar>?

  private let handle: UnsafeMutableRawPointer
  private let setOption: UnsafeMutableRawPointer
  private let getInfo: UnsafeMutableRawPointer
  private let perform: Perform
  private let cleanUp: CleanUp
  private let errorName: ErrorName
  let certificates: TrustedCertificates

  init(
    certificates: TrustedCertificates = TrustedCertificates()
  ) throws(DynamicLibrary.Missing) {
    self.certificates = certificates
    let library = try DynamicLibrary(Self.libraryNames)
    setOption = try library.address("curl_easy_setopt")
    getInfo = try library.address("curl_easy_getinfo")
    perform = try library.function("curl_easy_perform")
    cleanUp = try library.function("curl_easy_cleanup")
    errorName = try library.function("curl_easy_strerror")
    let initialize: Initialize = try library.function("curl_easy_init")
    guard let handle = initialize() else {
      throw DynamicLibrary.Missing(names: Self.libraryNames, function: "curl_easy_init")
    }
    self.handle = handle
  }

  deinit {
    cleanUp(handle)
  }

  /// What came of a transfer.
  struct Transfer {
    /// libcurl's own code; 0 where all went well.
    let code: Int32
    /// What libcurl calls that code.
    let text: String
    /// HTTP's status; 0 where no answer came.
    let status: Int
    /// How many bytes were taken.
    let receivedBytes: Int
    /// How many bytes the server said there are, nil where it did not.
    let promisedBytes: Int?
    let hasConnected: Bool
    /// Whether the transfer was ended because more came than was to be taken.
    let isFull: Bool
  }

  /// Asks for the file at `url`, of which at most `limitBytes` are taken.
  ///
  /// - Parameter take: is given the bytes as they arrive, and says whether it goes on.
  func transfer(
    _ url: String, limitBytes: Int, limits: HTTPLimits, take: ([UInt8]) -> Bool
  ) -> Transfer {
    withoutActuallyEscaping(take) { take in
      let receiver = Receiver(limitBytes: limitBytes, take: take)
      defer { receiver.take = nil }
      var code = url.withCString { configure(url: $0, limits: limits, receiver: receiver) }
      if code == 0 { code = perform(handle) }
      let promised: Int64 = info(.contentLength, or: -1)
      let connected: Double = info(.preTransferTime, or: 0)
      return Transfer(
        code: code,
        text: errorName(code).map { String(cString: $0) } ?? "libcurl's error \(code)",
        status: info(.responseCode, or: 0), receivedBytes: receiver.count,
        promisedBytes: promised < 0 ? nil : Int(promised), hasConnected: connected > 0,
        isFull: receiver.isFull)
    }
  }

  /// Sets all options; returns libcurl's code for the first that it refuses, 0 where it takes all.
  private func configure(
    url: UnsafePointer<CChar>, limits: HTTPLimits, receiver: Receiver
  ) -> Int32 {
    let numbers: [(Option, Int)] = [
      (.noSignal, 1), (.protocols, Self.http | Self.https), (.followLocation, 1),
      (.maxRedirects, 5), (.redirectProtocols, Self.redirectProtocols(from: url)),
      (.connectTimeoutMilliseconds, limits.connectMilliseconds),
      (.lowSpeedLimit, limits.slowestBytesPerSecond), (.lowSpeedTime, limits.stallSeconds),
    ]
    let codes =
      numbers.map { curl_set_number(setOption, handle, $0.0.rawValue, $0.1) } + [
        set(.url, url), set(.userAgent, "mnist-train"),
        set(.writeData, Unmanaged.passUnretained(receiver).toOpaque()),
        curl_set_writer(setOption, handle, Option.writeFunction.rawValue) {
          bytes, size, count, data in
          guard let bytes, let data else { return 0 }
          let receiver = Unmanaged<Receiver>.fromOpaque(data).takeUnretainedValue()
          let received = UnsafeRawBufferPointer(start: bytes, count: size * count)
          return receiver.receive(received) ? received.count : 0
        },
      ]
    // Not every libcurl knows folders of certificates; then it has others to trust.
    if let folders = certificates.folders { _ = set(.certificateFolders, folders) }
    let fileCode = certificates.file.map { set(.certificateFile, $0) } ?? 0
    return (codes + [fileCode]).first { $0 != 0 } ?? 0
  }

  static let (http, https) = (1, 2)

  /// Where the address may lead: a secure one to no other.
  static func redirectProtocols(from url: UnsafePointer<CChar>) -> Int {
    strncasecmp(url, "https:", 6) == 0 ? https : http | https
  }

  private func set(_ option: Option, _ pointer: UnsafeRawPointer) -> Int32 {
    curl_set_pointer(setOption, handle, option.rawValue, pointer)
  }

  private func info<Value: BitwiseCopyable>(_ info: Info, or start: Value) -> Value {
    var value = start
    _ = curl_get(getInfo, handle, info.rawValue, &value)
    return value
  }

  /// Counts what arrives and hands it on.
  private final class Receiver {
    let limitBytes: Int
    var count = 0
    var isFull = false
    var take: (([UInt8]) -> Bool)?

    init(limitBytes: Int, take: @escaping ([UInt8]) -> Bool) {
      self.limitBytes = limitBytes
      self.take = take
    }

    /// Whether there was room, and more is wanted.
    func receive(_ received: UnsafeRawBufferPointer) -> Bool {
      guard received.count <= limitBytes - count else {
        isFull = true
        return false
      }
      count += received.count
      return take?([UInt8](received)) ?? false
    }
  }

  // Numbers of curl/curl.h, which never change.

  enum Option: Int32, CaseIterable {
    case lowSpeedLimit = 19
    case lowSpeedTime = 20
    case followLocation = 52
    case maxRedirects = 68
    case noSignal = 99
    case connectTimeoutMilliseconds = 156
    case protocols = 181
    case redirectProtocols = 182
    case writeData = 10_001
    case url = 10_002
    case userAgent = 10_018
    case certificateFile = 10_065
    case certificateFolders = 10_097
    case writeFunction = 20_011
  }

  private enum Info: Int32 {
    case responseCode = 0x20_0002
    case preTransferTime = 0x30_0006
    case contentLength = 0x60_000F
  }
}

/// When a download is given up.
struct HTTPLimits: Equatable, Sendable {
  /// Nobody has answered for so long.
  var connectMilliseconds = 10_000
  /// Fewer than `slowestBytesPerSecond` have arrived for so long.
  var stallSeconds = 30
  /// MNIST takes three hours at this speed.
  var slowestBytesPerSecond = 1_000
}

/// Whom a secure connection is trusted by, where the environment says it as it says it to the curl tool.
struct TrustedCertificates: Equatable {
  /// A file of certificates as PEM text, in place of the system's: `CURL_CA_BUNDLE`, else `SSL_CERT_FILE`.
  let file: String?
  /// The variable that names the file.
  let variable: String?
  /// A folder of certificates, or several with colons between: `SSL_CERT_DIR`, beside what else is trusted.
  let folders: String?

  /// An empty variable says nothing.
  init(environment: (String) -> String? = CLibrary.environment) {
    func value(_ name: String) -> String? {
      environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    variable = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].first { value($0) != nil }
    file = variable.flatMap(value)
    folders = variable == "CURL_CA_BUNDLE" ? nil : value("SSL_CERT_DIR")
  }

  /// Why the file cannot be read; nil where it can, or where none is named.
  var fault: String? {
    guard let file, access(file, R_OK) != 0 else { return nil }
    return text("cannot be read: \(SystemError.text(errno))")
  }

  /// The variable and its file, which is so; nil where none is named.
  func text(_ predicate: String) -> String? {
    variable.map { "\($0) names \(file ?? ""), which \(predicate)" }
  }
}
