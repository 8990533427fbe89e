@testable import MNISTCore

/// A service with a tiny model of images of two rows of three pixels and of three classes.
enum SmallService {
  /// - Parameter seed: of the training: another one gives other weights.
  static func model(classNames: [String]? = nil, seed: UInt64 = 3) throws -> SavedModel {
    var checkpoint = try SmallSets.checkpoint(seed: seed)
    checkpoint.settings.classNames = classNames
    return SavedModel(checkpoint)
  }

  /// Gives `body` a service, and the model it has as one that can be asked itself.
  static func with(
    _ model: SavedModel? = nil, path: String = "folder/m", address: String = "127.0.0.1:8000",
    names: [String] = [], log: (@Sendable (String) -> Void)? = nil,
    _ body: (PredictionService, ImageClassifier) throws -> Void
  ) throws {
    let model = try model ?? Self.model()
    let service = try PredictionService(
      ModelFile(model, path: path), address: ServiceAddress(address)!, names: names, threadCount: 1,
      log: log)
    defer { service.close() }
    try body(service, model.makeModel())
  }

  /// Dark ink on light paper, larger than the model's images.
  static let picture = Array(
    "P2 5 3 255\n255 255 0 255 255\n255 255 0 255 255\n255 255 0 255 255\n".utf8)
  /// Light ink on dark paper, in their size.
  static let rawPicture = Array("P2 3 2 255\n0 128 255\n0 0 0\n".utf8)
  static let rawPixels: [UInt8] = [0, 128, 255, 0, 0, 0]

  /// The picture as the model sees it.
  static func image(
    _ picture: [UInt8] = picture, isRaw: Bool = false
  ) throws -> ModelImage {
    let picture = try PictureFile.decode(picture, path: "p")
    return isRaw
      ? try ModelImage(raw: picture, height: 2, width: 3, path: "p")
      : ModelImage(fitting: picture, height: 2, width: 3)
  }
}

extension ModelFile {
  /// A model that no file has.
  init(_ model: SavedModel, path: String) {
    self.init(path: path, model: model, container: .safeTensors, byteCount: 1_234, crc32: 0xabc)
  }
}

extension ServedModel {
  convenience init(_ model: SavedModel, path: String) throws {
    try self.init(ModelFile(model, path: path))
  }

  var json: String { current.json }
}

extension HTTPRequest {
  /// One for a prediction, where nothing else is said; each word of the query has the value 1 or its own.
  static func asking(
    _ method: String = "POST", _ path: String = "/v1/predict", query: [String] = [],
    type: String? = nil, headers: [(name: String, value: String)] = [("host", "localhost:8000")],
    body: [UInt8] = [], parts: [HTTPPart]? = nil
  ) -> HTTPRequest {
    var (all, values) = (headers, [(name: String, value: String)]())
    if let type { all.append(("content-type", type)) }
    for word in query {
      let parts = word.split(separator: "=").map(String.init)
      values.append((parts[0], parts.count > 1 ? parts[1] : "1"))
    }
    return HTTPRequest(
      method: method, path: path, query: values, headers: all, body: body, parts: parts)
  }

  static func asking(json: String, query: [String] = []) -> HTTPRequest {
    asking(query: query, type: "application/json", body: Array(json.utf8))
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

extension PredictionService {
  /// Waits for the answer.
  func response(to request: HTTPRequest) -> HTTPResponse {
    switch answer(to: request, isAlone: false) {
    case .now(let response): return response
    case .later(let begin):
      let answer = Monitor<HTTPResponse?>(nil)
      begin { response in answer.change { $0 = response } }
      return answer.wait { $0 }
    }
  }
}
