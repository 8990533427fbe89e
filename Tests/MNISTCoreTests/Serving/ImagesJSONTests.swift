import Testing

@testable import MNISTCore

@Suite struct ImagesJSONTests {
  private func numbers(_ text: String, imageSize: Int = 3) throws -> [Float] {
    try ImagesJSON.numbers(in: Array(text.utf8), imageSize: imageSize)
  }

  private func plain(_ text: String, imageSize: Int = 3) -> [Float]? {
    ImagesJSON.plainNumbers(in: Array(text.utf8), imageSize: imageSize)
  }

  @Test func imagesAreReadRowByRowAndDividedBy255() throws {
    let expected = [0, 1, 255, 128, 0, 7].map { Float($0) / 255 }
    #expect(try numbers(#"{"images":[[0,1,255],[128,0,7]]}"#) == expected)
    #expect(plain(#"{"images":[[0,1,255],[128,0,7]]}"#) == expected)
    #expect(expected[2] == 1)
  }

  /// The same bits whichever way they are read.
  @Test func everyShadeIsReadAlikeOnBothPaths() throws {
    let shades = (0...255).map { "\($0)" }.joined(separator: ",")
    let text = #"{"images":[[\#(shades)]]}"#
    let expected = (0...255).map { Float($0) / 255 }
    #expect(plain(text, imageSize: 256) == expected)
    let general = text.replacing(",255]", with: ",255.0]")
    #expect(plain(general, imageSize: 256) == nil)
    #expect(try numbers(general, imageSize: 256) == expected)
  }

  @Test(arguments: [
    "{\"images\":[[1,2,3]]}", " {\n\t\"images\" :\r [ [ 1 , 2 , 3 ] ] } \n",
    "\n{\"images\":[[1,\n2,\n3]]}",
  ])
  func whiteSpaceMayStandBetweenWords(_ text: String) throws {
    let expected = [1, 2, 3].map { Float($0) / 255 }
    #expect(plain(text) == expected)
    #expect(try numbers(text) == expected)
  }

  @Test(
    arguments: [
      ("0.5,1e2,2.55E+2", [0.5, 100, 255]), ("-0,0.0,0e5", [-0, 0, 0]), ("1,2,3.0", [1, 2, 3]),
      ("254.99999999,1e-400,0.1", [Float(254.99999999), 0, Float(0.1)]),
    ] as [(String, [Float])])
  func fractionsAndExponentsAreNumbersToo(_ row: String, _ expected: [Float]) throws {
    let text = #"{"images":[[\#(row)]]}"#
    #expect(plain(text) == nil)
    #expect(try numbers(text) == expected.map { $0 / 255 })
  }

  @Test func aNameMayBeWrittenWithEscapes() throws {
    let text = #"{"\u0069mages":[[1,2,3]]}"#
    #expect(plain(text) == nil)
    #expect(try numbers(text) == [1, 2, 3].map { Float($0) / 255 })
  }

