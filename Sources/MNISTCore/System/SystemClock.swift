/// The operating system's clocks, in seconds.
enum SystemClock {
  /// Since 1970.
  static var wallTime: Double { seconds(CLOCK_REALTIME) }

  /// Since some start; nobody sets this clock.
  static var monotonicTime: Double { seconds(CLOCK_MONOTONIC) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
