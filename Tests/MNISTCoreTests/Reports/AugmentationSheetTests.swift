import Testing

@testable import MNISTCore

@Suite struct AugmentationSheetTests {
  private let images = BuiltInDigits.make(isTrain: true, count: 60, seed: 3)

  private func run(_ kinds: [Augmentation.Kind]) -> TrainingRun {
    var settings = SmallSets.settings(images, epochCount: 20)
    settings.augmentationKinds = kinds
    return TrainingRun(settings, images: images)
  }

  /// Eleven columns and ten rows of images of 84×84 pixels, with lines of 6 around them.
  @Test func aRowIsAnImageAndWhatTenEpochsTrainOnInItsPlace() throws {
    let run = run([.affine, .elastic])
    let sheet = AugmentationSheet(run, images: images)
    #expect(sheet.imageCount == 10)
    let picture = try PictureFile.decode(sheet.png, path: "sheet")
    #expect(picture.width == 11 * 90 + 6 && picture.height == 10 * 90 + 6)
    let augmented = try #require(run.augmented)
    for row in [0, 3, 9] {
      let index = run.trainData.indices[row]
      for column in [0, 1, 2, 10] {
        if column > 0 { augmented.epoch = column - 1 }
        let expected =
          column == 0
          ? Array(images.pixels[index * 784..<(index + 1) * 784]) : augmented.pixels(of: [index])
        for (y, x, inset) in [(0, 0, 0), (13, 14, 1), (20, 9, 2), (27, 27, 2)] {
          let place =
            (row * 90 + 6 + 3 * y + inset) * picture.width + column * 90 + 6 + 3 * x + inset
          #expect(picture.luminance[place] == expected[28 * y + x])
        }
      }
    }
    #expect(picture.luminance.first == 96 && picture.luminance.last == 96)
  }

  @Test func onlyASheetIsReplaced() throws {
    let (first, second) = (
      AugmentationSheet(run([.affine]), images: images),
      AugmentationSheet(run([.stroke]), images: images)
    )
    #expect(first.png != second.png)
    try SmallSets.withFolder { folder in
      let path = "\(folder)/new/a.png"
      for sheet in [first, second] {
        try sheet.write(to: path)
        #expect(try SmallSets.content(path) == sheet.png)
      }
      let other = PNGEncoder.encode(height: 1, width: 2, pixels: [5, 6])
      try SmallSets.write(other, path)
      let error = #expect(throws: FileError.self) { try first.write(to: path) }
      #expect(
        error?.description
          == "\(path): not replaced: no sheet of these images (expected one or no file, found a "
          + "PNG image)")
      #expect(try SmallSets.content(path) == other)
    }
  }
}
