/// How wide a stroke is along its way.
struct PenPressure {
  private let middle: Float
  private let slope: Float
  private let curvature: Float

  init(_ hand: Handwriting, _ random: inout DigitRandom) {
    middle = max(1.5, hand.penRadius * (1 + random.bell(0.06)))
    slope = middle * random.bell(hand.pressureChange)
    curvature = middle * random.bell(hand.pressureChange)
  }

  /// At 0 the pen is set down, at 1 it is lifted.
  func radius(at place: Float) -> Float {
    let t = place - 0.5
    return max(0.6 * middle, middle + slope * t + curvature * (t * t - 0.08))
  }
}
