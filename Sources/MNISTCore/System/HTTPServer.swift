import CVariadic
import Synchronization

/// HTTP/1.1 by libmicrohttpd: its threads take requests and send answers, who makes those is up to the handler.
///
/// ```
/// connection │ head ──────────────► refusal? │ body … │ ──► answer: now, or later: suspended … resumed │ sent
/// deadline   │ headSeconds                   │ bodySeconds             │ none                         │ bodySeconds
/// ```
/// A connection that is over its deadline is cut: whoever sends a byte now and then holds it no longer than that.
final class HTTPServer: @unchecked Sendable {
  typealias Handle = MicroHTTPD.Handle

  let address: ServiceAddress
  private let library: MicroHTTPD
  private let limits: HTTPServiceLimits
  private let handler: any HTTPHandler
  private var daemon: Handle?
  private let listener: Int32
  /// When each open connection is cut, by its socket.
  private let deadlines = Mutex<[Int32: Double]>([:])
  private let bodyByteCount = Atomic<Int>(0)
  private let activeCount = Atomic<Int>(0)
  private let suspendedCount = Atomic<Int>(0)
  private let isDraining = Atomic<Bool>(false)
  /// From here on nothing may wait for an answer any more.
  private let isStopped = Atomic<Bool>(false)

  /// Listens from now on.
  init(
    _ wanted: ServiceAddress, limits: HTTPServiceLimits, handler: any HTTPHandler
  ) throws(HTTPServerError) {
    library = try MicroHTTPD()
    (listener, address) = try ListeningSocket.open(wanted)
    (self.limits, self.handler) = (limits, handler)
    // Its threads hold it until they have ended.
    let this = Unmanaged.passRetained(self).toOpaque()
    let completed: MicroHTTPD.Notified = { receiver, _, slot, reason in
      guard let receiver, let slot, let exchange = slot.pointee else { return }
      slot.pointee = nil
      HTTPServer.of(receiver).complete(
        Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue(),
        isAnswered: reason == MicroHTTPD.completedWell)
    }
    let connected: MicroHTTPD.Notified = { receiver, connection, _, what in
      guard let receiver, let connection else { return }
      let server = HTTPServer.of(receiver)
      let socket = server.library.socket(of: connection)
      server.setDeadline(
        socket, what == MicroHTTPD.connectionStarted ? server.limits.headSeconds : nil)
    }
    typealias Option = MicroHTTPD.Option
    let options = [
      Option.listenSocket.set(Int(listener)),
      Option.connectionLimit.set(Self.connectionCount(limits)),
      Option.connectionMemoryLimit.set(32 << 10),
      Option.connectionTimeout.set(Int(limits.bodySeconds.rounded(.up))),
      Option.strictForClient.set(1),
      Option.notifyCompleted.set(unsafeBitCast(completed, to: Int.self), this),
      Option.notifyConnection.set(unsafeBitCast(connected, to: Int.self), this),
    ]
    // One thread takes and sends what several compute.
    let threadCount = max(1, min(4, Processor.count / 4))
    daemon = library.start(
      { server, connection, path, method, version, upload, count, slot in
        guard let server, let connection, let path, let method, let count, let slot else {
          return MicroHTTPD.no
        }
        return HTTPServer.of(server).handle(
          connection, path: path, method: method,
          upload: UnsafeRawBufferPointer(start: upload, count: count.pointee), &count.pointee,
          &slot.pointee)
      }, this, threadCount > 1 ? options + [Option.threadPoolSize.set(threadCount)] : options)
    guard daemon != nil else {
      Unmanaged.passUnretained(self).release()
      throw .cannotStart
    }
  }

  private static func of(_ receiver: Handle) -> HTTPServer {
    Unmanaged<HTTPServer>.fromOpaque(receiver).takeUnretainedValue()
  }

  /// As many as the limit, or as the process may have files open, but for some.
  static func connectionCount(_ limits: HTTPServiceLimits) -> Int {
    #if canImport(Glibc)
      let resource = RLIMIT_NOFILE.rawValue
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard getrlimit(.init(resource), &limit) == 0 else { return limits.connectionCount }
    let wanted = limits.connectionCount + 64
    if Int(clamping: limit.rlim_cur) < wanted {
      limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
      _ = setrlimit(.init(resource), &limit)
      _ = getrlimit(.init(resource), &limit)
    }
    return max(1, min(limits.connectionCount, Int(clamping: limit.rlim_cur) - 64))
  }

