/// Whether this processor can do what the library was compiled for; a build folder may have moved to an older
/// one.
///
/// The library's own code would end there without a word, whatever it does. So none of it does the check: the
/// compiler emits what stands here (`@_alwaysEmitIntoClient`, in a type that is `@usableFromInline`) into the two
/// programs' own code, which is for any processor; and it may call nothing but Swift's and the system's libraries.
@usableFromInline
package enum ProcessorCheck {
  /// Ends the program with a sentence where an instruction is missing.
  @_alwaysEmitIntoClient
  package static func pass(tool: String) {
    let missing = missingInstructions
    guard !missing.isEmpty else { return }
    let text = tool + ": error: " + sentence(missing: missing) + "\n"
    _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(1)
  }

  @_alwaysEmitIntoClient
  package static func sentence(missing: [String]) -> String {
    "this program was built for another processor (expected one with "
      + missing.joined(separator: ", ")
      + "; build it on this machine, or with MNIST_TARGET=x86-64 for any)"
  }

  /// What the library was compiled for, by the names that Linux gives it, with the place of each in what the
  /// processor says of itself: CPUID's leaf 1 (0 here), 7 (1) or 80000001 (2), register (0 to 3 for A to D) and bit.
  @_alwaysEmitIntoClient
  package static var needed: [(name: String, leaf: UInt32, register: Int, bit: UInt32)] {
    #if TILE_AVX512
      [
        ("avx512f", 1, 1, 16), ("avx512bw", 1, 1, 30), ("avx512cd", 1, 1, 28),
        ("avx512dq", 1, 1, 17), ("avx512vl", 1, 1, 31),
      ]
    #elseif TILE_AVX2
      [
        ("avx2", 1, 1, 5), ("fma", 0, 2, 12), ("bmi1", 1, 1, 3), ("bmi2", 1, 1, 8),
        ("f16c", 0, 2, 29), ("movbe", 0, 2, 22), ("abm", 2, 2, 5),
      ]
    #else
      []
    #endif
  }

  /// Those of them that are not there. Empty also where the system does not tell.
  @_alwaysEmitIntoClient
  package static var missingInstructions: [String] {
    #if os(Linux)
      let needed = needed
      guard !needed.isEmpty else { return [] }
      // glibc's, since 2.33: four registers of what is there, then four of what the system lets programs use.
      if let symbol = dlsym(nil, "__x86_get_cpuid_feature_leaf") {
        typealias Leaf = @convention(c) (UInt32) -> UnsafePointer<UInt32>?
        let leaf = unsafeBitCast(symbol, to: Leaf.self)
        return needed.filter { !has($0.bit, leaf($0.leaf)?[4 + $0.register] ?? .max) }.map(\.name)
      }
      guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
      defer { fclose(file) }
      // One processor's "flags" line is enough, and it stands in the first few kilobytes.
      var bytes = [UInt8](repeating: 0, count: 16_384)
      let count = fread(&bytes, 1, bytes.count, file)
      return missing(in: String(decoding: bytes[..<count], as: UTF8.self))
    #else
      return []
    #endif
  }

  @_alwaysEmitIntoClient
  package static func has(_ bit: UInt32, _ register: UInt32) -> Bool { register >> bit & 1 == 1 }

  /// What is not among a processor's flags, as `/proc/cpuinfo` tells them.
  @_alwaysEmitIntoClient
  package static func missing(in description: String) -> [String] {
    let words = Set(description.split { " \t\n".contains($0) })
    guard words.contains("flags") else { return [] }
    return needed.map(\.name).filter { !words.contains($0[...]) }
  }
}
