import Testing

@testable import MNISTCore

@Suite struct TerminalPictureTests {
  // MARK: Which colors

  @Test(
    arguments: [
      (["TERM": "xterm-256color"], true, .twoHundredFiftySix),
      (["TERM": "xterm"], true, .sixteen), (["TERM": "linux"], true, .sixteen),
      (["TERM": "xterm", "COLORTERM": "truecolor"], true, .twoHundredFiftySix),
      (["TERM": "xterm", "COLORTERM": "24bit"], true, .twoHundredFiftySix),
      (["TERM": "xterm", "COLORTERM": "yes"], true, .sixteen),
      (["TERM": "xterm-direct"], true, .twoHundredFiftySix),
      (["TERM": "xterm-256color"], false, .none), ([:], true, .none),
      (["TERM": ""], true, .none), (["TERM": "dumb"], true, .none),
      (["TERM": "dumb", "COLORTERM": "truecolor"], true, .none),
      (["TERM": "xterm-256color", "NO_COLOR": "1"], true, .none),
      (["TERM": "xterm-256color", "NO_COLOR": ""], true, .twoHundredFiftySix),
      (["TERM": "xterm-256color", "FORCE_COLOR": "1"], false, .twoHundredFiftySix),
      (["FORCE_COLOR": "1"], false, .sixteen), (["FORCE_COLOR": "0"], false, .none),
      (["FORCE_COLOR": "1", "NO_COLOR": "1"], false, .none),
    ] as [([String: String], Bool, TerminalColors)])
  func colorsFollowTheEnvironment(
    _ environment: [String: String], _ isTerminal: Bool, _ expected: TerminalColors
  ) {
    #expect(TerminalColors(environment: environment, isTerminal: isTerminal) == expected)
  }

  // MARK: Drawing

  @Test func plainTextIsTwoCharactersAPixel() {
    #expect(
      TerminalPicture.text([0, 28, 29, 128, 254, 255] as [UInt8], width: 3, colors: .none)
        == "    ..\n==%%@@")
  }

  @Test func aColorIsNamedWhereItChangesAndEndsWithTheLine() {
    #expect(
      TerminalPicture.text([0, 0, 255, 128] as [UInt8], width: 2, colors: .twoHundredFiftySix)
        == "\u{1B}[48;5;16m    \u{1B}[0m\n\u{1B}[48;5;231m  \u{1B}[48;5;244m  \u{1B}[0m")
    #expect(
      TerminalPicture.text(
        [0, 63, 64, 127, 128, 191, 192, 255] as [UInt8], width: 8, colors: .sixteen)
        == "\u{1B}[40m    \u{1B}[100m    \u{1B}[47m    \u{1B}[107m    \u{1B}[0m")
  }

  @Test func blackAndWhiteAreOnlyTheOutermostShades() {
    #expect(
      TerminalPicture.text([3, 4, 246, 247] as [UInt8], width: 4, colors: .twoHundredFiftySix)
        == "\u{1B}[48;5;16m  \u{1B}[48;5;232m  \u{1B}[48;5;255m  \u{1B}[48;5;231m  \u{1B}[0m")
  }

  @Test func rowsAreWhole() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = TerminalPicture.text([1, 2, 3] as [UInt8], width: 2, colors: .none)
    }
    expectSentence("rows of 2 pixels", result)
  }

  @Test func moreInkIsNeverDarkerAndEveryGrayOf256Occurs() {
    let line = TerminalPicture.text(Array(0...255), width: 256, colors: .twoHundredFiftySix)
    let codes = line.split(separator: "\u{1B}[48;5;").map { Int($0.prefix { $0 != "m" }) ?? -1 }
    #expect(codes == [16] + Array(232...255) + [231])
    // A gray is never further from its pixel than half a step and the gap at the bright end.
    for pixel in 0...255 {
      let one = TerminalPicture.text([UInt8(pixel)], width: 1, colors: .twoHundredFiftySix)
      let code = Int(one.dropFirst(7).prefix { $0 != "m" }) ?? -1
      let shade = code == 16 ? 0 : code == 231 ? 255 : 8 + 10 * (code - 232)
      #expect(abs(shade - pixel) <= 8, "\(pixel): \(shade)")
    }
  }
}
