import Testing

@testable import MNISTCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct ServiceAddressTests {
  @Test(
    arguments: [
      ("8000", "127.0.0.1", 8_000, "127.0.0.1:8000"), ("0", "127.0.0.1", 0, "127.0.0.1:0"),
      ("65535", "127.0.0.1", 65_535, "127.0.0.1:65535"),
      ("127.0.0.1:80", "127.0.0.1", 80, "127.0.0.1:80"),
      ("localhost:80", "127.0.0.1", 80, "127.0.0.1:80"),
      ("0.0.0.0:8000", "0.0.0.0", 8_000, "0.0.0.0:8000"),
      ("9", "127.0.0.1", 9, "127.0.0.1:9"), ("192.168.0.5:1", "192.168.0.5", 1, "192.168.0.5:1"),
      ("[::1]:8000", "::1", 8_000, "[::1]:8000"), ("[::]:0", "::", 0, "[::]:0"),
      ("[2001:db8::7]:443", "2001:db8::7", 443, "[2001:db8::7]:443"),
    ] as [(String, String, UInt16, String)])
  func anAddressIsNumbersAndAPort(
    _ text: String, _ host: String, _ port: UInt16, _ description: String
  ) throws {
    let address = try #require(ServiceAddress(text))
    #expect(address.host == host && address.port == port)
    #expect(address.description == description)
    #expect(ServiceAddress(description) == address)
  }

  @Test(arguments: [
    "", "x", "65536", "-1", "+1", "1.0", "0x50", " 80", "80 ", "8 0", ":", ":80", "127.0.0.1",
    "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:80:90",
    "127.0.0.1 :80", "127.1:80", "256.0.0.1:80", "1.2.3.4.5:80", "2130706433:80", "LOCALHOST:80",
    "example.org:80", "http://127.0.0.1:80", "::1:80", "::1", "[::1]", "[::1]:", "[::1]80",
    "[::g]:80", "[::1:80", "::1]:80", "[]:80", "[127.0.0.1]:80", "[localhost]:80", "[[::1]]:80",
    "[::1%lo]:80", "8０", "٨٠", "127.0.0.1:８０", "a.png",
  ])
  func anythingElseIsNone(_ text: String) {
    #expect(ServiceAddress(text) == nil)
  }

  @Test(arguments: [
    ("1", true), ("127.0.0.2:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false),
    ("10.0.0.1:1", false), ("128.0.0.1:1", false), ("[::2]:1", false), ("12.7.0.1:1", false),
  ])
  func theLoopbackIsOfThisMachineAlone(_ text: String, _ isLoopback: Bool) throws {
    #expect(try #require(ServiceAddress(text)).isLoopback == isLoopback)
  }

  // MARK: - Listening

  @Test func aPortIsGivenAndTakenOnce() throws {
    let (socket, address) = try ListeningSocket.open(ServiceAddress(host: "127.0.0.1", port: 0))
    #expect(address.host == "127.0.0.1" && address.port > 0)
    #expect(HTTPClient.isAnswered(address.port))
    // No program that this process starts gets it, and who takes connections does not wait for one.
    #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0)
    #expect(fcntl(socket, F_GETFL) & O_NONBLOCK != 0)
    // Who is started again need not wait until the system has forgotten the connections before.
    var (isReused, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    #expect(getsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isReused, &size) == 0 && isReused != 0)
    let error = #expect(throws: HTTPServerError.portInUse(address)) {
      try ListeningSocket.open(address)
    }
    #expect(
      error?.description
        == "port \(address.port) is in use (expected one that is free at 127.0.0.1)")
    close(socket)
    #expect(!HTTPClient.isAnswered(address.port))
  }

  /// An address that is for examples alone.
  @Test func anAddressOfAnotherMachineIsNamed() throws {
    let address = try #require(ServiceAddress("192.0.2.1:0"))
    let reason = SystemError.text(EADDRNOTAVAIL)
    let error = #expect(throws: HTTPServerError.cannotListen(address, reason: reason)) {
      try ListeningSocket.open(address)
    }
    #expect(error?.description == "192.0.2.1:0: cannot be listened at: \(reason)")
  }

  @Test func whoHasGoneIsADash() {
    #expect(ListeningSocket.client(of: -1) == "-")
  }

  @Test func withoutALibraryItIsSaidWhatBringsIt() {
    let error = #expect(throws: HTTPServerError.noLibrary(names: ["no-such.so.12", "none"])) {
      try MicroHTTPD(["no-such.so.12", "none"])
    }
    #expect(
      error?.description
        == "libmicrohttpd is not on this system (expected no-such.so.12 or none, 0.9.71 or later, as "
        + "Debian's package libmicrohttpd12 brings it, found none)")
    #expect(HTTPServerError.cannotStart.description == "libmicrohttpd cannot start a service")
  }
}
