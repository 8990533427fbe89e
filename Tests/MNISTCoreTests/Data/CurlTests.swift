import Foundation
import Testing

@testable import MNISTCore

@Suite struct CurlTests {
  private static let content = Array("some content".utf8)

  @Test func aFileArrivesWithItsProgress() async throws {
    let long = [UInt8](repeating: 7, count: 300_000)
    try await LoopbackServer.with([
      "a/b.gz": .content(long), "cut": .cutOff(long, promised: 300_001),
    ]) { server async throws in
      var progress: [Int] = []
      #expect(try fetch(server.address + "a/b.gz", limit: 300_000) { progress.append($0) } == long)
      #expect(progress.last == 300_000)
      #expect(progress == progress.sorted())
      #expect(server.requestedPaths == ["a/b.gz"])
      #expect(server.requestHeads[0].contains("\r\nUser-Agent: mnist-train\r\n"))
      // What comes in many pieces is counted as a whole.
      try expect(server.address + "a/b.gz", limit: 299_999, .tooLarge(limitBytes: 299_999))
      try expect(
        server.address + "cut", limit: 400_000,
        .cutOff(receivedBytes: 300_000, promisedBytes: 300_001))
    }
  }

  @Test func anEmptyFileIsOne() async throws {
    try await LoopbackServer.with(["x": .content([])]) { server async throws in
      #expect(try fetch(server.address + "x") == [])
    }
  }

  @Test func aRedirectionIsFollowed() async throws {
    try await LoopbackServer.with([
      "x": .redirect(to: "/y"), "y": .content(Self.content), "z": .redirect(to: "/z"),
      "file": .redirect(to: "file:///etc/passwd"), "5": .redirect(to: "/4"),
      "6": .redirect(to: "/5"), "4": .redirect(to: "/3"), "3": .redirect(to: "/2"),
      "2": .redirect(to: "/x"),
    ]) { server async throws in
      #expect(try fetch(server.address + "x") == Self.content)
      #expect(try fetch(server.address + "5") == Self.content)
      try expect(server.address + "6", .status(302))
      // But not for ever, and not to where a stranger should not lead.
      try expect(server.address + "z", .status(302))
      try expect(server.address + "file", .status(302))
    }
  }

  /// Where a stranger may not lead: to another kind of server, and from a secure one to any that is not.
  @Test func whereARedirectionMayLeadIsLimited() async throws {
    for (url, protocols) in [
      ("https://host/x", 2), ("HTTPS://host/x", 2), ("http://host/x", 3), ("httpss://host/x", 3),
      ("https", 3),
    ] {
      #expect(Curl.redirectProtocols(from: url) == protocols, "\(url)")
    }
    try await LoopbackServer.with([
      "ftp": .redirect(to: "ftp://127.0.0.1:9/x"), "file": .redirect(to: "file:///etc/passwd"),
    ]) { server async throws in
      for name in ["ftp", "file"] {
        let transfer = try Curl().transfer(
          server.address + name, limitBytes: 100, limits: .short, take: { _ in true })
        #expect(transfer.code == 1 && transfer.status == 302, "\(name)")
      }
    }
  }

