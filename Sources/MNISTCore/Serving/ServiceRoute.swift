/// What a service can be asked for.
enum ServiceRoute: String, CaseIterable {
  case page = "/"
  case predict = "/v1/predict"
  case model = "/v1/model"
  case health = "/healthz"
  case metrics = "/metrics"
  case description = "/openapi.json"

  /// The methods that it answers.
  var methods: [String] { self == .predict ? ["POST"] : ["GET", "HEAD"] }
}

/// Whom a service answers: a page of another site must not reach it through a visitor's browser.
struct ServiceGuard: Sendable {
  let address: ServiceAddress
  /// Names of the service besides those of this machine, in lower case.
  let names: [String]

  /// Whether a request's `Host` is one of this service, whatever the port. A name that somebody else has made to
  /// lead here (DNS rebinding) is not.
  func knows(host: String?) -> Bool {
    guard let host = host?.lowercased() else { return false }
    let name = Self.withoutPort(host)
    if ["localhost", "127.0.0.1", "[::1]"].contains(name) || names.contains(name) { return true }
    // An address leads nowhere else, and which this machine has is not known.
    guard !address.isLoopback else { return name == Self.withoutPort("\(address)") }
    return ServiceAddress("\(name):1") != nil
  }

  private static func withoutPort(_ host: String) -> String {
    guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host }
    return String(host[..<colon])
  }

  /// Whether a request that a page makes a browser send comes from this service's own page.
  func isOwn(origin: String?, host: String?) -> Bool {
    guard let origin = origin?.lowercased() else { return true }
    let host = host?.lowercased() ?? ""
    return origin == "http://\(host)" || origin == "https://\(host)"
  }
}
