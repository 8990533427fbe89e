/// The processors of this machine.
enum Processor {
  /// How many this process may use: a container or `taskset` may leave it fewer than there are.
  static var count: Int {
    #if os(Linux)
      // `Cpus_allowed:  ff,ffffffff` in hexadecimal.
      if let line = line(of: "/proc/self/status", beginning: "Cpus_allowed:") {
        let count = line.compactMap { $0.hexDigitValue?.nonzeroBitCount }.reduce(0, +)
        if count > 0 { return count }
      }
    #endif
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// What follows `word` in the first line that begins with it. Only the first 16 KB of the file are
  /// looked at.
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

/// The memory that this process may still use.
enum SystemMemory {
  /// Whether the system would give this many bytes now, and 4 MiB for what comes with them.
  ///
  /// A Swift array that finds no memory ends the process. So before an array is made whose size a file or
  /// an option decides, this is asked.
  static func has(_ byteCount: Int) -> Bool {
    let (sum, overflow) = byteCount.addingReportingOverflow(4 << 20)
    var memory: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&memory, 64, sum) == 0 else { return false }
    free(memory)
    return true
  }

  /// The machine's memory in bytes. The system may promise more, but not more can be used.
  static var byteCount: Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    let (product, overflow) = pages.multipliedReportingOverflow(by: size)
    return pages > 0 && size > 0 && !overflow ? product : .max
  }
}

/// The operating system's clocks, in seconds.
enum SystemClock {
  /// Since 1970.
  static var wallTime: Double { seconds(CLOCK_REALTIME) }

  /// Since an arbitrary start. It never jumps, even where somebody sets the machine's time.
  static var monotonicTime: Double { seconds(CLOCK_MONOTONIC) }

  /// The same in whole nanoseconds.
  static var monotonicNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
