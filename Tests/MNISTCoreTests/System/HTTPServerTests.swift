import Synchronization
import Testing

@testable import MNISTCore

/// With the system's libmicrohttpd, over connections of this machine.
@Suite(.enabled(if: TestedHTTPServer.isThere, TestedHTTPServer.isMissing))
struct HTTPServerTests {
  // MARK: - Requests and connections

  @Test func aConnectionIsKeptForTheNextRequest() async throws {
    try await SampleServer.with { server, handler async throws in
      #expect(server.address.host == "127.0.0.1" && server.address.port > 0)
      let client = try HTTPClient(port: server.address.port)
      client.ask("GET", "/a?x=1")
      let first = try #require(client.answer())
      #expect(first.status == 200 && first.body == "GET /a x=1")
      #expect(first.headers["content-type"] == "text/plain" && first.headers["connection"] == nil)
      client.ask("HEAD", "/b")
      let head = try #require(client.answer(hasBody: false))
      #expect(head.status == 200 && head.headers["content-length"] == "7")
      client.ask("POST", "/c", body: "hello")
      #expect(client.answer()?.body == "POST /c hello")
      client.ask("POST", "/c", body: "")
      #expect(client.answer()?.body == "POST /c")

      try soon { handler.records.count == 4 }
      let records = handler.records
      #expect(records.map(\.method) == ["GET", "HEAD", "POST", "POST"])
      #expect(records.map(\.path) == ["/a", "/b", "/c", "/c"])
      #expect(records.map(\.byteCount) == [10, 7, 13, 7])
      #expect(records.allSatisfy { $0.client == "127.0.0.1" && $0.status == 200 })
      #expect(records.allSatisfy { 0 <= $0.seconds && $0.seconds < 60 })
    }
  }

