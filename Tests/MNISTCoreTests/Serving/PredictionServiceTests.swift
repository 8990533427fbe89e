import Synchronization
import Testing

@testable import MNISTCore

@Suite struct PredictionServiceTests {
  /// The sentence of an error.
  private func sentence(_ response: HTTPResponse?) throws -> String {
    let members = try JSONReader.value(in: try #require(response).body[...]).object()
    #expect(members.map(\.name) == ["error"])
    return try members[0].value.string()
  }

  // MARK: - Before the body

  @Test(arguments: ServiceRoute.allCases)
  func whatARouteKnowsIsNotRefused(_ route: ServiceRoute) throws {
    try SmallService.with { service, _ throws in
      for method in route.methods {
        for origin in [nil, "http://localhost:8000"] {
          var headers = [(name: "host", value: "localhost:8000")]
          if let origin { headers.append(("origin", origin)) }
          let head = HTTPRequest.asking(method, route.rawValue, headers: headers)
          #expect(service.refusal(of: head)?.status == nil)
        }
      }
    }
  }

  @Test(arguments: [
    ("/", "GET, HEAD"), ("/v1/predict", "POST"), ("/v1/model", "GET, HEAD"),
    ("/healthz", "GET, HEAD"), ("/metrics", "GET, HEAD"), ("/openapi.json", "GET, HEAD"),
  ])
  func anotherMethodIsRefusedAndTheRightOnesNamed(_ path: String, _ methods: String) throws {
    try SmallService.with { service, _ throws in
      let others = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", ""]
      for method in others where !methods.split(separator: ", ").contains(Substring(method)) {
        let response = try #require(service.refusal(of: .asking(method, path)))
        #expect(response.status == 405 && response.contentType == "application/json")
        #expect(response.headers.map(\.name) == ["Allow"])
        #expect(response.headers.map(\.value) == [methods])
        #expect(
          try sentence(response) == "\(path) does not know this method (expected \(methods))")
      }
    }
  }

