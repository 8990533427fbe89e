/// Where a service is to be found: `[ADDRESS:]PORT`.
package struct ServiceAddress: Equatable, Sendable, CustomStringConvertible {
  /// `127.0.0.1`, `::1`, …
  let host: String
  /// 0 takes any that is free.
  let port: UInt16

  /// An address by its numbers, that of IPv6 in brackets, or `localhost`; nil for anything else.
  package init?(_ text: String) {
    let text = text.utf8.allSatisfy { $0 < 0x80 } ? text : ""
    let colon = text.lastIndex(of: ":")
    let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
    guard !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 }), let port = UInt16(digits) else {
      return nil
    }
    var host = String(colon.map { text[..<$0] } ?? "127.0.0.1")
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard host.contains(":") else { return nil }
    } else if host == "localhost" {
      host = "127.0.0.1"
    } else if host.contains(":") {
      return nil
    }
    self.init(host: host, port: port)
    guard withSocketAddress({ _, _ in () }) != nil else { return nil }
  }

  init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

  private var isIPv6: Bool { host.contains(":") }
  package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
  /// Whether nobody but this machine reaches it.
  package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  /// Nil where the host is no address.
  fileprivate func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    func pass<Address>(_ address: Address) -> Result {
      withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<Address>.size))
        }
      }
    }
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      return inet_pton(AF_INET6, host, &address.sin6_addr) == 1 ? pass(address) : nil
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    return inet_pton(AF_INET, host, &address.sin_addr) == 1 ? pass(address) : nil
  }
}

/// A socket that waits for connections.
enum ListeningSocket {
  /// The socket, and where it listens: with the port that it was given.
  static func open(
    _ wanted: ServiceAddress
  ) throws(HTTPServerError) -> (socket: Int32, address: ServiceAddress) {
    let family = wanted.host.contains(":") ? AF_INET6 : AF_INET
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let descriptor = socket(family, stream, 0)
    guard descriptor >= 0 else { throw failure(wanted) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var yes: Int32 = 1
    // Else a service that is started again would wait for minutes.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let isBound = wanted.withSocketAddress { bind(descriptor, $0, $1) == 0 } == true
    guard isBound, listen(descriptor, 1_024) == 0 else {
      let failure = failure(wanted)
      close(descriptor)
      throw failure
    }
    return (descriptor, ServiceAddress(host: wanted.host, port: port(of: descriptor)))
  }

  private static func failure(_ wanted: ServiceAddress) -> HTTPServerError {
    let reason = errno
    return reason == EADDRINUSE
      ? .portInUse(wanted) : .cannotListen(wanted, reason: SystemError.text(reason))
  }

  /// The port stands at the same place in an address of either family.
  private static func port(of descriptor: Int32) -> UInt16 {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &size)
      }
    }
    return UInt16(bigEndian: address.sin6_port)
  }

  /// Whose connection it is, as numbers.
  static func client(of descriptor: Int32) -> String {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    var text = [CChar](repeating: 0, count: 64)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getpeername(descriptor, address, &size) == 0
          ? getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) : -1
      }
    }
    return code == 0
      ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "-"
  }
}

/// A service that cannot be.
package enum HTTPServerError: Error, Equatable, CustomStringConvertible {
  case noLibrary(names: [String])
  case portInUse(ServiceAddress)
  case cannotListen(ServiceAddress, reason: String)
  /// libmicrohttpd does not say why.
  case cannotStart

  package var description: String {
    switch self {
    case .noLibrary(let names):
      "libmicrohttpd is not on this system (expected \(names.joined(separator: " or ")), 0.9.71 or later, as "
        + "Debian's package libmicrohttpd12 brings it, found none)"
    case .portInUse(let address):
      "port \(address.port) is in use (expected one that is free at \(address.host))"
    case .cannotListen(let address, let reason):
      "\(address): cannot be listened at: \(reason)"
    case .cannotStart: "libmicrohttpd cannot start a service"
    }
  }
}
