import Testing

@testable import MNISTCore

@Suite struct PredictionRequestTests {
  private static let size = ImageSize(height: 2, width: 3)
  private static let blank = Array("P2 3 2 255\n7 7 7 7 7 7\n".utf8)

  private func read(_ request: HTTPRequest) throws -> PredictionRequest {
    try PredictionRequest(request, Self.size)
  }

  private func numbers(_ pixels: [UInt8]) -> [Float] { pixels.map { Float($0) / 255 } }

  private func part(_ fileName: String?, _ bytes: [UInt8]) -> HTTPPart {
    HTTPPart(name: "file", fileName: fileName, bytes: bytes)
  }

  @Test(arguments: [nil, "image/png", "text/plain", "application/x-www-form-urlencoded"])
  func aBodyIsAPictureWhateverItsType(_ type: String?) throws {
    let request = try read(.asking(type: type, body: SmallService.picture))
    #expect(request.isOnePicture && request.images.count == 1)
    #expect(request.images[0].file == nil && request.images[0].warning == nil)
    #expect(request.numbers == numbers(try SmallService.image().pixels))
  }

  @Test func aRawPictureIsTakenAsItIs() throws {
    let fitted = try read(.asking(query: ["raw=0"], body: SmallService.rawPicture))
    #expect(
      fitted.numbers == numbers(try SmallService.image(SmallService.rawPicture).pixels))
    let raw = try read(.asking(query: ["raw"], body: SmallService.rawPicture))
    #expect(raw.numbers == numbers(SmallService.rawPixels) && raw.isOnePicture)
    #expect(raw.numbers != fitted.numbers)
  }

  @Test func whatMakesAnAnswerDoubtfulIsSaid() throws {
    let dark = Array("P2 3 2 255\n255 255 255 255 255 0\n".utf8)
    func warning(_ picture: [UInt8], _ query: [String] = []) throws -> String? {
      try read(.asking(query: query, body: picture)).images[0].warning
    }
    #expect(try warning(Self.blank) == "blank: the prediction means nothing")
    #expect(try warning(Self.blank, ["raw"]) == "blank: the prediction means nothing")
    #expect(try warning(dark) == nil)
    #expect(
      try warning(dark, ["raw"]) == "dark on light, taken as it is: the model knows light on dark")
  }

  @Test func eachFileOfAFormIsAPictureInItsOrder() throws {
    let request = try read(
      .asking(
        query: ["raw"], type: "multipart/form-data; boundary=AaB03x",
        parts: [
          part("b.pgm", SmallService.rawPicture), part(nil, Array("text".utf8)),
          part("a b.pgm", Self.blank), part("b.pgm", SmallService.rawPicture),
        ]))
    #expect(!request.isOnePicture)
    #expect(request.images.map(\.file) == ["b.pgm", "a b.pgm", "b.pgm"])
    #expect(
      request.images.map(\.warning) == [nil, "blank: the prediction means nothing", nil])
    let pixels = SmallService.rawPixels
    #expect(request.numbers == numbers(pixels + [UInt8](repeating: 7, count: 6) + pixels))
  }

  /// A form of one file is a list of one.
  @Test func oneFileOfAFormIsNotOnePicture() throws {
    let request = try read(.asking(parts: [part("a", SmallService.picture)]))
    #expect(!request.isOnePicture && request.images.map(\.file) == ["a"])
  }

  @Test(arguments: ["application/json", "Application/JSON; charset=utf-8"])
  func ofJSONTheTypeTells(_ type: String) throws {
    let body = Array(#"{"images":[[0,128,255,0,0,0],[1,2,3,4,5,6]]}"#.utf8)
    let request = try read(.asking(query: ["raw"], type: type, body: body))
    #expect(!request.isOnePicture && request.images.count == 2)
    #expect(request.images.allSatisfy { $0.file == nil && $0.warning == nil })
    #expect(request.numbers == numbers(SmallService.rawPixels + [1, 2, 3, 4, 5, 6]))
  }

  // MARK: What is refused

  private func refusal(_ request: HTTPRequest) -> PredictionRequest.Refusal? {
    #expect(throws: PredictionRequest.Refusal.self) { try read(request) }
  }

  @Test(arguments: [
    ("", false, 400, "the picture: the file is empty (expected PNG, PGM or PPM)"),
    (
      "hello", false, 400,
      "the picture: not a picture that can be read (expected PNG, PGM or PPM, found text)"
    ),
    (
      "GIF89a", false, 400,
      "the picture: not a picture that can be read (expected PNG, PGM or PPM, found GIF; "
        + "mogrify -format png converts it)"
    ),
    (
      "P5 0 2 255\n", false, 400,
      "the picture: no pixels (expected a height and width of at least 1, found 2×0)"
    ),
    (
      "P5 4096 4097 255\n12", false, 413,
      "the picture: too many pixels (expected at most 16777216, found 4097×4096)"
    ),
    (
      "P2 2 3 255\n1 2 3 4 5 6\n", true, 400,
      "the picture: wrong size for a picture taken as it is (expected 2×3, found 3×2)"
    ),
  ])
  func whatIsNoPictureIsRefused(
    _ text: String, _ isRaw: Bool, _ status: Int, _ sentence: String
  ) {
    let body = Array(text.utf8)
    #expect(
      refusal(.asking(query: isRaw ? ["raw"] : [], body: body))
        == .init(status: status, sentence: sentence))
    // In a form it is called by its name, and a name that is none by what it is.
    let named = sentence.replacing("the picture:", with: "a b.png:")
    for (name, words) in [("a b.png", named), ("", sentence)] {
      #expect(
        refusal(
          .asking(
            query: isRaw ? ["raw"] : [],
            parts: [
              part("x", isRaw ? SmallService.rawPicture : SmallService.picture), part(name, body),
            ]))
          == .init(status: status, sentence: words))
    }
  }

  @Test func aFormWithoutFilesIsRefused() {
    let sentence = "the form has no file (expected one or more pictures, found none)"
    for parts in [[], [part(nil, SmallService.picture)]] {
      #expect(refusal(.asking(parts: parts)) == .init(status: 400, sentence: sentence))
    }
  }

  @Test func jsonThatIsNotRightIsRefusedWithItsPlace() {
    #expect(
      refusal(.asking(json: #"{"images":[[1,2,3]]}"#))
        == .init(
          status: 400,
          sentence: "the body: wrong value at byte 11 (expected 6 numbers, found 3)"))
    #expect(
      refusal(.asking(json: ""))
        == .init(
          status: 400,
          sentence: "the body: not JSON at byte 0 (expected a value, found the end)"))
  }

  @Test func soManyImagesAreTakenAtOnce() throws {
    func json(_ count: Int) -> HTTPRequest {
      let row = "[0,0,0,0,0,0]"
      return .asking(
        json: "{\"images\":[\([String](repeating: row, count: count).joined(separator: ","))]}")
    }
    func form(_ count: Int) -> HTTPRequest {
      .asking(parts: [HTTPPart](repeating: part("a", []), count: count))
    }
    #expect(try read(json(1_024)).images.count == 1_024)
    let error = PredictionRequest.Refusal(
      status: 413, sentence: "too many images (expected at most 1024, found 1025)")
    #expect(refusal(json(1_025)) == error)
    #expect(refusal(form(1_025)) == error)
    #expect(refusal(form(1_024))?.status == 400)
  }

  @Test func jsonHasALimit() {
    var body = [UInt8](repeating: UInt8(ascii: "x"), count: 8_388_608)
    #expect(
      refusal(.asking(type: "application/json", body: body))
        == .init(
          status: 400, sentence: "the body: not JSON at byte 0 (expected a value, found \"x\")"))
    body.append(UInt8(ascii: "x"))
    #expect(
      refusal(.asking(type: "application/json", body: body))
        == .init(
          status: 413, sentence: "the JSON text is too large (expected at most 8388608 bytes)"))
  }
}
