/// The processors of this machine.
enum Processor {
  /// How many threads of this process can work at once: a container or `taskset` may leave it fewer
  /// processors than there are. It is found out once.
  static let count = count(allowed: allowedCount, quota: ControlGroups.own.processors)

  /// A part of a processor is worth no thread: threads that use up a quota are stopped for the rest of each
  /// tenth of a second, one sooner than the other, which waits for it.
  static func count(allowed: Int, quota: Double?) -> Int {
    max(1, Int(min(Double(allowed), quota ?? .infinity)))
  }

  /// How many processors the system runs this process on.
  private static var allowedCount: Int {
    #if os(Linux)
      // Looked up by name: C headers show this function only to programs that ask for all of GNU's.
      typealias Affinity = @convention(c) (pid_t, Int, UnsafeMutableRawPointer?) -> Int32
      guard let affinity: Affinity = CLibrary.function("sched_getaffinity") else {
        return onlineCount
      }
      // The kernel refuses a set with fewer bits than the machine could have processors.
      for wordCount in [16, 128, 1_024] {
        var words = [UInt](repeating: 0, count: wordCount)
        if words.withUnsafeMutableBytes({ affinity(0, $0.count, $0.baseAddress) }) == 0 {
          return words.reduce(0) { $0 + $1.nonzeroBitCount }
        }
      }
    #endif
    return onlineCount
  }

  private static var onlineCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
}

/// Whether OpenCL is worth asking: its drivers take time, start threads, and catch signals, also where they find nothing.
enum GraphicsHardware {
  /// True where the system has no way to tell.
  static var mayBeThere: Bool {
    #if os(Linux)
      (try? FileSystem.names(in: "/dev")).map(isAmong) ?? true
    #else
      true
    #endif
  }

  /// Whether some of the files in `/dev` are those of a driver for GPUs: Linux's own, AMD's, NVIDIA's, Windows's for
  /// its Linux, or Arm's.
  static func isAmong(_ names: [String]) -> Bool {
    names.contains { name in
      ["dri", "kfd", "dxg"].contains(name)
        || ["nvidia", "mali"].contains { name.hasPrefix($0) }
    }
  }
}

/// Files that the system makes up while they are read: their size is not known before.
enum SystemFile {
  /// The first `limit` bytes of the file; nil where it cannot be read.
  static func text(_ path: String, limit: Int = 1 << 20) -> String? {
    guard let file = fopen(PathText.bytes(path), "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while bytes.count < limit {
      let count = fread(&part, 1, min(part.count, limit - bytes.count), file)
      guard count > 0 else { break }
      bytes += part[..<count]
    }
    return PathText.text(bytes)
  }
}

/// The memory that this process may still use.
enum SystemMemory {
  /// Whether this many bytes can be had and used now, and 4 MiB for what comes with them.
  ///
  /// A Swift array that finds no memory ends the process. So before an array is made whose size a file or
  /// an option decides, this is asked. A mebibyte is there without asking the system, which takes microseconds.
  static func has(_ byteCount: Int) -> Bool {
    byteCount <= 1 << 20 || byteCount < self.byteCount - usedByteCount && gives(byteCount)
  }

  /// Whether the system would give this many bytes now, and 4 MiB for what comes with them. What `ulimit -v`
  /// leaves to this process it finds out; but the system may promise more than can be used.
  static func gives(_ byteCount: Int) -> Bool {
    let (sum, overflow) = byteCount.addingReportingOverflow(4 << 20)
    var memory: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&memory, 64, sum) == 0 else { return false }
    free(memory)
    return true
  }

  /// The most bytes that this process can use at once: the machine's memory, or what its control groups,
  /// such as a container's, leave it of that. Beyond these the system ends the process.
  static let byteCount = min(machineByteCount, ControlGroups.own.memoryBytes ?? .max)

  private static var machineByteCount: Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    let (product, overflow) = pages.multipliedReportingOverflow(by: size)
    return pages > 0 && size > 0 && !overflow ? product : .max
  }

  /// The bytes that this process alone uses now; 0 where the system does not tell.
  static var usedByteCount: Int {
    // Pages: all, those in memory, those of them that are files'.
    let words = SystemFile.text("/proc/self/statm")?.split(separator: " ").compactMap { Int($0) }
    guard let words, words.count > 2 else { return 0 }
    return max(0, words[1] - words[2]) * sysconf(Int32(_SC_PAGESIZE))
  }
}

/// The operating system's clocks, in seconds.
package enum SystemClock {
  /// Today in this machine's time zone: `2026-11-27`.
  package static var localDay: String { localDay(at: Int(wallTime)) }

  /// The day on which so many seconds after the beginning of 1970 lie.
  static func localDay(at seconds: Int) -> String {
    var (time, parts) = (time_t(seconds), tm())
    tzset()
    guard localtime_r(&time, &parts) != nil else { return "" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }

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

/// Lets something through at most once in so many seconds, the first time at once.
struct RateLimit {
  let seconds: Double
  private var last = -Double.infinity

  init(seconds: Double) { self.seconds = seconds }

  /// Whether it is time; if it is, the next time is `seconds` away.
  mutating func lets(through time: Double = SystemClock.monotonicTime) -> Bool {
    guard time - last >= seconds else { return false }
    last = time
    return true
  }
}
