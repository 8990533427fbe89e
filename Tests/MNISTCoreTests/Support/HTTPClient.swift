import Foundation
import Testing

@testable import MNISTCore

/// A client that sends whatever a test wants over one connection to this machine.
final class HTTPClient {
  struct Answer: Equatable {
    let status: Int
    /// By their names in lower case.
    let headers: [String: String]
    let body: String
  }

  private let descriptor: Int32
  private var received: [UInt8] = []

  init(port: UInt16) throws {
    descriptor = try #require(Self.connected(to: port), "nobody answers at port \(port)")
  }

  deinit { close(descriptor) }

  /// Whether somebody takes connections at this port.
  static func isAnswered(_ port: UInt16) -> Bool {
    guard let descriptor = connected(to: port) else { return false }
    close(descriptor)
    return true
  }

  private static func connected(to port: UInt16) -> Int32? {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  // MARK: Out

  /// Sends a text as it is; what the other side takes no more is lost.
  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    // A server that went away must not end the tests.
    #if canImport(Darwin)
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, flags)
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends a request with these lines after the `Host`, and a body with its length where one is given.
  func ask(_ method: String, _ path: String, _ lines: [String] = [], body: String? = nil) {
    let length = body.map { ["Content-Length: \($0.utf8.count)"] } ?? []
    let head = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + length + lines
    send(head.map { $0 + "\r\n" }.joined() + "\r\n" + (body ?? ""))
  }

  // MARK: In

  /// The next answer; nil where the connection ends before it is whole.
  ///
  /// - Parameter hasBody: false for an answer to `HEAD`.
  func answer(hasBody: Bool = true) -> Answer? {
    let mark = Array("\r\n\r\n".utf8)
    guard let end = receive(until: { $0.firstRange(of: mark)?.upperBound }) else { return nil }
    let head = String(decoding: received[..<end], as: UTF8.self)
    let lines = head.split(separator: "\r\n")
    received.removeFirst(end)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      headers[parts[0].lowercased()] = parts.dropFirst().first.map {
        String($0.drop { $0 == " " })
      }
    }
    let count = hasBody ? headers["content-length"].flatMap { Int($0) } ?? 0 : 0
    guard receive(until: { $0.count >= count ? count : nil }) != nil else { return nil }
    let body = String(decoding: received[..<count], as: UTF8.self)
    received.removeFirst(count)
    let words = lines.first?.split(separator: " ") ?? []
    return Answer(
      status: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers, body: body)
  }

  /// Waits for the end of the connection; false where something comes before it.
  var isAtEnd: Bool { receive(until: { $0.isEmpty ? nil : 0 }) == nil }

  /// Whether the connection has ended by now, without anything more.
  var hasEnded: Bool {
    var byte: UInt8 = 0
    return received.isEmpty && isReadable(milliseconds: 0) && recv(descriptor, &byte, 1, 0) <= 0
  }

  /// Receives until `place` finds one in what has come; nil where the connection ends before that.
  private func receive(until place: ([UInt8]) -> Int?) -> Int? {
    while true {
      if let found = place(received) { return found }
      guard isReadable(milliseconds: 60_000) else {
        Issue.record("nothing came for a minute")
        return nil
      }
      var bytes = [UInt8](repeating: 0, count: 4_096)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { return nil }
      received += bytes[..<count]
    }
  }

  private func isReadable(milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) == 1
  }
}

/// Waits until something is so, and lets other tests run meanwhile: that may take as long as they do, and what is
/// waited for may begin only after them. Hence it looks often, too, before it gives up.
func eventually(
  at location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) async throws {
  let deadline = waitingDeadline
  var looks = 0
  while try !condition() {
    looks += 1
    try #require(
      ContinuousClock.now < deadline || looks < 5_000, "never came", sourceLocation: location)
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// The same for what comes within moments and may be gone when all others have run, such as a connection that is idle.
func soon(
  at location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) throws {
  let deadline = waitingDeadline
  while try !condition() {
    try #require(ContinuousClock.now < deadline, "never came", sourceLocation: location)
    usleep(2_000)
  }
}

/// Under a sanitizer some things take long.
private var waitingDeadline: ContinuousClock.Instant { .now + .seconds(60) }
