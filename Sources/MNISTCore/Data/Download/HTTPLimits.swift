/// How long and how much a download may take before it is given up.
struct HTTPLimits: Equatable, Sendable {
  var connectMilliseconds = 10_000
  /// For this long fewer than `slowestBytesPerSecond` arrived.
  var stallSeconds = 30
  /// MNIST takes three hours at this speed.
  var slowestBytesPerSecond = 1_000
}
