import Testing

@testable import MNISTCore

@Suite struct PredictionTextTests {
  @Test(arguments: [
    ([1, 2, 3, 4], "1.0000"), ([1, 2, 3, 9], "0.7500"), ([0, 0, 0, 0], "0.0000"),
    ([1, 0, 0], "0.3333"), ([1, 2, 0], "0.6667"), ([1], "1.0000"),
  ])
  func accuracyIsTheShareOfThoseThatWerePredicted(_ predicted: [Int], _ expected: String) {
    #expect(
      PredictionText.accuracy(predicted: predicted, [1, 2, 3, 4]) == "Accuracy: \(expected)")
  }

  @Test func aPictureIsTwoCharactersAPixelAboveBothLabels() {
    let images = ImageSet(
      height: 2, width: 3, pixels: [9, 9, 9, 9, 9, 9, 0, 28, 29, 128, 254, 255], labels: [4, 7])
    #expect(
      PredictionText.picture(images, index: 1, predicted: 3)
        == "    ..\n==%%@@\nPredict: 3\nLabel: 7")
    #expect(
      PredictionText.picture(images, index: 0, predicted: 7)
        == "      \n      \nPredict: 7\nLabel: 4")
  }

  @Test func moreInkIsNeverALighterCharacter() {
    let images = ImageSet(height: 1, width: 256, pixels: Array(0...255), labels: [0])
    let line = PredictionText.picture(images, index: 0, predicted: 0).split(separator: "\n")[0]
    let ramp = Array(" .:-=+*#%@")
    let shades = line.map { ramp.firstIndex(of: $0) ?? -1 }
    #expect(shades.count == 512)
    #expect(shades == shades.sorted())
    #expect(Set(shades) == Set(0..<10))
  }

  // MARK: One classification

  private let three = Classification(
    index: 7, label: 3, probabilities: [0.0003, 0, 1e-30, 0.9987, 0, 0.001])

  @Test func aLineNamesTheFileTheDigitAndTheRunnersUp() {
    #expect(
      PredictionText.line("a\u{1B}b.png", three)
        == "a\\x1bb.png: 3 (0.9987), then 5 (0.0010), 0 (0.0003)")
    let only = Classification(index: 0, label: nil, probabilities: [1])
    #expect(PredictionText.line("f", only) == "f: 0 (1.0000)")
  }

  /// A 7 is answered "seven", whatever number its class has.
  @Test func aClassWithANameIsCalledByIt() {
    let names = ["eight", "five", "four", "s\u{1B}even", "\"six\"", "nine"]
    #expect(
      PredictionText.line("a.png", three, names: names)
        == "a.png: s\\x1beven (0.9987), then nine (0.0010), eight (0.0003)")
    let confusion = ConfusionMatrix(counts: [[3, 0, 0], [2, 1, 0], [1, 0, 3]])
    #expect(
      PredictionText.summary(confusion, names: ["one", "seven\n", "x"])
        .hasSuffix("; most confused: seven\\n as one (2), x as one (1)"))
    let images = ImageSet(
      height: 1, width: 1, pixels: [0, 255], labels: [0, 1], classNames: ["cat", "d\u{7}og"])
    #expect(
      PredictionText.picture(images, index: 1, predicted: 0) == "@@\nPredict: cat\nLabel: d\\x07og")
  }

  @Test func theJSONSummaryComesLast() throws {
    #expect(
      PredictionText.jsonSummary(count: 3, accuracy: nil)
        == "{\"summary\":true,\"count\":3}")
    let line = PredictionText.jsonSummary(
      count: 4, failures: 1, accuracy: Proportion(successes: 3, trials: 4))
    #expect(
      line.hasPrefix(
        "{\"summary\":true,\"count\":4,\"failures\":1,\"correct\":3,\"accuracy\":0.75,"
          + "\"interval_95\":[0.3006"))
    #expect(throws: Never.self) { try JSONReader.value(in: Array(line.utf8)[...]) }
  }

  @Test func theSummaryNamesThreePairs() {
    func examples(_ label: Int, _ predicted: Int, _ count: Int) -> [Classification] {
      (0..<count).map { _ in
        var probabilities = [Float](repeating: 0, count: 5)
        probabilities[predicted] = 1
        return Classification(index: 0, label: label, probabilities: probabilities)
      }
    }
    let evaluation = Evaluation(
      examples(1, 1, 90) + examples(4, 2, 3) + examples(2, 4, 4) + examples(0, 1, 2)
        + examples(3, 1, 1))
    #expect(
      PredictionText.summary(evaluation.confusion)
        == "0.9000, 95 % interval 0.8256 to 0.9448 (10 of 100 wrong); most confused: 2 as 4 (4), 4 as 2 (3), 0 as 1 (2)"
    )
    #expect(
      PredictionText.summary(Evaluation(examples(1, 1, 2)).confusion)
        == "1.0000, 95 % interval 0.3424 to 1.0000 (0 of 2 wrong)")
  }

  @Test func aBlankPictureIsWarnedOf() {
    let blank = ModelImage(
      fitting: Picture(height: 2, width: 2, luminance: [9, 9, 9, 9]), height: 28, width: 28)
    #expect(
      PredictionText.warning("f", blank, isRaw: false) == "f: blank: the prediction means nothing")
    let image = ModelImage(
      fitting: Picture(height: 2, width: 2, luminance: [9, 9, 9, 99]), height: 28, width: 28)
    #expect(PredictionText.warning("f", image, isRaw: false) == nil)
  }
}
