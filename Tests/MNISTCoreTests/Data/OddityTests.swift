import Testing

@testable import MNISTCore

@Suite struct OddityTests {
  @Test(
    arguments: [
      ([255, 0], [0, 1], true, []),
      ([128, 0], [0, 1], true, []),
      (
        [127, 0], [0, 1], true,
        ["the brightest pixel is 127 (expected 255): every pixel is divided by 255"]
      ),
      (
        [1, 0], [0, 1], true,
        ["the brightest pixel is 1 (expected 255): every pixel is divided by 255"]
      ),
      (
        [16, 9], [0, 1], false,
        ["the brightest pixel is 16 (expected 255): every pixel is divided by 255"]
      ),
      ([0, 0], [0, 1], true, ["every pixel is 0"]),
      ([255, 0], [3, 3], false, ["every label is 3: there is nothing to tell apart"]),
      ([255, 0], [0, 0], true, ["every label is 0: there is nothing to tell apart"]),
      (
        [255, 0], [1, 2], true, ["the labels begin at 1 (expected 0): no image is of the class 0"]
      ),
      (
        [255, 0], [2, 3], true,
        ["the labels begin at 2 (expected 0): no image is of the classes below"]
      ),
      ([255, 0], [0, 3], true, ["no image has the label 1, 2"]),
      ([255, 0], [0, 6], true, ["no image has the label 1, 2, 3, 4, 5"]),
      ([255, 0], [0, 7], true, ["no image has the label 1, 2, 3, 4, 5 …"]),
      ([255, 0], [0, 9], true, ["no image has the label 1, 2, 3, 4, 5 …"]),
      ([255, 0], [1, 9], false, []),
    ] as [([UInt8], [UInt8], Bool, [String])])
  func whatIsOddIsSaid(_ pixels: [UInt8], _ labels: [UInt8], _ isTrain: Bool, _ words: [String]) {
    let images = ImageSet(height: 1, width: 1, pixels: pixels, labels: labels)
    #expect(images.oddities(isTrain: isTrain).map(\.description) == words)
  }

  @Test func theWarningNamesTheFolder() {
    let images = ImageSet(height: 1, width: 1, pixels: [1, 0], labels: [0, 1])
    let data = LoadedImages(images: images, origin: .files(folder: "a\u{1b}b"))
    #expect(
      DataText.warnings(data, isTrain: true) == [
        #"a\x1bb: the brightest pixel is 1 (expected 255): every pixel is divided by 255"#
      ])
  }
}
