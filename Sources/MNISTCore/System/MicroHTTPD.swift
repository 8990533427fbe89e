import CVariadic

/// The system's libmicrohttpd, 0.9.71 or later: names without `MHD`, contracts in its own header.
struct MicroHTTPD: @unchecked Sendable {
  #if os(macOS)
    static let names = [
      "libmicrohttpd.12.dylib", "/opt/homebrew/lib/libmicrohttpd.12.dylib",
      "/usr/local/lib/libmicrohttpd.12.dylib",
    ]
  #else
    static let names = ["libmicrohttpd.so.12"]
  #endif

  /// A daemon, connection, response or reader of forms.
  typealias Handle = UnsafeMutableRawPointer
  typealias Text = UnsafePointer<CChar>

  typealias Values = @convention(c) (Handle?, Int32, Text?, Text?) -> Int32
  typealias Part =
    @convention(c) (Handle?, Int32, Text?, Text?, Text?, Text?, Text?, UInt64, Int) -> Int32
  /// That a request is over, or that a connection has begun or ended.
  typealias Notified =
    @convention(c) (Handle?, Handle?, UnsafeMutablePointer<Handle?>?, Int32) -> Void

  private let startDaemon: UnsafeMutableRawPointer
  private let getConnectionInfo: UnsafeMutableRawPointer
  let stopDaemon: @convention(c) (Handle) -> Void
  let quiesceDaemon: @convention(c) (Handle) -> Int32
  let suspendConnection: @convention(c) (Handle) -> Void
  let resumeConnection: @convention(c) (Handle) -> Void
  let getConnectionValues: @convention(c) (Handle, Int32, Values, Handle?) -> Int32
  let createResponse: @convention(c) (Int, UnsafeRawPointer?, Int32) -> Handle?
  let addResponseHeader: @convention(c) (Handle, Text, Text) -> Int32
  let queueResponse: @convention(c) (Handle, UInt32, Handle) -> Int32
  let destroyResponse: @convention(c) (Handle) -> Void
  let createPostProcessor: @convention(c) (Handle, Int, Part, Handle?) -> Handle?
  let postProcess: @convention(c) (Handle, UnsafeRawPointer?, Int) -> Int32
  let destroyPostProcessor: @convention(c) (Handle) -> Int32

  init(_ names: [String] = names) throws(HTTPServerError) {
    do {
      let library = try DynamicLibrary(names)
      startDaemon = try library.address("MHD_start_daemon")
      getConnectionInfo = try library.address("MHD_get_connection_info")
      stopDaemon = try library.function("MHD_stop_daemon")
      quiesceDaemon = try library.function("MHD_quiesce_daemon")
      suspendConnection = try library.function("MHD_suspend_connection")
      resumeConnection = try library.function("MHD_resume_connection")
      getConnectionValues = try library.function("MHD_get_connection_values")
      createResponse = try library.function("MHD_create_response_from_buffer")
      addResponseHeader = try library.function("MHD_add_response_header")
      queueResponse = try library.function("MHD_queue_response")
      destroyResponse = try library.function("MHD_destroy_response")
      createPostProcessor = try library.function("MHD_create_post_processor")
      postProcess = try library.function("MHD_post_process")
      destroyPostProcessor = try library.function("MHD_destroy_post_processor")
    } catch {
      throw .noLibrary(names: names)
    }
  }

  // Numbers of microhttpd.h, which never change.

  static let (no, yes): (Int32, Int32) = (0, 1)
  static let (headerKind, argumentKind): (Int32, Int32) = (1, 8)
  static let mustCopy: Int32 = 2
  static let connectionStarted: Int32 = 0
  static let completedWell: Int32 = 0

  /// A polling thread of its own, connections that can be suspended, and `poll`: of the ways to wait for sockets the
  /// only one that never misses that a client has gone. libmicrohttpd 0.9.75 reads what epoll has told once, and a
  /// last message with the end right behind it is told once.
  static let flags: UInt32 = 8 | 9_216 | 64

  enum Option: Int32 {
    case end = 0
    case connectionMemoryLimit = 1
    case connectionLimit = 2
    case connectionTimeout = 3
    case notifyCompleted = 4
    case listenSocket = 12
    case threadPoolSize = 14
    case notifyConnection = 27
    case strictForClient = 29

    func set(_ value: Int, _ pointer: Handle? = nil) -> http_option {
      http_option(option: rawValue, value: value, pointer: pointer)
    }
  }

  func start(_ handler: http_handler, _ receiver: Handle, _ options: [http_option]) -> Handle? {
    http_start(startDaemon, Self.flags, handler, receiver, options + [Option.end.set(0)])
  }

  func socket(of connection: Handle) -> Int32 { http_socket(getConnectionInfo, connection) }

  /// Names and values of a kind.
  func values(_ kind: Int32, of connection: Handle) -> [(name: String, value: String)] {
    final class Receiver { var values: [(name: String, value: String)] = [] }
    let receiver = Receiver()
    _ = getConnectionValues(
      connection, kind,
      { receiver, _, name, value in
        guard let receiver, let name else { return MicroHTTPD.no }
        Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue().values.append(
          (String(cString: name), value.map { String(cString: $0) } ?? ""))
        return MicroHTTPD.yes
      }, Unmanaged.passUnretained(receiver).toOpaque())
    return receiver.values
  }

  /// The parts of a form; nil where it is none, or damaged.
  func parts(of body: [UInt8], _ connection: Handle) -> [HTTPPart]? {
    final class Receiver { var parts: [HTTPPart] = [] }
    let receiver = Receiver()
    let processor = createPostProcessor(
      connection, 65_536,
      { receiver, _, name, fileName, _, _, bytes, offset, count in
        guard let receiver, let name else { return MicroHTTPD.no }
        let parts = Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue()
        if offset == 0 {
          parts.parts.append(
            HTTPPart(
              name: String(cString: name), fileName: fileName.map { String(cString: $0) }, bytes: []
            ))
        }
        guard let last = parts.parts.indices.last else { return MicroHTTPD.no }
        parts.parts[last].bytes += UnsafeRawBufferPointer(start: bytes, count: count)
        return MicroHTTPD.yes
      }, Unmanaged.passUnretained(receiver).toOpaque())
    guard let processor else { return nil }
    let isRead = body.withUnsafeBytes { postProcess(processor, $0.baseAddress, $0.count) }
    let isWhole = destroyPostProcessor(processor)
    return isRead == Self.yes && isWhole == Self.yes ? receiver.parts : nil
  }
}
