import Testing

@testable import MNISTCore

@Suite struct ServiceMetricsTests {
  @Test func inTheBeginningAllIsZero() {
    #expect(ServiceMetrics().text == text(buckets: [Int](repeating: 0, count: 13)))
  }

  @Test func requestsAreCountedByRouteAndStatusAndByTheirTime() {
    let metrics = ServiceMetrics()
    // At a bound and between two, far beyond the last, and one that was not answered.
    metrics.noteRequest(route: "/v1/predict", status: 200, seconds: 0.25)
    metrics.noteRequest(route: "/v1/predict", status: 200, seconds: 0.0078125)
    metrics.noteRequest(route: "/v1/predict", status: 413, seconds: 64)
    metrics.noteRequest(route: "other", status: 404, seconds: 0)
    metrics.noteRequest(route: "/v1/predict", status: nil, seconds: 10)
    #expect(
      metrics.text
        == text(
          requests: [
            #"{route="/v1/predict",status="200"} 2"#, #"{route="/v1/predict",status="413"} 1"#,
            #"{route="/v1/predict",status="none"} 1"#, #"{route="other",status="404"} 1"#,
          ],
          buckets: [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4], sum: "74.2578125", count: 5))
  }

  @Test func imagesAreCountedByTheirClassesAndProductsOnce() {
    let metrics = ServiceMetrics()
    metrics.notePredictions(["7", "1", "7"])
    metrics.notePredictions(["1"])
    metrics.notePredictions([])
    #expect(
      metrics.text
        == text(
          buckets: [Int](repeating: 0, count: 13),
          predictions: [#"{class="1"} 2"#, #"{class="7"} 2"#], batches: 3))
  }

  @Test(arguments: [
    ("a b", #""a b""#), (#"say "a""#, #""say \"a\"""#), (#"a\b"#, #""a\\b""#),
    ("a\nb", #""a\nb""#), (#"\n"#, #""\\n""#), ("ä 漢\t", "\"ä 漢\t\""), ("\r\n", "\"\r\\n\""),
    ("{a}=,#", #""{a}=,#""#),
  ])
  func aNameIsEscapedAsPrometheusReadsIt(_ name: String, _ label: String) {
    let metrics = ServiceMetrics()
    metrics.notePredictions([name])
    #expect(
      metrics.text
        == text(
          buckets: [Int](repeating: 0, count: 13), predictions: ["{class=\(label)} 1"],
          batches: 1))
  }

  private func text(
    requests: [String] = [], buckets: [Int], sum: String = "0.0", count: Int = 0,
    predictions: [String] = [], batches: Int = 0
  ) -> String {
    let bounds = [
      "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5",
      "5.0",
      "10.0",
    ]
    func samples(_ name: String, _ rest: [String]) -> String {
      rest.map { "\(name)\($0)\n" }.joined()
    }
    let times = "mnist_request_duration_seconds"
    return """
      # HELP mnist_requests_total Requests by route and status.
      # TYPE mnist_requests_total counter
      \(samples("mnist_requests_total", requests))\
      # HELP \(times) From a request's head to its answer.
      # TYPE \(times) histogram
      \(samples(times, zip(bounds, buckets).map { "_bucket{le=\"\($0)\"} \($1)" }))\
      \(times)_bucket{le="+Inf"} \(count)
      \(times)_sum \(sum)
      \(times)_count \(count)
      # HELP mnist_predictions_total Images by the class that was predicted.
      # TYPE mnist_predictions_total counter
      \(samples("mnist_predictions_total", predictions))\
      # HELP mnist_batches_total Products of matrices, each for all images that waited.
      # TYPE mnist_batches_total counter
      mnist_batches_total \(batches)

      """
  }
}
