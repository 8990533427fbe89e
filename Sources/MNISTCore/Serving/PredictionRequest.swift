/// The images that a request is about.
struct PredictionRequest {
  struct Image {
    /// The file's name in a form.
    var file: String?
    /// Why its answer may mean nothing.
    var warning: String?
  }

  /// Why it cannot be answered.
  struct Refusal: Error, Equatable {
    var status = 400
    let sentence: String
  }

  /// Each takes room and time, however few bytes it has.
  static let imageLimit = 1_024

  private(set) var images: [Image] = []
  /// The images' pixels from 0 to 1, one after the other.
  private(set) var numbers: [Float] = []
  /// Whether it is one picture, answered by one object in place of a list.
  let isOnePicture: Bool

  init(_ request: HTTPRequest, _ size: ImageSize) throws(Refusal) {
    isOnePicture = request.parts == nil && request.contentType != "application/json"
    let isRaw = request.asks("raw")
    if let parts = request.parts {
      let files = parts.filter { $0.fileName != nil }
      guard !files.isEmpty else {
        throw Refusal(sentence: "the form has no file (expected one or more pictures, found none)")
      }
      try Self.check(imageCount: files.count)
      for file in files { try add(file.bytes, file.fileName, size, isRaw: isRaw) }
    } else if isOnePicture {
      try add(request.body, nil, size, isRaw: isRaw)
    } else {
      guard request.body.count <= ImagesJSON.byteLimit else {
        throw Refusal(
          status: 413,
          sentence: "the JSON text is too large (expected at most \(ImagesJSON.byteLimit) bytes)")
      }
      do throws(JSONError) {
        numbers = try ImagesJSON.numbers(in: request.body, imageSize: size.height * size.width)
      } catch {
        throw Refusal(sentence: "the body: \(error)")
      }
      images = [Image](repeating: Image(), count: numbers.count / (size.height * size.width))
      try Self.check(imageCount: images.count)
    }
  }

  private static func check(imageCount: Int) throws(Refusal) {
    guard imageCount > imageLimit else { return }
    throw Refusal(
      status: 413,
      sentence: "too many images (expected at most \(imageLimit), found \(imageCount))")
  }

  private mutating func add(
    _ bytes: [UInt8], _ file: String?, _ size: ImageSize, isRaw: Bool
  ) throws(Refusal) {
    // A browser sends an empty name where no file was chosen.
    let name = file.flatMap { $0.isEmpty ? nil : $0 } ?? "the picture"
    do {
      let picture = try PictureFile.decode(bytes, path: name)
      let image =
        isRaw
        ? try ModelImage(raw: picture, height: size.height, width: size.width, path: name)
        : ModelImage(fitting: picture, height: size.height, width: size.width)
      images.append(Image(file: file, warning: image.doubt(isRaw: isRaw)))
      numbers += image.numbers
    } catch {
      guard case PictureError.tooManyPixels = error else { throw Refusal(sentence: "\(error)") }
      throw Refusal(status: 413, sentence: "\(error)")
    }
  }
}
