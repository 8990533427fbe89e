/// One way of writing a digit: the strokes of a pen.
struct DigitForm {
  /// How many writers use it, in proportion to the digit's other forms.
  let share: Float
  let strokes: [Stroke]

  init(_ share: Float, _ strokes: Stroke...) {
    self.share = share
    self.strokes = strokes
  }

  /// A smooth line through points, with corners where the pen turns.
  ///
  /// It has two poses of the same points, and a writer's is somewhere on the way from one to the
  /// other. Units are hundredths of the digit's height, y downwards.
  struct Stroke {
    let from: [SIMD2<Float>]
    let to: [SIMD2<Float>]
    /// One for each point.
    let isCorner: [Bool]

    /// `x, y, x, y, …`; a point given twice in a row is a corner.
    init(_ from: [Float], _ to: [Float]? = nil) {
      let (from, isCorner) = Self.points(from)
      let (to, isCornerToo) = to.map(Self.points) ?? (from, isCorner)
      require(
        from.count >= 2 && isCorner == isCornerToo,
        "a stroke with poses of \(from.count) and \(to.count) points")
      (self.from, self.to, self.isCorner) = (from, to, isCorner)
    }

    private static func points(_ numbers: [Float]) -> ([SIMD2<Float>], [Bool]) {
      require(numbers.count.isMultiple(of: 2), "a point with one coordinate")
      var (points, isCorner) = ([SIMD2<Float>](), [Bool]())
      for index in stride(from: 0, to: numbers.count, by: 2) {
        let point = SIMD2(numbers[index], numbers[index + 1])
        if points.last == point {
          isCorner[isCorner.count - 1] = true
        } else {
          points.append(point)
          isCorner.append(false)
        }
      }
      return (points, isCorner)
    }
  }
}

/// The forms of each digit, as people write them.
enum DigitForms {
  /// Ten lists: the forms of 0, of 1 and so on.
  static let all: [[DigitForm]] = [
    zeros, ones, twos, threes, fours, fives, sixes, sevens, eights, nines,
  ]

  typealias Stroke = DigitForm.Stroke
}
