import Testing

@testable import MNISTCore

@Suite struct ServiceGuardTests {
  private func knows(
    _ host: String?, at address: String = "127.0.0.1:8000", names: [String] = []
  ) throws -> Bool {
    ServiceGuard(address: try #require(ServiceAddress(address)), names: names).knows(host: host)
  }

  /// Wherever the service listens.
  @Test(
    arguments: [
      "localhost", "localhost:8000", "LocalHost:1", "127.0.0.1", "127.0.0.1:65535", "[::1]",
      "[::1]:8000",
    ], ["127.0.0.1:8000", "127.0.0.2:8000", "[::1]:8000", "0.0.0.0:8000", "192.168.0.5:80"])
  func thisMachineIsKnownByItsNames(_ host: String, _ address: String) throws {
    #expect(try knows(host, at: address))
  }

  /// Names that somebody else can make lead here among them, and addresses that only look like this machine's.
  @Test(
    arguments: [
      nil, "", ":8000", "stranger.example", "stranger.example:8000", "localhost.stranger.example",
      "127.0.0.1.stranger.example:8000", "127.0.0.1@stranger.example", "stranger.example@127.0.0.1",
      "localhost.", " localhost", "localhost ", "localhost,stranger.example", "127.1", "127.1:8000",
      "2130706433", "2130706433:8000", "0x7f.0.0.1", "127.0.0.1.", "[::1", "::1", "[localhost]",
      "[127.0.0.1]", "[::1]x:80", "[::1%25lo]:8000", "http://localhost", "localhost/", "digits",
      "mydigits.example", "x.digits.example", "digits.example.stranger.example",
    ] as [String?], ["127.0.0.1:8000", "[::1]:8000", "0.0.0.0:8000", "192.168.0.5:80"])
  func aStrangersNameIsNot(_ host: String?, _ address: String) throws {
    #expect(try !knows(host, at: address, names: ["digits.example"]))
  }

  @Test(arguments: ["127.0.0.1:8000", "0.0.0.0:8000"])
  func aNameThatWasAllowedIsKnown(_ address: String) throws {
    let names = ["digits.example", "lab"]
    for host in ["digits.example", "Digits.Example:8000", "lab:1"] {
      #expect(try knows(host, at: address, names: names))
      #expect(try !knows(host, at: address))
    }
  }

  @Test(arguments: [
    ("127.0.0.2:8000", "127.0.0.2:8000", true), ("127.0.0.2:8000", "127.0.0.2", true),
    ("127.0.0.2:8000", "127.0.0.3", false), ("127.0.0.1:8000", "127.0.0.2", false),
    ("127.0.0.1:8000", "192.168.0.5:8000", false), ("127.0.0.1:8000", "[::2]:8000", false),
    ("[::1]:8000", "[::2]:8000", false), ("127.0.0.1:8000", "0.0.0.0:8000", false),
  ])
  func onThisMachineAloneNoOtherAddressIsKnown(
    _ address: String, _ host: String, _ isKnown: Bool
  ) throws {
    #expect(try knows(host, at: address) == isKnown)
  }

  /// Which addresses the machine has behind a router is not known; an address leads nowhere else.
  @Test(
    arguments: [
      "192.168.0.5", "192.168.0.5:8000", "10.0.0.1:1", "0.0.0.0:8000", "[fe80::1]:8000",
      "[2001:DB8::1]",
    ], ["0.0.0.0:8000", "[::]:8000", "192.168.0.5:8000", "[2001:db8::1]:8000"])
  func inANetworkEveryAddressIsKnown(_ host: String, _ address: String) throws {
    #expect(try knows(host, at: address))
  }

  @Test(
    arguments: [
      (nil, "localhost:8000", true), ("http://localhost:8000", "localhost:8000", true),
      ("https://localhost:8000", "localhost:8000", true), ("http://localhost", "localhost", true),
      ("HTTP://LocalHost:8000", "localHOST:8000", true), ("http://[::1]:8000", "[::1]:8000", true),
      ("http://localhost:8000", "127.0.0.1:8000", false),
      ("http://localhost", "localhost:8000", false),
      ("http://localhost:1", "localhost:8000", false),
      ("http://localhost:80001", "localhost:8000", false),
      ("http://localhost:8000.stranger.example", "localhost:8000", false),
      ("http://stranger.example", "localhost:8000", false), ("null", "localhost:8000", false),
      ("", "localhost:8000", false), ("http://", "localhost:8000", false),
      ("localhost:8000", "localhost:8000", false),
      ("file://localhost:8000", "localhost:8000", false),
      ("http://localhost:8000, http://stranger.example", "localhost:8000", false),
      ("http://localhost:8000", nil, false),
    ] as [(String?, String?, Bool)])
  func aPageIsOwnWhereItCameFromTheSameHost(
    _ origin: String?, _ host: String?, _ isOwn: Bool
  ) throws {
    let access = ServiceGuard(address: try #require(ServiceAddress("8000")), names: [])
    #expect(access.isOwn(origin: origin, host: host) == isOwn)
  }

  @Test func onlyPredictionsArePosted() {
    for route in ServiceRoute.allCases {
      #expect(route.methods == (route == .predict ? ["POST"] : ["GET", "HEAD"]), "\(route)")
    }
  }
}
