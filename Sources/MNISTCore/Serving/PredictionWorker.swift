/// Answers requests, on any thread.
struct PredictionWorker: Sendable {
  /// So many images share a product at most: more would take memory, and no less time each.
  static let batchSize = 256

  let served: ServedModel
  let metrics: ServiceMetrics
  private let device = CurrentDevice.device

  init(_ served: ServedModel, _ metrics: ServiceMetrics) {
    (self.served, self.metrics) = (served, metrics)
  }

  /// Throws why nothing can be computed any more.
  func checkDevice() throws(DeviceError) { try device.check() }

  /// The answers to requests, in their order.
  func responses(to requests: [HTTPRequest]) -> [HTTPResponse] {
    let version = served.current
    let read = requests.map { request in
      Result { () throws(PredictionRequest.Refusal) in
        try PredictionRequest(request, version.size)
      }
    }
    let numbers = read.flatMap { (try? $0.get().numbers) ?? [] }
    // Requests share the processor's threads; those of one product need not.
    let answers = Result {
      try ThreadPool.use(threadCount: 1) {
        try CurrentDevice.$device.withValue(device) { try classifications(of: numbers, version) }
      }
    }
    // An image to which the model has no answer must not take the others' from them.
    if case .failure = answers, requests.count > 1 {
      return requests.flatMap { responses(to: [$0]) }
    }
    let (names, size) = (version.model.classNames, version.model.layout.inputSize)
    var start = 0
    return zip(requests, read).map { request, read in
      switch (read, answers) {
      case (.failure(let refusal), _): return .error(refusal.status, refusal.sentence)
      // A fault of the model's or the device's, not of the request.
      case (_, .failure(let error)): return .error(503, "\(error)")
      case (.success(let images), .success(let answers)):
        let own = answers[start..<start + images.images.count]
        start = own.endIndex
        let json = images.json(
          own, names: names, pixelsPerImage: request.asks("pixels") ? size : nil)
        return HTTPResponse(body: Array(json.utf8))
      }
    }
  }

  private func classifications(
    of numbers: [Float], _ version: ServedModel.Version
  ) throws -> [Classification] {
    let (size, names) = (version.model.layout.inputSize, version.model.classNames)
    var batches: [[Classification]] = []
    for start in stride(from: 0, to: numbers.count, by: Self.batchSize * size) {
      let rows = Array(numbers[start..<min(numbers.count, start + Self.batchSize * size)])
      let input = Tensor(
        shape: [rows.count / size, size], storage: CurrentDevice.device.upload(rows))
      // The model is in evaluation for good: `logProbabilities(of:)` would look for its modules each time.
      batches.append(
        try Classification.of(
          logProbabilities: withoutGradients { version.classifier.value(input) },
          firstIndex: start / size))
    }
    // Only now: after a failure the requests are computed once more.
    for batch in batches {
      metrics.notePredictions(batch.map { ClassNames.name(of: $0.predicted, in: names) })
    }
    return Array(batches.joined())
  }
}

extension PredictionRequest {
  /// The answers to its images: an object for one picture, else `{"predictions": [object, …]}`.
  fileprivate func json(
    _ answers: ArraySlice<Classification>, names: [String]?, pixelsPerImage: Int?
  ) -> String {
    let objects = zip(images, answers).enumerated().map { index, pair in
      let (image, answer) = pair
      var more: [String] = []
      if let warning = image.warning { more.append("\"warning\":\(JSONText.quoted(warning))") }
      if let count = pixelsPerImage {
        let pixels = numbers[index * count..<(index + 1) * count].map {
          "\(Int(($0 * 255).rounded()))"
        }
        more.append("\"pixels\":[\(pixels.joined(separator: ","))]")
      }
      return Classification(
        index: index, label: nil, probabilities: answer.probabilities, predicted: answer.predicted
      ).json(file: image.file, names: names, more: more)
    }
    return isOnePicture ? objects[0] : "{\"predictions\":[\(objects.joined(separator: ","))]}"
  }
}

extension HTTPResponse {
  /// One sentence about what is wrong.
  static func error(
    _ status: Int, _ sentence: String, headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: headers,
      body: Array("{\"error\":\(JSONText.quoted(sentence))}".utf8))
  }
}
