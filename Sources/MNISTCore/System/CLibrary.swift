/// Functions of C's library that take pointers, with values of Swift in their place.
package enum CLibrary {
  /// A variable of the process's environment; nil where it is not set.
  package static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// A function of the system's library by its name: Swift's module of the library leaves some out. Nil where
  /// there is none of that name.
  static func function<Function>(_ name: String) -> Function? {
    guard let program = dlopen(nil, RTLD_NOW) else { return nil }
    defer { dlclose(program) }
    return dlsym(program, name).map { unsafeBitCast($0, to: Function.self) }
  }

  /// The machine's name in its network, nil where it has none.
  static var hostName: String? {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return nil }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A number as `printf` writes it.
  ///
  /// - Parameters:
  ///   - format: `%.*e` or `%.*f`.
  ///   - decimals: up to 80.
  static func formatted(_ number: Double, _ format: String, decimals: Int) -> String {
    // The longest, the largest double with 80 decimals, has 391 characters.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      let length = withVaList([Int32(decimals), number]) {
        vsnprintf(buffer.baseAddress, buffer.count, format, $0)
      }
      return String(decoding: buffer.prefix(Int(length)).map { UInt8($0) }, as: UTF8.self)
    }
  }
}

/// Numbers as the bytes that they are in memory.
enum NumberBytes {
  /// The numbers that `bytes` hold; what is left of bytes at the end is passed over.
  static func numbers<Number: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    in bytes: ArraySlice<UInt8>
  ) -> [Number] {
    let size = MemoryLayout<Number>.stride
    var numbers = [Number](repeating: 0, count: bytes.count / size)
    numbers.withUnsafeMutableBytes { $0.copyBytes(from: bytes.prefix($0.count)) }
    return numbers
  }

  /// Appends the bytes of `numbers`.
  static func append(_ numbers: [some BitwiseCopyable], to bytes: inout [UInt8]) {
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

#if !_endian(little)
  #error("Files hold little-endian numbers, which are copied as they lie in memory.")
#endif
