/// Turns pen lines into an image laid out as MNIST's are: the ink is fitted into 20×20 pixels with
/// its aspect kept, then moved by whole pixels until its centre of mass lies in the middle of 28×28.
struct DigitRaster {
  static let side = 28
  static let imageSize = side * side
  private static let box = 20
  /// Vectors of eight pixels in a row of the box.
  private static let blocks = 3
  /// Over how many pixels the edge goes from no ink to full ink.
  private static let ramp: Float = 1.5

  /// For each pixel of the box how far its centre is from the ink, negative inside.
  private var distances = [SIMD8<Float>](repeating: SIMD8(), count: box * blocks)
  private var ink = [UInt8](repeating: 0, count: box * box)

  /// Appends the image of `lines` to `pixels`.
  mutating func draw(
    _ lines: [PenLine], edgeNoise: Float, _ random: inout DigitRandom, into pixels: inout [UInt8]
  ) {
    for index in distances.indices { distances[index] = SIMD8(repeating: 99) }
    for line in Self.fitted(lines) { measure(line) }
    fill(edgeNoise: edgeNoise, &random)
    center(into: &pixels)
  }

  /// The lines in pixels of the box: the longer side of their ink reaches from edge to edge.
  private static func fitted(_ lines: [PenLine]) -> [PenLine] {
    var low = SIMD2<Float>(repeating: .greatestFiniteMagnitude)
    var high = -low
    for line in lines {
      let (start, end) = (line.start, line.end)
      let bottom = start - line.startRadius
      let bottomToo = end - line.endRadius
      let top = start + line.startRadius
      let topToo = end + line.endRadius
      low.replace(with: bottom, where: bottom .< low)
      low.replace(with: bottomToo, where: bottomToo .< low)
      high.replace(with: top, where: top .> high)
      high.replace(with: topToo, where: topToo .> high)
    }
    let size = high - low
    let scale = Float(box) / max(size.x, size.y)
    // What is in the middle of the ink goes to the middle of the box.
    let middle = 0.5 * (low + high)
    let half = 0.5 * Float(box)
    return lines.map { line in
      PenLine(
        start: scale * (line.start - middle) + half, end: scale * (line.end - middle) + half,
        startRadius: scale * line.startRadius, endRadius: scale * line.endRadius)
    }
  }

  /// Lowers the distances of the pixels near `line` to their distance from it, where that is smaller.
  private mutating func measure(_ line: PenLine) {
    let way = line.end - line.start
    let inverse = 1 / max(1e-6, way.x * way.x + way.y * way.y)
    let growth = line.endRadius - line.startRadius
    let reach = max(line.startRadius, line.endRadius) + Self.ramp
    let rows = Self.span(line.start.y, line.end.y, reach)
    let columns = Self.span(line.start.x, line.end.x, reach)
    for block in columns.lowerBound / 8...columns.upperBound / 8 {
      let x = Self.centers + (Float(8 * block) - line.start.x)
      let xWay = x * (way.x * inverse)
      for row in rows {
        let y = Float(row) + 0.5 - line.start.y
        var t = xWay + y * way.y * inverse
        t.replace(with: 0, where: t .< 0)
        t.replace(with: 1, where: t .> 1)
        let xRest = x - t * way.x
        let yRest = y - t * way.y
        let distance =
          (xRest * xRest + yRest * yRest).squareRoot() - (line.startRadius + t * growth)
        let place = row * Self.blocks + block
        distances[place].replace(with: distance, where: distance .< distances[place])
      }
    }
  }

  private static let centers = SIMD8<Float>(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5)

  /// The pixels of the box that lie within `reach` of what is between `a` and `b`.
  private static func span(_ a: Float, _ b: Float, _ reach: Float) -> ClosedRange<Int> {
    let first = max(0, min(box - 1, Int(min(a, b) - reach)))
    return first...max(first, min(box - 1, Int(max(a, b) + reach)))
  }

  private mutating func fill(edgeNoise: Float, _ random: inout DigitRandom) {
    for row in 0..<Self.box {
      for column in 0..<Self.box {
        var distance = distances[row * Self.blocks + column / 8][column % 8]
        guard distance < Self.ramp else {
          ink[row * Self.box + column] = 0
          continue
        }
        if distance > -Self.ramp { distance += random.uniform(-edgeNoise, edgeNoise) }
        let step = min(1, max(0, 0.5 - distance / Self.ramp))
        ink[row * Self.box + column] = UInt8(step * step * (3 - 2 * step) * 255 + 0.5)
      }
    }
  }

  private func center(into pixels: inout [UInt8]) {
    var (mass, xMoment, yMoment) = (0, 0, 0)
    for row in 0..<Self.box {
      for column in 0..<Self.box {
        let level = Int(ink[row * Self.box + column])
        mass += level
        xMoment += level * column
        yMoment += level * row
      }
    }
    // MNIST's middle is the pixel with index 14. The mass is never 0: somewhere there is ink.
    let left = Self.margin(xMoment, mass)
    let top = Self.margin(yMoment, mass)
    let start = pixels.count
    pixels.append(contentsOf: repeatElement(0, count: Self.imageSize))
    for row in 0..<Self.box {
      for column in 0..<Self.box {
        pixels[start + (top + row) * Self.side + left + column] = ink[row * Self.box + column]
      }
    }
  }

  /// The empty pixels before the box. In one image of some four thousand the center of mass lies so far to
  /// one side that the box would leave the image; it stops at the edge then, up to a pixel short.
  private static func margin(_ moment: Int, _ mass: Int) -> Int {
    let middle = (2 * moment + mass) / (2 * mass)
    return max(0, min(side - box, side / 2 - middle))
  }
}

/// A straight piece of ink: round at both ends, its width changing evenly from one to the other.
struct PenLine {
  var start: SIMD2<Float>
  var end: SIMD2<Float>
  var startRadius: Float
  var endRadius: Float
}