  /// The numbers of `curl/curl.h`.
  @Test func whatLibcurlIsToldHasItsNumber() {
    #expect(
      Curl.Option.allCases.map(\.rawValue) == [
        19, 20, 52, 68, 99, 156, 181, 182, 10_001, 10_002, 10_018, 10_065, 10_097, 20_011,
      ])
  }

  @Test(arguments: [403, 404, 500, 204])
  func anyStatusBut200IsNamed(_ status: Int) async throws {
    try await LoopbackServer.with(["x": .status(status)]) { server async throws in
      try expect(server.address + "x", .status(status))
    }
  }

  @Test func aFileThatIsCutOffIsNamedWithBothLengths() async throws {
    try await LoopbackServer.with(["x": .cutOff(Self.content, promised: 50)]) {
      server async throws in
      try expect(server.address + "x", .cutOff(receivedBytes: 12, promisedBytes: 50))
    }
  }

  @Test func aServerThatStallsIsGivenUp() async throws {
    try await LoopbackServer.with(["x": .stall(Self.content)]) { server async throws in
      let start = ContinuousClock.now
      try expect(server.address + "x", .stalled(seconds: 1, receivedBytes: 12))
      let time = ContinuousClock.now - start
      #expect(time > .milliseconds(800) && time < .seconds(25))
    }
  }

  @Test func aServerThatNeverGreetsIsGivenUp() async throws {
    try await LoopbackServer.with([:]) { server async throws in
      try expect(
        "https://127.0.0.1:\(server.port)/x", .connectTimeout(milliseconds: 200))
    }
  }

  @Test func moreThanTheLimitIsNotTaken() async throws {
    try await LoopbackServer.with(["x": .content(Self.content)]) { server async throws in
      #expect(try fetch(server.address + "x", limit: 12) == Self.content)
      try expect(server.address + "x", limit: 11, .tooLarge(limitBytes: 11))
    }
  }

  @Test func whoIsNotThereIsNamedAtOnce() throws {
    let start = ContinuousClock.now
    try expect(LoopbackServer.refusingAddress() + "x", .notReached)
    #expect(ContinuousClock.now - start < .seconds(8))
  }

  @Test(arguments: [false, true]) func aServerThatHangsUpIsNamed(_ isReset: Bool) async throws {
    try await LoopbackServer.with(["x": .hangUp(isReset: isReset)]) { server async throws in
      try expect(server.address + "x", .cutOff(receivedBytes: 0, promisedBytes: nil))
    }
  }

  /// In a process of its own, whose environment says which proxy there is.
  @Test func hostsAndProxiesThatAreNotFoundAreToldApart() async {
    await #expect(processExitsWith: .success) {
      func reason(_ url: String) -> MirrorFailure.Reason? {
        do throws(MirrorFailure) {
          _ = try Curl.loaded(for: url)
            .content(url, limitBytes: 100, limits: HTTPLimits(), progress: { _ in })
          return nil
        } catch {
          return error.reason
        }
      }
      setenv("no_proxy", "*", 1)
      // No name has an empty part: nobody is asked for it.
      require(reason("http://a..b/x") == .hostNotFound, "the host was found")
      setenv("no_proxy", "", 1)
      setenv("http_proxy", "http://a..b:1", 1)
      require(reason("http://127.0.0.1/x") == .proxyNotFound, "the proxy was found")
    }
  }

  @Test func whatIsNoWebAddressIsRefused() throws {
    for address in ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", ""] {
      #expect(throws: MirrorFailure.self, "\(address)") { try fetch(address) }
    }
    for address in ["file:///etc/passwd", "ftp://127.0.0.1/x"] {
      try expect(address, .other(text: "Unsupported protocol"))
    }
  }

  @Test func whatLibcurlDoesNotTakeIsNotPassedOver() async throws {
    try await LoopbackServer.with(["x": .content(Self.content)]) { server async throws in
      let limits = HTTPLimits(connectMilliseconds: 200, stallSeconds: -1)
      #expect(throws: MirrorFailure.self) {
        try Curl().content(
          server.address + "x", limitBytes: 100, limits: limits, progress: { _ in })
      }
      #expect(server.requestedPaths == [])
    }
  }

  @Test func theUsualLimitsAreThoseOfASlowLine() {
    #expect(
      HTTPLimits()
        == HTTPLimits(connectMilliseconds: 10_000, stallSeconds: 30, slowestBytesPerSecond: 1_000))
  }

  // MARK: - Whom to trust

  private func trusted(_ environment: [String: String]) -> TrustedCertificates {
    TrustedCertificates { environment[$0] }
  }

  @Test func theEnvironmentNamesCertificatesAsForTheCurlTool() {
    let all = trusted(["CURL_CA_BUNDLE": "a", "SSL_CERT_FILE": "b", "SSL_CERT_DIR": "c"])
    #expect(all.file == "a" && all.variable == "CURL_CA_BUNDLE" && all.folders == nil)
    let both = trusted(["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "b", "SSL_CERT_DIR": "c:d"])
    #expect(both.file == "b" && both.variable == "SSL_CERT_FILE" && both.folders == "c:d")
    let none = trusted(["SSL_CERT_FILE": "", "SSL_CERT_DIR": ""])
    #expect(none.file == nil && none.variable == nil && none.folders == nil)
    #expect(none.fault == nil && trusted(["SSL_CERT_FILE": "/dev/null"]).fault == nil)
  }

  @Test func certificatesThatCannotBeReadAreNamedWithTheirVariable() async throws {
    try await LoopbackServer.with(["x": .content(Self.content)]) { server async throws in
      let missing = trusted(["SSL_CERT_FILE": "/no/ca.pem"])
      let url = "https://127.0.0.1:\(server.port)/x"
      let error = #expect(throws: MirrorFailure.self) {
        try Curl(certificates: missing).content(
          url, limitBytes: 100, limits: .short, progress: { _ in })
      }
      #expect(
        error?.description
          == "\(url): no trusted connection: SSL_CERT_FILE names /no/ca.pem, which cannot be read: "
          + "No such file or directory")
      // Nobody needs them for a connection that is not secure.
      #expect(
        try Curl(certificates: missing).content(
          server.address + "x", limitBytes: 100, limits: .short, progress: { _ in })
          == Self.content)
    }
  }

  private static let patient = HTTPLimits(connectMilliseconds: 10_000, stallSeconds: 10)

  /// By the numbers of curl/curl.h.
  @Test func whatIsWrongWithCertificatesIsToldFromWhatElseMayFail() throws {
    func reason(_ code: Int32, _ curl: Curl) -> MirrorFailure.Reason? {
      curl.failure(
        of: Curl.Transfer(
          code: code, text: "t", status: 0, receivedBytes: 0, promisedBytes: nil,
          hasConnected: false, isFull: false),
        limitBytes: 1, limits: .short)
    }
    let codes: [Int32] = [35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91]
    let curl = try Curl(certificates: trusted([:]))
    for code in Int32(29)...95 where code != 52 && code != 56 {
      let isOne = codes.contains(code)
      #expect(
        reason(code, curl) == (isOne ? .certificate(text: "t") : .other(text: "t")), "\(code)")
    }
    let text = "t; SSL_CERT_FILE names a.pem, which is what such a server is trusted by"
    #expect(
      reason(60, try Curl(certificates: trusted(["SSL_CERT_FILE": "a.pem"])))
        == .certificate(text: text))
  }

  @Test func aServerThatIsNotSecureIsNotTrusted() async throws {
    try await LoopbackServer.with(["TLS": .status(400)]) { server async throws in
      let failure = #expect(throws: MirrorFailure.self) {
        try Curl().content(
          "https://127.0.0.1:\(server.port)/x", limitBytes: 100, limits: Self.patient,
          progress: { _ in })
      }
      #expect(failure?.reason.description.hasPrefix("no trusted connection: ") == true)
    }
  }

  #if os(Linux)
    @Test func aFileWithoutCertificatesIsNamedWithItsVariable() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        let path = "\(folder)/ca.pem"
        try SmallSets.write(Array("nothing\n".utf8), path)
        try await LoopbackServer.with([:]) { server async throws in
          let url = "https://127.0.0.1:\(server.port)/x"
          let text =
            "SSL_CERT_FILE names \(path), which holds no certificates (expected PEM text)"
          #expect(throws: MirrorFailure(url: url, reason: .certificate(text: text))) {
            try Curl(certificates: trusted(["SSL_CERT_FILE": path])).content(
              url, limitBytes: 100, limits: Self.patient, progress: { _ in })
          }
        }
      }
    }
  #endif

  // MARK: -

  private func fetch(
    _ url: String, limit: Int = 1_000, progress: (Int) -> Void = { _ in }
  ) throws -> [UInt8] {
    try Curl().content(url, limitBytes: limit, limits: .short, progress: progress)
  }

  private func expect(
    _ url: String, limit: Int = 1_000, _ reason: MirrorFailure.Reason,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(throws: MirrorFailure(url: url, reason: reason), sourceLocation: location) {
      try fetch(url, limit: limit)
    }
  }
}
