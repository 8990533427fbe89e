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
}
