import Synchronization

/// Digits that look handwritten, drawn by the program: a data set that needs no files.
///
/// Each image is drawn by `DigitArtist` with random choices of its own, which depend on the seed, the
/// part and the image's index alone: no number of threads changes a byte, and no two images share
/// their choices. Drawing uses +, −, ·, / and the square root only, which every machine rounds
/// alike.
public enum BuiltInDigits {
  /// The training or the test part: images of 28×28 pixels, ink 255 on 0, laid out as MNIST's are.
  ///
  /// - Parameters:
  ///   - count: at least 1; 60,000 to train on and 10,000 to test with unless given. A smaller set is
  ///     the beginning of a larger one. Labels go round 0…9.
  ///   - seed: the same seed gives the same bytes.
  public static func make(isTrain: Bool, count: Int? = nil, seed: UInt64 = 0) -> ImageSet {
    let count = count ?? (isTrain ? 60_000 : 10_000)
    require(count >= 1, "a set of \(count) digits")
    // Some 10 ms of work each, so that threads rarely wait for the lock.
    let chunkSize = 250
    let chunkCount = (count - 1) / chunkSize + 1
    let chunks = Mutex([[UInt8]](repeating: [], count: chunkCount))
    ThreadPool.current.forEach(chunkCount) { chunk in
      let range = chunk * chunkSize..<min(count, (chunk + 1) * chunkSize)
      var artist = DigitArtist()
      var pixels: [UInt8] = []
      pixels.reserveCapacity(range.count * DigitRaster.imageSize)
      for index in range {
        var random = DigitRandom(seed: seed, isTrain: isTrain, index: index)
        artist.draw(index % 10, &random, into: &pixels)
      }
      chunks.withLock { $0[chunk] = pixels }
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * DigitRaster.imageSize)
    chunks.withLock { chunks in
      for chunk in chunks { pixels.append(contentsOf: chunk) }
    }
    return ImageSet(
      height: DigitRaster.side, width: DigitRaster.side, pixels: pixels,
      labels: (0..<count).map { UInt8($0 % 10) })
  }
}

/// Draws digits, each in a form, a hand and with a pen of its own, as if by another person each time.
struct DigitArtist {
  private var raster = DigitRaster()
  private var lines: [PenLine] = []
  private var points: [SIMD2<Float>] = []

  /// Appends an image of `digit` to `pixels`.
  mutating func draw(_ digit: Int, _ random: inout DigitRandom, into pixels: inout [UInt8]) {
    let form = pick(DigitForms.all[digit], &random)
    let hand = Handwriting(&random)
    let mix = random.uniform(-0.15, 1.15)
    lines.removeAll(keepingCapacity: true)
    for stroke in form.strokes {
      place(stroke, mix: mix, hand, &random)
      trace(stroke.isCorner, hand, &random)
    }
    raster.draw(lines, edgeNoise: hand.edgeNoise, &random, into: &pixels)
  }

  private func pick(_ forms: [DigitForm], _ random: inout DigitRandom) -> DigitForm {
    var rest = random.uniform(0, forms.reduce(0) { $0 + $1.share })
    for form in forms.dropLast() {
      rest -= form.share
      if rest < 0 { return form }
    }
    return forms[forms.count - 1]
  }

  /// Sets `points` to the points through which this writer's pen passes.
  private mutating func place(
    _ stroke: DigitForm.Stroke, mix: Float, _ hand: Handwriting, _ random: inout DigitRandom
  ) {
    points.removeAll(keepingCapacity: true)
    let shift = random.bells(hand.strokeShift)
    for (from, to) in zip(stroke.from, stroke.to) {
      let point = from + mix * (to - from)
      points.append(point + shift + random.bells(hand.unsteadiness))
    }
    // The pen is set down and lifted early or late.
    let last = points.count - 1
    points[0] += random.uniform(-0.15, 0.25) * (points[0] - points[1])
    points[last] += random.uniform(-0.15, 0.25) * (points[last] - points[last - 1])
    for index in points.indices { points[index] = hand.bent(points[index]) }
  }

  /// Appends the lines of a Catmull-Rom curve through `points`.
  private mutating func trace(
    _ isCorner: [Bool], _ hand: Handwriting, _ random: inout DigitRandom
  ) {
    let pressure = PenPressure(hand, &random)
    let pieces = 5
    let spanCount = points.count - 1
    var last = points[0]
    var lastRadius = pressure.radius(at: 0)
    for span in 0..<spanCount {
      let (a, b) = (points[span], points[span + 1])
      // The tangent at a point goes from its neighbour before it to the one after it; at an end or a
      // corner there is only one.
      let before = span == 0 || isCorner[span] ? a : points[span - 1]
      let after = span + 1 == spanCount || isCorner[span + 1] ? b : points[span + 2]
      let leaving = hand.roundness * (b - before)
      let arriving = hand.roundness * (after - a)
      for piece in 1...pieces {
        let t = Float(piece) / Float(pieces)
        // Hermite's cubic: a at 0, b at 1, with these tangents.
        let s = 1 - t
        let point =
          s * s * (1 + 2 * t) * a + t * t * (3 - 2 * t) * b
          + s * s * t * leaving - s * t * t * arriving
        let radius = pressure.radius(at: (Float(span) + t) / Float(spanCount))
        lines.append(
          PenLine(start: last, end: point, startRadius: lastRadius, endRadius: radius))
        (last, lastRadius) = (point, radius)
      }
    }
  }
}

/// The random choices of one image.
struct DigitRandom {
  private let seed: UInt64
  private var count: UInt64 = 0

  /// SplitMix64 permutes the 2⁶⁴ numbers, so that no two images of a seed have the same stream.
  init(seed: UInt64, isTrain: Bool, index: Int) {
    self.seed = SplitMix64.bits(seed: seed, at: 2 &* UInt64(index) &+ (isTrain ? 0 : 1))
  }

  private mutating func bits() -> UInt64 {
    defer { count &+= 1 }
    return SplitMix64.bits(seed: seed, at: count)
  }

  /// Uniform in `lower..<upper`.
  mutating func uniform(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * (Float(bits() >> 40) * 0x1p-24)
  }

  /// Bell-shaped around 0: the sum of four uniform numbers, scaled to the standard deviation
  /// `deviation`; never beyond 3.5 of it.
  mutating func bell(_ deviation: Float) -> Float {
    let bits = bits()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    // Four numbers uniform in 0…1 have the variance 4/12 together; 1.7320508 = √3.
    return (Float(sum) * 0x1p-16 - 2) * (1.7320508 * deviation)
  }

  /// Two such numbers.
  mutating func bells(_ deviation: Float) -> SIMD2<Float> {
    let x = bell(deviation)
    return SIMD2(x, bell(deviation))
  }

  mutating func chance(_ probability: Float) -> Bool { uniform(0, 1) < probability }
}
