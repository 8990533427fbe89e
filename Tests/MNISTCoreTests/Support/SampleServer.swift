import Synchronization
import Testing

@testable import MNISTCore

/// The system's libmicrohttpd, without which nothing is served.
enum TestedHTTPServer {
  static let isThere = (try? MicroHTTPD()) != nil

  /// Why tests of it are skipped where there is none.
  static let isMissing: Comment = "no libmicrohttpd here; Debian's libmicrohttpd12 brings it"
}

/// A server on a free port whose answers tell what was asked.
final class SampleServer: HTTPHandler {
  typealias Reply = @Sendable (HTTPResponse) -> Void

  private let waiting = Mutex<[Reply]>([])
  private let finished = Mutex<[HTTPRecord]>([])

  private init() {}

  static func with(
    _ limits: HTTPServiceLimits = HTTPServiceLimits(),
    _ body: (HTTPServer, SampleServer) async throws -> Void
  ) async throws {
    let handler = SampleServer()
    let server = try HTTPServer(
      ServiceAddress(host: "127.0.0.1", port: 0), limits: limits, handler: handler)
    defer {
      for reply in handler.replies { reply(text("late")) }
      // What is counted as under way and is not would be waited for.
      let start = ContinuousClock.now
      #expect(server.stop(within: 10))
      #expect(ContinuousClock.now - start < .seconds(10))
    }
    try await body(server, handler)
  }

  static func text(
    _ text: String, status: Int = 200, headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "text/plain", headers: headers, body: Array(text.utf8))
  }

  /// The functions that answer the requests for `/late` that have come, each to be called once.
  var replies: [Reply] {
    waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }

  var waitingCount: Int { waiting.withLock(\.count) }

  /// The requests that are over.
  var records: [HTTPRecord] { finished.withLock { $0 } }

  // MARK: HTTPHandler

  func refusal(of head: HTTPRequest) -> HTTPResponse? {
    head.path == "/refused" ? Self.text("refused", status: 403) : nil
  }

  func answer(to request: HTTPRequest, isAlone: Bool) -> HTTPAnswer {
    guard request.path != "/late" else {
      return .later { reply in self.waiting.withLock { $0.append(reply) } }
    }
    guard request.path != "/alone" else { return .now(Self.text("\(isAlone)")) }
    var words = ["\(request.method) \(request.path)"]
    words += request.query.map { "\($0.name)=\($0.value)" }
    words += request.headers.filter { $0.name.hasPrefix("x-") }.map { "\($0.name):\($0.value)" }
    words += (request.parts ?? []).map {
      "[\($0.name) \($0.fileName ?? "-") \(String(decoding: $0.bytes, as: UTF8.self))]"
    }
    if !request.body.isEmpty { words.append(String(decoding: request.body, as: UTF8.self)) }
    return .now(Self.text(words.joined(separator: " ")))
  }

  func response(toFault fault: HTTPFault) -> HTTPResponse {
    Self.text(
      "\(fault)", status: 400, headers: fault == .ambiguous ? [("Connection", "close")] : [])
  }

  func note(_ record: HTTPRecord) { finished.withLock { $0.append(record) } }
}
