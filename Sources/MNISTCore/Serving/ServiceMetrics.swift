import Synchronization

/// What a service has done, as Prometheus reads it (text format 0.0.4).
final class ServiceMetrics: Sendable {
  /// Upper bounds of the histogram's buckets, in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  private struct State {
    /// By route and status.
    var requests: [[String]: Int] = [:]
    var buckets = [Int](repeating: 0, count: bounds.count)
    var count = 0
    var seconds = 0.0
    /// By class.
    var predictions: [String: Int] = [:]
    var batches = 0
  }

  private let state = Mutex(State())

  /// - Parameter status: nil for a request that was not answered.
  func noteRequest(route: String, status: Int?, seconds: Double) {
    state.withLock { state in
      state.requests[[route, status.map(String.init) ?? "none"], default: 0] += 1
      state.count += 1
      state.seconds += seconds
      for (index, bound) in Self.bounds.enumerated() where seconds <= bound {
        state.buckets[index] += 1
      }
    }
  }

  /// What one product of matrices answered.
  func notePredictions(_ classes: [String]) {
    state.withLock { state in
      state.batches += 1
      for name in classes { state.predictions[name, default: 0] += 1 }
    }
  }

  var text: String {
    let state = state.withLock { $0 }
    var lines: [String] = []
    func add(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
      lines += samples.map { "\(name)\($0.0) \($0.1)" }
    }
    add(
      "mnist_requests_total", "counter", "Requests by route and status.",
      state.requests.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
        ("{route=\(Self.quoted($0.key[0])),status=\"\($0.key[1])\"}", "\($0.value)")
      })
    add(
      "mnist_request_duration_seconds", "histogram", "From a request's head to its answer.",
      zip(Self.bounds, state.buckets).map { ("_bucket{le=\"\($0)\"}", "\($1)") } + [
        ("_bucket{le=\"+Inf\"}", "\(state.count)"), ("_sum", "\(state.seconds)"),
        ("_count", "\(state.count)"),
      ])
    add(
      "mnist_predictions_total", "counter", "Images by the class that was predicted.",
      state.predictions.sorted { $0.key < $1.key }.map {
        ("{class=\(Self.quoted($0.key))}", "\($0.value)")
      })
    add(
      "mnist_batches_total", "counter", "Products of matrices, each for all images that waited.",
      [("", "\(state.batches)")])
    return lines.joined(separator: "\n") + "\n"
  }

  /// A label's value: only these three characters are escaped.
  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