  /// None of these is taken on the short way either.
  @Test(arguments: [
    ("", "not JSON at byte 0 (expected a value, found the end)"),
    ("[]", "wrong value at byte 0 (expected an object, found an array)"),
    ("null", "wrong value at byte 0 (expected an object, found null)"),
    (
      "{}",
      "wrong value at byte 0 (expected an object with \"images\" alone, found 0 names)"
    ),
    (
      #"{"image":[[1,2,3]]}"#,
      "wrong value at byte 0 (expected an object with \"images\" alone, found \"image\")"
    ),
    (
      #"{"images ":[[1,2,3]]}"#,
      "wrong value at byte 0 (expected an object with \"images\" alone, found \"images \")"
    ),
    (
      #"{"images2":[[1,2,3]]}"#,
      "wrong value at byte 0 (expected an object with \"images\" alone, found \"images2\")"
    ),
    (
      #"{"images":[[1,2,3]],"raw":1}"#,
      "wrong value at byte 0 (expected an object with \"images\" alone, found 2 names)"
    ),
    (#"{"images":[[1,2,3]],"images":[]}"#, "duplicate name \"images\" at byte 20"),
    (#"{"images":7}"#, "wrong value at byte 10 (expected an array, found a number)"),
    (#"{"images":[]}"#, "wrong value at byte 10 (expected one image or more, found none)"),
    (#"{"images":[1,2,3]}"#, "wrong value at byte 11 (expected an array, found a number)"),
    (#"{"images":[null]}"#, "wrong value at byte 11 (expected an array, found null)"),
    (#"{"images":[[]]}"#, "wrong value at byte 11 (expected 3 numbers, found 0)"),
    (#"{"images":[[1,2]]}"#, "wrong value at byte 11 (expected 3 numbers, found 2)"),
    (#"{"images":[[1,2,3,4]]}"#, "wrong value at byte 11 (expected 3 numbers, found 4)"),
    (#"{"images":[[1,2,3],[4]]}"#, "wrong value at byte 19 (expected 3 numbers, found 1)"),
    // As many numbers in all as two images have.
    (#"{"images":[[1,2],[3,4,5,6]]}"#, "wrong value at byte 11 (expected 3 numbers, found 2)"),
    (#"{"images":[[[1,2,3]]]}"#, "wrong value at byte 11 (expected 3 numbers, found 1)"),
    (#"{"images":[[1,"2",3]]}"#, "wrong value at byte 14 (expected a number, found a string)"),
    (#"{"images":[[1,[2],3]]}"#, "wrong value at byte 14 (expected a number, found an array)"),
    (
      #"{"images":[[1,true,3]]}"#, "wrong value at byte 14 (expected a number, found a truth value)"
    ),
    (
      #"{"images":[[256,2,3]]}"#,
      "wrong value at byte 12 (expected a number from 0 to 255, found \"256\")"
    ),
    (
      #"{"images":[[1000,2,3]]}"#,
      "wrong value at byte 12 (expected a number from 0 to 255, found \"1000\")"
    ),
    (
      #"{"images":[[1,-1,3]]}"#,
      "wrong value at byte 14 (expected a number from 0 to 255, found \"-1\")"
    ),
    (
      #"{"images":[[1,2,255.5]]}"#,
      "wrong value at byte 16 (expected a number from 0 to 255, found \"255.5\")"
    ),
    (
      #"{"images":[[1e999,2,3]]}"#,
      "wrong value at byte 12 (expected a number from 0 to 255, found \"1e999\")"
    ),
    (#"{"images":[[01,2,3]]}"#, "not JSON at byte 13 (expected \",\" or \"]\", found \"1\")"),
    (#"{"images":[[00,2,3]]}"#, "not JSON at byte 13 (expected \",\" or \"]\", found \"0\")"),
    (#"{"images":[[1,2,]]}"#, "not JSON at byte 16 (expected a value, found \"]\")"),
    (#"{"images":[[1,2,3,]]}"#, "not JSON at byte 18 (expected a value, found \"]\")"),
    (#"{"images":[[1,2,3],]}"#, "not JSON at byte 19 (expected a value, found \"]\")"),
    (#"{"images":[[1,2,3]}"#, "not JSON at byte 18 (expected \",\" or \"]\", found \"}\")"),
    (#"{"images":[[1,2,3]]"#, "not JSON at byte 19 (expected \",\" or \"}\", found the end)"),
    (#"{"images":[[1,2,3"#, "not JSON at byte 17 (expected \",\" or \"]\", found the end)"),
    (#"{"images":[["#, "not JSON at byte 12 (expected a value, found the end)"),
    (#"{"images"#, "not JSON at byte 8 (expected a closing quote, found the end)"),
    (#"{"images":[[1,2,3]]}x"#, "not JSON at byte 20 (expected nothing more, found \"x\")"),
    (#"{'images':[[1,2,3]]}"#, "not JSON at byte 1 (expected a name in quotes, found \"'\")"),
    ("{\"images\n\":[[1,2,3]]}", "unescaped control character 0x0A at byte 8"),
    (#"{"images":[[1,2,3}]"#, "not JSON at byte 17 (expected \",\" or \"]\", found \"}\")"),
    // A space of another script, and a separator of records.
    ("{\"images\":[[1,\u{A0}2,3]]}", "not JSON at byte 14 (expected a value, found byte 0xC2)"),
    ("{\"images\":[[1,\u{B}2,3]]}", "not JSON at byte 14 (expected a value, found byte 0x0B)"),
  ])
  func whatAreNoImagesGetsItsSentence(_ text: String, _ sentence: String) {
    #expect(plain(text) == nil)
    let error = #expect(throws: JSONError.self) { try numbers(text) }
    #expect(error?.description == sentence)
  }

  @Test func aLongNumberIsCutShortInTheSentence() {
    let digits = String(repeating: "9", count: 101)
    let error = #expect(throws: JSONError.self) { try numbers(#"{"images":[[\#(digits),2,3]]}"#) }
    #expect(
      error
        == .wrongKind(
          offset: 12, expected: "a number from 0 to 255",
          found: "\"\(digits.dropLast())…\""))
  }

  /// Changes of one byte, from a fixed seed: what the short way takes, the other takes alike.
  @Test func whereTheShortWayAnswersItAnswersAsTheOther() throws {
    var random = SeededGenerator(seed: 18)
    let text = Array(#"{"images":[[0,1,25],[128,9,255]]}"#.utf8)
    let alphabet = Array("0123456789,[]{}\":. \n-eimages".utf8)
    var takenCount = 0
    for _ in 0..<1_000 {
      var changed = text
      let place = Int.random(in: 0..<text.count, using: &random)
      changed[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      guard let found = ImagesJSON.plainNumbers(in: changed, imageSize: 3) else { continue }
      takenCount += 1
      let words = String(decoding: changed, as: UTF8.self)
      // An escape sends it the other way.
      let other = words.replacing("\"images", with: "\"\\u0069mages")
      #expect(plain(other) == nil)
      #expect(try numbers(other) == found, "\(words)")
    }
    #expect(takenCount > 50)
  }
}
