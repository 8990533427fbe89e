/// What one writer does to every form, in hundredths of the digit's height.
struct Handwriting {
  /// Standard deviation of each point's place.
  let unsteadiness: Float
  /// Standard deviation of each stroke's place.
  let strokeShift: Float
  /// Tangents' length: 0.5 is Catmull and Rom's curve, less is more angular.
  let roundness: Float
  let penRadius: Float
  let pressureChange: Float
  /// How rough the edge of the ink is, in pixels.
  let edgeNoise: Float

  /// Where the unit vectors go: width, slant and turn.
  private let across: SIMD2<Float>
  private let down: SIMD2<Float>
  // The bending's factors of v², uv, u², v³ and uv².
  private let vv, uv, uu, vvv, uvv: SIMD2<Float>

  init(_ random: inout DigitRandom) {
    unsteadiness = random.uniform(1, 5.5)
    strokeShift = random.uniform(0, 3)
    roundness = random.uniform(0.36, 0.58)
    penRadius = max(4, 7.3 + random.bell(2)) + (random.chance(0.15) ? random.uniform(0, 6) : 0)
    pressureChange = random.uniform(0, 0.35)
    edgeNoise = random.uniform(0, 0.3)

    // With t the tangent of half the angle, cos = (1 − t²) / (1 + t²) and sin = 2t / (1 + t²).
    let t = random.bell(0.05)
    let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    let width = random.uniform(0.7, 1.5)
    let slant = 0.12 + random.bell(0.27)
    across = width * SIMD2(cosine, sine)
    down = SIMD2(-sine, cosine) - slant * SIMD2(cosine, sine)

    let amount = random.uniform(2, 9)
    vv = random.bells(amount)
    uv = random.bells(amount)
    uu = random.bells(amount)
    vvv = random.bells(amount)
    uvv = random.bells(amount)
  }

  /// Where a form's point lies in this hand.
  func bent(_ point: SIMD2<Float>) -> SIMD2<Float> {
    // From the middle of a form, in halves of its height.
    let middle = point - SIMD2(30, 50)
    let (u, v) = (middle.x * 0.02, middle.y * 0.02)
    let bend = v * v * vv + u * v * uv + u * u * uu + v * v * v * vvv + u * v * v * uvv
    let place = middle + bend
    return place.x * across + place.y * down
  }
}

/// How wide a stroke is along its way.
struct PenPressure {
  private let middle: Float
  private let slope: Float
  private let curvature: Float

  init(_ hand: Handwriting, _ random: inout DigitRandom) {
    middle = hand.penRadius * (1 + random.bell(0.06))
    slope = middle * random.bell(hand.pressureChange)
    curvature = middle * random.bell(hand.pressureChange)
  }

  /// At 0 the pen is set down, at 1 it is lifted.
  func radius(at place: Float) -> Float {
    let t = place - 0.5
    return max(0.6 * middle, middle + slope * t + curvature * (t * t - 0.08))
  }
}
