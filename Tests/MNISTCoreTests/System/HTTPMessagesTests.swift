import Testing

@testable import MNISTCore

@Suite struct HTTPMessagesTests {
  private func request(
    _ headers: [(name: String, value: String)], query: [(name: String, value: String)] = []
  ) -> HTTPRequest {
    HTTPRequest(method: "POST", path: "/", query: query, headers: headers)
  }

  @Test func aClientHasTimeAndRoom() {
    let limits = HTTPServiceLimits()
    #expect(limits.headSeconds == 10 && limits.bodySeconds == 30 && limits.connectionCount == 2_048)
    #expect(limits.bodyByteCount == 33_554_432 && limits.allBodiesByteCount == 268_435_456)
  }

  /// The numbers of `microhttpd.h`.
  @Test func whatLibmicrohttpdIsToldHasItsNumber() {
    #expect(MicroHTTPD.flags == 9_288)
    let options: [(MicroHTTPD.Option, Int32)] = [
      (.end, 0), (.connectionMemoryLimit, 1), (.connectionLimit, 2), (.connectionTimeout, 3),
      (.notifyCompleted, 4), (.listenSocket, 12), (.threadPoolSize, 14), (.notifyConnection, 27),
      (.strictForClient, 29),
    ]
    for (option, number) in options { #expect(option.rawValue == number, "\(option)") }
  }

  @Test func withoutAHostATargetIsLeftAsItIs() {
    #expect(HTTPRequest.path(ofTarget: "http://a/b", host: nil) == "http://a/b")
    #expect(HTTPRequest.path(ofTarget: "/b", host: nil) == "/b")
    #expect(HTTPRequest.path(ofTarget: "http://ä:1/ß/", host: "Ä:1") == "/ß/")
  }

  @Test func ofHeadersOfOneNameTheFirstCounts() {
    let request = request([("a", "1"), ("b", "2"), ("a", "3")])
    #expect(request.header("a") == "1" && request.header("b") == "2")
    #expect(request.header("c") == nil && request.header("A") == nil)
  }

  @Test(arguments: [
    ("1", true), ("", true), ("0", false), ("true", false), ("01", false), ("1 ", false),
  ])
  func theQueryAsksWithOneOrWithNothing(_ value: String, _ asks: Bool) {
    let request = request([], query: [("raw", value)])
    #expect(request.asks("raw") == asks)
    #expect(!request.asks("pixels") && !request.asks("Raw"))
  }

  @Test func oneOfSeveralInTheQueryIsEnough() {
    #expect(request([], query: [("raw", "0"), ("x", "1"), ("raw", "1")]).asks("raw"))
  }

  @Test(
    arguments: [
      ([], false), ([("content-length", "0")], false), ([("content-length", "1")], true),
      ([("transfer-encoding", "chunked")], true), ([("content-type", "image/png")], false),
    ] as [([(String, String)], Bool)])
  func aBodyIsAnnounced(_ headers: [(String, String)], _ hasBody: Bool) {
    #expect(request(headers.map { (name: $0.0, value: $0.1) }).hasBody == hasBody)
  }

  @Test(arguments: [
    (nil, ""), ("", ""), ("image/png", "image/png"), ("Application/JSON", "application/json"),
    ("application/json; charset=utf-8", "application/json"),
    (" multipart/form-data ;boundary=\"a;b\"", "multipart/form-data"),
    ("\ttext/plain", "text/plain"),
    (";a", ""),
  ])
  func theContentTypeIsWithoutItsParameters(_ header: String?, _ type: String) {
    #expect(request(header.map { [("content-type", $0)] } ?? []).contentType == type)
  }
}
