/// Answers requests on a thread of its own, with a copy of the model.
struct PredictionWorker {
  /// So many images share a product at most: more would take memory, and no less time each.
  static let batchSize = 256

  let served: ServedModel
  let metrics: ServiceMetrics
  private var number = -1
  private var model: ImageClassifier?

  init(_ served: ServedModel, _ metrics: ServiceMetrics) {
    (self.served, self.metrics) = (served, metrics)
  }

  /// The answers to requests, in their order.
  mutating func responses(to requests: [HTTPRequest]) -> [HTTPResponse] {
    let version = served.current
    let read = requests.map { request in
      Result { () throws(PredictionRequest.Refusal) in
        try PredictionRequest(request, version.size)
      }
    }
    let numbers = read.flatMap { (try? $0.get().numbers) ?? [] }
    let model = model(of: version)
    let answers = Result { try classifications(of: numbers, model, version) }
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

  private mutating func model(of version: ServedModel.Version) -> ImageClassifier {
    if let model, number == version.number { return model }
    let model = version.model.makeModel()
    (self.model, number) = (model, version.number)
    return model
  }

  private func classifications(
    of numbers: [Float], _ model: ImageClassifier, _ version: ServedModel.Version
  ) throws -> [Classification] {
    let (size, names) = (version.model.layout.inputSize, version.model.classNames)
    var answers: [Classification] = []
    for start in stride(from: 0, to: numbers.count, by: Self.batchSize * size) {
      let rows = Array(numbers[start..<min(numbers.count, start + Self.batchSize * size)])
      let input = Tensor(
        shape: [rows.count / size, size], storage: CurrentDevice.device.upload(rows))
      // The model is in evaluation for good: `logProbabilities(of:)` would look for its modules each time.
      let batch = try Classification.of(
        logProbabilities: withoutGradients { model(input) }, firstIndex: start / size)
      metrics.notePredictions(batch.map { ClassNames.name(of: $0.predicted, in: names) })
      answers += batch
    }
    return answers
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
