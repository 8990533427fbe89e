import Testing

@testable import MNISTCore

/// A character of 28 × 28 whose ink fills 20 × 20 around the center of its mass.
private let character: [UInt8] = (0..<28 * 28).map { index in
  let (row, column) = (index / 28 - 4, index % 28 - 4)
  guard (0..<20).contains(row), (0..<20).contains(column) else { return 0 }
  // A ring with a stroke, the same when turned by half.
  let distance = abs(row - column)
  return row == 0 || row == 19 || column == 0 || column == 19 ? 200 : distance < 2 ? 255 : 0
}

@Suite struct ModelImageTests {
  private func picture(
    _ luminance: [UInt8], height: Int = 28, width: Int = 28, opacity: [UInt8]? = nil
  ) -> Picture {
    Picture(height: height, width: width, luminance: luminance, opacity: opacity)
  }

  @Test func anImageInTheFormStaysAsItIs() {
    let image = ModelImage(fitting: picture(character), height: 28, width: 28)
    #expect(image.pixels == character)
    #expect(!image.isInverted && !image.isBlank)
  }

  /// As little as a 510th of a row before the middle, the center comes into the row past it.
  @Test func theCenterComesIntoTheRowAndColumnPastTheMiddle() {
    #expect(
      InkGrid([127, 128], height: 2, width: 1).centered(height: 4, width: 1) == [0, 127, 128, 0])
    #expect(
      InkGrid([128, 127], height: 2, width: 1).centered(height: 4, width: 1) == [0, 0, 128, 127])
    #expect(
      InkGrid([127, 128], height: 1, width: 2).centered(height: 1, width: 4) == [0, 127, 128, 0])
    #expect(
      InkGrid([128, 127], height: 1, width: 2).centered(height: 1, width: 4) == [0, 0, 128, 127])
  }

  /// It stays within the image, whichever end is the heavy one.
  @Test func theCenterIsNoReasonToLeaveTheImage() {
    let (first, last): ([UInt8], [UInt8]) = ([255, 1, 1, 1], [1, 1, 1, 1, 1, 255])
    #expect(InkGrid(first, height: 1, width: 4).centered(height: 1, width: 5) == [0] + first)
    #expect(InkGrid(first, height: 4, width: 1).centered(height: 5, width: 1) == [0] + first)
    #expect(InkGrid(last, height: 1, width: 6).centered(height: 1, width: 7) == last + [0])
    #expect(InkGrid(last, height: 6, width: 1).centered(height: 7, width: 1) == last + [0])
  }

  /// Wherever that is, in a tall picture and in a wide one.
  @Test(arguments: [(5, 3), (3, 5)])
  func theSmallestBoxAroundTheInkIsKept(_ height: Int, _ width: Int) {
    for place in 0..<15 {
      var ink = [UInt8](repeating: 0, count: 15)
      ink[place] = 1
      let box = InkGrid(ink, height: height, width: width).cropped()
      #expect((box.height, box.width) == (1, 1))
      #expect(box.centered(height: 3, width: 3) == [0, 0, 0, 0, 1, 0, 0, 0, 0])
    }
    var ink = [UInt8](repeating: 0, count: 15)
    (ink[width + 1], ink[2 * width + 2]) = (2, 3)
    let box = InkGrid(ink, height: height, width: width).cropped()
    #expect((box.height, box.width) == (2, 2))
    #expect(box.centered(height: 2, width: 2) == [2, 0, 0, 3])
  }

  @Test(arguments: [(3, 5), (5, 3), (7, 9)])
  func eachNewPixelIsTheMeanOfTheAreaItCovers(_ height: Int, _ width: Int) {
    let ink = (0..<height * width).map { UInt8($0 * 53 % 256) }
    for (newHeight, newWidth) in [(2, 4), (4, 2), (5, 8), (height, width)] {
      let found = InkGrid(ink, height: height, width: width)
        .resized(height: newHeight, width: newWidth)
      var expected: [UInt8] = []
      for row in 0..<newHeight {
        for column in 0..<newWidth {
          var sum = 0
          for y in row * height..<(row + 1) * height {
            for x in column * width..<(column + 1) * width {
              sum += Int(ink[y / newHeight * width + x / newWidth])
            }
          }
          expected.append(UInt8((Double(sum) / Double(height * width)).rounded()))
        }
      }
      #expect(found.centered(height: newHeight, width: newWidth) == expected)
    }
  }

  @Test func aHairlineIsOnePixelThick() {
    let (none, line) = ([UInt8](repeating: 0, count: 102), [UInt8](repeating: 255, count: 100))
    let wide = ModelImage(
      fitting: picture(none + [0] + line + [0] + none, height: 3, width: 102), height: 28,
      width: 28)
    let tall = ModelImage(
      fitting: picture(
        [0, 0, 0] + line.flatMap { [0, $0, 0] } + [0, 0, 0], height: 102, width: 3),
      height: 28, width: 28)
    for index in 0..<28 {
      for other in 0..<28 {
        let expected: UInt8 = index == 14 && (4..<24).contains(other) ? 255 : 0
        #expect(wide.pixels[index * 28 + other] == expected)
        #expect(tall.pixels[other * 28 + index] == expected)
      }
    }
  }

  @Test func anImageMayBeOnePixel() {
    let image = ModelImage(
      fitting: picture([0, 0, 0, 0, 255, 0, 0, 0, 0], height: 3, width: 3), height: 1, width: 1)
    #expect(image.pixels == [255] && !image.isBlank)
  }

  @Test func ofEqualDifferencesTheInkIsLight() {
    var pixels = [UInt8](repeating: 100, count: 12)
    (pixels[5], pixels[6]) = (50, 150)
    let image = ModelImage(fitting: picture(pixels, height: 3, width: 4), height: 28, width: 28)
    #expect(!image.isInverted)
  }

  @Test func whatShowsThroughIsRounded() {
    let faint = picture([1, 1, 10, 10], height: 2, width: 2, opacity: [127, 128, 0, 255])
    #expect(faint.luminance(over: 0) == [0, 1, 0, 10])
    #expect(faint.luminance(over: 200) == [101, 100, 200, 10])
  }

  /// Where half of the border is opaque its median is the paper, where less is the ink decides.
  @Test(
    arguments: [
      ([10, 200], [255, 0], 10), ([10, 200], [254, 0], 255), ([10, 200], [200, 201], 200),
      ([127], [1], 255), ([128], [100], 0), ([127], [0], 0),
    ] as [([UInt8], [UInt8], UInt8)])
  func thePaperIsWhatIsOpaque(_ pixels: [UInt8], _ opacity: [UInt8], _ paper: UInt8) {
    #expect(picture(pixels, height: 1, width: pixels.count, opacity: opacity).paper == paper)
  }

  @Test func darkInkOnLightPaperIsTurnedOver() {
    let image = ModelImage(fitting: picture(character.map { 255 - $0 }), height: 28, width: 28)
    #expect(image.pixels == character)
    #expect(image.isInverted)
  }

  @Test(arguments: [2, 3, 10]) func aPictureOfAnySizeAndPlaceComesToTheSameImage(_ factor: Int) {
    let (height, width) = (40 * factor, 31 * factor + 5)
    var pixels = [UInt8](repeating: 0, count: height * width)
    for row in 0..<20 * factor {
      for column in 0..<20 * factor {
        pixels[(row + 3) * width + column + 7] =
          character[(row / factor + 4) * 28 + column / factor + 4]
      }
    }
    let image = ModelImage(
      fitting: picture(pixels, height: height, width: width), height: 28, width: 28)
    #expect(image.pixels == character)
  }

  @Test func faintInkOnGrayPaperIsStretched() {
    // Paper 100, ink down to 60: darker than the middle, and yet the ink is what is darker still.
    let image = ModelImage(
      fitting: picture(character.map { UInt8(100 - Int($0) * 40 / 255) }), height: 28, width: 28)
    #expect(image.isInverted)
    let expected = character.map { $0 == 200 ? 198 : $0 }
    #expect(image.pixels == expected)
  }

  @Test(arguments: 1...5, 1...5) func thePaperIsTheMedianOfTheOutermostPixels(
    _ height: Int, _ width: Int
  ) {
    var generator = SeededGenerator(seed: UInt64(10 * height + width))
    for _ in 0..<50 {
      let pixels = (0..<height * width).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let opacity = pixels.map { _ in UInt8.random(in: 0...255, using: &generator) }
      let border = pixels.indices.filter {
        [0, height - 1].contains($0 / width) || [0, width - 1].contains($0 % width)
      }
      let shades = border.map { pixels[$0] }.sorted()
      #expect(
        picture(pixels, height: height, width: width).paper == shades[(shades.count - 1) / 2])
      // Each pixel as often as it is opaque; where less than half is, the ink decides.
      let seen = border.flatMap { repeatElement(pixels[$0], count: Int(opacity[$0])) }.sorted()
      let sum = zip(pixels, opacity).reduce(0) { $0 + Int($1.0) * Int($1.1) }
      let weight = opacity.reduce(0) { $0 + Int($1) }
      let expected: UInt8 =
        if 2 * seen.count >= 255 * border.count {
          seen[(seen.count - 1) / 2]
        } else {
          sum < 128 * weight ? 255 : 0
        }
      #expect(
        picture(pixels, height: height, width: width, opacity: opacity).paper == expected)
    }
  }

  @Test func whatIsAlmostPaperIsPaper() {
    var pixels = [UInt8](repeating: 200, count: 100)
    pixels[55] = 40
    // 40 of 160 is the quarter that counts, 39 is none.
    pixels[56] = 160
    pixels[54] = 161
    let image = ModelImage(
      fitting: picture(pixels, height: 10, width: 10), height: 28, width: 28)
    // Two pixels beside each other fill half of 20 × 20.
    #expect(image.pixels.count { $0 == 255 } == 100)
    #expect(image.pixels.count { $0 == 64 } == 100)
    #expect(image.pixels.count { $0 == 0 } == 28 * 28 - 200)
  }

  @Test func proportionsAreKept() {
    // A stroke of 2 × 10 becomes one of 4 × 20.
    var pixels = [UInt8](repeating: 255, count: 30 * 30)
    for row in 9..<19 { for column in 20..<22 { pixels[row * 30 + column] = 0 } }
    let image = ModelImage(
      fitting: picture(pixels, height: 30, width: 30), height: 28, width: 28)
    let columns = (0..<28).filter { column in
      (0..<28).contains { image.pixels[$0 * 28 + column] > 0 }
    }
    let rows = (0..<28).filter { row in (0..<28).contains { image.pixels[row * 28 + $0] > 0 } }
    #expect(rows == Array(4..<24))
    #expect(columns == Array(12..<16))
  }

  @Test func theCenterOfMassIsAtTheCenter() {
    // A thin stem with a thick bar above its middle.
    var pixels = [UInt8](repeating: 0, count: 20 * 20)
    for row in 0..<20 { pixels[row * 20 + 10] = 255 }
    for row in 6..<9 { for column in 0..<20 { pixels[row * 20 + column] = 255 } }
    var large = [UInt8](repeating: 0, count: 60 * 60)
    for row in 0..<20 {
      for column in 0..<20 { large[(row + 30) * 60 + column + 5] = pixels[row * 20 + column] }
    }
    let image = ModelImage(
      fitting: picture(large, height: 60, width: 60), height: 28, width: 28)
    var (mass, sum) = (0, 0)
    for (index, ink) in image.pixels.enumerated() {
      mass += Int(ink)
      sum += Int(ink) * (index / 28)
    }
    let center = Double(sum) / Double(mass) + 0.5
    #expect((14..<15).contains(center), "row \(center)")
  }

  @Test func inkNeverLeavesTheImage() {
    // All of the mass but a hair at one end.
    var pixels = [UInt8](repeating: 0, count: 100 * 100)
    for index in 0..<99 { pixels[10 * 100 + index + 1] = 70 }
    for row in 5..<15 { for column in 90..<99 { pixels[row * 100 + column] = 255 } }
    let image = ModelImage(
      fitting: picture(pixels, height: 100, width: 100), height: 28, width: 28)
    #expect(image.pixels.contains { $0 > 200 })
    #expect((0..<28).contains { image.pixels[$0 * 28] > 0 })
  }

  /// The shorter side decides.
  @Test(arguments: [(14, 56), (56, 14)])
  func aModelOfOtherSizesGetsItsOwn(_ height: Int, _ width: Int) {
    let image = ModelImage(fitting: picture(character), height: height, width: width)
    #expect((image.height, image.width) == (height, width))
    let columns = (0..<width).filter { column in
      (0..<height).contains { image.pixels[$0 * width + column] > 0 }
    }
    let rows = (0..<height).filter { row in
      (0..<width).contains { image.pixels[row * width + $0] > 0 }
    }
    #expect(rows.count == 10 && columns.count == 10)
  }

  @Test(arguments: [0, 17, 255] as [UInt8]) func onePlainShadeIsBlank(_ shade: UInt8) {
    let image = ModelImage(
      fitting: picture([UInt8](repeating: shade, count: 12), height: 3, width: 4), height: 28,
      width: 20)
    #expect(image.isBlank && !image.isInverted)
    #expect((image.height, image.width) == (28, 20))
    #expect(image.pixels == [UInt8](repeating: 0, count: 28 * 20))
  }

  @Test func aDifferenceOfFifteenIsBlankAndOneOfSixteenIsNot() {
    var pixels = [UInt8](repeating: 100, count: 9)
    pixels[4] = 85
    #expect(
      ModelImage(fitting: picture(pixels, height: 3, width: 3), height: 28, width: 28).isBlank)
    pixels[4] = 84
    #expect(
      !ModelImage(fitting: picture(pixels, height: 3, width: 3), height: 28, width: 28).isBlank)
  }

  @Test func specksTooFarApartToBeSeenAreBlank() {
    // Each new pixel is the mean of a thousand, of which one has ink.
    var pixels = [UInt8](repeating: 0, count: 20_000)
    pixels[1] = 255
    pixels[19_998] = 255
    let image = ModelImage(
      fitting: picture(pixels, height: 1, width: 20_000), height: 28, width: 28)
    #expect(image.isBlank)
  }

  @Test(arguments: [0, 255] as [UInt8]) func inkOnTransparentGroundIsSeenInAnyColor(_ ink: UInt8) {
    // The color under a transparent pixel must not count.
    let hidden = character.map { $0 == 0 ? 77 : ink }
    let image = ModelImage(
      fitting: picture(hidden, opacity: character), height: 28, width: 28)
    #expect(image.pixels == character)
    #expect(image.isInverted == (ink == 0))
  }

  @Test func transparentCornersOfPaperBecomePaper() {
    var opacity = [UInt8](repeating: 255, count: 28 * 28)
    for corner in [0, 27, 27 * 28, 28 * 28 - 1] { opacity[corner] = 0 }
    let paper = character.map { 255 - $0 }
    let image = ModelImage(fitting: picture(paper, opacity: opacity), height: 28, width: 28)
    #expect(image.pixels == character)
  }

  @Test func whatIsWhollyTransparentIsBlank() {
    let image = ModelImage(
      fitting: picture(character, opacity: [UInt8](repeating: 0, count: 28 * 28)), height: 28,
      width: 28)
    #expect(image.isBlank)
  }

  @Test func aRawPictureIsTakenAsItIs() throws {
    let pixels: [UInt8] = [1, 2, 3, 250, 0, 9]
    let image = try ModelImage(
      raw: picture(pixels, height: 2, width: 3), height: 2, width: 3, path: "f")
    #expect((image.height, image.width) == (2, 3) && image.pixels == pixels)
    let half = try ModelImage(
      raw: picture(pixels, height: 2, width: 3, opacity: [255, 255, 255, 128, 0, 0]), height: 2,
      width: 3, path: "f")
    #expect(half.pixels == [1, 2, 3, 125, 0, 0])
  }

  /// By the greater difference, in either direction; of two equal ones the ink is light.
  @Test(
    arguments: [
      (90, 250, false), (10, 150, true), (50, 150, false), (49, 150, true), (100, 100, false),
    ] as [(UInt8, UInt8, Bool)])
  func aRawPictureOnGrayPaperIsInvertedByItsGreaterDifference(
    _ dark: UInt8, _ light: UInt8, _ isInverted: Bool
  ) throws {
    let pixels: [UInt8] = [100, dark, 100, 100, light, 100, 100, 100, 100]
    let image = try ModelImage(
      raw: picture(pixels, height: 3, width: 3), height: 3, width: 3, path: "f")
    #expect(image.isInverted == isInverted)
    #expect(image.isBlank == (dark == light))
    #expect(image.pixels == pixels)
  }

  @Test func aRawPictureOfAnotherSizeIsRefused() {
    let error = PictureError.wrongSize(
      path: "f", expectedHeight: 28, expectedWidth: 27, foundHeight: 2, foundWidth: 3)
    #expect(throws: error) {
      try ModelImage(
        raw: picture([UInt8](repeating: 0, count: 6), height: 2, width: 3), height: 28, width: 27,
        path: "f")
    }
    #expect(
      error.description
        == "f: wrong size for a picture taken as it is (expected 28×27, found 2×3)")
  }
}
