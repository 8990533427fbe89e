import Testing

@testable import MNISTCore

@Suite struct JSONTests {
  @Test func everyKindOfValueIsRead() throws {
    let value = try parse(
      " {\"a\" : [1, -2.5e+3,true,false,null,\"x\"],\n\t\"b\":{}, \"c\":[] }\r\n ")
    #expect(
      value
        == JSONValue(
          offset: 1,
          content: .object([
            JSONValue.Member(
              name: "a",
              value: JSONValue(
                offset: 8,
                content: .array([
                  JSONValue(offset: 9, content: .number("1")),
                  JSONValue(offset: 12, content: .number("-2.5e+3")),
                  JSONValue(offset: 20, content: .boolean(true)),
                  JSONValue(offset: 25, content: .boolean(false)),
                  JSONValue(offset: 31, content: .null),
                  JSONValue(offset: 36, content: .string("x")),
                ]))),
            JSONValue.Member(name: "b", value: JSONValue(offset: 47, content: .object([]))),
            JSONValue.Member(name: "c", value: JSONValue(offset: 55, content: .array([]))),
          ])))
  }

  @Test(arguments: [
    (#""""#, ""),
    (#""plain ä 漢 🂡""#, "plain ä 漢 🂡"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e4\u6F22""#, "Aä漢"),
    (#""x\uD83C\uDCA1y""#, "x🂡y"),
    (#""\uD83C\uDC00\uDBFF\uDFFF""#, "\u{1F000}\u{10FFFF}"),
    (#""\u0000""#, "\0"),
  ])
  func textIsRead(_ json: String, _ expected: String) throws {
    #expect(try parse(json).string() == expected)
  }

  @Test(arguments: [
    ("", JSONError.unexpected(offset: 0, expected: "a value", found: "the end")),
    ("nul", .unexpected(offset: 0, expected: "a value", found: "\"n\"")),
    ("NaN", .unexpected(offset: 0, expected: "a value", found: "\"N\"")),
    ("'a'", .unexpected(offset: 0, expected: "a value", found: "\"'\"")),
    ("~", .unexpected(offset: 0, expected: "a value", found: "\"~\"")),
    ("\u{7F}", .unexpected(offset: 0, expected: "a value", found: "byte 0x7F")),
    ("\u{10}", .unexpected(offset: 0, expected: "a value", found: "byte 0x10")),
    ("\u{F}", .unexpected(offset: 0, expected: "a value", found: "byte 0x0F")),
    ("\u{1F}", .unexpected(offset: 0, expected: "a value", found: "byte 0x1F")),
    ("\u{FEFF}{}", .byteOrderMark(offset: 0)),
    ("[1,]", .unexpected(offset: 3, expected: "a value", found: "\"]\"")),
    ("[1 2]", .unexpected(offset: 3, expected: "\",\" or \"]\"", found: "\"2\"")),
    ("[1", .unexpected(offset: 2, expected: "\",\" or \"]\"", found: "the end")),
    (#"{"a":1,}"#, .unexpected(offset: 7, expected: "a name in quotes", found: "\"}\"")),
    (#"{"a":1;"#, .unexpected(offset: 6, expected: "\",\" or \"}\"", found: "\";\"")),
    (#"{"a"1}"#, .unexpected(offset: 4, expected: "\":\"", found: "\"1\"")),
    ("{a:1}", .unexpected(offset: 1, expected: "a name in quotes", found: "\"a\"")),
    ("{}x", .unexpected(offset: 2, expected: "nothing more", found: "\"x\"")),
    ("{} \0", .unexpected(offset: 3, expected: "nothing more", found: "byte 0x00")),
    ("[ä]", .unexpected(offset: 1, expected: "a value", found: "byte 0xC3")),
    ("01", .unexpected(offset: 1, expected: "nothing more", found: "\"1\"")),
    ("-", .unexpected(offset: 1, expected: "a digit", found: "the end")),
    ("- 1", .unexpected(offset: 1, expected: "a digit", found: "\" \"")),
    ("1.", .unexpected(offset: 2, expected: "a digit", found: "the end")),
    ("1e+", .unexpected(offset: 3, expected: "a digit", found: "the end")),
    (".5", .unexpected(offset: 0, expected: "a value", found: "\".\"")),
    ("+1", .unexpected(offset: 0, expected: "a value", found: "\"+\"")),
    (#""ab"#, .unexpected(offset: 3, expected: "a closing quote", found: "the end")),
    ("\"a\u{1}\"", .controlCharacter(offset: 2, code: 1)),
    ("\"\u{1F}\"", .controlCharacter(offset: 1, code: 0x1F)),
    (#""a\x""#, .badEscape(offset: 2)),
    (#""a\u12G4""#, .badEscape(offset: 2)),
    (#""a\u12"#, .badEscape(offset: 2)),
    (#""a\"#, .badEscape(offset: 2)),
    (#""\uD83Cx""#, .loneSurrogate(offset: 1)),
    (#""\uD83C\n""#, .loneSurrogate(offset: 1)),
    (#""\uD83C\u0041""#, .loneSurrogate(offset: 1)),
    (#""\uD83C\uD83C""#, .loneSurrogate(offset: 1)),
    (#""\uD83C\uDBFF""#, .loneSurrogate(offset: 1)),
    (#""\uD83C\uE000""#, .loneSurrogate(offset: 1)),
    // What follows a second half is not looked at.
    (#""\uDC00\u1""#, .loneSurrogate(offset: 1)),
    (#""ab\uDCA1""#, .loneSurrogate(offset: 3)),
    (#"{"w":1,"w":2}"#, .duplicateName(offset: 7, name: "w")),
    (#"{"w":1,"\u0077":2}"#, .duplicateName(offset: 7, name: "w")),
    (#"[{"a":{"b":1, "b":1}}]"#, .duplicateName(offset: 14, name: "b")),
  ])
  func whatIsNotJSONIsRefused(_ json: String, _ expected: JSONError) {
    #expect(throws: expected) { try parse(json) }
  }

  /// What is wrong stands at byte 2.
  @Test(
    arguments: [
      [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xFF],
    ] as [[UInt8]])
  func textThatIsNotUTF8IsRefused(_ bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let json = [quote, UInt8(ascii: "a")] + bytes + [quote]
    #expect(throws: JSONError.notUTF8(offset: 2)) { try JSONReader.value(in: json[...]) }
  }

  @Test func offsetsCountFromTheStartOfTheFile() {
    let file = Array("12345678{\"a\":x}rest".utf8)
    #expect(throws: JSONError.unexpected(offset: 13, expected: "a value", found: "\"x\"")) {
      try JSONReader.value(in: file[8..<15])
    }
  }

  @Test func theSixteenthLevelIsTheLast() throws {
    let deepest = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
    #expect(try parse(deepest).array().count == 1)
    #expect(throws: JSONError.tooDeep(offset: 16, limit: 16)) { try parse("[\(deepest) ]") }
    #expect(throws: JSONError.tooDeep(offset: 80, limit: 16)) {
      try parse(String(repeating: "{\"a\":", count: 100_000))
    }
  }

  @Test(arguments: ["0", "7", "9223372036854775807"])
  func plainIntegersAreRead(_ json: String) throws {
    #expect(try parse(json).integer() == Int(json))
  }

  @Test(arguments: [
    "1e3", "-1", "-0", "1.0", "9223372036854775808", "18446744073709551616",
    "1234567890123456789012345678901234567890",
  ])
  func otherNumbersAreNoIntegers(_ json: String) {
    #expect(throws: JSONError.notAnInteger(offset: 0, found: json)) { try parse(json).integer() }
  }

  @Test func aNumberOfAMillionDigitsIsCutShortInTheSentence() {
    let digits = "1" + String(repeating: "0", count: 1_000_000)
    let expected = JSONError.notAnInteger(
      offset: 0, found: "1" + String(repeating: "0", count: 39) + "…")
    #expect(throws: expected) { try parse(digits).integer() }
  }

  @Test func aWrongKindIsNamed() throws {
    #expect(throws: JSONError.wrongKind(offset: 1, expected: "an array", found: "a number")) {
      try parse(" 1").array()
    }
    #expect(throws: JSONError.wrongKind(offset: 0, expected: "an object", found: "an array")) {
      try parse("[]").object()
    }
    #expect(throws: JSONError.wrongKind(offset: 0, expected: "a string", found: "null")) {
      try parse("null").string()
    }
    #expect(throws: JSONError.wrongKind(offset: 0, expected: "a number", found: "a string")) {
      try parse("\"1\"").integer()
    }
    #expect(try parse("true").kind == "a truth value")
    #expect(try parse("{}").kind == "an object")
  }

  @Test(arguments: [
    ("plain/ä", #""plain/ä""#),
    ("\"\\\n\r\t", #""\"\\\n\r\t""#),
    ("\0\u{1}\u{1F}", #""\u0000\u0001\u001f""#),
    ("\u{80}\u{9F}", #""\u0080\u009f""#),
    ("\u{1B}[2J\u{7F}\u{9B}\u{A0}", "\"\\u001b[2J\\u007f\\u009b\u{A0}\""),
  ])
  func quotedTextIsEscaped(_ text: String, _ expected: String) throws {
    #expect(JSONText.quoted(text) == expected)
    #expect(try parse(expected).string() == text)
  }

  @Test func longTextIsCutShortInASentence() {
    #expect(JSONText.excerpt("short") == "\"short\"")
    let long = String(repeating: "x", count: 101)
    #expect(JSONText.excerpt(long) == "\"\(String(long.dropLast()))…\"")
  }

  @Test(arguments: [
    (
      JSONError.unexpected(offset: 3, expected: "a value", found: "the end"),
      "not JSON at byte 3 (expected a value, found the end)"
    ),
    (.byteOrderMark(offset: 0), "not JSON at byte 0 (expected a value, found a byte order mark)"),
    (.notUTF8(offset: 3), "text is not UTF-8 at byte 3"),
    (.controlCharacter(offset: 3, code: 10), "unescaped control character 0x0A at byte 3"),
    (.badEscape(offset: 3), "unknown or unfinished escape at byte 3"),
    (.loneSurrogate(offset: 3), "half of a surrogate pair at byte 3"),
    (.duplicateName(offset: 3, name: "w\n"), #"duplicate name "w\n" at byte 3"#),
    (.tooDeep(offset: 3, limit: 16), "nested deeper than 16 levels at byte 3"),
    (
      .tooManyMarks(offset: 3, limit: 30),
      "more than 30 combining marks in a row in the text at byte 3"
    ),
    (
      .notAnInteger(offset: 3, found: "1e3"),
      "wrong number at byte 3 (expected a plain integer from 0 to 9223372036854775807, found 1e3)"
    ),
    (
      .wrongKind(offset: 3, expected: "an object", found: "null"),
      "wrong value at byte 3 (expected an object, found null)"
    ),
  ])
  func everyRefusalIsOneSentence(_ error: JSONError, _ expected: String) {
    #expect(error.description == expected)
  }

  /// Marks in the wrong order are what Swift takes quadratic time to compare.
  @Test func thirtyCombiningMarksAreTheMost() throws {
    let marks = String(repeating: "\\u0301\u{316}", count: 15)
    let word = try parse("\"a\(marks)b\(marks)漢\"").string()
    #expect(word.unicodeScalars.count == 63)
    #expect(throws: JSONError.tooManyMarks(offset: 1, limit: 30)) {
      try parse("[\"a\(marks)\\u0301\"]")
    }
    // A row may begin the text. U+0300 is the first mark, and a letter is none.
    let row = String(repeating: "\u{300}", count: 30)
    #expect(try parse("\"\(row)\"").string().unicodeScalars.count == 30)
    #expect(throws: JSONError.tooManyMarks(offset: 0, limit: 30)) {
      try parse("\"\(row)\u{300}\"")
    }
    let letters = String(repeating: "漢", count: 31)
    #expect(try parse("\"\(letters)\"").string() == letters)
  }

  @Test func aMegabyteTakesNoTime() throws {
    let names = (0..<60_000).map { "\"name\($0)\":0" }.joined(separator: ",")
    let marks = String(repeating: "\u{301}\u{316}", count: 125_000)
    let words = String(repeating: "a" + String(repeating: "\u{301}\u{316}", count: 15), count: 8000)
    let objects = String(repeating: "{},", count: 330_000)
    let start = ContinuousClock.now
    #expect(try parse("{\(names)}").object().count == 60_000)
    #expect(try parse("{\"\(words)\":0,\"\(words)b\":0}").object().count == 2)
    #expect(throws: JSONError.tooManyMarks(offset: 1, limit: 30)) {
      try parse("{\"\(marks)\":0,\"\(marks)b\":0}")
    }
    #expect(try parse("[\(objects)0]").array().count == 330_001)
    // Where time grows with the square it is minutes; some seconds under a sanitizer.
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}

@discardableResult private func parse(_ json: String) throws -> JSONValue {
  try JSONReader.value(in: Array(json.utf8)[...])
}