  @Test(arguments: [
    "", "*", "/v1", "/v1/", "/v1/predict/", "/V1/predict", "//", "/index.html", "/../etc/passwd",
    "/healthz\0",
  ])
  func whereThereIsNothingThePathsAreNamed(_ path: String) throws {
    try SmallService.with { service, _ throws in
      let response = service.refusal(of: .asking("GET", path))
      #expect(response?.status == 404)
      #expect(
        try sentence(response)
          == "there is nothing at this path (expected /, /v1/predict, /v1/model, /healthz, /metrics, "
          + "/openapi.json)")
    }
  }

  @Test func anUnknownHostIsRefusedBeforeAllElse() throws {
    let long = String(repeating: "a", count: 101)
    try SmallService.with(names: ["Digits.example"]) { service, _ throws in
      for (host, name) in [
        ("stranger.example:8000", #""stranger.example:8000""#), (nil, #""""#),
        ("a\"b\u{1B}", #""a\"b\u001b""#), (long, "\"\(long.dropLast())…\""),
      ] as [(String?, String)] {
        let headers = host.map { [(name: "host", value: $0)] } ?? []
        for path in ["/", "/v1/predict", "/none"] {
          let response = service.refusal(of: .asking("GET", path, headers: headers))
          #expect(response?.status == 403)
          #expect(
            try sentence(response)
              == "this service is not called \(name) (--allow_host adds a name)")
        }
      }
      let own = [(name: "host", value: "digits.EXAMPLE:8000")]
      #expect(service.refusal(of: .asking("GET", "/", headers: own))?.status == nil)
    }
  }

  @Test(arguments: ["http://stranger.example", "null", "http://127.0.0.1:8000", ""])
  func whatAPageOfAnotherSiteSendsIsRefused(_ origin: String) throws {
    let headers = [(name: "host", value: "localhost:8000"), (name: "origin", value: origin)]
    try SmallService.with { service, _ throws in
      let response = service.refusal(of: .asking(headers: headers))
      #expect(response?.status == 403)
      #expect(try sentence(response) == "pages of other sites are not answered")
      // No page can read the answer to what is only read.
      #expect(service.refusal(of: .asking("GET", "/v1/model", headers: headers))?.status == nil)
    }
  }

  @Test func anEncodedBodyIsNotGuessedAt() throws {
    func head(_ encoding: String) -> HTTPRequest {
      .asking(headers: [("host", "localhost"), ("content-encoding", encoding)])
    }
    try SmallService.with { service, _ throws in
      for encoding in ["gzip", "br", "", "identity, gzip"] {
        let response = service.refusal(of: head(encoding))
        #expect(response?.status == 415)
        #expect(
          try sentence(response) == "bodies are taken as they are (expected no Content-Encoding)")
      }
      #expect(service.refusal(of: head("Identity"))?.status == nil)
    }
  }

  @Test(
    arguments: [
      (.bodyTooLarge(limit: 12), 413, "the request is too large (expected at most 12 bytes)", nil),
      (.tooMuchAtOnce, 503, "too many large requests at once; try again", "Retry-After: 1"),
      (.ambiguous, 400, "the request can be read in more than one way", "Connection: close"),
      (
        .damagedForm, 400, "the form is damaged (expected multipart/form-data with a boundary)", nil
      ),
    ] as [(HTTPFault, Int, String, String?)])
  func aFaultHasItsStatusAndSentence(
    _ fault: HTTPFault, _ status: Int, _ words: String, _ header: String?
  ) throws {
    try SmallService.with { service, _ throws in
      let response = service.response(toFault: fault)
      #expect(response.status == status && response.contentType == "application/json")
      #expect(try sentence(response) == words)
      #expect(response.headers.map { "\($0.name): \($0.value)" } == [header].compactMap(\.self))
    }
  }

  // MARK: - Answers but predictions

  @Test func thePageComesWithAPolicyThatLeavesItAlone() throws {
    try SmallService.with { service, _ throws in
      let response = service.response(to: .asking("GET", "/"))
      #expect(response.status == 200 && response.text == DrawingPage.html)
      #expect(response.contentType == "text/html; charset=utf-8")
      #expect(
        response.headers.map { "\($0.name): \($0.value)" } == [
          "Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; "
            + "style-src 'unsafe-inline'; connect-src 'self'; img-src 'self' blob: data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ])
    }
  }

  @Test func healthModelAndDescriptionAreJSON() throws {
    let names = ["a", "b", "c"]
    let model = try SmallService.model(classNames: names)
    try SmallService.with(model, path: "x/m.ckpt") { service, _ throws in
      for (path, text) in [
        ("/healthz", #"{"status":"ok"}"#),
        ("/v1/model", try ServedModel(model, path: "x/m.ckpt").json),
        ("/openapi.json", ServiceDescription.json),
      ] {
        let response = service.response(to: .asking("GET", path))
        #expect(response.status == 200 && response.contentType == "application/json", "\(path)")
        #expect(response.headers.isEmpty && response.text == text, "\(path)")
      }
      let none = service.response(to: .asking("GET", "/none"))
      #expect(none.status == 404)
      #expect(try sentence(none) == "there is nothing at this path")
    }
  }

  @Test func whatWasDoneIsCounted() throws {
    try SmallService.with(SmallService.model(classNames: ["a", "b", "c"])) {
      service, model throws in
      let answer = try model.classification(of: SmallService.image())
      for _ in 0..<2 { _ = service.response(to: .asking(body: SmallService.picture)) }
      _ = service.response(to: .asking(body: []))
      for (path, status) in [("/v1/predict", 200), ("/x/y", 404)] as [(String, Int?)] {
        service.note(record(path: path, status: status))
      }
      let response = service.response(to: .asking("GET", "/metrics"))
      #expect(response.contentType == "text/plain; version=0.0.4; charset=utf-8")
      let lines = response.text.split(separator: "\n")
      for line in [
        #"mnist_requests_total{route="/v1/predict",status="200"} 1"#,
        #"mnist_requests_total{route="other",status="404"} 1"#,
        "mnist_request_duration_seconds_sum 4.0078125",
        "mnist_predictions_total{class=\"\(["a", "b", "c"][answer.predicted])\"} 2",
        "mnist_batches_total 2",
      ] {
        #expect(lines.contains(Substring(line)), "\(line)")
      }
    }
  }

  private func record(
    _ method: String = "POST", path: String = "/v1/predict", status: Int?
  ) -> HTTPRecord {
    HTTPRecord(
      client: "127.0.0.1", method: method, path: path, status: status, byteCount: 12,
      seconds: 2.003_906_25)
  }

  @Test func aRequestIsALineOfTheLog() throws {
    let lines = Mutex<[String]>([])
    let log: @Sendable (String) -> Void = { line in lines.withLock { $0.append(line) } }
    try SmallService.with(log: log) {
      service, _ throws in
      service.note(record(status: 200))
      service.note(record("GET", path: "/a\n\u{1B}[2J\"", status: nil))
      service.note(record(path: "/" + String(repeating: "x", count: 200), status: 404))
    }
    let cut = "POST /" + String(repeating: "x", count: 94) + "…"
    #expect(
      lines.withLock { $0 } == [
        #"127.0.0.1 "POST /v1/predict" 200 12 2003.91 ms"#,
        #"127.0.0.1 "GET /a\n\u001b[2J\"" - 12 2003.91 ms"#,
        "127.0.0.1 \"\(cut)\" 404 12 2003.91 ms",
      ])
  }

  // MARK: - Predictions

  @Test func aPictureIsAnsweredAsTheToolAnswersIt() throws {
    try SmallService.with { service, model throws in
      let fitted = try model.classification(of: SmallService.image()).json()
      #expect(fitted.hasPrefix(#"{"index":0,"predicted":"#))
      let response = service.response(to: .asking(type: "image/png", body: SmallService.picture))
      #expect(response.status == 200 && response.contentType == "application/json")
      #expect(response.headers.isEmpty && response.text == fitted)

      let image = try SmallService.image(SmallService.rawPicture, isRaw: true)
      let answer = try model.classification(of: image)
      let raw = HTTPRequest.asking(query: ["raw"], body: SmallService.rawPicture)
      #expect(service.response(to: raw).text == answer.json())
      let more = HTTPRequest.asking(query: ["pixels", "raw"], body: SmallService.rawPicture)
      #expect(
        service.response(to: more).text == answer.json(more: ["\"pixels\":[0,128,255,0,0,0]"]))
    }
  }

  @Test func whatMeansNothingIsWarnedOf() throws {
    let blank = Array("P2 3 2 255\n7 7 7 7 7 7\n".utf8)
    let warning = #""warning":"blank: the prediction means nothing""#
    try SmallService.with { service, model throws in
      let answer = try model.classification(of: SmallService.image(blank))
      #expect(
        service.response(to: .asking(body: blank)).text == answer.json(more: [warning]))
      #expect(
        service.response(to: .asking(query: ["pixels"], body: blank)).text
          == answer.json(more: [warning, "\"pixels\":[0,0,0,0,0,0]"]))
    }
  }

  @Test func theFilesOfAFormAreAnsweredByTheirNames() throws {
    let files = [
      HTTPPart(name: "file", fileName: "a \"b\".pgm", bytes: SmallService.picture),
      HTTPPart(name: "file", fileName: nil, bytes: []),
      HTTPPart(name: "other", fileName: "c.pgm", bytes: SmallService.rawPicture),
    ]
    let names = ["one", "two", "three"]
    try SmallService.with(SmallService.model(classNames: names)) { service, model throws in
      let images = try [SmallService.picture, SmallService.rawPicture].map {
        try SmallService.image($0)
      }
      let objects = try zip(images, ["a \"b\".pgm", "c.pgm"]).map { image, name in
        let pixels = image.pixels.map { "\($0)" }.joined(separator: ",")
        return try model.classification(of: image).json(
          file: name, names: names, more: ["\"pixels\":[\(pixels)]"])
      }
      #expect(objects[0].hasPrefix(#"{"file":"a \"b\".pgm","predicted":"#))
      #expect(objects[0].contains(#","class":""#))
      #expect(
        service.response(to: .asking(query: ["pixels"], parts: files)).text
          == "{\"predictions\":[\(objects[0]),\(objects[1])]}")
    }
  }

  @Test func imagesByTheirPixelsAreAnsweredInTheirOrder() throws {
    let images = SmallSets.fields(5, height: 2, width: 3, classes: 3)
    try SmallService.with { service, model throws in
      let answers = try model.classifications(
        of: ImageDataset(images), batchSize: 5, labelsAreKnown: false)
      let objects = answers.map { $0.json() }.joined(separator: ",")
      #expect(objects.hasPrefix(#"{"index":0,"#) && objects.contains(#",{"index":4,"#))
      #expect(
        service.response(to: .asking(json: json(images, 0..<5))).text
          == "{\"predictions\":[\(objects)]}")
    }
  }

  /// A shade between two is the nearer one, and a half the larger.
  @Test func pixelsAreWholeNumbers() throws {
    try SmallService.with { service, _ throws in
      let response = service.response(
        to: .asking(json: #"{"images":[[0,0.4,0.5,254.4,254.5,255]]}"#, query: ["pixels"]))
      #expect(response.text.hasSuffix(#","pixels":[0,0,1,254,255,255]}]}"#))
    }
  }

  @Test func whatIsRefusedGetsItsStatusAndSentence() throws {
    try SmallService.with { service, _ throws in
      for (request, status, words) in [
        (.asking(body: []), 400, "the picture: the file is empty (expected PNG, PGM or PPM)"),
        (
          .asking(body: Array("P5 9999 9999 255\n".utf8)), 413,
          "the picture: too many pixels (expected at most 16777216, found 9999×9999)"
        ),
        (
          .asking(json: "[]"), 400,
          "the body: wrong value at byte 0 (expected an object, found an array)"
        ),
      ] as [(HTTPRequest, Int, String)] {
        let response = service.response(to: request)
        #expect(response.status == status)
        #expect(try sentence(response) == words)
      }
    }
  }

  // MARK: - Many at once

  /// Of layers so wide that several rows are computed together; the last jobs have more images than one product.
  @Test func anAnswerHasTheSameBitsWhateverElseSharesItsProduct() throws {
    let images = SmallSets.fields(300)
    let settings = SmallSets.settings(images, hiddenSizes: [95, 50])
    let run = TrainingRun(settings, images: images)
    let saved = SavedModel(Checkpoint(settings: settings, state: run.state))
    let answers = try saved.makeModel().classifications(
      of: ImageDataset(images), batchSize: 1, labelsAreKnown: false)
    func expected(_ range: Range<Int>) -> String {
      let objects = answers[range].enumerated().map { index, answer in
        Classification(
          index: index, label: nil, probabilities: answer.probabilities,
          predicted: answer.predicted
        ).json()
      }
      return "{\"predictions\":[\(objects.joined(separator: ","))]}"
    }
    let ranges = [0..<1, 1..<2, 2..<9, 9..<10, 10..<43, 43..<300]
    let served = try ServedModel(saved, path: "m")
    let orders: [[[Range<Int>]]] = [
      ranges.map { [$0] }, [ranges], [ranges.reversed()], [[0..<256], [0..<257]],
    ]
    for (groups, batchCount) in zip(orders, [7, 2, 2, 3]) {
      let metrics = ServiceMetrics()
      let worker = PredictionWorker(served, metrics)
      for group in groups {
        let found = worker.responses(to: group.map { .asking(json: json(images, $0)) }).map(\.text)
        #expect(found == group.map(expected), "\(group)")
      }
      #expect(metrics.text.hasSuffix("\nmnist_batches_total \(batchCount)\n"))
    }
  }

  @Test func whatIsRefusedHarmsNoneOfThoseBesideIt() throws {
    let (saved, metrics) = (try SmallService.model(), ServiceMetrics())
    let worker = PredictionWorker(try ServedModel(saved, path: "m"), metrics)
    let image = HTTPPart(name: "file", fileName: "a", bytes: SmallService.picture)
    let requests: [(String, HTTPRequest)] = [
      ("empty", .asking(body: [])), ("one", .asking(body: SmallService.picture)),
      ("text", .asking(parts: [image, HTTPPart(name: "file", fileName: "t", bytes: [65])])),
      ("two", .asking(parts: [image, image])),
    ]
    let answers = Dictionary(
      uniqueKeysWithValues: zip(requests.map(\.0), worker.responses(to: requests.map(\.1))))
    let answer = try saved.makeModel().classification(of: SmallService.image())
    let object = answer.json(file: "a")
    #expect(answers["one"]?.text == answer.json())
    #expect(answers["two"]?.text == "{\"predictions\":[\(object),\(object)]}")
    #expect(answers["empty"]?.status == 400 && answers["text"]?.status == 400)
    #expect(
      try sentence(answers["text"])
        == "t: not a picture that can be read (expected PNG, PGM or PPM, found text)")
    // One product for the three images that were left.
    #expect(metrics.text.hasSuffix("\nmnist_batches_total 1\n"))
    #expect(metrics.text.contains("mnist_predictions_total{class=\"\(answer.predicted)\"} 3\n"))
  }

  /// Weights that are finite numbers, but give none.
  @Test func aModelThatHasNoAnswerIsTheServicesFault() throws {
    var checkpoint = try SmallSets.checkpoint()
    var state = checkpoint.state.last
    for name in state.names where name.hasSuffix(".weight") {
      let value = try #require(state[name])
      state[name] = TensorValue(
        [Float](repeating: .greatestFiniteMagnitude, count: value.elements.count),
        shape: value.shape)
    }
    (checkpoint.state.best, checkpoint.state.last) = (state, state)
    try SmallService.with(SavedModel(checkpoint)) { service, _ throws in
      let response = service.response(to: .asking(body: SmallService.picture))
      #expect(response.status == 503)
      // The sign of what is no number is the processor's.
      #expect(
        try sentence(response).replacing("-nan", with: "nan")
          == "the model's answer to image 0 is no logarithms of probabilities (expected probabilities "
          + "that add up to 1, found nan)")
      #expect(service.response(to: .asking(body: [])).status == 400)
    }
  }

  /// Numbers too large for their product with the weights, among others of its batch.
  @Test func anImageWithoutAnAnswerTakesNoOthersAnswer() throws {
    var checkpoint = try SmallSets.checkpoint()
    var state = checkpoint.state.last
    let name = try #require(state.names.first { $0.hasSuffix(".weight") })
    let value = try #require(state[name])
    guard case .float32(let numbers) = value.elements else { return }
    state[name] = TensorValue(
      numbers.enumerated().map { $0 % 6 >= 4 ? .greatestFiniteMagnitude : $1 },
      shape: value.shape)
    (checkpoint.state.best, checkpoint.state.last) = (state, state)
    let (saved, metrics) = (SavedModel(checkpoint), ServiceMetrics())
    let worker = PredictionWorker(try ServedModel(saved, path: "m"), metrics)
    func request(_ last: Int) -> HTTPRequest {
      .asking(json: "{\"images\":[[9,8,7,6,\(last),\(last)]]}")
    }
    let answers = worker.responses(to: [request(0), request(255), request(0)])
    #expect(answers.map(\.status) == [200, 503, 200])
    #expect(answers[0].text == worker.responses(to: [request(0)])[0].text)
    #expect(answers[2].text == answers[0].text)
    #expect(try sentence(answers[1]).hasPrefix("the model's answer to image 0 is no logarithms"))
    #expect(worker.responses(to: [request(0), request(255)]).map(\.status) == [200, 503])
    // In its request's second product.
    let rows = [String](repeating: "[9,8,7,6,0,0]", count: 256) + ["[9,8,7,6,255,255]"]
    let last = worker.responses(to: [
      .asking(json: "{\"images\":[\(rows.joined(separator: ","))]}")
    ])
    #expect(try sentence(last[0]).hasPrefix("the model's answer to image 256 is no logarithms"))
  }

  @Test func whereTheDeviceHasFailedTheServiceIsNotHealthy() throws {
    let device = ReferenceDevice()
    try CurrentDevice.$device.withValue(device) {
      try SmallService.with { service, _ throws in
        #expect(service.response(to: .asking("GET", "/healthz")).status == 200)
        let failure = DeviceError.failed(device: "X", call: "clFinish", code: -5)
        device.failure = failure
        let response = service.response(to: .asking("GET", "/healthz"))
        #expect(response.status == 503)
        #expect(try sentence(response) == "\(failure)")
        #expect(service.response(to: .asking(body: SmallService.picture)).status == 503)
      }
    }
  }

  @Test func asManyAsAskAtOnceAreAnswered() throws {
    try SmallService.with { service, model throws in
      let expected = try model.classification(of: SmallService.image()).json()
      let answers = Monitor<[String]>([])
      for _ in 0..<200 {
        guard
          case .later(let begin) = service.answer(
            to: .asking(body: SmallService.picture), isAlone: false)
        else {
          Issue.record("expected an answer later")
          return
        }
        begin { response in answers.change { $0.append(response.text) } }
      }
      let found = answers.wait { $0.count == 200 ? $0 : nil }
      #expect(found.allSatisfy { $0 == expected })
    }
  }

  private func json(_ images: ImageSet, _ range: Range<Int>) -> String {
    let rows = range.map { index in
      let pixels = images.pixels[index * images.imageSize..<(index + 1) * images.imageSize]
      return "[\(pixels.map { "\($0)" }.joined(separator: ","))]"
    }
    return "{\"images\":[\(rows.joined(separator: ","))]}"
  }
}
