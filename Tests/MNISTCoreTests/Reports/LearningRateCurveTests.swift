import Foundation
import Testing

@testable import MNISTCore

@Suite struct LearningRateCurveTests {
  private func test(_ losses: [Double]) -> LearningRateRangeTest {
    var test = LearningRateRangeTest()
    for loss in losses where !test.isOver { test.add(loss: loss) }
    return test
  }

  /// Sixty batches with a loss of 2, then it halves, and in the end it is large.
  private var falling: LearningRateRangeTest {
    test([Double](repeating: 2, count: 60) + [Double](repeating: 1, count: 30) + [1e4])
  }

  private func lines(_ test: LearningRateRangeTest) -> [String] {
    LearningRateCurve.svg(test).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    ("a.svg", LearningRateCurve.Form.svg), ("b/A.SVG", .svg), ("x.svg.csv", .csv), (".Csv", .csv),
    ("a.svgz", nil), ("svg", nil), ("a.svg/", nil), ("", nil),
  ])
  func theEndingTellsTheForm(_ path: String, _ form: LearningRateCurve.Form?) {
    #expect(LearningRateCurve.Form(path: path) == form)
    #expect(LearningRateCurveFile.takes(path) == (form != nil))
  }

  @Test func aTableHasARowForEachBatchWhoseNumbersComeBackExactly() {
    let test = test([2.5, 0.1, .nan])
    let rows = LearningRateCurve.csv(test).split(separator: "\n").map(String.init)
    #expect(rows[0] == "batch,learning_rate,loss,smoothed_loss")
    #expect(rows.count == 4)
    for (index, point) in test.points.enumerated() {
      let cells = rows[index + 1].split(separator: ",").map(String.init)
      #expect(cells[0] == "\(index + 1)")
      let numbers = cells.dropFirst().map { Double($0) }
      let expected = [point.learningRate, point.loss, point.smoothedLoss]
      #expect(zip(numbers, expected).allSatisfy { $0 == $1 || $0?.isNaN == true && $1.isNaN })
      #expect(numbers.count == 3)
    }
    #expect(rows[1].hasPrefix("1,1e-08,2.5,1.26"))
    #expect(rows[3].hasSuffix(",nan,nan"))
  }

  @Test func theSuggestionIsMarkedAndTold() throws {
    let test = falling
    let suggestion = try test.suggestion()
    let rate = NumberText.scientific(suggestion.learningRate)
    let svg = LearningRateCurve.svg(test)
    #expect(svg.contains(">suggestion: \(rate), steepest descent</text>"))
    #expect(
      svg.contains(
        "<desc id=\"rates-text\">91 batches, until the loss grew too large. The smoothed loss falls "
          + "fastest at the learning rate \(rate), where it is "
          + "\(NumberText.fixed(suggestion.smoothedLoss)).</desc>"))
    #expect(svg.contains("prefers-color-scheme:dark"))
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.components(separatedBy: "<circle").count == 2)
  }

  @Test func ratesStandAtTheirLogarithms() {
    let lines = lines(falling)
    let labels = [
      (64.0, "1e-8"), (143, "1e-7"), (222, "1e-6"), (301, "1e-5"), (380, "1e-4"), (459, "1e-3"),
      (538, "1e-2"), (617, "1e-1"), (696, "1"),
    ]
    for (x, label) in labels {
      let text = "<text class=\"middle\" x=\"\(x)\" y=\"340\">\(label)</text>"
      #expect(lines.contains(text), "\(label)")
    }
    #expect(
      lines.contains(#"<text class="middle" x="380" y="358">learning rate</text>"#))
  }

  /// Half the loss at first, as the mean is divided; the axis is from 1 to 2.
  @Test func bothLinesBeginAtTheLowestRate() {
    let lines = lines(test([Double](repeating: 2, count: 20)))
    let paths = lines.filter { $0.hasPrefix("<path class=\"line") && $0.contains("clip-path") }
    #expect(paths.count == 2)
    #expect(
      paths.first?.hasPrefix(
        #"<path class="line train" clip-path="url(#rates-panel)" d="M64.0 64.0L76.6 64.0L"#) == true
    )
    #expect(
      paths.last?.hasPrefix(#"<path class="line valid" clip-path="url(#rates-panel)" d="M64.0 "#)
        == true)
    for path in paths { #expect(path.filter { $0 == "L" }.count == 19) }
  }

  /// What ended the test would press everything else to the ground.
  @Test func whatIsTooLargeIsCutOff() throws {
    let lines = lines(falling)
    let ticks = lines.filter { $0.hasPrefix("<path class=\"grid\"") }
    let labels = ticks.compactMap { $0.split(separator: ">").last?.prefix { $0 != "<" } }
    let highest = try #require(labels.last.flatMap { Double($0) })
    #expect(highest < 4, "\(labels)")
    #expect(!lines.contains { $0.contains("nan") || $0.contains("inf") })
  }

  @Test(
    arguments: [
      [], [1], [.nan], [.infinity], [0, 0, 0], [1, 1e30], [1, .infinity], [1e-30, 1e-30],
    ] as [[Double]])
  func anyTestIsDrawn(_ losses: [Double]) {
    let svg = LearningRateCurve.svg(test(losses))
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("No learning rate is suggested."))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(!svg.contains("<circle") && !svg.contains("class=\"best\""))
  }

  @Test func oneBatchIsNotSeveral() {
    #expect(LearningRateCurve.svg(test([1])).contains(">1 batch. No learning rate is suggested.<"))
  }

  // MARK: - The file

  @Test(arguments: ["a.svg", "new/folder/a.csv"])
  func theFileIsMadeWithItsFoldersAndReplacesAnother(_ name: String) throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/\(name)"
      let form = try #require(LearningRateCurve.Form(path: path))
      for test in [falling, test([1, 2])] {
        let file = try LearningRateCurveFile(path)
        try file.write(test)
        #expect(try SmallSets.content(path) == Array(form.text(test).utf8))
        #expect(form.text(test).hasPrefix(form.start))
      }
    }
  }

  @Test func beforeTheTestNothingIsMade() throws {
    try SmallSets.withFolder { folder in
      _ = try LearningRateCurveFile("\(folder)/new/a.svg")
      _ = try LearningRateCurveFile("\(folder)/a.svg")
      #expect(try SmallSets.names(folder).isEmpty)
    }
  }

  @Test(arguments: [
    ("a.csv", "label,pixel\n1,2\n"), ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"),
    ("a.svg", "batch,learning_rate,loss,smoothed_loss\n"),
  ])
  func anotherFileIsNeverReplaced(_ name: String, _ content: String) throws {
    try SmallSets.withFolder([name: Array(content.utf8)]) { folder in
      let path = "\(folder)/\(name)"
      let error = #expect(throws: FileError.self) { try LearningRateCurveFile(path) }
      let start =
        "\(path): not replaced: no curve of learning rates (expected one or no file, found "
      let kept = try SmallSets.content(path)
      #expect(error?.description.hasPrefix(start) == true)
      #expect(kept == Array(content.utf8))
    }
  }

  @Test func anEmptyFileIsReplacedAndAFolderIsNot() throws {
    try SmallSets.withFolder(["a.svg": [], "b.svg/c": [1]]) { folder in
      try LearningRateCurveFile("\(folder)/a.svg").write(falling)
      #expect(try SmallSets.content("\(folder)/a.svg").count > 1_000)
      #expect(
        throws: FileError.notARegularFile(path: "\(folder)/b.svg", kind: "a folder")
      ) { try LearningRateCurveFile("\(folder)/b.svg") }
    }
  }
}
