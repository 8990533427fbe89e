/// What the machine offers this process.
public enum Processor {
  /// The processors that this process may use: a container or `taskset` may leave it fewer.
  public static var count: Int {
    #if os(Linux)
      // `Cpus_allowed:  ff,ffffffff` in hexadecimal.
      if let line = line(of: "/proc/self/status", beginning: "Cpus_allowed:") {
        let count = line.compactMap { $0.hexDigitValue?.nonzeroBitCount }.reduce(0, +)
        if count > 0 { return count }
      }
    #endif
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The instructions this program was compiled for and the processor does not have, as when a build
  /// folder has moved to an older machine. Empty also where the system does not tell.
  static var missingInstructions: [String] {
    #if TILE_AVX512
      let needed = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    #elseif TILE_AVX2
      let needed = ["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm"]
    #else
      let needed: [String] = []
    #endif
    guard !needed.isEmpty, let line = line(of: "/proc/cpuinfo", beginning: "flags") else {
      return []
    }
    let present = Set(line.split { $0 == " " || $0 == "\t" })
    return needed.filter { !present.contains($0[...]) }
  }

  /// What follows `word` in the first line that begins with it; it must stand near the beginning of the
  /// file.
  private static func line(of path: String, beginning word: String) -> Substring? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
      .split(separator: "\n").first { $0.hasPrefix(word) }?
      .dropFirst(word.count)
  }
}
