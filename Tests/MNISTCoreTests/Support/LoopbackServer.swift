import Foundation
import Synchronization
import Testing

/// An HTTP server on the loopback address, for one test: it answers each path in its own way, one
/// request at a time, for at most two minutes and 100 requests.
final class LoopbackServer: Sendable {
  enum Answer: Sendable {
    case content([UInt8])
    case status(Int)
    case redirect(to: String)
    /// Promises more bytes than it sends.
    case cutOff([UInt8], promised: Int)
    /// Sends these bytes and then nothing, but keeps the connection.
    case stall([UInt8])
    /// Ends the connection without a byte, as one ends it or as a crash does.
    case hangUp(isReset: Bool)
  }

  let port: UInt16
  private let answers: [String: Answer]
  private let requests = Mutex<[String]>([])
  private let isStopped = Mutex(false)

  var address: String { "http://127.0.0.1:\(port)/" }

  /// The heads of the requests.
  var requestHeads: [String] { requests.withLock { $0 } }

  /// The paths that were asked for, without the slash they begin with.
  var requestedPaths: [String] { requestHeads.map(Self.path) }

  private static func path(of head: String) -> String {
    String(head.split(separator: " ")[1].dropFirst())
  }

  /// An address at which nobody answers.
  static func refusingAddress() throws -> String {
    let (listener, port) = try bind()
    close(listener)
    return "http://127.0.0.1:\(port)/"
  }

  /// - Parameter answers: by path; every other path is answered with status 404. That of the path `TLS` answers
  ///   whoever wants a secure connection, who is left waiting otherwise.
  static func with<Result>(
    _ answers: [String: Answer], _ body: (LoopbackServer) async throws -> Result
  ) async throws -> Result {
    let (listener, port) = try bind()
    let server = LoopbackServer(port: port, answers: answers)
    let thread = Thread { server.serve(listener) }
    thread.start()
    defer { server.isStopped.withLock { $0 = true } }
    return try await body(server)
  }

  private init(port: UInt16, answers: [String: Answer]) {
    (self.port, self.answers) = (port, answers)
    // A proxy of the environment is not for this machine itself.
    setenv("no_proxy", "127.0.0.1", 1)
  }

  private static func bind() throws -> (listener: Int32, port: UInt16) {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let listener = socket(AF_INET, kind, 0)
    try #require(listener >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { address -> UInt16? in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard Foundation.bind(listener, address, size) == 0, listen(listener, 16) == 0 else {
          return false
        }
        return getsockname(listener, address, &size) == 0
      } ? UInt16(bigEndian: address.pointee.sin_port) : nil
    }
    return (listener, try #require(port))
  }

  private func serve(_ listener: Int32) {
    defer { close(listener) }
    // Under a sanitizer what asks may take minutes.
    let deadline = ContinuousClock.now + .seconds(900)
    var count = 0
    while ContinuousClock.now < deadline, count < 100, !isStopped.withLock({ $0 }) {
      guard isReadable(listener, milliseconds: 20) else { continue }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      count += 1
      answer(connection)
      close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    var request = ""
    while !request.contains("\r\n\r\n") {
      var bytes = [UInt8](repeating: 0, count: 4_096)
      guard isReadable(connection, milliseconds: 5_000) else { return }
      let count = recv(connection, &bytes, bytes.count, 0)
      guard count > 0 else { return }
      request += String(decoding: bytes[..<count], as: UTF8.self)
      // A greeting of TLS.
      if bytes[0] == 0x16 {
        guard let answer = answers["TLS"] else { return waitForTheEnd(connection) }
        return send(connection, answer)
      }
    }
    requests.withLock { $0.append(request) }
    send(connection, answers[Self.path(of: request)])
  }

  private func send(_ connection: Int32, _ answer: Answer?) {
    switch answer {
    case .content(let bytes):
      send(connection, "HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n", bytes)
    case .cutOff(let bytes, let promised):
      send(connection, "HTTP/1.1 200 OK\r\nContent-Length: \(promised)\r\n\r\n", bytes)
    case .stall(let bytes):
      send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", bytes)
      waitForTheEnd(connection)
    case .hangUp(let isReset):
      // Without waiting for what may not have arrived.
      var option = linger(l_onoff: isReset ? 1 : 0, l_linger: 0)
      setsockopt(
        connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    case .redirect(let address):
      send(
        connection, "HTTP/1.1 302 Found\r\nLocation: \(address)\r\nContent-Length: 0\r\n\r\n", [])
    case .status(let status):
      send(connection, "HTTP/1.1 \(status) No\r\nContent-Length: 2\r\n\r\n", [0x6E, 0x6F])
    case nil:
      send(connection, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", [])
    }
  }

  private func waitForTheEnd(_ connection: Int32) {
    var byte: UInt8 = 0
    while isReadable(connection, milliseconds: 5_000), recv(connection, &byte, 1, 0) > 0 {}
  }

  private func isReadable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) == 1
  }

  private func send(_ connection: Int32, _ head: String, _ content: [UInt8]) {
    // A client that went away must not end the tests.
    #if canImport(Darwin)
      let flags: Int32 = 0
      var yes: Int32 = 1
      setsockopt(connection, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = (Array(head.utf8) + content)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, flags)
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
