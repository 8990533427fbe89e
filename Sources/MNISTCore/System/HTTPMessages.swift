/// What a client asks for.
struct HTTPRequest: Sendable {
  let method: String
  /// Decoded, without the query.
  let path: String
  /// The query's names and values, decoded, in order.
  let query: [(name: String, value: String)]
  /// Names in lower case; a name may stand there more than once.
  let headers: [(name: String, value: String)]
  var body: [UInt8] = []
  /// Those of a form that was sent as `multipart/form-data`; nil of another body, or of one that is damaged.
  var parts: [HTTPPart]?

  /// The first header of this name.
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Whether the query has this name with the value 1, or without one.
  func asks(_ name: String) -> Bool {
    query.contains { $0.name == name && ($0.value == "1" || $0.value.isEmpty) }
  }

  /// The path in a request's target. A target may name the server too, as those that pass proxies do, and is taken
  /// where that is the `Host`; any other is left as it is (RFC 9112, 3.2.2).
  static func path(ofTarget target: String, host: String?) -> String {
    let scheme = ["http://", "https://"].first { target.lowercased().hasPrefix($0) }
    guard let scheme, let host else { return target }
    let rest = target.utf8.dropFirst(scheme.utf8.count)
    let name = rest.prefix { $0 != UInt8(ascii: "/") }
    guard String(Substring(name)).lowercased() == host.lowercased() else { return target }
    return name.count == rest.count ? "/" : String(Substring(rest.dropFirst(name.count)))
  }

  var hasBody: Bool {
    header("transfer-encoding") != nil || header("content-length").map { $0 != "0" } ?? false
  }

  /// In lower case, without its parameters; empty where there is none.
  var contentType: String {
    let type = (header("content-type") ?? "").prefix { $0 != ";" }.lowercased()
    return type.filter { $0 != " " && $0 != "\t" }
  }
}

/// A part of a form.
struct HTTPPart: Sendable {
  let name: String
  /// Nil where the part is no file.
  let fileName: String?
  var bytes: [UInt8]
}

struct HTTPResponse: Sendable {
  var status = 200
  var contentType = "application/json"
  var headers: [(name: String, value: String)] = []
  let body: [UInt8]
}

/// Who answers requests. All is asked on the server's own threads.
protocol HTTPHandler: Sendable {
  /// An answer to a request of which only the head is there: its body is not taken then.
  func refusal(of head: HTTPRequest) -> HTTPResponse?
  /// - Parameter isAlone: whether nobody else is connected, who would wait for an answer that takes its time.
  func answer(to request: HTTPRequest, isAlone: Bool) -> HTTPAnswer
  /// What the server itself refuses.
  func response(toFault fault: HTTPFault) -> HTTPResponse
  /// Told when a request is over, answered or not.
  func note(_ record: HTTPRecord)
}

enum HTTPAnswer {
  case now(HTTPResponse)
  /// The response is given to the function later, once, from any thread.
  case later((@escaping @Sendable (HTTPResponse) -> Void) -> Void)
}

/// What is wrong with a request whatever it is about.
enum HTTPFault: Equatable, Sendable {
  case bodyTooLarge(limit: Int)
  /// Of the bodies of all requests together.
  case tooMuchAtOnce
  /// Two readers may take it for different requests.
  case ambiguous
  case damagedForm
}

/// A request that is over.
struct HTTPRecord: Sendable {
  let client: String
  let method: String
  let path: String
  /// Nil where the client went away, or was too slow.
  let status: Int?
  let byteCount: Int
  let seconds: Double
}

struct HTTPServiceLimits: Sendable {
  /// For the head of a request, from the end of the one before.
  var headSeconds = 10.0
  /// For its body, and again for its answer.
  var bodySeconds = 30.0
  var connectionCount = 2_048
  var bodyByteCount = 32 << 20
  /// Of all requests together.
  var allBodiesByteCount = 256 << 20
}
