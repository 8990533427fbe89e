/// A picture in the form of the images a model was trained on: bright ink on dark ground.
public struct ModelImage: Equatable, Sendable {
  /// Rows of pixels, as many as the model's images have.
  public let height: Int
  /// Columns of pixels, as many as the model's images have.
  public let width: Int
  /// `[height, width]` in C order; 0 is paper, 255 the strongest ink.
  public let pixels: [UInt8]
  /// Whether there is no ink, or none that is left in this size: a prediction then means nothing.
  public let isBlank: Bool
  /// Whether the picture has dark ink on light paper. Fitting turns such a picture over; one that is taken as
  /// it is stays so, and is then the opposite of what the model has learned.
  public let isInverted: Bool

  /// From 0 to 1, as a model takes them: the same numbers as `ImageDataset` makes of the same pixels.
  var numbers: [Float] { pixels.map { Float($0) / 255 } }

  /// What a person should know before believing its prediction; nil if nothing.
  ///
  /// - Parameter isRaw: whether it was taken as it is, so that dark ink was not made bright.
  func doubt(isRaw: Bool) -> String? {
    if isBlank { return "blank: the prediction means nothing" }
    return isRaw && isInverted
      ? "dark on light, taken as it is: the model knows light on dark" : nil
  }
}

// MARK: - As it is

extension ModelImage {
  /// A picture that already has the form: its lightness, over black where it is transparent.
  ///
  /// Throws `PictureError.wrongSize` for a picture of another size; `path` is its name there.
  public init(
    raw picture: Picture, height: Int, width: Int, path: String
  ) throws(PictureError) {
    guard (picture.height, picture.width) == (height, width) else {
      throw .wrongSize(
        path: path, expectedHeight: height, expectedWidth: width, foundHeight: picture.height,
        foundWidth: picture.width)
    }
    let pixels = picture.luminance(over: 0)
    let paper = Int(Picture(height: height, width: width, luminance: pixels).paper)
    let darkest = Int(pixels.reduce(.max, min))
    let lightest = Int(pixels.reduce(.min, max))
    self.init(
      height: height, width: width, pixels: pixels, isBlank: darkest == lightest,
      isInverted: paper - darkest > lightest - paper)
  }
}

// MARK: - Fitted

extension ModelImage {
  /// The smallest difference in lightness between paper and ink.
  static let smallestContrast = 16

  /// Brings a picture of one character to the form that MNIST's were given: the ink in a box of 20 of
  /// 28 rows and columns with its proportions kept, the center of its mass at the center.
  ///
  /// 1. The paper is the median lightness of the outermost pixels, each by its opacity. If they are
  ///    transparent, it is white under ink that is dark on average, else black.
  /// 2. Transparent pixels show the paper: `(lightness · opacity + paper · (255 − opacity)) / 255`.
  /// 3. Ink is what differs from the paper in the direction of the greater difference, scaled so
  ///    that the strongest is 255; below a quarter of that it is paper. A difference of less than 16
  ///    is none: the picture is blank.
  /// 4. The box around the ink is scaled by area averages: each new pixel is the mean of the area it
  ///    covers. In a model's image of other sizes the inner box has the same share.
  /// 5. It is moved by whole pixels, never beyond the edge, until the center of its mass lies in the
  ///    row and the column just past the middle, those with the index 14 of 28: there it lies in
  ///    MNIST's own images. Half a pixel off would cost more than a percentage point of accuracy.
  public init(fitting picture: Picture, height: Int, width: Int) {
    require(height > 0 && width > 0, "an image of \(height)×\(width) pixels")
    let paper = picture.paper
    let shades = picture.luminance(over: paper)
    let darker = Int(paper) - Int(shades.reduce(.max, min))
    let lighter = Int(shades.reduce(.min, max)) - Int(paper)
    let contrast = max(darker, lighter)
    let isInverted = darker > lighter
    guard contrast >= Self.smallestContrast else {
      self.init(
        height: height, width: width, pixels: [UInt8](repeating: 0, count: height * width),
        isBlank: true, isInverted: false)
      return
    }
    let ink = shades.map { shade in
      let difference = isInverted ? Int(paper) - Int(shade) : Int(shade) - Int(paper)
      return 4 * difference < contrast
        ? 0 : UInt8((510 * difference + contrast) / (2 * contrast))
    }
    let box = InkGrid(ink, height: picture.height, width: picture.width).cropped()
    func inner(_ size: Int) -> Int { (size * 20 + 14) / 28 }
    let scale = min(
      Double(inner(height)) / Double(box.height), Double(inner(width)) / Double(box.width))
    let small = box.resized(
      height: max(1, Int((Double(box.height) * scale).rounded())),
      width: max(1, Int((Double(box.width) * scale).rounded())))
    let pixels = small.centered(height: height, width: width)
    self.init(
      height: height, width: width, pixels: pixels, isBlank: pixels.allSatisfy { $0 == 0 },
      isInverted: isInverted)
  }
}

extension Picture {
  /// The lightness where transparent pixels show a ground of `ground`.
  func luminance(over ground: UInt8) -> [UInt8] {
    guard let opacity else { return luminance }
    return zip(luminance, opacity).map { shade, opacity in
      let sum = Int(shade) * Int(opacity) + Int(ground) * (255 - Int(opacity))
      return UInt8((sum + 127) / 255)
    }
  }

  /// The lightness of the ground; see `ModelImage.init(fitting:height:width:)`.
  var paper: UInt8 {
    var counts = [Int](repeating: 0, count: 256)
    var pixelCount = 0
    func count(_ index: Int) {
      counts[Int(luminance[index])] += Int(opacity?[index] ?? 255)
      pixelCount += 1
    }
    for row in 0..<height {
      let isWholeRow = row == 0 || row == height - 1
      for column in stride(from: 0, to: width, by: isWholeRow ? 1 : max(1, width - 1)) {
        count(row * width + column)
      }
    }
    let visible = counts.reduce(0, +)
    if let opacity, 2 * visible < 255 * pixelCount {
      var sum = 0
      var weight = 0
      for (shade, opacity) in zip(luminance, opacity) {
        sum += Int(shade) * Int(opacity)
        weight += Int(opacity)
      }
      return sum < 128 * weight ? 255 : 0
    }
    var passed = 0
    let median = counts.dropLast().firstIndex {
      passed += $0
      return 2 * passed >= visible
    }
    // The last shade is what is left.
    return median.map { UInt8($0) } ?? .max
  }
}
