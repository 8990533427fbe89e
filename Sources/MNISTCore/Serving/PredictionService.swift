/// Answers over HTTP with a model: see docs/serving.md.
package final class PredictionService: HTTPHandler {
  private let served: ServedModel
  private let metrics: ServiceMetrics
  private let access: ServiceGuard
  private let log: (@Sendable (String) -> Void)?
  private let queue: PredictionQueue
  private let worker: PredictionWorker

  /// - Parameters:
  ///   - file: the model's, which may be loaded again.
  ///   - names: what the service is called besides its addresses.
  ///   - threadCount: of those that compute; 2 at least are taken.
  ///   - log: is given a line for each request.
  package init(
    _ file: ModelFile, address: ServiceAddress, names: [String], threadCount: Int,
    log: (@Sendable (String) -> Void)? = nil
  ) throws {
    let threadCount = max(2, threadCount)
    // Besides the queue's threads the one that has taken the request.
    let served = try ServedModel(file, threadCount: threadCount + 1)
    let metrics = ServiceMetrics()
    (self.served, self.metrics, self.log) = (served, metrics, log)
    access = ServiceGuard(address: address, names: names.map { $0.lowercased() })
    let worker = PredictionWorker(served, metrics)
    self.worker = worker
    queue = PredictionQueue(threadCount: threadCount) { jobs in
      for (job, response) in zip(jobs, worker.responses(to: jobs.map(\.request))) {
        job.reply(response)
      }
    }
  }

  /// Reads the model's file anew; what is thrown leaves the old one in its place.
  package func reload() throws { try served.reload() }

  /// Answers what still waits, and ends the threads.
  package func close() { queue.close() }

  func refusal(of head: HTTPRequest) -> HTTPResponse? {
    let host = head.header("host")
    guard access.knows(host: host) else {
      return .error(
        403,
        "this service is not called \(JSONText.excerpt(host ?? "")) (--allow_host adds a name)")
    }
    guard let route = ServiceRoute(rawValue: head.path) else {
      let paths = ServiceRoute.allCases.map(\.rawValue).joined(separator: ", ")
      return .error(404, "there is nothing at this path (expected \(paths))")
    }
    guard route.methods.contains(head.method) else {
      let methods = route.methods.joined(separator: ", ")
      return .error(
        405, "\(route.rawValue) does not know this method (expected \(methods))",
        headers: [("Allow", methods)])
    }
    guard head.method != "POST" || access.isOwn(origin: head.header("origin"), host: host) else {
      return .error(403, "pages of other sites are not answered")
    }
    if let encoding = head.header("content-encoding"), encoding.lowercased() != "identity" {
      return .error(415, "bodies are taken as they are (expected no Content-Encoding)")
    }
    return nil
  }

  func answer(to request: HTTPRequest, isAlone: Bool) -> HTTPAnswer {
    func json(_ text: String) -> HTTPAnswer { .now(HTTPResponse(body: Array(text.utf8))) }
    switch ServiceRoute(rawValue: request.path) {
    case .page:
      return .now(
        HTTPResponse(
          contentType: "text/html; charset=utf-8", headers: [Self.pagePolicy],
          body: Array(DrawingPage.html.utf8)))
    case .predict:
      // To wake another thread takes as long as to answer.
      if isAlone, request.isSmall { return .now(worker.responses(to: [request])[0]) }
      return .later { [queue] reply in
        queue.add(PredictionQueue.Job(request: request, reply: reply))
      }
    case .model: return json(served.current.json)
    case .health:
      do throws(DeviceError) {
        try worker.checkDevice()
        return json("{\"status\":\"ok\"}")
      } catch {
        return .now(.error(503, "\(error)"))
      }
    case .metrics:
      return .now(
        HTTPResponse(
          contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(metrics.text.utf8)))
    case .description: return json(ServiceDescription.json)
    case nil: return .now(.error(404, "there is nothing at this path"))
    }
  }

  /// The page needs nothing but itself and this service.
  private static let pagePolicy = (
    "Content-Security-Policy",
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
      + "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )

  func response(toFault fault: HTTPFault) -> HTTPResponse {
    switch fault {
    case .bodyTooLarge(let limit):
      .error(413, "the request is too large (expected at most \(limit) bytes)")
    case .tooMuchAtOnce:
      .error(503, "too many large requests at once; try again", headers: [("Retry-After", "1")])
    case .ambiguous:
      .error(
        400, "the request can be read in more than one way", headers: [("Connection", "close")])
    case .damagedForm:
      .error(400, "the form is damaged (expected multipart/form-data with a boundary)")
    }
  }

  func note(_ record: HTTPRecord) {
    metrics.noteRequest(
      route: ServiceRoute(rawValue: record.path)?.rawValue ?? "other", status: record.status,
      seconds: record.seconds)
    guard let log else { return }
    let status = record.status.map(String.init) ?? "-"
    let milliseconds = NumberText.fixed(1_000 * record.seconds, decimals: 2)
    log(
      "\(record.client) \(JSONText.excerpt("\(record.method) \(record.path)")) \(status) "
        + "\(record.byteCount) \(milliseconds) ms")
  }
}