  // MARK: A request

  /// A request on its way.
  private final class Exchange: @unchecked Sendable {
    let socket: Int32
    let start = SystemClock.monotonicTime
    var request: HTTPRequest
    var fault: HTTPFault?
    /// Of the body, while it counts against the limit of all.
    var byteCount = 0
    /// What came after a fault.
    var ignoredByteCount = 0
    var status: Int?
    var sentByteCount = 0
    /// The answer that came later.
    let response = Mutex<HTTPResponse?>(nil)

    init(_ request: HTTPRequest, socket: Int32) {
      (self.request, self.socket) = (request, socket)
    }
  }

  private func handle(
    _ connection: Handle, path: MicroHTTPD.Text, method: MicroHTTPD.Text,
    upload: UnsafeRawBufferPointer, _ uploadCount: inout Int, _ slot: inout Handle?
  ) -> Int32 {
    guard let known = slot else {
      let headers = library.values(MicroHTTPD.headerKind, of: connection).map {
        (name: $0.name.lowercased(), value: $0.value)
      }
      let host = headers.first { $0.name == "host" }?.value
      let exchange = Exchange(
        HTTPRequest(
          method: String(cString: method),
          path: HTTPRequest.path(ofTarget: String(cString: path), host: host),
          query: library.values(MicroHTTPD.argumentKind, of: connection), headers: headers),
        socket: library.socket(of: connection))
      slot = Unmanaged.passRetained(exchange).toOpaque()
      activeCount.add(1, ordering: .relaxed)
      setDeadline(exchange.socket, limits.bodySeconds)
      let fault = fault(ofHead: exchange.request)
      let refusal =
        fault.map(handler.response(toFault:)) ?? handler.refusal(of: exchange.request)
      // An answer before the body ends the connection; where no body comes, that need not be.
      guard let refusal, fault != nil || exchange.request.hasBody else {
        exchange.response.withLock { $0 = refusal }
        return MicroHTTPD.yes
      }
      return send(refusal, exchange, connection)
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    guard uploadCount == 0 else {
      take(upload, exchange)
      uploadCount = 0
      // Nobody can be told before the end of the body, which may never come.
      return exchange.ignoredByteCount > limits.bodyByteCount ? MicroHTTPD.no : MicroHTTPD.yes
    }
    if let response = exchange.response.withLock({ $0 }) {
      return send(response, exchange, connection)
    }
    if exchange.fault == nil, exchange.request.contentType == "multipart/form-data" {
      exchange.request.parts = library.parts(of: exchange.request.body, connection)
      exchange.request.body = []
      if exchange.request.parts == nil { exchange.fault = .damagedForm }
    }
    if let fault = exchange.fault {
      return send(handler.response(toFault: fault), exchange, connection)
    }
    let isAlone = deadlines.withLock { $0.count } == 1
    switch handler.answer(to: exchange.request, isAlone: isAlone) {
    case .now(let response):
      return send(response, exchange, connection)
    case .later(let begin):
      suspendedCount.add(1, ordering: .sequentiallyConsistent)
      guard !isStopped.load(ordering: .sequentiallyConsistent) else {
        suspendedCount.subtract(1, ordering: .relaxed)
        return MicroHTTPD.no
      }
      setDeadline(exchange.socket, .infinity)
      library.suspendConnection(connection)
      // The pointer is used by one thread at a time.
      nonisolated(unsafe) let connection = connection
      begin { [self] response in
        exchange.response.withLock { $0 = response }
        library.resumeConnection(connection)
        suspendedCount.subtract(1, ordering: .releasing)
      }
      return MicroHTTPD.yes
    }
  }

  /// What is wrong before a body has come.
  private func fault(ofHead head: HTTPRequest) -> HTTPFault? {
    func values(_ name: String) -> [String] {
      head.headers.filter { $0.name == name }.map(\.value)
    }
    let (lengths, encodings) = (values("content-length"), values("transfer-encoding"))
    // Two readers of such a request may not agree what it says, or where it ends (RFC 9112, 5 and 6.3).
    guard head.headers.allSatisfy({ Self.isToken($0.name) }), values("host").count <= 1,
      head.path.hasPrefix("/") || head.path == "*", lengths.count + encodings.count <= 1,
      encodings.allSatisfy({ $0.lowercased() == "chunked" }),
      lengths.allSatisfy({ !$0.isEmpty && $0.allSatisfy { "0"..."9" ~= $0 } })
    else { return .ambiguous }
    guard let length = lengths.first, Int(length) ?? .max > limits.bodyByteCount else { return nil }
    return .bodyTooLarge(limit: limits.bodyByteCount)
  }

  private static let tokenCharacters = Set(
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { tokenCharacters.contains($0) }
  }

  /// What comes after a fault is passed over.
  private func take(_ bytes: UnsafeRawBufferPointer, _ exchange: Exchange) {
    guard exchange.fault == nil else {
      exchange.ignoredByteCount += bytes.count
      return
    }
    let allBytes = bodyByteCount.add(bytes.count, ordering: .relaxed).newValue
    exchange.byteCount += bytes.count
    if exchange.byteCount > limits.bodyByteCount {
      exchange.fault = .bodyTooLarge(limit: limits.bodyByteCount)
    } else if allBytes > limits.allBodiesByteCount, exchange.byteCount > 64 << 10 {
      exchange.fault = .tooMuchAtOnce
    } else {
      exchange.request.body += bytes
    }
    if exchange.fault != nil { forgetBody(exchange) }
  }

  private func forgetBody(_ exchange: Exchange) {
    exchange.request.body = []
    bodyByteCount.subtract(exchange.byteCount, ordering: .relaxed)
    exchange.byteCount = 0
  }

  private func send(
    _ response: HTTPResponse, _ exchange: Exchange, _ connection: Handle
  ) -> Int32 {
    setDeadline(exchange.socket, limits.bodySeconds)
    let made = response.body.withUnsafeBytes {
      library.createResponse($0.count, $0.baseAddress, MicroHTTPD.mustCopy)
    }
    guard let made else { return MicroHTTPD.no }
    defer { library.destroyResponse(made) }
    var headers = [("Content-Type", response.contentType)] + response.headers
    if isDraining.load(ordering: .relaxed) { headers.append(("Connection", "close")) }
    for (name, value) in headers { _ = library.addResponseHeader(made, name, value) }
    exchange.status = response.status
    exchange.sentByteCount = response.body.count
    return library.queueResponse(connection, UInt32(response.status), made)
  }

  private func complete(_ exchange: Exchange, isAnswered: Bool) {
    forgetBody(exchange)
    setDeadline(exchange.socket, limits.headSeconds)
    activeCount.subtract(1, ordering: .relaxed)
    handler.note(
      HTTPRecord(
        client: ListeningSocket.client(of: exchange.socket), method: exchange.request.method,
        path: exchange.request.path, status: isAnswered ? exchange.status : nil,
        byteCount: exchange.sentByteCount, seconds: SystemClock.monotonicTime - exchange.start))
  }

  // MARK: Time

  /// Nil forgets the connection, whose socket another one may get.
  private func setDeadline(_ socket: Int32, _ seconds: Double?) {
    let deadline = seconds.map { SystemClock.monotonicTime + $0 }
    deadlines.withLock { $0[socket] = deadline }
  }

  /// Cuts the connections that are over their deadlines. To be called now and then.
  func cutOverdue() {
    let now = SystemClock.monotonicTime
    deadlines.withLock { deadlines in
      for (socket, deadline) in deadlines where deadline < now {
        shutdown(socket, Int32(SHUT_RDWR))
        deadlines[socket] = .infinity
      }
    }
  }

  /// Takes no connection any more, lets the requests under way end, for as long as `seconds`, and closes all.
  ///
  /// - Returns: whether nothing is under way any more.
  func stop(within seconds: Double) -> Bool {
    guard let daemon else { return true }
    let end = SystemClock.monotonicTime + seconds
    // libmicrohttpd gives the socket back each time that it is asked.
    let isFirst = !isDraining.exchange(true, ordering: .relaxed)
    if isFirst, library.quiesceDaemon(daemon) >= 0 { close(listener) }
    func isBusy() -> Bool {
      activeCount.load(ordering: .acquiring) + suspendedCount.load(ordering: .acquiring) > 0
    }
    while isBusy(), SystemClock.monotonicTime < end {
      cutOverdue()
      usleep(5_000)
    }
    // libmicrohttpd ends the process where a suspended connection is closed; the process's end closes it too.
    isStopped.store(true, ordering: .sequentiallyConsistent)
    guard suspendedCount.load(ordering: .sequentiallyConsistent) == 0 else { return false }
    library.stopDaemon(daemon)
    self.daemon = nil
    Unmanaged.passUnretained(self).release()
    return true
  }
}