  @Test func whoIsConnectedAloneIsKnown() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      func isAlone() -> String? {
        client.ask("GET", "/alone")
        return client.answer()?.body
      }
      #expect(isAlone() == "true")
      do {
        let other = try HTTPClient(port: server.address.port)
        other.ask("GET", "/a")
        #expect(other.answer()?.body == "GET /a")
        #expect(isAlone() == "false")
        withExtendedLifetime(other) {}
      }
      try soon { isAlone() == "true" }
    }
  }

  @Test func noMoreAreConnectedThanTheLimit() async throws {
    // As many as threads may share, one each.
    let limits = HTTPServiceLimits(connectionCount: 4)
    try await SampleServer.with(limits) { server, handler async throws in
      var clients = try (0..<4).map { _ in try HTTPClient(port: server.address.port) }
      func allAreAnswered() -> Bool {
        clients.allSatisfy { client in
          client.ask("GET", "/first")
          return client.answer()?.body == "GET /first"
        }
      }
      #expect(allAreAnswered())
      let late = try HTTPClient(port: server.address.port)
      late.ask("GET", "/late-comer")
      for _ in 0..<4 { #expect(allAreAnswered()) }
      #expect(handler.records.allSatisfy { $0.path == "/first" })
      clients = []
      #expect(late.answer()?.body == "GET /late-comer")
    }
  }

  /// Of those that the process may open, some are for other things.
  @Test func asManyFilesMayBeOpenAsConnectionsNeedOrElseThereAreFewer() async {
    await #expect(processExitsWith: .success) {
      #if canImport(Glibc)
        let resource = RLIMIT_NOFILE.rawValue
      #else
        let resource = RLIMIT_NOFILE
      #endif
      func counts(of soft: rlim_t, _ hard: rlim_t) throws -> [Int] {
        var limit = rlimit(rlim_cur: soft, rlim_max: hard)
        try #require(setrlimit(.init(resource), &limit) == 0)
        let count = HTTPServer.connectionCount(HTTPServiceLimits(connectionCount: 200))
        try #require(getrlimit(.init(resource), &limit) == 0)
        return [count, Int(limit.rlim_cur)]
      }
      try #require(try counts(of: 100, 400) == [200, 264])
      try #require(try counts(of: 263, 400) == [200, 264])
      try #require(try counts(of: 300, 400) == [200, 300])
      try #require(try counts(of: 100, 150) == [86, 150])
      try #require(try counts(of: 66, 66) == [2, 66])
      try #require(try counts(of: 64, 64) == [1, 64])
    }
  }

  @Test(arguments: [(30_000, 200), (33_000, 431)])
  func aHeadHasALimit(_ byteCount: Int, _ status: Int) async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("GET", "/a", ["Note: \(String(repeating: "n", count: byteCount))"])
      #expect(client.answer()?.status == status)
    }
  }

  @Test func aRequestThatDoesNotSayWhomItAsksIsRefused() async throws {
    try await SampleServer.with { server, handler async throws in
      let client = try HTTPClient(port: server.address.port)
      client.send("GET /a HTTP/1.1\r\n\r\n")
      #expect(client.answer()?.status == 400)
      #expect(handler.records.isEmpty)
    }
  }

  @Test func requestsThatComeTogetherAreAnsweredInTheirOrder() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      let requests = (0..<5).map {
        "POST /\($0) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nx\($0)"
      }
      client.send(requests.joined())
      for number in 0..<5 { #expect(client.answer()?.body == "POST /\(number) x\(number)") }
    }
  }

  @Test func pathAndQueryAreDecodedAndNamesOfHeadersInLowerCase() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask(
        "GET", "/a%20b/%C3%A4?x=%31&raw&x=2", ["X-Note: One", "x-NOTE:Two", "X-Empty:"])
      #expect(
        client.answer()?.body == "GET /a b/ä x=1 raw= x=2 x-note:One x-note:Two x-empty:")
    }
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
  ])
  func aConnectionEndsWhereTheClientSaysSo(_ request: String) async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.send(request)
      let answer = try #require(client.answer())
      #expect(answer.body == "GET /" && answer.headers["connection"] == "close")
      #expect(client.isAtEnd)
    }
  }

  @Test func aRefusalComesBeforeTheBodyWhichIsNotTaken() async throws {
    try await SampleServer.with { server, handler async throws in
      for lines in [[], ["Expect: 100-continue"]] {
        let client = try HTTPClient(port: server.address.port)
        client.ask("POST", "/refused", ["Content-Length: 5"] + lines)
        let answer = try #require(client.answer())
        #expect(answer.status == 403 && answer.body == "refused")
        #expect(client.isAtEnd)
      }
      try soon { handler.records.count == 2 }
      #expect(handler.records.map(\.status) == [403, 403])
    }
  }

  /// Where no body comes, the connection is whole.
  @Test func aRefusedRequestWithoutABodyLeavesTheConnection() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for (method, length) in [("GET", []), ("POST", ["Content-Length: 0"])] {
        client.ask(method, "/refused", length)
        #expect(client.answer()?.status == 403)
      }
      client.ask("GET", "/next")
      #expect(client.answer()?.body == "GET /next")
    }
  }

  @Test func aClientThatWaitsIsToldToGoOn() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", ["Content-Length: 5", "Expect: 100-continue"])
      #expect(client.answer()?.status == 100)
      client.send("hello")
      #expect(client.answer()?.body == "POST /a hello")
    }
  }

  @Test func aBodyMayComeInChunks() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for encoding in ["chunked", "Chunked"] {
        client.ask("POST", "/a", ["Transfer-Encoding: \(encoding)"])
        client.send("5\r\nhello\r\n1;a=b\r\n \r\n")
        client.send("5\r\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n")
        #expect(client.answer()?.body == "POST /a hello world")
      }
    }
  }

  @Test func aByteAtATimeIsARequestToo() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      let request = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
      for byte in request.utf8 { client.send([byte]) }
      #expect(client.answer()?.body == "POST /a hello")
    }
  }

  // MARK: - Forms

  private func form(_ parts: [(String, String)], boundary: String = "AaB03x") -> String {
    let parts = parts.map {
      "--\(boundary)\r\nContent-Disposition: form-data; \($0)\r\n\r\n\($1)\r\n"
    }
    return parts.joined() + "--\(boundary)--\r\n"
  }

  @Test(arguments: ["AaB03x", "----WebKitFormBoundary7MA4YWxkTrZu0gW"])
  func aFormIsItsParts(_ boundary: String) async throws {
    let body = form(
      [
        (#"name="file"; filename="a b.png""#, "one\r\ntwo"), (#"name="text""#, "three"),
        (#"name="file"; filename="ä.png""#, ""), (#"name="file"; filename="""#, ""),
      ], boundary: boundary)
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask(
        "POST", "/", ["Content-Type: multipart/form-data; boundary=\(boundary)"], body: body)
      #expect(
        client.answer()?.body
          == "POST / [file a b.png one\r\ntwo] [text - three] [file ä.png ] [file  ]")
    }
  }

  /// More than the reader holds at a time.
  @Test func aLongPartIsWhole() async throws {
    let long = String(repeating: "0123456789\r\n", count: 20_000)
    let body = form([(#"name="file"; filename="a""#, long), (#"name="b""#, "c")])
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask(
        "POST", "/", ["Content-Type: multipart/form-data; boundary=AaB03x"], body: body)
      #expect(client.answer()?.body == "POST / [file a \(long)] [b - c]")
    }
  }

  @Test func aDamagedFormIsAFault() async throws {
    let whole = form([(#"name="file"; filename="a""#, "one")])
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for (parameters, body) in [
        ("", whole), ("; boundary=AaB03x", whole.replacing("AaB03x--\r\n", with: "")),
        ("; boundary=AaB03x", whole.replacing("--\r\n", with: "")),
      ] {
        client.ask("POST", "/", ["Content-Type: multipart/form-data\(parameters)"], body: body)
        let answer = try #require(client.answer())
        #expect(answer.status == 400 && answer.body == "damagedForm", "\(parameters)")
      }
      client.ask("GET", "/next")
      #expect(client.answer()?.body == "GET /next")
    }
  }

  /// What stands before the first boundary, or without one, is no part.
  @Test func aFormMayHaveNoParts() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for body in ["", "hello", "--AaB03x--\r\n", form([("name=\"b\"", "c")], boundary: "other")] {
        client.ask(
          "POST", "/", ["Content-Type: multipart/form-data; boundary=AaB03x"], body: body)
        let answer = try #require(client.answer())
        #expect(answer.status == 200 && answer.body == "POST /", "\(body)")
      }
    }
  }

  // MARK: - Limits

  private static let small = HTTPServiceLimits(bodyByteCount: 8, allBodiesByteCount: 12)

  @Test func aBodyHasALimit() async throws {
    try await SampleServer.with(Self.small) { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", body: "12345678")
      #expect(client.answer()?.body == "POST /a 12345678")
      // Refused before it comes.
      client.ask("POST", "/a", ["Content-Length: 9"])
      #expect(client.answer()?.body == "bodyTooLarge(limit: 8)")
      #expect(client.isAtEnd)
    }
  }

  @Test(arguments: [
    "9", "10000000000", "9223372036854775807", "9223372036854775808", "18446744073709551614",
  ])
  func aLengthBeyondTheLimitIsRefusedAtOnce(_ length: String) async throws {
    try await SampleServer.with(Self.small) { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", ["Content-Length: \(length)", "Expect: 100-continue"])
      let answer = try #require(client.answer())
      #expect(answer.status == 400 && answer.body == "bodyTooLarge(limit: 8)")
      #expect(client.isAtEnd)
    }
  }

  @Test func chunksHaveTheSameLimitAndAfterItsDoubleTheConnectionEnds() async throws {
    try await SampleServer.with(Self.small) { server, handler async throws in
      let client = try HTTPClient(port: server.address.port)
      func begin() { client.ask("POST", "/a", ["Transfer-Encoding: chunked"]) }
      begin()
      client.send("4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n")
      #expect(client.answer()?.body == "POST /a 12345678")
      begin()
      client.send("4\r\n1234\r\n5\r\n56789\r\n8\r\n12345678\r\n0\r\n\r\n")
      #expect(client.answer()?.body == "bodyTooLarge(limit: 8)")
      client.ask("GET", "/next")
      #expect(client.answer()?.body == "GET /next")
      begin()
      client.send("9\r\n123456789\r\n5\r\n12345\r\n5\r\n12345\r\n")
      #expect(client.answer() == nil)
      try soon { handler.records.count == 4 }
      #expect(handler.records.map(\.status) == [200, 400, 200, nil])
    }
  }

  /// What was refused takes no room either.
  @Test func theLimitOfAllBodiesIsTheLastThatIsTaken() async throws {
    let limits = HTTPServiceLimits(bodyByteCount: 100_000, allBodiesByteCount: 70_000)
    let body = String(repeating: "a", count: 70_000)
    try await SampleServer.with(limits) { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for _ in 0..<2 {
        client.ask("POST", "/a", body: body)
        #expect(client.answer()?.body == "POST /a \(body)")
        client.ask("POST", "/a", body: body + "b")
        #expect(client.answer()?.body == "tooMuchAtOnce")
      }
    }
  }

  /// Small ones are always taken: a few large ones must not keep all others out.
  @Test func theLargeBodiesOfAllRequestsHaveALimitTogether() async throws {
    let limits = HTTPServiceLimits(bodyByteCount: 100_000, allBodiesByteCount: 100_000)
    try await SampleServer.with(limits) { server, _ async throws in
      let slow = try HTTPClient(port: server.address.port)
      // Itself small: while another's bytes come too, it is never the one that is refused.
      let slowBody = String(repeating: "s", count: 60_000)
      slow.ask("POST", "/slow", ["Content-Length: 60000"])
      slow.send(String(slowBody.dropLast()))
      let client = try HTTPClient(port: server.address.port)
      let small = String(repeating: "a", count: 65_536)
      // When all but one of the slow bytes have come, 40,001 are left.
      try soon {
        client.ask("POST", "/a", body: small + "b")
        return client.answer()?.body == "tooMuchAtOnce"
      }
      client.ask("POST", "/a", body: small)
      #expect(client.answer()?.body == "POST /a \(small)")
      slow.send("s")
      #expect(slow.answer()?.body == "POST /slow \(slowBody)")
      // What it took is free again once it is over.
      try soon {
        client.ask("POST", "/a", body: small + "b")
        return client.answer()?.body == "POST /a \(small)b"
      }
    }
  }

  @Test(arguments: [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: rot13",
    "Transfer-Encoding: gzip, chunked", "Content-Length : 5", "Host: other", "X Y: a", "ä: a",
    "X(Y): a", "X\u{B}: a",
  ])
  func aRequestThatCanBeReadInTwoWaysIsRefused(_ lines: String) async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", [lines])
      let answer = try #require(client.answer())
      #expect(answer.status == 400 && answer.body == "ambiguous")
      #expect(answer.headers["connection"]?.lowercased() == "close" && client.isAtEnd)
    }
  }

  @Test(arguments: [
    ("http://localhost/a?x=1", "GET /a x=1"), ("HTTP://LocalHost/a", "GET /a"),
    ("https://localhost/", "GET /"), ("http://localhost", "GET /"), ("*", "GET *"),
    ("http://other/a", "ambiguous"), ("http://localhost.other/a", "ambiguous"),
    ("http://localhost:80/a", "ambiguous"), ("ftp://localhost/a", "ambiguous"),
    ("a", "ambiguous"),
  ])
  func aTargetMayNameTheServerWhoseHostItIs(_ target: String, _ body: String) async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(client.answer()?.body == body)
    }
  }

  @Test func aNameMayHaveEveryCharacterOfAToken() async throws {
    try await SampleServer.with { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      let name = "x-!#$%&'*+.^_`|~0189abyz"
      client.ask("GET", "/a", ["\(name): 1"])
      #expect(client.answer()?.body == "GET /a \(name):1")
    }
  }

  // MARK: - Later

  @Test func anAnswerMayComeLaterAndFromAnotherThread() async throws {
    try await SampleServer.with { server, handler async throws in
      let clients = try (0..<2).map { _ in try HTTPClient(port: server.address.port) }
      var replies: [SampleServer.Reply] = []
      for client in clients {
        client.ask("POST", "/late", body: "x")
        try soon { handler.waitingCount == 1 }
        replies += handler.replies
      }
      // Meanwhile others are answered.
      let other = try HTTPClient(port: server.address.port)
      other.ask("GET", "/a")
      #expect(other.answer()?.body == "GET /a")
      for index in [1, 0] {
        #expect(!clients[index].hasEnded)
        let reply = replies[index]
        try #require(SystemThread { reply(SampleServer.text("late \(index)", status: 202)) }).join()
        let answer = try #require(clients[index].answer())
        #expect(answer.status == 202 && answer.body == "late \(index)")
      }
      clients[0].ask("GET", "/next")
      #expect(clients[0].answer()?.body == "GET /next")
    }
  }

  @Test func whoWentAwayBeforeItsAnswerHarmsNobody() async throws {
    try await SampleServer.with { server, handler async throws in
      do {
        let client = try HTTPClient(port: server.address.port)
        client.ask("POST", "/late", body: "x")
        try soon { handler.waitingCount == 1 }
      }
      for reply in handler.replies { reply(SampleServer.text("late")) }
      do {
        let client = try HTTPClient(port: server.address.port)
        client.ask("POST", "/a", ["Content-Length: 5"])
        client.send("hell")
      }
      try soon { handler.records.count == 2 }
      #expect(Set(handler.records.map(\.path)) == ["/late", "/a"])
      let cut = try #require(handler.records.first { $0.path == "/a" })
      #expect(cut.status == nil && cut.byteCount == 0)
      let client = try HTTPClient(port: server.address.port)
      client.ask("GET", "/b")
      #expect(client.answer()?.body == "GET /b")
    }
  }

  // MARK: - Time

  /// One that stops, and one that sends a byte now and then.
  @Test(arguments: [false, true]) func aSlowHeadIsCut(_ trickles: Bool) async throws {
    let limits = HTTPServiceLimits(headSeconds: 0.1, bodySeconds: 60)
    try await SampleServer.with(limits) { server, handler async throws in
      let start = ContinuousClock.now
      let client = try HTTPClient(port: server.address.port)
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
      try soon {
        server.cutOverdue()
        if trickles { client.send("x") }
        return client.hasEnded
      }
      #expect(ContinuousClock.now - start > .milliseconds(100))
      #expect(handler.records.isEmpty)
    }
  }

  @Test(arguments: [false, true]) func aSlowBodyIsCut(_ trickles: Bool) async throws {
    let limits = HTTPServiceLimits(headSeconds: 60, bodySeconds: 0.1)
    try await SampleServer.with(limits) { server, handler async throws in
      let start = ContinuousClock.now
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", ["Content-Length: 100000"])
      client.send("x")
      try soon {
        server.cutOverdue()
        if trickles { client.send("x") }
        return client.hasEnded
      }
      #expect(ContinuousClock.now - start > .milliseconds(100))
      try soon { handler.records.count == 1 }
      #expect(handler.records[0].path == "/a" && handler.records[0].status == nil)
      #expect(handler.records[0].byteCount == 0)
    }
  }

  @Test func aConnectionThatNobodyUsesAnyMoreIsCut() async throws {
    let limits = HTTPServiceLimits(headSeconds: 0.05, bodySeconds: 60)
    try await SampleServer.with(limits) { server, handler async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("GET", "/a")
      #expect(client.answer()?.body == "GET /a")
      try soon {
        server.cutOverdue()
        return client.hasEnded
      }
      #expect(handler.records.map(\.status) == [200])
    }
  }

  /// However long an answer takes: nobody but the service can do anything about that.
  @Test func whoWaitsForAnAnswerIsNotCut() async throws {
    let limits = HTTPServiceLimits(headSeconds: 0.05, bodySeconds: 0.05)
    try await SampleServer.with(limits) { server, handler async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/late", body: "x")
      try soon { handler.waitingCount == 1 }
      for _ in 0..<20 {
        usleep(6_000)
        server.cutOverdue()
      }
      #expect(!client.hasEnded)
      for reply in handler.replies { reply(SampleServer.text("late")) }
      #expect(client.answer()?.body == "late")
    }
  }

  @Test func withinItsTimeNothingIsCut() async throws {
    // Beside many other tests a moment may take long.
    let limits = HTTPServiceLimits(headSeconds: 600, bodySeconds: 600)
    try await SampleServer.with(limits) { server, _ async throws in
      let client = try HTTPClient(port: server.address.port)
      for part in ["GET / HTTP/1.1\r\nHo", "st: localhost\r\nContent-Length: 2\r\n\r\n", "a", "b"] {
        client.send(part)
        usleep(5_000)
        server.cutOverdue()
      }
      #expect(client.answer()?.body == "GET / ab")
      server.cutOverdue()
      #expect(!client.hasEnded)
    }
  }

  // MARK: - The end

  @Test func theEndWaitsForWhatIsUnderWay() async throws {
    try await SampleServer.with { server, handler async throws in
      let (client, idle) = (
        try HTTPClient(port: server.address.port), try HTTPClient(port: server.address.port)
      )
      idle.ask("GET", "/a")
      #expect(idle.answer()?.headers["connection"] == nil)
      client.ask("POST", "/late", body: "x")
      try soon { handler.waitingCount == 1 }
      // No time is left, and yet the answer is to come.
      #expect(!server.stop(within: 0))
      try soon { !HTTPClient.isAnswered(server.address.port) }
      let isStopped = Mutex(false)
      let stopping = try #require(
        SystemThread {
          let hasStopped = server.stop(within: 60)
          isStopped.withLock { $0 = hasStopped }
        })
      usleep(10_000)
      #expect(!client.hasEnded && !isStopped.withLock { $0 })
      for reply in handler.replies { reply(SampleServer.text("late")) }
      let answer = try #require(client.answer())
      #expect(answer.body == "late" && answer.headers["connection"]?.lowercased() == "close")
      stopping.join()
      #expect(isStopped.withLock { $0 } && client.isAtEnd && idle.isAtEnd)
      #expect(server.stop(within: 60))
    }
  }

  @Test func whatNeverEndsIsWaitedForNoLonger() async throws {
    try await SampleServer.with { server, handler async throws in
      let client = try HTTPClient(port: server.address.port)
      client.ask("POST", "/a", ["Content-Length: 5"])
      client.send("hell")
      usleep(20_000)
      #expect(server.stop(within: 0.02))
      #expect(client.isAtEnd)
      #expect(handler.records.allSatisfy { $0.status == nil })
    }
  }

  @Test func aPortThatIsInUseIsNamed() async throws {
    try await SampleServer.with { server, handler async throws in
      let error = #expect(throws: HTTPServerError.portInUse(server.address)) {
        try HTTPServer(server.address, limits: HTTPServiceLimits(), handler: handler)
      }
      #expect(
        error?.description
          == "port \(server.address.port) is in use (expected one that is free at 127.0.0.1)")
    }
  }
}
