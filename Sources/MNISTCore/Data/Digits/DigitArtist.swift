/// Draws digits, each as somebody else would: a form, a hand, a pen.
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
    for form in forms {
      rest -= form.share
      if rest < 0 { return form }
    }
    return forms[forms.count - 1]
  }

  /// Sets `points` to where this writer's pen passes.
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
